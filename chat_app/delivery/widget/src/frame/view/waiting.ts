/** Below the messages while nobody has taken the conversation: the place in the line, or that it is in good hands. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import type { Conversation } from "../conversation";
import { h, setText } from "./dom";
import { icon } from "./icons";

export class Waiting {
  private readonly text = h("span");
  // Minutes that come and go are nothing to read out; a new place in the line is.
  private readonly estimate = h("span", { "aria-live": "off" });
  private readonly line = h("p", { hidden: true }, h("span", {}, this.text, this.estimate));
  /** Always there: what appears together with its words is not read out. */
  readonly element = h("div", { class: "aside", role: "status" }, this.line);
  private shown = "";

  constructor(
    private readonly conversation: Conversation,
    private readonly words: Phrasebook,
  ) {}

  render(): void {
    const { standing, session, courier } = this.conversation;
    const { t } = this.words;
    const queue = session?.queue;
    const isWaiting = standing === "waiting" && queue;
    this.line.hidden = !isWaiting && standing !== "left";
    if (standing !== this.shown) {
      this.shown = standing;
      this.line.className = standing;
      this.line.querySelector("svg")?.remove();
      this.line.prepend(icon(isWaiting ? "clock" : "check"));
    }
    const left = t(courier.hasEmail ? "left.email" : "left");
    const place = queue && t(queue.position > 1 ? "waiting.position" : "waiting.next", { position: queue.position });
    setText(this.text, this.line.hidden ? "" : isWaiting ? `${place}` : left);
    const seconds = isWaiting ? queue.wait_seconds : null;
    setText(this.estimate, seconds === null ? "" : ` · ${t("waiting.estimate", { time: roughly(seconds, this.words) })}`);
  }
}

/** An estimate is no promise: whole minutes, above 90 of them whole hours. */
export function roughly(seconds: number, words: Phrasebook): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes > 90
    ? words.t("time.hours", { count: Math.round(minutes / 60) })
    : words.t("time.minutes", { count: minutes });
}
