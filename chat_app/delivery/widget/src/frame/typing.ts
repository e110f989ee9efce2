/** Who is typing: we tell the agent, and forget what the agent's side stopped repeating. */

import type { Sender } from "../../../browser/protocol";

const REPEAT_MS = 3_000;
const IDLE_MS = 5_000;
const FORGET_MS = 8_000;

export class Typing {
  /** The agent who is typing now. */
  sender: Sender | null = null;
  private toldAt = 0;
  private idle: ReturnType<typeof setTimeout> | undefined;
  private forget: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly tell: (typing: boolean) => void,
    private readonly onChange: () => void,
  ) {}

  /** The visitor pressed a key. */
  press(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.stop(), IDLE_MS);
    if (Date.now() - this.toldAt < REPEAT_MS) return;
    this.toldAt = Date.now();
    this.tell(true);
  }

  /** The visitor sent, emptied or left the message. */
  stop(): void {
    clearTimeout(this.idle);
    if (this.toldAt) this.tell(false);
    this.toldAt = 0;
  }

  hear(sender: Sender, typing: boolean): void {
    clearTimeout(this.forget);
    if (typing) this.forget = setTimeout(() => this.hear(sender, false), FORGET_MS);
    if (Boolean(this.sender) === typing && this.sender?.id === (typing ? sender.id : undefined)) return;
    this.sender = typing ? sender : null;
    this.onChange();
  }

  reset(): void {
    clearTimeout(this.idle);
    clearTimeout(this.forget);
    this.sender = null;
    this.toldAt = 0;
  }
}
