/** Short words to the person: a toast that goes by itself, and what is read aloud. */

import { must } from "./dom";

const TOAST_MS = 5_000;
let clearing: ReturnType<typeof setTimeout> | undefined;

/** Say something at the lower edge for a few seconds. */
export function toast(text: string): void {
  const box = must("[data-toast]");
  clearTimeout(clearing);
  box.textContent = text;
  clearing = setTimeout(() => (box.textContent = ""), TOAST_MS);
}

/** Say something to screen readers only. */
export function announce(text: string): void {
  must("[data-announcer]").textContent = text;
}
