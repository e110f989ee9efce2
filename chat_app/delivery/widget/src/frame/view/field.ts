/** One question with the place for its answer; a mistake is said at the field. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import { h, setText } from "./dom";

const KNOWN: Record<string, { type: string; autocomplete: string; most: number }> = {
  name: { type: "text", autocomplete: "name", most: 100 },
  email: { type: "email", autocomplete: "email", most: 200 },
  phone: { type: "tel", autocomplete: "tel", most: 50 },
  company: { type: "text", autocomplete: "organization", most: 100 },
};
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

export class Field {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  private readonly error: HTMLElement;

  /** An answer is needed, unless it has a label of its own that says that it is not. */
  constructor(
    readonly name: string,
    private readonly words: Phrasebook,
    private readonly optional?: string,
  ) {
    const id = `field-${name.replace(/\W/g, "-")}`;
    const { type, autocomplete, most } = KNOWN[name] ?? { type: "text", autocomplete: "off", most: 200 };
    this.error = h("span", { id: `${id}-error`, class: "error", role: "alert" });
    this.input = h("input", {
      id,
      name,
      type,
      autocomplete,
      maxlength: most,
      placeholder: name === "email" && words.t("form.email_example"),
      required: !optional,
      "aria-describedby": this.error.id,
      oninput: () => this.input.getAttribute("aria-invalid") && this.check(),
    });
    const label = optional ?? (words.has(`form.${name}`) ? words.t(`form.${name}`) : name);
    this.element = h("p", { class: "field" }, h("label", { for: id }, label), this.input, this.error);
  }

  get value(): string {
    return this.input.value.trim();
  }

  /** Say what is wrong, if anything; answers whether nothing is. */
  check(): boolean {
    const { name, value, words } = this;
    const isMissing = !value && !this.optional;
    const problem = isMissing ? "form.missing" : value && name === "email" && !EMAIL.test(value) ? "form.email_wrong" : "";
    if (problem) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
    setText(this.error, problem && words.t(problem));
    return !problem;
  }
}
