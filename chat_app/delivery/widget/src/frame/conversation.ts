/** The visitor's conversation: what is shown of it, and what the visitor can do with it. */

import { type Message, type Session, SYNC_INTERVAL_MS } from "../../../browser/protocol";
import { newClientId, type Outgoing, SendQueue } from "../../../browser/send_queue";
import type { HostEvent, Page } from "../bridge";
import { Courier } from "./courier";
import { Follower } from "./follower";
import { Link, type LinkState } from "./link";
import { Marks } from "./marks";
import { hearPushes, isSomebodyElse } from "./pushes";
import { Rest } from "./rest";
import { Typing } from "./typing";
import { tabStorage, type VisitorStore } from "./visitor_store";

/** "start": nobody has written yet. "ended": the last conversation is closed. */
export type Phase = "loading" | "start" | "open" | "ended" | "blocked";

export interface ConversationOptions {
  siteKey: string;
  store: VisitorStore;
  locale: () => string;
  page: () => Page;
  fire: (event: HostEvent, detail?: Record<string, string>) => void;
  onChange: () => void;
}

const RELOAD_DELAY_MS = 3_000;

export class Conversation {
  phase: Phase = "loading";
  session: Session | null = null;
  readonly marks = new Marks();
  readonly queue: SendQueue;
  readonly typing: Typing;
  readonly courier: Courier;
  private readonly rest: Rest;
  private readonly link: Link;
  private follower: Follower | null = null;
  /** Where messages wait until there is a session: becomes its client_session_id. */
  private line = newClientId();
  private isStarted = false;
  private isUnreachable = false;

  constructor(private readonly options: ConversationOptions) {
    const { store } = options;
    this.rest = new Rest(() => store.token);
    this.link = this.makeLink();
    this.courier = new Courier(this.rest, this.link, {
      ...options,
      onBegun: (session, outgoing) => this.begun(session, outgoing),
      onBlocked: () => this.become("blocked"),
    });
    this.queue = this.makeQueue();
    this.typing = new Typing((typing) => this.tellTyping(typing), options.onChange);
    store.onOtherTab(() => this.isStarted && void this.load());
    setInterval(() => this.check(), SYNC_INTERVAL_MS);
    hearPushes(this.link, {
      current: () => this.session,
      onSession: (session) => this.follow(session),
      onMessage: (message, revision) => this.take(message, revision),
      onChanged: (message, revision) => this.follower?.timeline.update(message, revision),
      onTyping: (sender, typing) => this.typing.hear(sender, typing),
      onRead: (mark) => {
        this.marks.apply(mark);
        options.onChange();
      },
    });
  }

  get messages(): Message[] {
    return this.follower?.timeline.messages ?? [];
  }

  /** What is on its way and not yet among the messages. */
  get unsent(): Outgoing[] {
    return this.queue.pending(this.session?.id ?? this.line);
  }

  get linkState(): LinkState {
    return this.isUnreachable ? "offline" : this.link.state;
  }

  get hasEarlier(): boolean {
    return this.follower?.timeline.hasEarlier ?? false;
  }

  get unread(): number {
    return this.marks.unread(this.messages);
  }

  /** Find the visitor's conversation, once. Without a token nobody is asked. */
  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    this.line = this.queue.sessions()[0] ?? this.line;
    void this.load();
  }

  /** Look at once whether something was missed: the visitor is back on this tab. */
  check(): void {
    void this.follower?.sync();
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
    this.forgetSession();
    this.line = newClientId();
    this.become("start");
  }

  loadEarlier(): void {
    void this.follower?.loadEarlier();
  }

  /** Everything down to the newest message is on the visitor's screen. */
  markRead(): void {
    const foreign = this.messages.findLast((message) => message.sender.kind !== "visitor");
    if (!foreign || foreign.seq <= this.marks.read) return;
    const hadUnread = this.unread > 0;
    this.marks.read = foreign.seq;
    if (hadUnread) this.options.onChange();
    void this.follower?.markRead(foreign.seq);
  }

  private makeLink(): Link {
    return new Link({
      token: () => this.options.store.token,
      poll: () => this.poll(),
      onOnline: () => void this.joined(),
      onRefused: (code) => (code === "blocked" ? this.become("blocked") : void this.load()),
      onChange: () => {
        if (!this.link.isOnline) this.follower?.disconnected();
        this.options.onChange();
      },
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

  private async load(): Promise<void> {
    if (!this.options.store.token) {
      if (this.session) this.forgetSession();
      this.become("start");
      if (this.unsent.length) this.queue.wake();
      return;
    }
    const ack = await this.rest.sessions();
    this.isUnreachable = !ack.ok && ack.error.code !== "unauthorized";
    if (ack.ok) {
      const current = ack.items.find((item) => item.status !== "closed") ?? ack.items[0];
      if (!current) this.become("start");
      else if (current.id === this.session?.id) this.follow(current);
      else await this.adopt(current);
    } else if (ack.error.code === "unauthorized") this.forgetVisitor();
    else this.reloadLater();
    this.options.onChange();
  }

  /** Make `session` the current one and show its newest messages. */
  private async adopt(session: Session): Promise<void> {
    const page = await this.rest.messages(session.id);
    if (!page.ok) return this.reloadLater();
    this.follower?.end();
    this.session = session;
    this.follower = this.makeFollower(session.id);
    this.marks.reset(page.messages, session.unread);
    this.follower.timeline.reset(page);
    this.options.store.session = session.id;
    this.follow(session);
    if (session.status !== "closed") this.queue.rename(this.line, session.id);
    if (this.link.isOnline) void this.joined();
  }

  private makeFollower(id: string): Follower {
    return new Follower(id, {
      rest: this.rest,
      link: this.link,
      onSession: (session) => this.follow(session),
      onPage: (page) => this.marks.learn(page.messages),
      onLost: () => {
        this.forgetSession();
        void this.load();
      },
      onMessages: () => {
        this.settleUnsent();
        this.options.onChange();
      },
    });
  }

  private async begun(session: Session, outgoing: Outgoing): Promise<Message | undefined> {
    this.line = session.id;
    this.queue.rename(outgoing.session_id, session.id);
    this.options.fire("session_started", { session_id: session.id });
    await this.adopt(session);
    return this.messages.find((message) => message.client_msg_id === outgoing.client_msg_id);
  }

  /** Take over the newest state of the current session. */
  private follow(session: Session): void {
    if (session.id !== this.session?.id) return;
    const wasOpen = this.phase === "open";
    this.session = session;
    if (session.status !== "closed") {
      this.become("open");
      this.link.open();
      return;
    }
    if (wasOpen) this.options.fire("session_closed", { session_id: session.id });
    this.become("ended");
  }

  private take(message: Message, revision = message.revision): void {
    if (message.session_id !== this.session?.id || !this.follower) return;
    if (this.follower.timeline.apply(message, revision) === "duplicate") return;
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
    await this.follower?.join();
    this.queue.wake();
  }

  private async poll(): Promise<boolean> {
    const reached = (await this.follower?.poll()) ?? true;
    if (reached) this.queue.wake();
    return reached;
  }

  private tellTyping(typing: boolean): void {
    const { session } = this;
    if (session && this.link.isOnline) void this.link.request("set_typing", { session_id: session.id, typing });
  }

  /** The token is worth nothing any more: begin as somebody new. */
  private forgetVisitor(): void {
    this.options.store.token = null;
    this.options.store.session = null;
    this.forgetSession();
    this.become("start");
  }

  private forgetSession(): void {
    this.link.close();
    this.follower?.end();
    this.follower = null;
    this.session = null;
    this.typing.reset();
  }

  private reloadLater(): void {
    setTimeout(() => void this.load(), RELOAD_DELAY_MS);
  }

  private become(phase: Phase): void {
    this.phase = phase;
    this.options.onChange();
  }
}
