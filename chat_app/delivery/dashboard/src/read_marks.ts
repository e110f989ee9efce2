/** How far each side has read the open conversation. */

import type { ServerEvents } from "../../browser/protocol";
import type { Line } from "./line";

/** True while this page is the one that somebody looks at. */
export function isWatched(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

export interface Reading {
  /** The number up to which the person has now seen everything, 0 when it looks elsewhere. */
  seq(): number;
  moved(sessionId: string, unread: number): void;
}

export class ReadMarks {
  /** How far the visitor has it, and has read it. */
  delivered = 0;
  read = 0;
  private sessionId = "";
  private marked = 0;
  private busy = false;

  constructor(
    private readonly line: Line,
    private readonly reading: Reading,
  ) {
    for (const event of ["focus", "visibilitychange"]) {
      window.addEventListener(event, () => this.check());
      document.addEventListener(event, () => this.check());
    }
    line.connection.onState((state) => {
      if (state === "online") this.marked = 0;
    });
  }

  /** Another conversation was opened. */
  begin(sessionId: string): void {
    Object.assign(this, { sessionId, marked: 0, delivered: 0, read: 0 });
  }

  /** Take in the other side's marks; true when the visitor's moved. */
  take(event: ServerEvents["read_updated"]): boolean {
    if (event.reader !== "visitor") return false;
    const before = this.delivered + this.read;
    this.delivered = Math.max(this.delivered, event.delivered_seq);
    this.read = Math.max(this.read, event.read_seq);
    return this.delivered + this.read > before;
  }

  /** Tell the server what has been seen, when somebody is really looking. */
  check(): void {
    if (!isWatched()) return;
    const seq = this.reading.seq();
    if (seq > this.marked && !this.busy) void this.mark(this.sessionId, seq);
  }

  private async mark(id: string, seq: number): Promise<void> {
    this.busy = true;
    const ack = await this.line.markRead(id, seq);
    this.busy = false;
    if (!ack.ok) return;
    if (id === this.sessionId) this.marked = seq;
    this.reading.moved(id, ack.unread);
    this.check();
  }
}
