/** Where the visitor writes: grows with the text, sends on Enter, never while an input method composes. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import { h, setText } from "./dom";
import { icon } from "./icons";

const MOST_CHARACTERS = 4_000;
const WARN_BELOW = 300;

export interface ComposerOptions {
  words: Phrasebook;
  /** Keeps an unsent text over a reload; null where storage is blocked. */
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  draftKey: string;
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
    const row = h("div", { class: "row" }, this.input, this.button);
    this.element = h("form", { class: "composer", novalidate: true }, row, this.left);
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

  render(): void {
    const { t } = this.options.words;
    this.input.placeholder = t("composer.placeholder");
    this.input.setAttribute("aria-label", t("composer.label"));
    this.button.setAttribute("aria-label", t("composer.send"));
    this.button.title = t("composer.send");
    this.button.classList.toggle("ready", this.input.value.trim() !== "");
    const left = MOST_CHARACTERS - this.input.value.length;
    this.left.hidden = left >= WARN_BELOW;
    setText(this.left, this.left.hidden ? "" : t("composer.left", { count: left }));
  }

  private changed(): void {
    this.keep();
    this.grow();
    this.render();
    if (this.input.value) this.options.typing();
    else this.options.stopTyping();
  }

  private pressed(event: KeyboardEvent): void {
    // 229 is what Safari reports for the Enter that ends a composition.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.submit();
  }

  private submit(): void {
    const body = this.input.value.trim();
    if (!body) return this.focus();
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
    const { storage, draftKey } = this.options;
    try {
      if (this.input.value) storage?.setItem(draftKey, this.input.value);
      else storage?.removeItem(draftKey);
    } catch {
      // A full store only costs the draft after a reload.
    }
  }
}
