/** The sheet of keys, the question before what cannot be undone, and what every dialog does. */

import { must, setText } from "./dom";

/** Let every dialog be closed by its buttons and by a click beside it. */
export function prepareDialogs(): void {
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("pointerdown", (event) => {
      if (event.target === dialog && isBeside(dialog, event)) dialog.close();
    });
    dialog.addEventListener("click", (event) => {
      if ((event.target as Element).closest("[data-close-dialog]")) dialog.close();
    });
  }
  must("[data-open-keys]").addEventListener("click", () => showKeys());
}

export function showKeys(): void {
  must<HTMLDetailsElement>("[data-menu]").open = false;
  must<HTMLDialogElement>("[data-keys]").showModal();
}

/** Ask; true when the person says yes. The focus returns to where it was. */
export function confirm(title: string, text: string, yes: string): Promise<boolean> {
  const dialog = must<HTMLDialogElement>("[data-confirm]");
  const button = must<HTMLButtonElement>("[data-confirm-yes]", dialog);
  setText(must("[data-confirm-title]", dialog), title);
  setText(must("[data-confirm-text]", dialog), text);
  setText(button, yes);
  dialog.returnValue = "";
  button.onclick = () => dialog.close("yes");
  dialog.showModal();
  button.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/** A press on the padding of a dialog is inside of it; only its backdrop is beside. */
function isBeside(dialog: HTMLElement, { clientX, clientY }: PointerEvent): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
