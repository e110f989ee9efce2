/** The way from the bot to people, for as long as the bot has the conversation. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import type { Conversation } from "../conversation";
import { h, setText } from "./dom";
import { icon } from "./icons";

export class HandOff {
  private readonly text = h("span");
  private readonly button = h("button", { type: "button", onclick: () => void this.press() }, icon("person"), this.text);
  private readonly problem = h("p", { role: "alert" });
  readonly element = h("div", { class: "replies handoff", hidden: true }, this.problem, this.button);
  private state: "ready" | "pending" | "failed" = "ready";

  constructor(
    private readonly conversation: Conversation,
    private readonly words: Phrasebook,
    /** The button goes away with the bot, so the focus needs another place. */
    private readonly focusElsewhere: () => void,
  ) {}

  render(): void {
    const isHidden = this.conversation.standing !== "bot";
    const hadFocus = this.element.contains(document.activeElement);
    if (isHidden) this.state = "ready";
    this.element.hidden = isHidden;
    // Stays focusable while it works: the keyboard's place is not lost.
    this.button.setAttribute("aria-disabled", String(this.state === "pending"));
    setText(this.text, this.words.t(this.state === "pending" ? "handoff.pending" : "handoff"));
    setText(this.problem, this.state === "failed" ? this.words.t("handoff.failed") : "");
    if (isHidden && hadFocus) this.focusElsewhere();
  }

  private async press(): Promise<void> {
    if (this.state === "pending") return;
    this.state = "pending";
    this.render();
    this.state = (await this.conversation.handOff()) ? "ready" : "failed";
    this.render();
  }
}
