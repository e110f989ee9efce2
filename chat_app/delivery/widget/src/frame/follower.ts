/** Keeps one session's messages complete: joins its room, checks for lost pushes, polls without a socket. */

import {
  type JoinedSession,
  type MessagePage,
  type Session,
  type SyncedSessions,
} from "../../../browser/protocol";
import { Timeline } from "../../../browser/timeline";
import type { Link } from "./link";
import type { Rest } from "./rest";

export interface FollowerOptions {
  rest: Rest;
  link: Link;
  /** A newer state of the session. */
  onSession: (session: Session) => void;
  /** Messages as read from the database, with their marks. */
  onPage: (page: MessagePage) => void;
  /** The session is gone, or its history is another one: everything has to be read again. */
  onLost: () => void;
  onMessages: () => void;
}

const REJOIN_DELAY_MS = 3_000;
const PUSH_MS = 1_000;
/** Refusals that no later attempt changes. */
const GONE = ["unauthorized", "not_found"];

export class Follower {
  readonly timeline: Timeline;
  private isJoined = false;
  private isOver = false;
  private isLoadingEarlier = false;

  constructor(
    readonly id: string,
    private readonly options: FollowerOptions,
  ) {
    this.timeline = new Timeline(async (after) => {
      const page = await options.rest.messages(id, { after_seq: after });
      return page.ok ? page : null;
    });
    this.timeline.onChange(options.onMessages);
  }

  /** Answers of questions that are still under way no longer matter. */
  end(): void {
    this.isOver = true;
  }

  disconnected(): void {
    this.isJoined = false;
  }

  async join(): Promise<void> {
    const { timeline, options } = this;
    const ack = await options.link.request<JoinedSession>("join_session", {
      session_id: this.id,
      after_seq: timeline.last,
      after_revision: timeline.revision,
      epoch: timeline.epoch,
    });
    if (this.isOver) return;
    if (ack.ok) {
      this.isJoined = true;
      options.onSession(ack.session);
      options.onPage(ack);
      if (!timeline.applyPage(ack)) options.onLost();
      else if (timeline.revision < ack.revision) await this.catchUp();
    } else if (GONE.includes(ack.error.code)) options.onLost();
    else if (options.link.isOnline) setTimeout(() => this.isOver || void this.join(), REJOIN_DELAY_MS);
  }

  /** Ask the database how far the session is; bounds how long a lost push stays unseen. */
  async sync(): Promise<void> {
    const { timeline, options } = this;
    if (!options.link.isOnline) return;
    if (!this.isJoined) return this.join();
    const ack = await options.link.request<SyncedSessions>("sync", { sessions: { [this.id]: timeline.last } });
    if (this.isOver) return;
    // A socket that does not answer is dead, whatever it believes of itself.
    if (!ack.ok && ack.error.code === "timeout") return options.link.reconnect();
    const state = ack.ok ? ack.sessions[this.id] : undefined;
    if (!state) return;
    // A push may still be under way.
    if (state.last_seq > timeline.last) await new Promise((go) => setTimeout(go, PUSH_MS));
    options.link.lag(state.last_seq > timeline.last);
    await timeline.checkLast(state.last_seq);
    if (state.revision > timeline.revision) await this.join();
  }

  /** One round of REST in place of the socket; answers whether the server was reached. */
  async poll(): Promise<boolean> {
    const { rest, onSession } = this.options;
    if ((await this.catchUp()) === "unreached") return false;
    const state = await rest.session(this.id);
    if (state.ok && !this.isOver) onSession(state.session);
    return true;
  }

  async loadEarlier(): Promise<void> {
    const first = this.timeline.messages[0];
    if (!first || this.isLoadingEarlier) return;
    this.isLoadingEarlier = true;
    const page = await this.options.rest.messages(this.id, { before_seq: first.seq });
    this.isLoadingEarlier = false;
    if (!page.ok || this.isOver) return;
    this.options.onPage(page);
    this.timeline.prependPage(page);
  }

  async markRead(seq: number): Promise<void> {
    const { link, rest } = this.options;
    const ack = await link.request("mark_read", { session_id: this.id, seq });
    if (!ack.ok && !link.isOnline) await rest.markRead(this.id, seq);
  }

  /** Read what is new or has changed since the last revision we know. */
  private async catchUp(): Promise<"done" | "unreached" | "lost"> {
    const outcome = await this.timeline.catchUp((after) => this.fetchChanges(after));
    if (outcome === "lost" && !this.isOver) this.options.onLost();
    return outcome;
  }

  private async fetchChanges(after: number): Promise<MessagePage | null> {
    const page = await this.options.rest.messages(this.id, { after_revision: after });
    if (page.ok) this.options.onPage(page);
    else if (GONE.includes(page.error.code) && !this.isOver) this.options.onLost();
    return page.ok ? page : null;
  }
}
