/** The way to the server: a socket, or REST every few seconds while no socket can be had. */

import { Connection, type ConnectionState } from "../../../browser/connection";
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

const FALLBACK_AFTER_MS = 10_000;
const POLL_INTERVAL_MS = 4_000;

export class Link {
  state: LinkState = "idle";
  private connection: Connection | null = null;
  private readonly handlers: [string, (payload: never) => void][] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: LinkOptions) {}

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
    clearTimeout(this.timer);
    this.timer = undefined;
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

  request<T>(event: string, payload: object): Promise<Ack<T>> {
    if (this.connection) return this.connection.request<T>(event, payload);
    return Promise.resolve({ ok: false, error: { code: "offline", message: "Not connected" } });
  }

  private follow(state: ConnectionState): void {
    if (state === "online") {
      clearTimeout(this.timer);
      this.timer = undefined;
      this.become("online");
      this.options.onOnline();
    } else if (state === "refused") {
      const code = this.connection?.refusal?.code ?? "unauthorized";
      this.close();
      this.options.onRefused(code);
    } else {
      if (this.state === "idle") this.become("connecting");
      else if (this.state === "online") this.become("offline");
      this.timer ??= setTimeout(() => void this.poll(), FALLBACK_AFTER_MS);
    }
  }

  private async poll(): Promise<void> {
    const reached = await this.options.poll();
    // The socket may have come back, or the link been closed, while we asked.
    if (!this.connection || this.isOnline) return;
    this.become(reached ? "polling" : "offline");
    this.timer = setTimeout(() => void this.poll(), POLL_INTERVAL_MS);
  }

  private become(state: LinkState): void {
    if (state === this.state) return;
    this.state = state;
    this.options.onChange();
  }
}
