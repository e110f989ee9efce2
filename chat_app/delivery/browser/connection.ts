/** One authenticated Socket.IO connection that never gives up and never rejects. */

import { io, type Socket } from "socket.io-client";
import type { Ack, Failure, ServerEvents } from "./protocol";

export type ConnectionState = "connecting" | "online" | "offline" | "refused";

export interface ConnectionOptions {
  /** Asked before every CONNECT; leave out where a cookie authenticates. */
  token?: () => string | null;
  /** Origin of the server; this page's own by default. */
  origin?: string;
}

/** Refusals that a later attempt with the same credentials cannot change. */
const FINAL_REFUSALS = new Set(["unauthorized", "forbidden", "blocked", "not_found"]);
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 10_000;

export class Connection {
  state: ConnectionState = "connecting";
  /** Why the server refused us, while `state` is "refused". */
  refusal: Failure | null = null;
  private readonly socket: Socket;
  private readonly watchers = new Set<(state: ConnectionState) => void>();
  private attempts = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(namespace: "/visitor" | "/agent", options: ConnectionOptions = {}) {
    const { token } = options;
    this.socket = io((options.origin ?? "") + namespace, {
      // Polling only works where one process serves it, so it comes second, and is tried at once. Its
      // handshake carries no Origin, without which the server takes no cookie.
      transports: token ? ["websocket", "polling"] : ["websocket"],
      tryAllTransports: true,
      reconnectionDelay: FIRST_DELAY_MS,
      reconnectionDelayMax: LONGEST_DELAY_MS,
      timeout: 10_000,
      ...(token ? { auth: (give: (auth: object) => void) => give({ token: token() }) } : {}),
    });
    this.listen();
  }

  /** Call `react` on every `event` from the server; returns the way to stop. */
  on<E extends keyof ServerEvents>(event: E, react: (payload: ServerEvents[E]) => void): () => void;
  on<P>(event: string, react: (payload: P) => void): () => void;
  on(event: string, react: (payload: never) => void): () => void {
    const listener = react as (payload: unknown) => void;
    this.socket.on(event, listener);
    return () => this.socket.off(event, listener);
  }

  /** Call `react` now and whenever the state changes; returns the way to stop. */
  onState(react: (state: ConnectionState) => void): () => void {
    this.watchers.add(react);
    react(this.state);
    return () => this.watchers.delete(react);
  }

  /**
   * Send `event` and wait for its answer. Never rejects: code "offline" means nothing was sent,
   * code "timeout" that the outcome is unknown, so that repeating must be harmless.
   */
  request<T = object>(event: string, payload: object = {}, timeoutMs = 5_000): Promise<Ack<T>> {
    if (!this.socket.connected) return Promise.resolve(failed("offline", "Not connected"));
    return new Promise((resolve) => {
      this.socket.timeout(timeoutMs).emit(event, payload, (lost: Error | null, ack: Ack<T>) => {
        resolve(lost || !ack ? failed("timeout", "No answer in time") : ack);
      });
    });
  }

  /** Open a fresh connection now: after signing in, or when the old one no longer answers. */
  reconnect(): void {
    clearTimeout(this.timer);
    this.attempts = 0;
    if (this.socket.connected) this.socket.disconnect();
    else this.become("connecting");
    this.socket.connect();
  }

  /** End the connection for good. */
  close(): void {
    clearTimeout(this.timer);
    if (typeof window !== "undefined") window.removeEventListener("online", this.wake);
    this.watchers.clear();
    this.socket.close();
  }

  private readonly wake = (): void => {
    if (this.state === "offline") this.reconnect();
  };

  private listen(): void {
    this.socket.on("connect", () => {
      clearTimeout(this.timer);
      this.attempts = 0;
      this.refusal = null;
      this.become("online");
    });
    this.socket.on("disconnect", (reason) => {
      this.become("offline");
      // After these two the library itself does not come back.
      if (reason === "io server disconnect") this.later();
    });
    this.socket.on("connect_error", (error) => this.refused(error));
    this.socket.on("server_draining", ({ reconnect_in }: { reconnect_in: number }) => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.socket.disconnect().connect(), reconnect_in * 1_000);
    });
    if (typeof window !== "undefined") window.addEventListener("online", this.wake);
  }

  private refused(error: Error): void {
    const { data } = error as Error & { data?: Partial<Failure> };
    if (data?.code && FINAL_REFUSALS.has(data.code)) {
      this.refusal = { code: data.code, message: data.message ?? error.message };
      this.become("refused");
      return;
    }
    this.become("offline");
    if (!this.socket.active) this.later(data?.retry_after);
  }

  private later(retryAfterSeconds = 0): void {
    const backOff = Math.min(FIRST_DELAY_MS * 2 ** this.attempts++, LONGEST_DELAY_MS);
    const wait = Math.max(retryAfterSeconds * 1_000, backOff * (0.5 + Math.random() / 2));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.socket.connect(), wait);
  }

  private become(state: ConnectionState): void {
    if (state === this.state) return;
    this.state = state;
    for (const watcher of [...this.watchers]) watcher(state);
  }
}

function failed(code: string, message: string): { ok: false; error: Failure } {
  return { ok: false, error: { code, message } };
}
