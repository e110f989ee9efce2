/** How the site greets, above the first message. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import { comingTime } from "../../../../browser/times";
import type { FrameConfig } from "../config";
import type { Conversation } from "../conversation";
import { avatar } from "./avatar";
import { h, setText } from "./dom";

export class Intro {
  readonly element: HTMLElement;
  private readonly greeting = h("div", { class: "bubble", dir: "auto" });
  private readonly away = h("div", { class: "bubble", dir: "auto" });

  constructor(
    private readonly config: FrameConfig,
    private readonly conversation: Conversation,
    private readonly words: Phrasebook,
  ) {
    this.element = h(
      "div",
      { class: "intro message other first last" },
      avatar(config.name),
      h("span", { class: "name", dir: "auto" }, config.name),
      this.greeting,
      this.away,
    );
  }

  render(): void {
    const { phase, hasEarlier } = this.conversation;
    this.element.hidden = phase === "loading" || hasEarlier;
    setText(this.greeting, this.config.greeting ?? this.words.t("greeting"));
    this.away.hidden = this.config.availability.answers || phase !== "start";
    setText(this.away, this.note());
  }

  /** Why nobody answers at once, and that writing helps all the same. */
  private note(): string {
    const { isOpen, opensAt } = this.config.availability;
    const { t } = this.words;
    if (isOpen) return t("away.note");
    return opensAt ? t("closed.until", { time: comingTime(opensAt, new Date(), this.words) }) : t("closed");
  }
}
