/** What the visitor wrote and the server does not have yet, also before there is a session. */

import type { Message, SentAck } from "../../../browser/protocol";
import { newClientId, type Outgoing, SendQueue } from "../../../browser/send_queue";
import { tabStorage } from "./visitor_store";

export interface UnsentOptions {
  siteKey: string;
  /** The session the visitor is in, if any. */
  session: () => string | undefined;
  deliver: (outgoing: Outgoing) => Promise<SentAck>;
  onSent: (message: Message) => void;
  onChange: () => void;
}

export class Unsent {
  private readonly queue: SendQueue;
  /** Where messages wait until there is a session: becomes its client_session_id. */
  private line = newClientId();

  constructor(private readonly options: UnsentOptions) {
    this.queue = new SendQueue({
      send: options.deliver,
      storage: tabStorage(),
      key: `cland:${options.siteKey}:unsent`,
    });
    this.queue.onChange(options.onChange);
    this.queue.onSent(options.onSent);
  }

  /** Everything of the current conversation, oldest first. */
  get items(): Outgoing[] {
    return this.queue.pending(this.options.session() ?? this.line);
  }

  /** Go on with what an earlier page has left. */
  restore(): void {
    this.line = this.queue.sessions()[0] ?? this.line;
  }

  add(body: string): void {
    this.queue.enqueue(this.options.session() ?? this.line, { body });
  }

  retry(outgoing: Outgoing): void {
    this.queue.retry(outgoing.client_msg_id);
  }

  wake(): void {
    this.queue.wake();
  }

  /** What comes next belongs to another conversation. */
  startLine(): void {
    this.line = newClientId();
  }

  /** Take a message along into the conversation that is begun now. */
  bring(outgoing: Outgoing): void {
    this.queue.rename(outgoing.session_id, this.line);
  }

  /** What waited for a session has got this one. */
  adopt(session: string): void {
    this.queue.rename(this.line, session);
  }

  /** The message that began the session was delivered under another name. */
  begun(outgoing: Outgoing, session: string): void {
    this.line = session;
    this.bring(outgoing);
  }

  /** Forget what is among the stored messages; answers how many that were. */
  settle(messages: readonly Message[]): number {
    const arrived = new Set(messages.map((message) => message.client_msg_id));
    const settled = this.items.filter(({ client_msg_id }) => arrived.has(client_msg_id));
    for (const { client_msg_id } of settled) this.queue.remove(client_msg_id);
    return settled.length;
  }
}
