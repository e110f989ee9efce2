/** The way to the server: a socket, or plain requests every few seconds while none can be had. */

import { Connection, type ConnectionState } from "../../browser/connection";
import { Fallback } from "../../browser/fallback";
import type { SentAck } from "../../browser/protocol";
import type { Outgoing } from "../../browser/send_queue";
import { postMessage } from "./data";

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

  send(outgoing: Outgoing): Promise<SentAck> {
    if (this.state === "polling") return postMessage(outgoing);
    const { session_id, client_msg_id, body, kind } = outgoing;
    return this.connection.request("send_message", { session_id, client_msg_id, body, kind });
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
