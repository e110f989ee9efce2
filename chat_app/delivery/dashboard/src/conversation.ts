/** The open conversation: its messages, its head, its marks; everything live about it. */

import type { AgentSession, Message, ServerEvents } from "../../browser/protocol";
import type { Revising } from "../../browser/revising";
import type { SendQueue } from "../../browser/send_queue";
import { t, type Me, type Opened } from "./boot";
import { Collision } from "./collision";
import { Composer } from "./composer";
import type { Details } from "./details";
import { must, setAttribute } from "./dom";
import { Follower } from "./follower";
import { Head } from "./head";
import type { Line } from "./line";
import { announce, toast } from "./notices";
import { visitorName } from "./presentation";
import { isWatched, ReadMarks } from "./read_marks";
import { agentsRevising } from "./revising";
import { isOlder } from "./session_list";
import { Thread } from "./thread";
import { TypingDisplay, TypingSignal } from "./typing";

export interface ConversationEvents {
  /** A newer copy of the session became known. */
  session(session: AgentSession): void;
  unread(id: string, unread: number): void;
  /** The open conversation is not there for us any longer. */
  gone(id: string): void;
  leave(): void;
}

export class Conversation {
  session: AgentSession | null = null;
  readonly composer: Composer;
  /** Keeps the messages of the open conversation. */
  follower: Follower | null = null;
  private readonly revising: Revising;
  private readonly thread: Thread;
  private readonly head: Head;
  private readonly marks: ReadMarks;
  private readonly typing: TypingDisplay;
  private readonly signal: TypingSignal;
  private readonly collision: Collision;
  private readonly earlier = must<HTMLButtonElement>("[data-earlier]");

  constructor(
    private readonly line: Line,
    private readonly queue: SendQueue,
    private readonly details: Details,
    private readonly me: Me,
    most: number,
    private readonly events: ConversationEvents,
  ) {
    this.head = new Head(me);
    this.revising = agentsRevising(me, {
      session: () => this.session,
      apply: (message) => this.take(message),
      changed: () => {
        this.composer.follow(this.revising.editing);
        this.draw();
      },
    });
    this.thread = this.makeThread();
    this.typing = new TypingDisplay(() => this.thread.stay());
    this.collision = new Collision(me, () => this.thread.stay());
    this.signal = new TypingSignal((typing) => this.tell("set_typing", { typing }));
    this.marks = new ReadMarks(line, {
      seq: () => (this.session && this.thread.atEnd ? this.last : 0),
      moved: (id, unread) => events.unread(id, unread),
    });
    this.composer = this.makeComposer(most);
    this.earlier.addEventListener("click", () => void this.follower?.loadEarlier());
    queue.onChange(() => this.draw());
    this.listen();
  }

  /** Show a conversation that has been read from the server. */
  open(opened: Opened): void {
    this.close();
    this.session = opened.session;
    this.follower = this.makeFollower(opened.session.id);
    this.thread.clear(visitorName(opened.session.visitor));
    this.marks.begin(opened.session.id);
    this.collision.clear();
    this.composer.open(opened.session.id);
    must("[data-none]").hidden = true;
    must("[data-open]").hidden = false;
    this.setSession(opened.session);
    this.follower.timeline.reset(opened.page);
    void this.follower.join();
  }

  /** Leave the open conversation, if there is one. */
  close(): void {
    if (!this.session) return;
    this.signal.set(false);
    this.typing.hide();
    this.collision.clear();
    this.revising.cancel();
    this.follower?.end();
    this.follower = null;
    this.session = null;
    this.details.fill(null);
    must("[data-none]").hidden = false;
    must("[data-open]").hidden = true;
  }

  /** Take over a newer copy of the open session. */
  setSession(session: AgentSession): void {
    if (session.id !== this.session?.id || isOlder(session, this.session)) return;
    this.session = session;
    this.head.fill(session);
    this.details.fill(session);
    if (session.status === "closed") this.revising.cancel();
    this.composer.setClosed(session.status === "closed");
    setAttribute(must("[data-conversation]"), "data-status", session.status);
  }

  /** True while a person looks at the newest messages of this session. */
  isReading(id: string): boolean {
    return this.session?.id === id && this.thread.atEnd && isWatched();
  }

  get last(): number {
    return this.follower?.timeline.last ?? 0;
  }

  /** True while something written here has not reached the server. */
  get hasUnsent(): boolean {
    return this.session !== null && this.queue.pending(this.session.id).length > 0;
  }

  private get messages(): readonly Message[] {
    return this.follower?.timeline.messages ?? [];
  }

  private makeThread(): Thread {
    return new Thread(this.me, this.revising, {
      retry: (id) => this.queue.retry(id),
      giveUp: (id) => this.giveUp(id),
      reachedEnd: () => this.marks.check(),
      nearTop: () => void this.follower?.loadEarlier(),
      edit: (message) => this.revising.edit(message),
      recall: (message) => {
        void this.revising.recall(message);
        this.focus();
      },
      writeAgain: (text, mode) => {
        if (!this.composer.restore(text, mode)) toast(t("message.box_full"));
        this.focus();
      },
    });
  }

  private makeComposer(most: number): Composer {
    return new Composer(most, {
      send: (text, mode) => this.send(text, mode),
      typing: (typing) => this.signal.set(typing),
      editLast: () => this.revising.editLast(this.messages),
      save: (text) => void this.revising.save(text),
      cancelEdit: () => this.revising.cancel(),
      leave: () => this.events.leave(),
    });
  }

  private makeFollower(id: string): Follower {
    return new Follower(this.line.connection, id, {
      session: (session) => {
        this.setSession(session);
        this.events.session(session);
        this.marks.check();
      },
      messages: () => {
        this.revising.follow(this.messages);
        this.draw();
      },
      viewers: (viewers) => this.collision.setViewers(viewers),
      gone: () => this.events.gone(id),
    });
  }

  private focus(): void {
    if (this.session?.status === "closed") must("[data-title]").focus();
    else this.composer.focus();
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
    if (this.session) void this.line.connection.request(event, { session_id: this.session.id, ...payload });
  }

  private draw(): void {
    if (!this.session || !this.follower) return;
    const { messages, hasEarlier } = this.follower.timeline;
    const stored = new Set(messages.map((message) => message.client_msg_id));
    const pending = this.queue.pending(this.session.id);
    const open = pending.filter((outgoing) => !stored.has(outgoing.client_msg_id));
    this.thread.draw(messages, open, this.marks);
    this.earlier.hidden = !hasEarlier;
    for (const outgoing of pending) {
      if (stored.has(outgoing.client_msg_id)) this.queue.remove(outgoing.client_msg_id);
    }
    this.marks.check();
  }

  private listen(): void {
    const { connection } = this.line;
    connection.on("message_created", ({ message }) => this.arrived(message));
    connection.on("message_updated", ({ message }) => this.take(message));
    connection.on("typing_changed", (event) => this.showTyping(event));
    connection.on("viewers_changed", ({ session_id, viewers }) => {
      if (session_id === this.session?.id) this.collision.setViewers(viewers);
    });
    // Without a socket nobody tells us who is here.
    connection.onState((state) => state === "online" || this.collision.clear());
    connection.on("read_updated", (event) => {
      if (event.session_id === this.session?.id && this.marks.take(event)) this.draw();
    });
    connection.on("visitor_presence_changed", ({ visitor_id, online, page }) => {
      if (this.session?.visitor.id !== visitor_id) return;
      this.session.visitor.online = online;
      if (page !== undefined) this.session.visitor.page = page;
      this.setSession(this.session);
    });
    this.queue.onSent((message) => {
      if (!this.take(message)) this.queue.remove(message.client_msg_id ?? "");
    });
  }

  /** Take in a message that is new, or newer than ours; false when it is of another conversation. */
  private take(message: Message): boolean {
    if (message.session_id !== this.session?.id) return false;
    this.follower?.timeline.apply(message);
    return true;
  }

  private arrived(message: Message): void {
    if (message.session_id !== this.session?.id) return;
    if (message.sender.kind === "visitor") {
      this.typing.hide();
      const name = visitorName(this.session.visitor);
      announce(t("announce.message", { name, text: message.body }));
    }
    this.take(message);
  }

  private showTyping(event: ServerEvents["typing_changed"]): void {
    if (event.session_id !== this.session?.id || event.sender.id === this.me.id) return;
    if (event.sender.kind === "agent") this.collision.setTyping(event);
    else this.typing.show(event, visitorName(this.session.visitor));
  }
}
