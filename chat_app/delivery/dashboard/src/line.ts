/** The way to the server: a socket, or plain requests every few seconds while none can be had. */

import { Connection, type ConnectionState } from "../../browser/connection";
import { Fallback } from "../../browser/fallback";
import type { Ack, SentAck } from "../../browser/protocol";
import type { Outgoing } from "../../browser/send_queue";
import { call, sessionPath } from "./api";

export type LineState = ConnectionState | "polling";

export class Line {
  readonly connection = new Connection("/agent");
  state: LineState = "connecting";
  private readonly fallback: Fallback;
  private readonly watchers = new Set<(state: LineState) => void>();

  /** `round` reads everything once without the socket; false when the server was not reached. */
  constructor(round: () => Promise<boolean>) {
    this.fallback = new Fallback(round, (reached) => this.become(reached ? "polling" : "offline"));
    this.connection.onState((state) => this.follow(state));
  }

  /** Call `react` now and whenever the state changes. */
  onState(react: (state: LineState) => void): void {
    this.watchers.add(react);
    react(this.state);
  }

  /** Send a message over whatever there is; the same client_msg_id again is stored once. */
  send({ session_id, client_msg_id, body, kind }: Outgoing): Promise<SentAck> {
    const draft = { client_msg_id, body, kind };
    if (this.isLive) return this.connection.request("send_message", { session_id, ...draft });
    return call("POST", sessionPath(session_id, "messages"), draft);
  }

  /** Move the read mark; it only moves up, so that doing it twice is harmless. */
  markRead(session_id: string, seq: number): Promise<Ack<{ unread: number }>> {
    if (this.isLive) return this.connection.request("mark_read", { session_id, seq });
    return call("POST", sessionPath(session_id, "read"), { seq });
  }

  private get isLive(): boolean {
    return this.connection.state === "online";
  }

  private follow(state: ConnectionState): void {
    const isSettled = state === "online" || state === "refused";
    if (isSettled) this.fallback.stop();
    else this.fallback.start();
    // While plain requests do their work, what the socket tries is nobody's business.
    if (isSettled || this.state !== "polling") this.become(state);
  }

  private become(state: LineState): void {
    if (state === this.state) return;
    this.state = state;
    for (const watcher of this.watchers) watcher(state);
  }
}
