/** Who is writing right now, with what the visitor has written so far. */

import type { ServerEvents } from "../../browser/protocol";
import { t } from "./boot";
import { must, setText } from "./dom";

/** After this long without a sign, we stop believing it. */
const FORGET_MS = 12_000;
const REPEAT_MS = 4_000;
const PAUSE_MS = 6_000;

export class TypingDisplay {
  private readonly line = must("[data-typing]");
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly changed: () => void) {}

  show(event: ServerEvents["typing_changed"], name: string): void {
    clearTimeout(this.timer);
    if (!event.typing) return this.hide();
    setText(must("[data-typing-who]", this.line), t("typing", { name }));
    setText(must("[data-typing-text]", this.line), event.preview ?? "");
    this.line.hidden = false;
    this.timer = setTimeout(() => this.hide(), FORGET_MS);
    this.changed();
  }

  hide(): void {
    clearTimeout(this.timer);
    this.line.hidden = true;
  }
}

/** Tells the server that a reply is being written: at once, then now and then, and when it stops. */
export class TypingSignal {
  private sentAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: (typing: boolean) => void) {}

  set(typing: boolean): void {
    clearTimeout(this.timer);
    if (!typing) return this.stop();
    if (Date.now() - this.sentAt > REPEAT_MS) {
      this.sentAt = Date.now();
      this.send(true);
    }
    this.timer = setTimeout(() => this.stop(), PAUSE_MS);
  }

  private stop(): void {
    if (!this.sentAt) return;
    this.sentAt = 0;
    this.send(false);
  }
}
