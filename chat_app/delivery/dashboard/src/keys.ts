/** Every action has a key. Single letters work outside of text fields and can be switched off. */

import { must } from "./dom";

export type KeyActions = Readonly<Record<string, () => void>>;

const SWITCH = "cland-keys";

/** Call the action of a key when it is pressed; Escape works everywhere. */
export function listenToKeys(actions: KeyActions): void {
  const toggle = must<HTMLInputElement>("[data-keys-on]");
  toggle.checked = lettersOn();
  toggle.addEventListener("change", () => {
    try {
      localStorage.setItem(SWITCH, toggle.checked ? "on" : "off");
    } catch {
      // Without a store it holds for this page only.
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    const escape = event.key === "Escape";
    if (!escape && (isTyping(event.target) || !toggle.checked)) return;
    const action = actions[named(event)];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/** Letters by their case as Shift makes it, whatever Caps Lock does. */
function named({ key, shiftKey }: KeyboardEvent): string {
  if (key.length !== 1) return key;
  return shiftKey ? key.toUpperCase() : key.toLowerCase();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("input, textarea, select, [contenteditable]");
}

function lettersOn(): boolean {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true;
  }
}
