/**
 * Where the visitor writes, and changes what was written: grows with the text, sends on Enter, never
 * while an input method composes.
 */

import type { Phrasebook } from "../../../../browser/phrasebook";
import type { Revising } from "../../../../browser/revising";
import { h, setText } from "./dom";
import { icon } from "./icons";

const MOST_CHARACTERS = 4_000;
const WARN_BELOW = 300;

export interface ComposerOptions {
  words: Phrasebook;
  /** Keeps an unsent text over a reload; null where storage is blocked. */
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  draftKey: string;
  revising: Revising;
  placeholder: () => string;
  /** ArrowUp in an empty box: change what was sent last. */
  editLast: () => void;
  /** False when something else has to be put right first; says so itself. */
  ready: () => boolean;
  send: (body: string) => void;
  typing: () => void;
  stopTyping: () => void;
  /** Called within the same frame, before the change of height can be seen. */
  resized: () => void;
}

export class Composer {
  readonly element: HTMLElement;
  private readonly input: HTMLTextAreaElement;
  private readonly button: HTMLButtonElement;
  private readonly editTitle = h("span");
  private readonly cancel = h("button", { type: "button", class: "link" });
  private readonly editBar = h("p", { class: "editing-bar", hidden: true }, icon("edit"), this.editTitle, this.cancel);
  /** The message in the box, and what was being written before it. */
  private edited: string | null = null;
  private parked = "";
  private readonly left = h("p", { class: "left", "aria-live": "polite", hidden: true });

  constructor(private readonly options: ComposerOptions) {
    this.input = h("textarea", {
      rows: 1,
      maxlength: MOST_CHARACTERS,
      dir: "auto",
      enterkeyhint: "send",
      autocomplete: "off",
      oninput: () => this.changed(),
      onkeydown: (event: KeyboardEvent) => this.pressed(event),
      onblur: () => options.stopTyping(),
    });
    this.button = h("button", { type: "submit", class: "send" }, icon("send"));
    this.cancel.addEventListener("click", () => options.revising.cancel());
    const row = h("div", { class: "row" }, this.input, this.button);
    this.element = h("form", { class: "composer", novalidate: true }, this.editBar, row, this.left);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.value = this.kept();
    this.render();
    // The height can only be measured once the element is part of the page.
    requestAnimationFrame(() => this.grow());
  }

  focus(): void {
    this.input.focus({ preventScroll: true });
  }

  /** Write a text that was sent once and taken back. */
  write(text: string): void {
    this.input.value = this.input.value ? `${this.input.value}\n${text}` : text;
    this.changed();
    this.focus();
  }

  render(): void {
    const { words, revising } = this.options;
    const { t } = words;
    this.follow();
    const action = t(revising.editing ? "edit.save" : "composer.send");
    this.input.placeholder = this.options.placeholder();
    this.input.setAttribute("aria-label", t(revising.editing ? "edit.title" : "composer.label"));
    this.button.setAttribute("aria-label", action);
    this.button.title = action;
    this.button.classList.toggle("ready", this.input.value.trim() !== "" && !revising.isSaving);
    const left = MOST_CHARACTERS - this.input.value.length;
    this.left.hidden = left >= WARN_BELOW;
    setText(this.left, this.left.hidden ? "" : t("composer.left", { count: left }));
  }

  /** Take the message that is being edited into the box, and give the box back afterwards. */
  private follow(): void {
    const { words, revising } = this.options;
    const { editing } = revising;
    this.editBar.hidden = !editing;
    setText(this.editTitle, words.t("edit.title"));
    setText(this.cancel, words.t("edit.cancel"));
    if ((editing?.id ?? null) === this.edited) return;
    if (this.edited === null) this.parked = this.input.value;
    this.edited = editing?.id ?? null;
    this.input.value = editing ? editing.body : this.parked;
    this.button.replaceChildren(icon(editing ? "check" : "send"));
    this.grow();
    this.focus();
  }

  private changed(): void {
    this.keep();
    this.grow();
    this.render();
    if (this.input.value && this.edited === null) this.options.typing();
    else this.options.stopTyping();
  }

  private pressed(event: KeyboardEvent): void {
    // 229 is what Safari reports for the Enter that ends a composition.
    if (event.isComposing || event.keyCode === 229) return;
    const isUp = event.key === "ArrowUp" && !this.input.value && this.edited === null;
    if (!isUp && (event.key !== "Enter" || event.shiftKey)) return;
    event.preventDefault();
    if (isUp) this.options.editLast();
    else this.submit();
  }

  private submit(): void {
    const body = this.input.value.trim();
    if (!body) return this.focus();
    if (this.edited !== null) return void this.options.revising.save(body);
    if (!this.options.ready()) return;
    this.input.value = "";
    this.keep();
    this.grow();
    this.render();
    this.options.send(body);
    this.focus();
  }

  private grow(): void {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight}px`;
    this.options.resized();
  }

  private kept(): string {
    return this.options.storage?.getItem(this.options.draftKey) ?? "";
  }

  private keep(): void {
    // The draft is what was being written before.
    if (this.edited !== null) return;
    const { storage, draftKey } = this.options;
    try {
      if (this.input.value) storage?.setItem(draftKey, this.input.value);
      else storage?.removeItem(draftKey);
    } catch {
      // A full store only costs the draft after a reload.
    }
  }
}
