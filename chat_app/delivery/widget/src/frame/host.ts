/** The page around the frame: what it tells us, and what we tell it. */

import { type HostEvent, type Identity, type Page, post, received, type ToHost } from "../bridge";

export interface HostReactions {
  /** The visitor is on another page, or on the same one with the chat open or closed. */
  page(): void;
  show(open: boolean): void;
  identify(identity: Identity): void;
  locale(locale: string): void;
}

const NO_PAGE: Page = { url: "", title: "", referrer: "" };
const IDENTITY_FIELDS = ["identity_token", "user_id", "name", "email"] as const;

export class Host {
  /** Where the visitor is. */
  page: Page = NO_PAGE;

  constructor(
    private readonly origin: string,
    private readonly reactions: HostReactions,
  ) {
    if (this.isAlone) return;
    addEventListener("message", (event) => {
      const message = received(event, parent, origin);
      if (message) this.hear(message);
    });
  }

  /** True when the chat was opened as a page of its own. */
  get isAlone(): boolean {
    return parent === window || !/^https?:\/\//.test(this.origin);
  }

  tell(message: ToHost): void {
    if (!this.isAlone) post(parent, this.origin, message);
  }

  fire(name: HostEvent, detail?: Record<string, string>): void {
    this.tell({ type: "event", name, ...(detail ? { detail } : {}) });
  }

  private hear(message: Record<string, unknown>): void {
    if (message.page) {
      this.page = readPage(message.page);
      this.reactions.page();
    }
    if (message.type === "show" && typeof message.open === "boolean") {
      this.reactions.show(message.open);
    } else if (message.type === "identify") {
      this.reactions.identify(readIdentity(message.identity));
    } else if (message.type === "locale" && typeof message.locale === "string") {
      this.reactions.locale(message.locale);
    }
  }
}

function readPage(value: unknown): Page {
  const { url, title, referrer } = Object(value) as Record<string, unknown>;
  return { url: short(url, 2_000), title: short(title, 300), referrer: short(referrer, 2_000) };
}

function readIdentity(value: unknown): Identity {
  const given = Object(value) as Record<string, unknown>;
  const identity: Identity = {};
  for (const field of IDENTITY_FIELDS) {
    const known = short(given[field], 4_000);
    if (known) identity[field] = known;
  }
  return identity;
}

function short(value: unknown, most: number): string {
  return typeof value === "string" ? value.slice(0, most) : "";
}
