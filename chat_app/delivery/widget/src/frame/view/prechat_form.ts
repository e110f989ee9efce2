/** What a site wants to know before the chat; mistakes are said at the field. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import { h, setText } from "./dom";

const KNOWN: Record<string, { type: string; autocomplete: string; most: number }> = {
  name: { type: "text", autocomplete: "name", most: 100 },
  email: { type: "email", autocomplete: "email", most: 200 },
  phone: { type: "tel", autocomplete: "tel", most: 50 },
  company: { type: "text", autocomplete: "organization", most: 100 },
};
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

interface Field {
  name: string;
  input: HTMLInputElement;
  error: HTMLElement;
}

export class PrechatForm {
  readonly element: HTMLFormElement;
  private readonly fields: Field[];

  constructor(
    names: readonly string[],
    private readonly words: Phrasebook,
    done: (details: Record<string, string>) => void,
  ) {
    this.fields = names.map((name) => makeField(name, words));
    this.element = h(
      "form",
      { class: "prechat", novalidate: true },
      h("h2", {}, words.t("form.title")),
      ...this.fields.map((field) => this.row(field)),
      h("button", { type: "submit", class: "primary" }, words.t("form.start")),
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.check()) done(Object.fromEntries(this.fields.map(({ name, input }) => [name, input.value.trim()])));
    });
  }

  focus(): void {
    this.fields[0]?.input.focus();
  }

  private row({ name, input, error }: Field): HTMLElement {
    input.addEventListener("input", () => input.getAttribute("aria-invalid") && this.checkField({ name, input, error }));
    return h("p", { class: "field" }, h("label", { for: input.id }, label(name, this.words)), input, error);
  }

  private check(): boolean {
    const wrong = this.fields.filter((field) => !this.checkField(field));
    wrong[0]?.input.focus();
    return wrong.length === 0;
  }

  private checkField({ name, input, error }: Field): boolean {
    const value = input.value.trim();
    const problem = !value ? "form.missing" : name === "email" && !EMAIL.test(value) ? "form.email_wrong" : "";
    if (problem) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    setText(error, problem ? this.words.t(problem) : "");
    return !problem;
  }
}

function makeField(name: string, words: Phrasebook): Field {
  const id = `field-${name.replace(/\W/g, "-")}`;
  const { type, autocomplete, most } = KNOWN[name] ?? { type: "text", autocomplete: "off", most: 200 };
  const placeholder = name === "email" ? words.t("form.email_example") : null;
  return {
    name,
    input: h("input", { id, name, type, autocomplete, maxlength: most, placeholder, required: true, "aria-describedby": `${id}-error` }),
    error: h("span", { id: `${id}-error`, class: "error", role: "alert" }),
  };
}

function label(name: string, words: Phrasebook): string {
  return words.has(`form.${name}`) ? words.t(`form.${name}`) : name;
}
