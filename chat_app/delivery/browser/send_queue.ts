/**
 * Messages on their way: kept until the server acknowledged them, sent one at a time a session,
 * repeated with the same client_msg_id, and still there after a reload of the page.
 */

import type { Failure, Message, MessageKind, SentAck } from "./protocol";

export interface Draft {
  body: string;
  kind?: MessageKind;
  reply_to?: string | null;
  attachment_ids?: string[];
}

export interface Outgoing extends Draft {
  client_msg_id: string;
  session_id: string;
  /** "sent" until the caller has shown the stored message and calls `remove`. */
  state: "sending" | "sent" | "failed";
  /** Why it failed, or why it has to wait. */
  error: Failure | null;
  /** Milliseconds since 1970 before which it is not tried again. */
  retry_at: number | null;
  created_at: string;
}

export interface SendQueueOptions {
  /** Does one attempt; never rejects. */
  send: (outgoing: Outgoing) => Promise<SentAck>;
  /** Where it is kept, for example sessionStorage; null keeps it in memory only. */
  storage?: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  key?: string;
  /** Attempts without an answer, while connected, before a person has to decide. */
  mostAttempts?: number;
  now?: () => number;
  random?: () => number;
  newId?: () => string;
}

/** What another attempt may cure; "offline" waits without counting as an attempt. */
const PASSING = new Set(["timeout", "unavailable", "rate_limited", "offline"]);
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

export class SendQueue {
  private items: Outgoing[];
  private readonly attempts = new Map<string, number>();
  private readonly busy = new Set<string>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly changeWatchers = new Set<() => void>();
  private readonly sentWatchers = new Set<(message: Message, outgoing: Outgoing) => void>();
  private readonly storage: SendQueueOptions["storage"];
  private readonly key: string;
  private readonly now: () => number;

  constructor(private readonly options: SendQueueOptions) {
    this.storage = options.storage ?? null;
    this.key = options.key ?? "cland-unsent";
    this.now = options.now ?? Date.now;
    this.items = this.restore();
  }

  /** Add a message at the end of its session's line and start sending. */
  enqueue(sessionId: string, draft: Draft): Outgoing {
    const outgoing: Outgoing = {
      ...draft,
      client_msg_id: this.options.newId?.() ?? newClientId(),
      session_id: sessionId,
      state: "sending",
      error: null,
      retry_at: null,
      created_at: new Date(this.now()).toISOString(),
    };
    this.items.push(outgoing);
    this.changed();
    void this.advance(sessionId);
    return outgoing;
  }

  /** What is not yet shown as stored, oldest first. */
  pending(sessionId: string): Outgoing[] {
    return this.items.filter((item) => item.session_id === sessionId);
  }

  /** Every session that has something unsent. */
  sessions(): string[] {
    return [...new Set(this.items.map((item) => item.session_id))];
  }

  /** Try a failed message again, under the same client_msg_id. */
  retry(clientMsgId: string): void {
    const item = this.find(clientMsgId);
    if (item?.state !== "failed") return;
    this.attempts.delete(clientMsgId);
    Object.assign(item, { state: "sending", error: null, retry_at: null });
    this.changed();
    void this.advance(item.session_id);
  }

  /** Forget a message: it is shown as stored, or was given up. */
  remove(clientMsgId: string): void {
    const before = this.items.length;
    this.items = this.items.filter((item) => item.client_msg_id !== clientMsgId);
    this.attempts.delete(clientMsgId);
    if (this.items.length !== before) this.changed();
  }

  /** Move everything of one line to another, when a session has got its real id. */
  rename(from: string, to: string): void {
    for (const item of this.pending(from)) item.session_id = to;
    this.changed();
    void this.advance(to);
  }

  /** Go on at once: the connection is back. A rate limit is still waited for. */
  wake(): void {
    for (const session of this.sessions()) {
      const next = this.next(session);
      if (next?.error?.code === "rate_limited" && (next.retry_at ?? 0) > this.now()) continue;
      if (next) next.retry_at = null;
      void this.advance(session);
    }
  }

  onChange(react: () => void): () => void {
    this.changeWatchers.add(react);
    return () => this.changeWatchers.delete(react);
  }

  /** Called with the stored message of every acknowledged send. */
  onSent(react: (message: Message, outgoing: Outgoing) => void): () => void {
    this.sentWatchers.add(react);
    return () => this.sentWatchers.delete(react);
  }

  private async advance(session: string): Promise<void> {
    const item = this.next(session);
    if (!item || this.busy.has(item.client_msg_id) || this.waiting(item)) return;
    this.busy.add(item.client_msg_id);
    const ack = await this.options.send({ ...item });
    this.busy.delete(item.client_msg_id);
    // It may have been removed, or its session renamed, while we waited for the answer.
    if (!this.items.includes(item)) return void this.advance(item.session_id);
    if (ack.ok) this.settle(item, ack.message);
    else this.refuse(item, ack.error);
    void this.advance(item.session_id);
  }

  private settle(item: Outgoing, message: Message): void {
    this.attempts.delete(item.client_msg_id);
    Object.assign(item, { state: "sent", error: null, retry_at: null });
    for (const watcher of [...this.sentWatchers]) watcher(message, item);
    this.changed();
  }

  private refuse(item: Outgoing, error: Failure): void {
    const used = this.attempts.get(item.client_msg_id) ?? 0;
    const counts = error.code === "timeout" || error.code === "unavailable";
    if (counts) this.attempts.set(item.client_msg_id, used + 1);
    const givenUp = used + 1 >= (this.options.mostAttempts ?? 8);
    if (!PASSING.has(error.code) || (counts && givenUp)) {
      Object.assign(item, { state: "failed", error, retry_at: null });
    } else {
      const wait = this.delay(used, error);
      Object.assign(item, { error, retry_at: this.now() + wait });
      this.later(item.session_id, wait);
    }
    this.changed();
  }

  private delay(used: number, error: Failure): number {
    const jitter = 0.5 + (this.options.random ?? Math.random)() / 2;
    const backOff = Math.min(FIRST_DELAY_MS * 2 ** used, LONGEST_DELAY_MS) * jitter;
    return Math.max((error.retry_after ?? 0) * 1_000, error.code === "offline" ? 2_000 : backOff);
  }

  private later(session: string, wait: number): void {
    clearTimeout(this.timers.get(session));
    this.timers.set(session, setTimeout(() => void this.advance(session), wait));
  }

  private waiting(item: Outgoing): boolean {
    const wait = (item.retry_at ?? 0) - this.now();
    if (wait <= 0) return false;
    this.later(item.session_id, wait);
    return true;
  }

  private next(session: string): Outgoing | undefined {
    return this.pending(session).find((item) => item.state === "sending");
  }

  private find(clientMsgId: string): Outgoing | undefined {
    return this.items.find((item) => item.client_msg_id === clientMsgId);
  }

  private restore(): Outgoing[] {
    try {
      const kept: unknown = JSON.parse(this.storage?.getItem(this.key) ?? "[]");
      return Array.isArray(kept) ? (kept as Outgoing[]).filter(isOutgoing) : [];
    } catch {
      return [];
    }
  }

  private changed(): void {
    try {
      const unsent = this.items.filter((item) => item.state !== "sent");
      if (unsent.length) this.storage?.setItem(this.key, JSON.stringify(unsent));
      else this.storage?.removeItem(this.key);
    } catch {
      // A full or forbidden store only costs the survival of a reload.
    }
    for (const watcher of [...this.changeWatchers]) watcher();
  }
}

function isOutgoing(value: Partial<Outgoing> | null): boolean {
  return (
    typeof value?.client_msg_id === "string" &&
    typeof value.session_id === "string" &&
    typeof value.body === "string" &&
    (value.state === "sending" || value.state === "failed")
  );
}

/** A random id that also works where crypto.randomUUID does not (pages without TLS). */
export function newClientId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
