/** The way to the server: a socket, or REST every few seconds while no socket can be had. */

import { Connection, type ConnectionState } from "../../../browser/connection";
import { Fallback } from "../../../browser/fallback";
import type { Ack, ServerEvents } from "../../../browser/protocol";

export type LinkState = "idle" | "connecting" | "online" | "polling" | "offline";

export interface LinkOptions {
  token: () => string | null;
  /** One round of REST; answers whether the server was reached. */
  poll: () => Promise<boolean>;
  onOnline: () => void;
  onRefused: (code: string) => void;
  onChange: () => void;
}

export class Link {
  state: LinkState = "idle";
  private connection: Connection | null = null;
  private readonly handlers: [string, (payload: never) => void][] = [];
  private readonly fallback: Fallback;

  constructor(private readonly options: LinkOptions) {
    this.fallback = new Fallback(options.poll, (reached) => this.become(reached ? "polling" : "offline"));
  }

  on<E extends keyof ServerEvents>(event: E, react: (payload: ServerEvents[E]) => void): void {
    this.handlers.push([event, react]);
  }

  open(): void {
    if (this.connection) return;
    this.connection = new Connection("/visitor", { token: this.options.token });
    for (const [event, react] of this.handlers) this.connection.on(event, react);
    this.connection.onState((state) => this.follow(state));
  }

  close(): void {
    this.fallback.stop();
    this.connection?.close();
    this.connection = null;
    this.become("idle");
  }

  /** Give up a socket that no longer answers and open another. */
  reconnect(): void {
    this.connection?.reconnect();
  }

  get isOnline(): boolean {
    return this.connection?.state === "online";
  }

  /** Pushes get lost on their way (or no longer): messages come with the next question only. */
  lag(isLate: boolean): void {
    if (this.isOnline) this.become(isLate ? "polling" : "online");
  }

  request<T>(event: string, payload: object): Promise<Ack<T>> {
    if (this.connection) return this.connection.request<T>(event, payload);
    return Promise.resolve({ ok: false, error: { code: "offline", message: "Not connected" } });
  }

  private follow(state: ConnectionState): void {
    if (state === "online") {
      this.fallback.stop();
      this.become("online");
      this.options.onOnline();
    } else if (state === "refused") {
      const code = this.connection?.refusal?.code ?? "unauthorized";
      this.close();
      this.options.onRefused(code);
    } else {
      if (this.state === "idle") this.become("connecting");
      else if (this.state === "online") this.become("offline");
      this.fallback.start();
    }
  }

  private become(state: LinkState): void {
    if (state === this.state) return;
    this.state = state;
    this.options.onChange();
  }
}
