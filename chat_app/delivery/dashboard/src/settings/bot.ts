/** A website's bot: what it says, and its answers in their order, moved by buttons. */

import { clone, must, setText } from "../dom";
import { t } from "./page";

interface Bot {
  name: string;
  greeting: string;
  fallback: string;
  entries: { keywords: string[]; answer: string }[];
}

export class BotFields {
  private readonly on: HTMLInputElement;
  private readonly inner: HTMLFieldSetElement;
  private readonly entries: HTMLElement;
  private readonly wasOn: boolean;

  constructor(private readonly field: HTMLElement) {
    this.on = must<HTMLInputElement>("[data-bot-on]", field);
    this.inner = must<HTMLFieldSetElement>("[data-bot]", field);
    this.entries = must("[data-entries]", field);
    this.wasOn = this.on.checked;
    this.on.addEventListener("change", () => this.show());
    field.querySelector("[data-entry-add]")?.addEventListener("click", () => this.add());
    this.entries.addEventListener("click", ({ target }) => {
      const button = (target as Element).closest<HTMLElement>("[data-up], [data-down], [data-remove]");
      if (button) this.press(button);
    });
    this.number();
  }

  /** null is a bot that is switched off. */
  read(): Bot | null {
    if (!this.on.checked) return null;
    const said = (name: string): string => textIn(this.field, `[data-field="bot.${name}"] .input`);
    return {
      name: said("name"),
      greeting: said("greeting"),
      fallback: said("fallback"),
      entries: this.rows.map((row) => ({ keywords: wordsIn(row), answer: textIn(row, "[data-answer]") })),
    };
  }

  private get rows(): HTMLElement[] {
    return [...this.entries.children] as HTMLElement[];
  }

  /** What is switched off is not checked either; that it will be lost is said before it is. */
  private show(): void {
    this.inner.hidden = this.inner.disabled = !this.on.checked;
    must("[data-bot-off]", this.field).hidden = this.on.checked || !this.wasOn;
  }

  private add(): void {
    const row = clone("bot-entry");
    this.entries.append(row);
    this.changed(t("say.entry_added", { number: this.rows.length }));
    must("[data-keywords]", row).focus();
  }

  private press(button: HTMLElement): void {
    const row = button.closest<HTMLElement>("[data-entry]")!;
    if ("remove" in button.dataset) return this.remove(row);
    const before = "up" in button.dataset ? row.previousElementSibling : row.nextElementSibling?.nextElementSibling;
    if (before === undefined || ("up" in button.dataset && !before)) return;
    this.entries.insertBefore(row, before);
    const number = this.rows.indexOf(row) + 1;
    this.changed(t("say.entry_moved", { number, most: this.rows.length }));
    focusIn(row, button);
  }

  private remove(row: HTMLElement): void {
    const next = (row.nextElementSibling ?? row.previousElementSibling) as HTMLElement | null;
    row.remove();
    this.changed(t("say.entry_removed"));
    (next ? must("[data-keywords]", next) : must("[data-entry-add]", this.field)).focus();
  }

  private changed(said: string): void {
    this.number();
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    setText(must("[data-announcer]"), said);
  }

  private number(): void {
    this.rows.forEach((row, index) => {
      must("[data-entry-group]", row).setAttribute("aria-label", t("say.entry", { number: index + 1 }));
      for (const name of ["keywords", "answer"]) {
        const control = must(`[data-${name}]`, row);
        const field = control.closest<HTMLElement>("[data-field]")!;
        field.dataset.field = `bot.entries.${index}.${name}`;
        const error = must("[data-error]", field);
        error.id = `error-bot.entries.${index}.${name}`;
        control.setAttribute("aria-describedby", error.id);
      }
    });
  }
}

/** At either end of the list the button that brought it there is of no more use. */
function focusIn(row: HTMLElement, button: HTMLElement): void {
  button.focus();
  if (document.activeElement !== button) must("up" in button.dataset ? "[data-down]" : "[data-up]", row).focus();
}

function textIn(root: ParentNode, selector: string): string {
  return must<HTMLInputElement | HTMLTextAreaElement>(selector, root).value.trim();
}

function wordsIn(row: HTMLElement): string[] {
  const words = textIn(row, "[data-keywords]").split(/[,，、;；\n]/);
  return words.map((word) => word.trim()).filter(Boolean);
}
