/**
 * The messages of one session as one reader sees them: in order, each once, without holes.
 * What arrives too early waits aside until the missing numbers were fetched.
 */

import type { Message, MessagePage } from "./protocol";

export type FetchAfter = (afterSeq: number) => Promise<MessagePage | null>;

const RETRY_DELAYS_MS = [500, 2_000, 5_000];

export class Timeline {
  messages: Message[] = [];
  /** Highest number applied; everything from the first message up to it is here. */
  last = 0;
  revision = 0;
  epoch = "";
  /** True while there are older messages on the server. */
  hasEarlier = false;
  private readonly aside = new Map<number, Message>();
  private readonly watchers = new Set<() => void>();
  private filling: Promise<void> | null = null;

  /** `fetchAfter` answers the page after a number, or null when it could not be fetched. */
  constructor(
    private readonly fetchAfter: FetchAfter,
    private readonly pause: (ms: number) => Promise<void> = wait,
  ) {}

  onChange(react: () => void): () => void {
    this.watchers.add(react);
    return () => this.watchers.delete(react);
  }

  /** Start over with the newest page of the session. */
  reset(page: MessagePage): void {
    this.messages = [...page.messages];
    this.last = this.messages.at(-1)?.seq ?? page.last_seq;
    this.revision = page.revision;
    this.epoch = page.epoch;
    this.hasEarlier = page.has_more;
    this.aside.clear();
    this.changed();
  }

  /** Take in one pushed or acknowledged message; a hole before it is filled in the background. */
  apply(message: Message, revision = message.revision): "applied" | "duplicate" | "held" {
    if (message.seq <= this.last) return "duplicate";
    if (message.seq > this.last + 1) {
      this.aside.set(message.seq, message);
      void this.fill();
      return "held";
    }
    this.append(message);
    this.releaseAside();
    this.revision = Math.max(this.revision, revision);
    this.changed();
    return "applied";
  }

  /** Put an edited or recalled message in the place of its older version. */
  update(message: Message, revision = message.revision): void {
    const index = this.messages.findIndex((known) => known.seq === message.seq);
    const known = this.messages[index];
    if (known && known.revision <= message.revision) {
      this.messages[index] = message;
      this.changed();
    }
    this.revision = Math.max(this.revision, revision);
  }

  /**
   * Take in a page that follows a number we have (of join_session or after_seq).
   * Answers false when it belongs to another history: the caller must reset.
   */
  applyPage(page: MessagePage & { changed?: Message[] }): boolean {
    if (this.epoch && page.epoch !== this.epoch) return false;
    this.epoch = page.epoch;
    for (const message of page.changed ?? []) this.update(message);
    let grew = false;
    for (const message of page.messages) {
      if (message.seq === this.last + 1) grew = this.append(message);
      else if (message.seq > this.last) this.aside.set(message.seq, message);
    }
    this.releaseAside();
    this.revision = Math.max(this.revision, page.has_more ? 0 : page.revision);
    if (grew || page.changed?.length) this.changed();
    if (page.has_more || this.last < page.last_seq) void this.fill();
    return true;
  }

  /** Take in the page before the first message (of before_seq). */
  prependPage(page: MessagePage): void {
    const first = this.messages[0]?.seq ?? this.last + 1;
    this.messages = [...page.messages.filter((message) => message.seq < first), ...this.messages];
    this.hasEarlier = page.has_more;
    this.changed();
  }

  /** The server says how far the session is; fetch what is missing. */
  checkLast(lastSeq: number): Promise<void> {
    return lastSeq > this.last ? this.fill() : Promise.resolve();
  }

  /** Fetch until nothing is missing; several calls share one run. */
  fill(): Promise<void> {
    this.filling ??= this.fillNow().finally(() => {
      this.filling = null;
    });
    return this.filling;
  }

  private async fillNow(): Promise<void> {
    let failures = 0;
    for (;;) {
      const page = await this.fetchAfter(this.last);
      if (!page) {
        const delay = RETRY_DELAYS_MS[failures++];
        // Given up for now: the next push, sync or join starts another run.
        if (delay === undefined) return;
        await this.pause(delay);
        continue;
      }
      failures = 0;
      const before = this.last;
      if (!this.applyPage(page)) return;
      if (!page.has_more || this.last === before) return;
    }
  }

  private append(message: Message): true {
    this.messages.push(message);
    this.last = message.seq;
    this.aside.delete(message.seq);
    return true;
  }

  private releaseAside(): void {
    for (;;) {
      const next = this.aside.get(this.last + 1);
      if (!next) break;
      this.append(next);
    }
    for (const seq of this.aside.keys()) if (seq <= this.last) this.aside.delete(seq);
  }

  private changed(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
