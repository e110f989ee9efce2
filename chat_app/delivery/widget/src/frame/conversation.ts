/** The visitor's conversation: what is shown of it, and what the visitor can do with it. */

import { type Message, type Session, SYNC_INTERVAL_MS } from "../../../browser/protocol";
import { Revising } from "../../../browser/revising";
import type { Outgoing } from "../../../browser/send_queue";
import type { HostEvent, Page } from "../bridge";
import type { Availability } from "./availability";
import { Courier } from "./courier";
import { Link, type LinkState } from "./link";
import { Marks } from "./marks";
import { hearPushes, isSomebodyElse } from "./pushes";
import { Rest } from "./rest";
import { type Standing, standingOf } from "./standing";
import { Typing } from "./typing";
import { Unsent } from "./unsent";
import { type Phase, Visit } from "./visit";
import type { VisitorStore } from "./visitor_store";

export interface ConversationOptions {
  siteKey: string;
  availability: Availability;
  store: VisitorStore;
  locale: () => string;
  page: () => Page;
  fire: (event: HostEvent, detail?: Record<string, string>) => void;
  onChange: () => void;
}

export class Conversation {
  readonly marks = new Marks();
  readonly typing: Typing;
  readonly courier: Courier;
  readonly revising: Revising;
  private readonly rest: Rest;
  private readonly link: Link;
  private readonly visit: Visit;
  private readonly outbox: Unsent;
  /** The panel is open: only then it matters what else may have changed. */
  isShown = false;
  private isStarted = false;

  constructor(private readonly options: ConversationOptions) {
    const { store, availability, onChange } = options;
    availability.onChange = onChange;
    this.rest = new Rest(() => store.token);
    this.link = this.makeLink();
    this.visit = this.makeVisit();
    this.courier = new Courier(this.rest, this.link, {
      ...options,
      onBegun: (session, outgoing) => this.begun(session, outgoing),
      onBlocked: () => this.visit.block(),
    });
    this.outbox = new Unsent({
      ...options,
      session: () => this.session?.id,
      deliver: (outgoing) => this.courier.deliver(outgoing, this.session?.id),
      onSent: (message) => this.take(message),
    });
    this.revising = this.makeRevising();
    this.typing = new Typing((typing) => this.courier.tellTyping(this.session?.id, typing), onChange);
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

  /** What is on its way. */
  get unsent(): Outgoing[] {
    return this.outbox.items;
  }

  get standing(): Standing {
    return standingOf(this.session, this.options.availability);
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
    this.outbox.restore();
    void this.visit.load();
  }

  /** Look at once whether something was missed: the visitor is back on this tab. */
  check(): void {
    void this.visit.follower?.sync();
    if (!this.isShown || document.visibilityState === "hidden") return;
    if (this.phase === "ended" || this.session?.status === "queued") void this.visit.load();
    if (!this.session?.agent) void this.options.availability.refresh(this.rest);
  }

  /** Ask for a person in the bot's place; answers whether that was done. */
  async handOff(): Promise<boolean> {
    const ack = await this.courier.handOff(this.session?.id ?? "");
    if (ack.ok) this.visit.follow(ack.session);
    return ack.ok;
  }

  send(body: string): void {
    this.typing.stop();
    if (this.phase === "ended") this.startNew();
    this.outbox.add(body);
  }

  /** Try a failed message again; in a new conversation when this one has ended. */
  retry(outgoing: Outgoing): void {
    if (outgoing.error?.code === "session_closed" || this.phase === "ended") {
      this.startNew();
      this.outbox.bring(outgoing);
    }
    this.outbox.retry(outgoing);
  }

  /** Put the ended conversation away; the next message begins another. */
  startNew(): void {
    this.outbox.startLine();
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
      onOnline: () => {
        this.courier.tellPage();
        void this.joined();
      },
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
      onNone: () => this.unsent.length && this.outbox.wake(),
      onAdopted: ({ id, status }) => {
        if (status !== "closed") this.outbox.adopt(id);
        if (this.link.isOnline) void this.joined();
      },
      onGone: () => {
        this.typing.reset();
        this.revising.cancel();
      },
      onClosed: ({ id }) => fire("session_closed", { session_id: id }),
      onMessages: () => {
        for (let left = this.outbox.settle(this.messages); left > 0; left--) fire("message_sent");
        this.revising.follow(this.messages);
        onChange();
      },
      onChange,
    });
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
    this.outbox.begun(outgoing, session.id);
    this.options.fire("session_started", { session_id: session.id });
    await this.visit.adopt(session);
    return this.messages.find((message) => message.client_msg_id === outgoing.client_msg_id);
  }

  /** Take in a message that is new, or newer than the one we have. */
  private take(message: Message): void {
    const { follower } = this.visit;
    if (message.session_id !== this.session?.id || !follower) return;
    if (follower.timeline.apply(message) === "duplicate" || !isSomebodyElse(message.sender)) return;
    this.typing.hear(message.sender, false);
    this.options.fire("message_received");
  }

  private async joined(): Promise<void> {
    await this.visit.follower?.join();
    this.outbox.wake();
  }

  private async poll(): Promise<boolean> {
    const reached = (await this.visit.follower?.poll()) ?? true;
    if (reached) this.outbox.wake();
    return reached;
  }
}
