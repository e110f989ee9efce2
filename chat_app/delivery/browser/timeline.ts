/**
 * The messages of one session as one reader sees them: in order, each once, without holes, and each
 * in its newest version. What arrives too early waits aside until the missing numbers were fetched.
 */

import type { Message, MessagePage } from "./protocol";

export type FetchAfter = (afterSeq: number) => Promise<MessagePage | null>;
export type FetchChanges = (afterRevision: number) => Promise<MessagePage | null>;

const RETRY_DELAYS_MS = [500, 2_000, 5_000];
/** join_session tells at most this many changes; after more, they have to be read page by page. */
const MOST_CHANGED = 200;

export class Timeline {
  messages: Message[] = [];
  /** Highest number applied; everything from the first message up to it is here. */
  last = 0;
  /** Every change up to this one has been seen. */
  revision = 0;
  epoch = "";
  /** True while there are older messages on the server. */
  hasEarlier = false;
  private readonly aside = new Map<number, Message>();
  /** Newest versions of messages from before the first one here, by id. */
  private readonly earlier = new Map<string, Message>();
  /** Changes seen behind one that is still missing. */
  private readonly ahead = new Set<number>();
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
    this.earlier.clear();
    this.ahead.clear();
    this.changed();
  }

  /**
   * Take in one message, new or changed, pushed or acknowledged; a hole before it is filled in the
   * background. A version that is not newer than the one here changes nothing.
   */
  apply(message: Message): "applied" | "duplicate" | "held" {
    const known = message.seq <= this.last;
    const moved = this.put(message);
    if (this.releaseAside() || moved) this.changed();
    if (known) return "duplicate";
    if (message.seq <= this.last) return "applied";
    void this.fill();
    return "held";
  }

  /**
   * Take in a page that follows a number we have (of join_session or after_seq).
   * Answers false when it belongs to another history: the caller must reset.
   */
  applyPage(page: MessagePage & { changed?: Message[] }): boolean {
    if (!this.belongs(page)) return false;
    // Only who asked for changes, and got them all, knows of every one up to the page's revision.
    const isAll = page.changed && !page.has_more && page.revision - this.revision <= MOST_CHANGED;
    this.takeAll([...(page.changed ?? []), ...page.messages]);
    if (isAll) this.reach(page.revision);
    if (page.has_more || this.last < page.last_seq) void this.fill();
    return true;
  }

  /** Read every change that has not been seen, page by page (of after_revision). */
  async catchUp(fetchChanges: FetchChanges): Promise<"done" | "unreached" | "lost"> {
    for (;;) {
      const asked = this.revision;
      const page = await fetchChanges(asked);
      if (!page) return "unreached";
      if (!this.belongs(page)) return "lost";
      this.takeAll(page.messages);
      this.reach(page.has_more ? (page.messages.at(-1)?.revision ?? 0) : page.revision);
      if (!page.has_more || this.revision <= asked) break;
    }
    if (this.aside.size) void this.fill();
    return "done";
  }

  /** Take in the page before the first message (of before_seq). */
  prependPage(page: MessagePage): void {
    const first = this.messages[0]?.seq ?? this.last + 1;
    const older = page.messages.filter((message) => message.seq < first);
    this.messages = [...older.map((message) => newest(message, this.earlier.get(message.id))), ...this.messages];
    for (const { id } of older) this.earlier.delete(id);
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

  /** Every message to where it belongs; tells of it once. */
  private takeAll(messages: readonly Message[]): void {
    let moved = false;
    for (const message of messages) moved = this.put(message) || moved;
    if (this.releaseAside() || moved) this.changed();
  }

  /** Replace an older version, or lay aside what is new; true when something here changed. */
  private put(message: Message): boolean {
    this.saw(message.revision);
    if (message.seq > this.last) {
      this.aside.set(message.seq, newest(message, this.aside.get(message.seq)));
      return false;
    }
    const index = this.messages.findIndex((known) => known.id === message.id);
    const known = this.messages[index];
    if (!known) this.earlier.set(message.id, newest(message, this.earlier.get(message.id)));
    if (!known || message.revision <= known.revision) return false;
    this.messages[index] = message;
    return true;
  }

  private releaseAside(): boolean {
    const before = this.last;
    for (let next = this.aside.get(before + 1); next; next = this.aside.get(this.last + 1)) {
      this.messages.push(next);
      this.last = next.seq;
      this.aside.delete(next.seq);
    }
    return this.last > before;
  }

  /** One change is known now; those behind a missing one do not count yet. */
  private saw(revision: number): void {
    if (revision > this.revision) this.ahead.add(revision);
    while (this.ahead.delete(this.revision + 1)) this.revision++;
  }

  /** Every change up to `revision` is known now. */
  private reach(revision: number): void {
    this.revision = Math.max(this.revision, revision);
    for (const seen of this.ahead) if (seen <= this.revision) this.ahead.delete(seen);
    this.saw(this.revision);
  }

  /** False for a page of another history; the first page says which one is ours. */
  private belongs(page: MessagePage): boolean {
    this.epoch ||= page.epoch;
    return page.epoch === this.epoch;
  }

  private changed(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}

/** The version with the higher revision; of equals the known one, which may have come further. */
function newest(message: Message, known: Message | undefined): Message {
  return known && known.revision >= message.revision ? known : message;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
