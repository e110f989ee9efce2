/** One line above the composer that says what the visitor should know about the connection. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import type { Conversation } from "../conversation";
import { h, setText } from "./dom";

export class StateLine {
  readonly element = h("p", { class: "state", role: "status" });
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly conversation: Conversation,
    private readonly words: Phrasebook,
  ) {}

  render(): void {
    clearTimeout(this.timer);
    const seconds = this.secondsToWait();
    // Counts down by itself while a rate limit is waited for.
    if (seconds > 0) this.timer = setTimeout(() => this.render(), 1_000);
    const [kind, text] = this.state(seconds);
    this.element.className = `state ${kind}`;
    setText(this.element, text);
  }

  private state(seconds: number): [kind: string, text: string] {
    const { phase, linkState } = this.conversation;
    const { t } = this.words;
    const { failure } = this.conversation.revising;
    if (failure) return ["problem", t(failure.code === "forbidden" ? "change.too_late" : "change.failed")];
    if (phase === "blocked") return ["problem", t("state.blocked")];
    if (seconds > 0) return ["warning", t("state.rate_limited", { seconds })];
    if (linkState === "offline") return ["warning", t("state.offline")];
    if (phase === "ended" || phase === "start") return ["quiet", ""];
    if (linkState === "polling") return ["warning", t("state.polling")];
    if (linkState === "connecting") return ["late", t("state.connecting")];
    return ["quiet", ""];
  }

  private secondsToWait(): number {
    const limited = this.conversation.unsent.find(({ error }) => error?.code === "rate_limited");
    return Math.ceil(((limited?.retry_at ?? 0) - Date.now()) / 1_000);
  }
}
