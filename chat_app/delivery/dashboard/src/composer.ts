/** Where replies and notes are written, and changed. */

import type { Message } from "../../browser/protocol";
import { t } from "./boot";
import { must, setText } from "./dom";
import { keepDraft, readDraft, type Draft, type Mode } from "./drafts";

const TALLEST_PX = 200;
const SHOW_LENGTH_FROM = 0.8;

export interface ComposerEvents {
  send(text: string, mode: Mode): void;
  /** The reply is being written, or no longer. Notes are nobody's business. */
  typing(typing: boolean): void;
  /** ArrowUp in an empty box. */
  editLast(): void;
  save(text: string): void;
  cancelEdit(): void;
  leave(): void;
}

export class Composer {
  private readonly form = must<HTMLFormElement>("[data-composer]");
  private readonly box = must<HTMLTextAreaElement>("[data-text]", this.form);
  private readonly sendButton = must<HTMLButtonElement>("[data-send]", this.form);
  private readonly length = must("[data-length]", this.form);
  private sessionId: string | null = null;
  private mode: Mode = "reply";
  /** The message that is being edited, and what was being written before it. */
  private edited: string | null = null;
  private parked: Draft = { text: "", mode: "reply" };

  constructor(
    private readonly most: number,
    private readonly events: ComposerEvents,
  ) {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.box.addEventListener("input", () => this.changed());
    this.box.addEventListener("keydown", (event) => this.pressed(event));
    this.box.addEventListener("blur", () => this.events.typing(false));
    for (const choice of this.choices()) {
      choice.addEventListener("click", () => this.write(choice.dataset.modeChoice as Mode));
    }
    must("[data-cancel-edit]", this.form).addEventListener("click", () => this.events.cancelEdit());
  }

  get text(): string {
    return this.box.value;
  }

  /** Take up the draft of a conversation. */
  open(sessionId: string): void {
    this.sessionId = sessionId;
    const draft = readDraft(sessionId);
    this.box.value = draft.text;
    this.setMode(draft.mode);
    this.measure();
  }

  /** Take the message that is being edited into the box; null gives the box back to the draft. */
  follow(message: Message | null): void {
    if ((message?.id ?? null) === this.edited) return;
    if (this.edited === null) this.parked = { text: this.box.value, mode: this.mode };
    this.edited = message?.id ?? null;
    this.box.value = message ? message.body : this.parked.text;
    this.setMode(message ? (message.kind === "note" ? "note" : "reply") : this.parked.mode);
    this.measure();
    if (!this.form.hidden) this.box.focus();
  }

  setClosed(closed: boolean): void {
    this.form.hidden = closed;
    must("[data-closed-note]").hidden = !closed;
  }

  /** Put the focus into the box, in this mode; what is written stays. */
  write(mode: Mode): void {
    if (this.form.hidden) return;
    if (this.edited !== null) return this.box.focus();
    if (mode === "note") this.events.typing(false);
    this.setMode(mode);
    this.keep();
    this.box.focus();
  }

  focus(): void {
    this.box.focus();
  }

  /** Give a message back that is not to be read after all; false when the box is in use. */
  restore(text: string, mode: Mode): boolean {
    if (this.box.value.trim() || this.edited !== null) return false;
    this.box.value = text;
    this.setMode(mode);
    this.changed();
    return true;
  }

  private submit(): void {
    const text = this.box.value.trim();
    if (!text || this.sizeOf(text) > this.most) return;
    if (this.edited !== null) return this.events.save(text);
    const { mode } = this;
    this.box.value = "";
    this.events.typing(false);
    this.events.send(text, mode);
    // The next thing written is a reply again: a forgotten note mode hides answers from visitors.
    this.setMode("reply");
    this.keep();
    this.measure();
    this.box.focus();
  }

  private pressed(event: KeyboardEvent): void {
    // 229 is an input method at work; in some browsers its last Enter does not say so otherwise.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && !this.box.value && this.edited === null) {
      event.preventDefault();
      this.events.editLast();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (this.edited === null) this.events.leave();
      else this.events.cancelEdit();
    }
  }

  private changed(): void {
    this.keep();
    this.measure();
    if (this.mode === "reply" && this.edited === null) this.events.typing(this.box.value.trim() !== "");
  }

  private keep(): void {
    // While a message is edited, the draft is what was being written before.
    if (this.sessionId && this.edited === null) keepDraft(this.sessionId, { text: this.box.value, mode: this.mode });
  }

  private measure(): void {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, TALLEST_PX)}px`;
    const size = this.sizeOf(this.box.value.trim());
    const over = size - this.most;
    this.sendButton.disabled = size === 0 || over > 0;
    this.length.hidden = size < this.most * SHOW_LENGTH_FROM;
    this.length.classList.toggle("composer__count--over", over > 0);
    setText(
      this.length,
      over > 0
        ? t("composer.too_long", { count: over })
        : t("composer.length", { count: size, most: this.most }),
    );
  }

  /** In characters as the server counts them. */
  private sizeOf(text: string): number {
    return [...text].length;
  }

  private setMode(mode: Mode): void {
    this.mode = mode;
    this.form.dataset.mode = mode;
    for (const choice of this.choices()) {
      choice.setAttribute("aria-pressed", String(choice.dataset.modeChoice === mode));
    }
    const editing = this.edited !== null;
    const placeholder = t(`composer.${mode}.placeholder`);
    const send = editing ? "composer.edit.save" : mode === "note" ? "composer.note.send" : "composer.send";
    this.box.placeholder = placeholder;
    setText(must("[data-composer-label]", this.form), editing ? t("composer.edit") : placeholder);
    setText(must("[data-send-label]", this.form), t(send));
    must("[data-mode-warning]", this.form).hidden = mode === "reply";
    must("[data-modes]", this.form).hidden = editing;
    must("[data-editing]", this.form).hidden = !editing;
  }

  private choices(): HTMLButtonElement[] {
    return [...this.form.querySelectorAll<HTMLButtonElement>("[data-mode-choice]")];
  }
}
