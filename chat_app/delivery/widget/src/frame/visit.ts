/** Which session the visitor is in: finds it, follows what becomes of it, and lets it go. */

import type { Message, Session } from "../../../browser/protocol";
import { Follower } from "./follower";
import type { Link } from "./link";
import type { Marks } from "./marks";
import type { Rest } from "./rest";
import type { VisitorStore } from "./visitor_store";

/** "start": nobody has written yet. "ended": the last conversation is closed. */
export type Phase = "loading" | "start" | "open" | "ended" | "blocked";

export interface VisitOptions {
  store: VisitorStore;
  rest: Rest;
  link: Link;
  marks: Marks;
  /** There is no session; the next message begins one. */
  onNone: () => void;
  /** Another session is the current one from now on. */
  onAdopted: (session: Session) => void;
  /** The current session is let go. */
  onGone: () => void;
  onClosed: (session: Session) => void;
  onMessages: () => void;
  onChange: () => void;
}

const RELOAD_DELAY_MS = 3_000;

export class Visit {
  phase: Phase = "loading";
  session: Session | null = null;
  follower: Follower | null = null;
  /** The server could not be asked which session it is. */
  isUnreachable = false;

  private again: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: VisitOptions) {}

  get messages(): Message[] {
    return this.follower?.timeline.messages ?? [];
  }

  /** Find the visitor's session. Without a token nobody is asked. */
  async load(): Promise<void> {
    const { store, rest, onNone, onChange } = this.options;
    if (!store.token) {
      if (this.session) this.leave();
      this.become("start");
      return onNone();
    }
    const before = this.session;
    const ack = await rest.sessions();
    this.isUnreachable = !ack.ok && ack.error.code !== "unauthorized";
    if (ack.ok) {
      const current = ack.items.find((item) => item.status !== "closed") ?? ack.items[0];
      if (!current) this.become("start");
      else if (current.id !== this.session?.id) await this.adopt(current);
      // A push that came while we asked is newer than the answer.
      else if (this.session === before) this.follow(current);
    } else if (ack.error.code === "unauthorized") this.forgetVisitor();
    else this.reloadLater();
    onChange();
  }

  /** Make `session` the current one and show its newest messages. */
  async adopt(session: Session): Promise<void> {
    const { store, rest, marks, onAdopted } = this.options;
    const page = await rest.messages(session.id);
    if (!page.ok) return this.reloadLater();
    this.follower?.end();
    this.session = session;
    this.follower = this.makeFollower(session.id);
    marks.reset(page.messages, session.unread);
    this.follower.timeline.reset(page);
    store.session = session.id;
    this.follow(session);
    onAdopted(session);
  }

  /** Take over the newest state of the current session. */
  follow(session: Session): void {
    if (session.id !== this.session?.id) return;
    const wasOpen = this.phase === "open";
    this.session = session;
    if (session.status !== "closed") {
      this.become("open");
      this.options.link.open();
      return;
    }
    if (wasOpen) this.options.onClosed(session);
    this.become("ended");
  }

  /** Put the session away; the next message begins another. */
  startOver(): void {
    this.leave();
    this.become("start");
  }

  block(): void {
    this.become("blocked");
  }

  private makeFollower(id: string): Follower {
    const { rest, link, marks, onMessages } = this.options;
    return new Follower(id, {
      rest,
      link,
      onSession: (session) => this.follow(session),
      onPage: (page) => marks.learn(page.messages),
      onLost: () => {
        this.leave();
        void this.load();
      },
      onMessages,
    });
  }

  /** The token is worth nothing any more: begin as somebody new. */
  private forgetVisitor(): void {
    this.options.store.token = null;
    this.options.store.session = null;
    this.options.store.hasEmail = false;
    this.startOver();
  }

  private leave(): void {
    this.options.link.close();
    this.follower?.end();
    this.follower = null;
    this.session = null;
    this.options.onGone();
  }

  private reloadLater(): void {
    clearTimeout(this.again);
    this.again = setTimeout(() => void this.load(), RELOAD_DELAY_MS);
  }

  private become(phase: Phase): void {
    this.phase = phase;
    this.options.onChange();
  }
}
