/** Carries messages to the server: into the session, or with the first one that begins it. */

import type { Ack, Message, SentAck, Session } from "../../../browser/protocol";
import type { Outgoing } from "../../../browser/send_queue";
import type { Identity, Page } from "../bridge";
import type { Link } from "./link";
import type { NewSession, Rest } from "./rest";
import type { VisitorStore } from "./visitor_store";

export interface CourierOptions {
  siteKey: string;
  store: VisitorStore;
  locale: () => string;
  page: () => Page;
  /** The server has made or found the session of a first message; show it and answer that message. */
  onBegun: (session: Session, outgoing: Outgoing) => Promise<Message | undefined>;
  onBlocked: () => void;
}

export class Courier {
  /** Answers of the pre-chat form. */
  details: Record<string, string> = {};
  identity: Identity = {};

  constructor(
    private readonly rest: Rest,
    private readonly link: Link,
    private readonly options: CourierOptions,
  ) {}

  /** An answer can reach the visitor by e-mail, as far as this browser knows. */
  get hasEmail(): boolean {
    const { details, identity, options } = this;
    return Boolean(details.email || identity.email || identity.identity_token) || options.store.hasEmail;
  }

  /** `current` is the session the visitor is in, if any. */
  deliver(outgoing: Outgoing, current: string | undefined): Promise<SentAck> {
    if (outgoing.session_id !== current) return this.begin(outgoing);
    const message = { client_msg_id: outgoing.client_msg_id, body: outgoing.body };
    if (!this.link.isOnline) return this.rest.send(current, message);
    return this.link.request("send_message", { session_id: current, ...message });
  }

  /** Edit one of the visitor's messages; without a body it is recalled. */
  revise({ session_id, id: message_id }: Message, body?: string): Promise<Ack<{ message: Message }>> {
    const { link, rest } = this;
    if (link.isOnline && body === undefined) return link.request("recall_message", { session_id, message_id });
    if (link.isOnline) return link.request("edit_message", { session_id, message_id, body });
    return body === undefined ? rest.recall(session_id, message_id) : rest.edit(session_id, message_id, body);
  }

  /** Ask for a person. Twice is as good as once, so what the socket may have lost is asked again. */
  async handOff(session_id: string): Promise<Ack<{ session: Session }>> {
    const ack = await this.link.request<{ session: Session }>("hand_off", { session_id });
    const isLost = !ack.ok && ["offline", "timeout"].includes(ack.error.code);
    return isLost ? this.rest.handOff(session_id) : ack;
  }

  tellTyping(session_id: string | undefined, typing: boolean): void {
    if (session_id && this.link.isOnline) void this.link.request("set_typing", { session_id, typing });
  }

  /** Agents see which page of the site the visitor looks at; not told while there is no socket. */
  tellPage(): void {
    const { url, title } = this.options.page();
    if (url) void this.link.request("view_page", { url, title });
  }

  private async begin(outgoing: Outgoing): Promise<SentAck> {
    const { store } = this.options;
    const body = this.newSession(outgoing);
    const ack = await this.rest.createSession(body);
    if (!ack.ok) return this.notBegun(ack, outgoing);
    if (body.email) store.hasEmail = true;
    if (ack.visitor_token) store.token = ack.visitor_token;
    const message = await this.options.onBegun(ack.session, outgoing);
    // Not seen yet: the queue repeats it into the session, where the same id is stored once.
    return message ? { ok: true, message } : { ok: false, error: { code: "timeout", message: "" } };
  }

  private notBegun(ack: Ack<object> & { ok: false }, outgoing: Outgoing): SentAck | Promise<SentAck> {
    const { store, onBlocked } = this.options;
    if (ack.error.code === "blocked") onBlocked();
    if (ack.error.code !== "unauthorized" || !store.token) return ack;
    // The token is worth nothing any more: the same message begins as somebody new.
    store.token = null;
    return this.begin(outgoing);
  }

  private newSession({ session_id, client_msg_id, body }: Outgoing): NewSession {
    const { name, email, subject, ...attributes } = this.details;
    const page = this.options.page();
    return {
      site_key: this.options.siteKey,
      client_session_id: session_id,
      locale: this.options.locale(),
      message: { client_msg_id, body },
      ...(page.url ? { page } : {}),
      ...(name ? { name } : {}),
      ...(email ? { email } : {}),
      ...(subject ? { subject } : {}),
      ...(Object.keys(attributes).length ? { attributes } : {}),
      ...this.identity,
    };
  }
}
