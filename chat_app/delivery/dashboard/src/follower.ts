/** Keeps the messages of one conversation complete and newest: joins its room, or asks without a socket. */

import type { Connection } from "../../browser/connection";
import type { AgentSession, JoinedSession, Viewer } from "../../browser/protocol";
import { Timeline } from "../../browser/timeline";
import type { Opened } from "./boot";
import { DataError, fetchChanges, fetchConversation, fetchEarlier } from "./data";

export interface FollowerEvents {
  /** A newer copy of the session. */
  session(session: AgentSession): void;
  messages(): void;
  /** Who has it open, ourselves included. */
  viewers(viewers: readonly Viewer[]): void;
  /** It is not there for us any longer. */
  gone(): void;
}

export class Follower {
  readonly timeline: Timeline;
  /** Whether what happens in the session's room is pushed to us. */
  private isIn = false;
  private isOver = false;
  private isLoadingEarlier = false;

  constructor(
    private readonly connection: Connection,
    readonly id: string,
    private readonly events: FollowerEvents,
  ) {
    this.timeline = new Timeline(async (afterSeq) => {
      const ack = await connection.request<JoinedSession>("join_session", { session_id: id, after_seq: afterSeq });
      return ack.ok ? ack : null;
    });
    this.timeline.onChange(() => this.isOver || events.messages());
  }

  /** Answers that are still under way no longer matter. */
  end(): void {
    this.isOver = true;
    void this.connection.request("leave_session", { session_id: this.id });
  }

  /** Follow the session's room and take what is missing; after every connect, too. */
  async join(): Promise<void> {
    const { timeline } = this;
    this.isIn = false;
    const ack = await this.connection.request<JoinedSession<AgentSession>>("join_session", {
      session_id: this.id,
      after_seq: timeline.last,
      after_revision: timeline.revision,
      ...(timeline.epoch ? { epoch: timeline.epoch } : {}),
    });
    if (!ack.ok) return void this.refused(ack.error.code);
    if (this.isOver) return;
    this.isIn = true;
    this.events.viewers(ack.viewers ?? []);
    if (!timeline.applyPage(ack)) return this.reload();
    this.events.session(ack.session);
    if (timeline.revision < ack.revision) await this.catchUp();
  }

  /** Our socket may have been parted from the room: what was said since is missing. */
  parted(): void {
    this.isIn = false;
  }

  /** The server says how far the session is; a push may have been lost, or the answer to a join. */
  async check(position: { last_seq: number; revision: number }): Promise<void> {
    const { last, revision } = this.timeline;
    if (!this.isIn || position.revision > revision || position.last_seq > last) await this.join();
  }

  /** Read everything again: our copy is of another history, or outdated. */
  async reload(): Promise<void> {
    const { timeline } = this;
    const opened = await this.read(fetchConversation(this.id));
    if (!opened || this.isOver) return;
    if (timeline.epoch !== opened.page.epoch) timeline.reset(opened.page);
    else timeline.applyPage({ ...opened.page, has_more: false });
    this.events.session(opened.session);
  }

  /** Read what is new or has changed since the last revision we know. */
  async catchUp(): Promise<void> {
    const outcome = await this.timeline.catchUp(async (after) => {
      const opened = await this.read(fetchChanges(this.id, after));
      if (opened && !this.isOver) this.events.session(opened.session);
      return opened && opened.page;
    });
    if (outcome === "lost") await this.reload();
  }

  async loadEarlier(): Promise<void> {
    const { timeline } = this;
    const first = timeline.messages[0]?.seq;
    if (!first || !timeline.hasEarlier || this.isLoadingEarlier) return;
    this.isLoadingEarlier = true;
    const page = await fetchEarlier(this.id, first).catch(() => null);
    this.isLoadingEarlier = false;
    if (page && !this.isOver) timeline.prependPage(page);
  }

  private read(asked: Promise<Opened>): Promise<Opened | null> {
    return asked.catch((error) => this.refused(error instanceof DataError ? error.code : "unknown"));
  }

  private refused(code: string): null {
    if (code === "not_found" && !this.isOver) this.events.gone();
    return null;
  }
}
