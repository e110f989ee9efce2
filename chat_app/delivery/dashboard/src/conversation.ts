/** The open conversation: its messages, its head, its marks; everything live about it. */

import type { Connection } from "../../browser/connection";
import type { AgentSession, JoinedSession, Message, ServerEvents } from "../../browser/protocol";
import { SendQueue } from "../../browser/send_queue";
import { Timeline } from "../../browser/timeline";
import { t, type Me, type Opened } from "./boot";
import { Composer } from "./composer";
import { fetchConversation, fetchEarlier } from "./data";
import type { Details } from "./details";
import { must, setAttribute } from "./dom";
import { Head } from "./head";
import { announce } from "./notices";
import { visitorName } from "./presentation";
import { isWatched, ReadMarks } from "./read_marks";
import { isOlder } from "./session_list";
import { Thread } from "./thread";
import { TypingDisplay, TypingSignal } from "./typing";

export interface ConversationEvents {
  /** A newer copy of the session became known. */
  session(session: AgentSession): void;
  unread(id: string, unread: number): void;
  leave(): void;
}

export class Conversation {
  session: AgentSession | null = null;
  readonly composer: Composer;
  private timeline: Timeline;
  private readonly thread: Thread;
  private readonly head = new Head();
  private readonly marks: ReadMarks;
  private readonly typing: TypingDisplay;
  private readonly signal: TypingSignal;
  private readonly earlier = must<HTMLButtonElement>("[data-earlier]");
  private loadingEarlier = false;

  constructor(
    private readonly connection: Connection,
    private readonly queue: SendQueue,
    private readonly details: Details,
    private readonly me: Me,
    most: number,
    private readonly events: ConversationEvents,
  ) {
    this.timeline = this.newTimeline("");
    this.thread = new Thread(me, {
      retry: (id) => queue.retry(id),
      giveUp: (id) => this.giveUp(id),
      reachedEnd: () => this.marks.check(),
      nearTop: () => void this.loadEarlier(),
    });
    this.typing = new TypingDisplay(() => this.thread.stay());
    this.signal = new TypingSignal((typing) => this.tell("set_typing", { typing }));
    this.marks = new ReadMarks(connection, {
      seq: () => (this.session && this.thread.atEnd ? this.timeline.last : 0),
      moved: (id, unread) => events.unread(id, unread),
    });
    this.composer = new Composer(most, {
      send: (text, mode) => this.send(text, mode),
      typing: (typing) => this.signal.set(typing),
      leave: () => events.leave(),
    });
    this.earlier.addEventListener("click", () => void this.loadEarlier());
    queue.onChange(() => this.draw());
    this.listen();
  }

  /** Show a conversation that has been read from the server. */
  open(opened: Opened): void {
    this.close();
    this.session = opened.session;
    this.timeline = this.newTimeline(opened.session.id);
    this.thread.clear(visitorName(opened.session.visitor));
    this.marks.begin(opened.session.id);
    this.details.setPage(null);
    this.composer.open(opened.session.id);
    must("[data-none]").hidden = true;
    must("[data-open]").hidden = false;
    this.setSession(opened.session);
    this.timeline.reset(opened.page);
    void this.join();
  }

  /** Leave the open conversation, if there is one. */
  close(): void {
    if (!this.session) return;
    this.signal.set(false);
    this.typing.hide();
    void this.connection.request("leave_session", { session_id: this.session.id });
    this.session = null;
    this.details.fill(null);
    must("[data-none]").hidden = false;
    must("[data-open]").hidden = true;
  }

  /** Follow the session's room and take what is missing; after every connect, too. */
  async join(): Promise<void> {
    const { session, timeline } = this;
    if (!session) return;
    const ack = await this.connection.request<JoinedSession<AgentSession>>("join_session", {
      session_id: session.id,
      after_seq: timeline.last,
      after_revision: timeline.revision,
      ...(timeline.epoch ? { epoch: timeline.epoch } : {}),
    });
    if (!ack.ok || this.session?.id !== session.id) return;
    if (!timeline.applyPage(ack)) return this.reload();
    this.setSession(ack.session);
    this.events.session(ack.session);
    this.marks.check();
  }

  /** Read everything again: our copy is of another history, or outdated. */
  async reload(): Promise<void> {
    const id = this.session?.id;
    if (!id) return;
    const opened = await fetchConversation(id).catch(() => null);
    if (!opened || this.session?.id !== id) return;
    if (this.timeline.epoch !== opened.page.epoch) this.timeline.reset(opened.page);
    else this.timeline.applyPage({ ...opened.page, has_more: false });
    this.setSession(opened.session);
    this.events.session(opened.session);
  }

  /** Take over a newer copy of the open session. */
  setSession(session: AgentSession): void {
    if (session.id !== this.session?.id || isOlder(session, this.session)) return;
    this.session = session;
    this.head.fill(session, this.me.id);
    this.details.fill(session);
    this.composer.setClosed(session.status === "closed");
    setAttribute(must("[data-conversation]"), "data-status", session.status);
  }

  /** Ask the database whether a push was lost. */
  async check(position: { last_seq: number; revision: number }): Promise<void> {
    if (position.revision > this.timeline.revision || position.last_seq > this.timeline.last) {
      await this.join();
    }
  }

  /** True while a person looks at the newest messages of this session. */
  isReading(id: string): boolean {
    return this.session?.id === id && this.thread.atEnd && isWatched();
  }

  get last(): number {
    return this.timeline.last;
  }

  /** True while something written here has not reached the server. */
  get hasUnsent(): boolean {
    return this.session !== null && this.queue.pending(this.session.id).length > 0;
  }

  private send(text: string, mode: "reply" | "note"): void {
    if (!this.session) return;
    this.queue.enqueue(this.session.id, { body: text, kind: mode === "note" ? "note" : "text" });
    this.thread.toEnd(false);
  }

  private giveUp(clientMsgId: string): void {
    const given = this.session && this.queue.pending(this.session.id).find((one) => one.client_msg_id === clientMsgId);
    this.queue.remove(clientMsgId);
    if (given) this.composer.restore(given.body, given.kind === "note" ? "note" : "reply");
    this.composer.write(given?.kind === "note" ? "note" : "reply");
  }

  private tell(event: string, payload: object): void {
    if (this.session) void this.connection.request(event, { session_id: this.session.id, ...payload });
  }

  private newTimeline(id: string): Timeline {
    const timeline = new Timeline(async (afterSeq) => {
      const ack = await this.connection.request<JoinedSession>("join_session", {
        session_id: id,
        after_seq: afterSeq,
      });
      return ack.ok ? ack : null;
    });
    timeline.onChange(() => this.timeline === timeline && this.draw());
    return timeline;
  }

  private draw(): void {
    if (!this.session) return;
    const { messages } = this.timeline;
    const stored = new Set(messages.map((message) => message.client_msg_id));
    const pending = this.queue.pending(this.session.id);
    const open = pending.filter((outgoing) => !stored.has(outgoing.client_msg_id));
    this.thread.draw(messages, open, this.marks);
    this.earlier.hidden = !this.timeline.hasEarlier;
    for (const outgoing of pending) {
      if (stored.has(outgoing.client_msg_id)) this.queue.remove(outgoing.client_msg_id);
    }
    this.marks.check();
  }

  private async loadEarlier(): Promise<void> {
    const { timeline, session } = this;
    const first = timeline.messages[0]?.seq;
    if (!session || !first || !timeline.hasEarlier || this.loadingEarlier) return;
    this.loadingEarlier = true;
    const page = await fetchEarlier(session.id, first).catch(() => null);
    this.loadingEarlier = false;
    if (page && this.timeline === timeline) timeline.prependPage(page);
  }

  private listen(): void {
    const { connection } = this;
    connection.on("message_created", ({ message, revision }) => this.arrived(message, revision));
    connection.on("message_updated", ({ message, revision }) => {
      if (message.session_id === this.session?.id) this.timeline.update(message, revision);
    });
    connection.on("typing_changed", (event) => this.showTyping(event));
    connection.on("read_updated", (event) => {
      if (event.session_id === this.session?.id && this.marks.take(event)) this.draw();
    });
    connection.on("visitor_presence_changed", ({ visitor_id, online, page }) => {
      if (this.session?.visitor.id !== visitor_id) return;
      this.session.visitor.online = online;
      if (page) this.details.setPage(page);
      this.setSession(this.session);
    });
    this.queue.onSent((message) => {
      if (message.session_id === this.session?.id) this.timeline.apply(message);
      else this.queue.remove(message.client_msg_id ?? "");
    });
  }

  private arrived(message: Message, revision: number): void {
    if (message.session_id !== this.session?.id) return;
    if (message.sender.kind === "visitor") {
      this.typing.hide();
      const name = visitorName(this.session.visitor);
      announce(t("announce.message", { name, text: message.body }));
    }
    this.timeline.apply(message, revision);
  }

  private showTyping(event: ServerEvents["typing_changed"]): void {
    if (event.session_id !== this.session?.id || event.sender.id === this.me.id) return;
    const visitor = event.sender.kind === "visitor";
    this.typing.show(event, visitor ? visitorName(this.session.visitor) : event.sender.name);
  }
}
