/** What a site wants to know before the chat. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import { h } from "./dom";
import { Field } from "./field";

export class PrechatForm {
  readonly element: HTMLFormElement;
  private readonly fields: Field[];

  constructor(names: readonly string[], words: Phrasebook, done: (details: Record<string, string>) => void) {
    this.fields = names.map((name) => new Field(name, words));
    this.element = h(
      "form",
      { class: "prechat", novalidate: true },
      h("h2", {}, words.t("form.title")),
      ...this.fields.map((field) => field.element),
      h("button", { type: "submit", class: "primary" }, words.t("form.start")),
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.check()) done(Object.fromEntries(this.fields.map(({ name, value }) => [name, value])));
    });
  }

  focus(): void {
    this.fields[0]?.input.focus();
  }

  private check(): boolean {
    const wrong = this.fields.filter((field) => !field.check());
    wrong[0]?.input.focus();
    return wrong.length === 0;
  }
}
