/** The dialog that closes a conversation with a reason. */

import { must } from "./dom";

/** The last choice is said in own words. */
const OTHER = "other";

export class ReasonDialog {
  private readonly dialog = must<HTMLDialogElement>("[data-reason-dialog]");
  private readonly form = must<HTMLFormElement>("form", this.dialog);
  private readonly text = must<HTMLInputElement>("[data-reason-text]", this.dialog);
  private readonly own = must("[data-reason-own]", this.dialog);
  private chosen: (reason: string) => void = () => undefined;

  constructor() {
    this.form.addEventListener("change", () => this.changed());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
  }

  open(chosen: (reason: string) => void): void {
    this.chosen = chosen;
    this.form.reset();
    this.changed();
    this.dialog.showModal();
    must<HTMLInputElement>("input[name=reason]", this.form).focus();
  }

  private changed(): void {
    const other = this.choice === OTHER;
    this.own.hidden = !other;
    this.text.required = other;
    if (other) this.text.focus();
  }

  private submit(): void {
    const reason = this.choice === OTHER ? this.text.value.trim() : this.choice;
    if (!reason) return this.text.focus();
    this.dialog.close();
    this.chosen(reason);
  }

  private get choice(): string {
    return must<HTMLInputElement>("input[name=reason]:checked", this.form).value;
  }
}
