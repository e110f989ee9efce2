/** The question before what is grave; before what cannot be undone, the name is typed. */

import { must, setText } from "../dom";
import { t } from "./page";

export interface Question {
  title: string;
  text: string;
  yes: string;
  /** To be typed. */
  name?: string;
}

/** Ask; true when the person says yes. The focus returns to where it was. */
export function ask({ title, text, yes, name }: Question): Promise<boolean> {
  const dialog = must<HTMLDialogElement>("[data-ask]");
  const typed = must<HTMLInputElement>("[data-ask-name]", dialog);
  setText(must("[data-ask-title]", dialog), title);
  setText(must("[data-ask-text]", dialog), text);
  setText(must("[data-ask-yes]", dialog), yes);
  must("[data-ask-typed]", dialog).hidden = name === undefined;
  setText(must("[data-ask-label]", dialog), t("say.asked", { name: name ?? "" }));
  sayAboutName("");
  typed.value = "";
  dialog.returnValue = "";
  must("[data-ask-no]", dialog).onclick = () => dialog.close();
  must("[data-ask-form]", dialog).onsubmit = (event) => {
    event.preventDefault();
    if (name === undefined || same(typed.value, name)) return dialog.close("yes");
    sayAboutName(t("say.not_the_name"));
    typed.focus();
  };
  dialog.showModal();
  (name === undefined ? must("[data-ask-no]", dialog) : typed).focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function sayAboutName(text: string): void {
  setText(must("[data-ask-error]"), text);
}

function same(one: string, other: string): boolean {
  const plain = (text: string): string => text.normalize("NFC").replace(/\s+/g, " ").trim();
  return plain(one) === plain(other);
}
