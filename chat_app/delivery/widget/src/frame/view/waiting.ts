/** Below the messages while nobody has taken the conversation: the place in the line. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import { duration } from "../../../../browser/times";
import type { FrameConfig } from "../config";
import type { Conversation } from "../conversation";
import { h, setText } from "./dom";
import { icon } from "./icons";

export class Waiting {
  private readonly text = h("span");
  readonly element = h("p", { class: "waiting", role: "status", hidden: true }, icon("clock"), this.text);

  constructor(
    private readonly config: FrameConfig,
    private readonly conversation: Conversation,
    private readonly words: Phrasebook,
  ) {}

  render(): void {
    const { phase, session } = this.conversation;
    this.element.hidden = phase !== "open" || session?.status !== "queued";
    setText(this.text, this.element.hidden ? "" : this.sentence());
  }

  private sentence(): string {
    const { t } = this.words;
    const queue = this.conversation.session?.queue;
    if (!this.config.agentsOnline && !queue?.wait_seconds) return t("waiting.away");
    if (!queue) return t("waiting");
    const place = t("waiting.position", { position: queue.position });
    if (queue.wait_seconds === null) return place;
    return `${place} · ${t("waiting.estimate", { time: duration(roughly(queue.wait_seconds), this.words) })}`;
  }
}

/** An estimate is no promise: whole minutes above one. */
function roughly(seconds: number): number {
  return seconds < 60 ? seconds : Math.round(seconds / 60) * 60;
}
