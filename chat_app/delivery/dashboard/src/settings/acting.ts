/** Buttons that do something at once, after a question: delete, disable, make a new secret. */

import { call, type Method } from "../api";
import { must, setText } from "../dom";
import { ask } from "./asking";
import { failureText, t } from "./page";

/** What a button calls, and what it asks before. Its section says what came of it. */
export interface Act<T> {
  method: Method;
  path: string;
  body?: object;
  /** Nothing to ask for what is easily undone. */
  question: { yes: string; name?: string } | null;
  done: (answer: T) => void;
}

/** Let every button of `selector` do what `act` says of it. */
export function onButtons<T>(selector: string, act: (button: HTMLElement) => Act<T>): void {
  for (const button of document.querySelectorAll<HTMLElement>(selector)) {
    button.addEventListener("click", () => void perform(button, act(button)));
  }
}

/** Deleting asks for the name of what goes, and leads to where it is missing. */
export function prepareDeleting(): void {
  onButtons("[data-delete]", ({ dataset: { delete: path = "", name = "", then = "" } }) => ({
    method: "DELETE",
    path,
    question: { yes: t("say.delete"), name },
    done: () => location.assign(then),
  }));
}

async function perform<T>(button: HTMLElement, { method, path, body, question, done }: Act<T>): Promise<void> {
  if (button.ariaBusy === "true") return;
  const { title = "", text = "" } = button.dataset;
  if (question && !(await ask({ title, text, ...question }))) return;
  button.ariaBusy = "true";
  const ack = await call<T>(method, path, body);
  button.ariaBusy = null;
  const said = must("[data-said]", button.closest("section") ?? document);
  said.dataset.how = ack.ok ? "" : "wrong";
  setText(said, ack.ok ? "" : failureText(ack.error));
  if (ack.ok) done(ack);
}
