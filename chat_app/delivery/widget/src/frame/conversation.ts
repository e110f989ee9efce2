/** The visitor's conversation: what is shown of it, and what the visitor can do with it. */

import { type Message, type Session, SYNC_INTERVAL_MS } from "../../../browser/protocol";
import { Revising } from "../../../browser/revising";
import { newClientId, type Outgoing, SendQueue } from "../../../browser/send_queue";
import type { HostEvent, Page } from "../bridge";
import { Courier } from "./courier";
import { Link, type LinkState } from "./link";
import { Marks } from "./marks";
import { hearPushes, isSomebodyElse } from "./pushes";
import { Rest } from "./rest";
import { Typing } from "./typing";
import { type Phase, Visit } from "./visit";
import { tabStorage, type VisitorStore } from "./visitor_store";

export interface ConversationOptions {
  siteKey: string;
  store: VisitorStore;
  locale: () => string;
  page: () => Page;
  fire: (event: HostEvent, detail?: Record<string, string>) => void;
  onChange: () => void;
}

export class Conversation {
  readonly marks = new Marks();
  readonly queue: SendQueue;
  readonly typing: Typing;
  readonly courier: Courier;
  readonly revising: Revising;
  private readonly rest: Rest;
  private readonly link: Link;
  private readonly visit: Visit;
  /** Where messages wait until there is a session: becomes its client_session_id. */
  private line = newClientId();
  private isStarted = false;

  constructor(private readonly options: ConversationOptions) {
    const { store, onChange } = options;
    this.rest = new Rest(() => store.token);
    this.link = this.makeLink();
    this.visit = this.makeVisit();
    this.courier = new Courier(this.rest, this.link, {
      ...options,
      onBegun: (session, outgoing) => this.begun(session, outgoing),
      onBlocked: () => this.visit.block(),
    });
    this.queue = this.makeQueue();
    this.revising = this.makeRevising();
    this.typing = new Typing((typing) => this.tellTyping(typing), onChange);
    store.onOtherTab(() => this.isStarted && void this.visit.load());
    setInterval(() => this.check(), SYNC_INTERVAL_MS);
    this.hear();
  }

  get phase(): Phase {
    return this.visit.phase;
  }

  get session(): Session | null {
    return this.visit.session;
  }

  get messages(): Message[] {
    return this.visit.messages;
  }

  /** What is on its way and not yet among the messages. */
  get unsent(): Outgoing[] {
    return this.queue.pending(this.session?.id ?? this.line);
  }

  get linkState(): LinkState {
    return this.visit.isUnreachable ? "offline" : this.link.state;
  }

  get hasEarlier(): boolean {
    return this.visit.follower?.timeline.hasEarlier ?? false;
  }

  get unread(): number {
    return this.marks.unread(this.messages);
  }

  /** Find the visitor's conversation, once. */
  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    this.line = this.queue.sessions()[0] ?? this.line;
    void this.visit.load();
  }

  /** Look at once whether something was missed: the visitor is back on this tab. */
  check(): void {
    void this.visit.follower?.sync();
  }

  send(body: string): void {
    this.typing.stop();
    if (this.phase === "ended") this.startNew();
    this.queue.enqueue(this.session?.id ?? this.line, { body });
  }

  /** Try a failed message again; in a new conversation when this one has ended. */
  retry(outgoing: Outgoing): void {
    if (outgoing.error?.code === "session_closed" || this.phase === "ended") {
      this.startNew();
      this.queue.rename(outgoing.session_id, this.line);
    }
    this.queue.retry(outgoing.client_msg_id);
  }

  /** Put the ended conversation away; the next message begins another. */
  startNew(): void {
    this.line = newClientId();
    this.visit.startOver();
  }

  loadEarlier(): void {
    void this.visit.follower?.loadEarlier();
  }

  /** Everything down to the newest message is on the visitor's screen. */
  markRead(): void {
    const foreign = this.messages.findLast((message) => message.sender.kind !== "visitor");
    if (!foreign || foreign.seq <= this.marks.read) return;
    const hadUnread = this.unread > 0;
    this.marks.read = foreign.seq;
    if (hadUnread) this.options.onChange();
    void this.visit.follower?.markRead(foreign.seq);
  }

  private makeLink(): Link {
    return new Link({
      token: () => this.options.store.token,
      poll: () => this.poll(),
      onOnline: () => void this.joined(),
      onRefused: (code) => (code === "blocked" ? this.visit.block() : void this.visit.load()),
      onChange: () => {
        if (!this.link.isOnline) this.visit.follower?.disconnected();
        this.options.onChange();
      },
    });
  }

  private makeVisit(): Visit {
    const { store, fire, onChange } = this.options;
    return new Visit({
      store,
      rest: this.rest,
      link: this.link,
      marks: this.marks,
      onNone: () => this.unsent.length && this.queue.wake(),
      onAdopted: ({ id, status }) => {
        if (status !== "closed") this.queue.rename(this.line, id);
        if (this.link.isOnline) void this.joined();
      },
      onGone: () => {
        this.typing.reset();
        this.revising.cancel();
      },
      onClosed: ({ id }) => fire("session_closed", { session_id: id }),
      onMessages: () => {
        this.settleUnsent();
        this.revising.follow(this.messages);
        onChange();
      },
      onChange,
    });
  }

  private makeQueue(): SendQueue {
    const queue = new SendQueue({
      send: (outgoing) => this.courier.deliver(outgoing, this.session?.id),
      storage: tabStorage(),
      key: `cland:${this.options.siteKey}:unsent`,
    });
    queue.onChange(this.options.onChange);
    queue.onSent((message) => this.take(message));
    return queue;
  }

  private makeRevising(): Revising {
    return new Revising({
      isOwn: (message) => message.sender.kind === "visitor",
      now: () => this.rest.serverTime(),
      canWrite: () => this.phase === "open",
      change: (message, body) => this.courier.revise(message, body),
      apply: (message) => this.take(message),
      onChange: this.options.onChange,
    });
  }

  private hear(): void {
    hearPushes(this.link, {
      current: () => this.session,
      onSession: (session) => this.visit.follow(session),
      onMessage: (message) => this.take(message),
      onTyping: (sender, typing) => this.typing.hear(sender, typing),
      onRead: (mark) => {
        this.marks.apply(mark);
        this.options.onChange();
      },
    });
  }

  private async begun(session: Session, outgoing: Outgoing): Promise<Message | undefined> {
    this.line = session.id;
    this.queue.rename(outgoing.session_id, session.id);
    this.options.fire("session_started", { session_id: session.id });
    await this.visit.adopt(session);
    return this.messages.find((message) => message.client_msg_id === outgoing.client_msg_id);
  }

  /** Take in a message that is new, or newer than the one we have. */
  private take(message: Message): void {
    const { follower } = this.visit;
    if (message.session_id !== this.session?.id || !follower) return;
    if (follower.timeline.apply(message) === "duplicate") return;
    if (!isSomebodyElse(message.sender)) return;
    this.typing.hear(message.sender, false);
    this.options.fire("message_received");
  }

  /** What has arrived among the messages no longer waits as unsent. */
  private settleUnsent(): void {
    const arrived = new Set(this.messages.map((message) => message.client_msg_id));
    for (const { client_msg_id } of this.unsent) {
      if (!arrived.has(client_msg_id)) continue;
      this.queue.remove(client_msg_id);
      this.options.fire("message_sent");
    }
  }

  private async joined(): Promise<void> {
    await this.visit.follower?.join();
    this.queue.wake();
  }

  private async poll(): Promise<boolean> {
    const reached = (await this.visit.follower?.poll()) ?? true;
    if (reached) this.queue.wake();
    return reached;
  }

  private tellTyping(typing: boolean): void {
    const { session } = this;
    if (session && this.link.isOnline) void this.link.request("set_typing", { session_id: session.id, typing });
  }
}
