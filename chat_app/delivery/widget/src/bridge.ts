/** What the host page and the chat frame may say to each other; each side checks what it reads. */

export interface Page {
  url: string;
  title: string;
  referrer: string;
}

export interface Identity {
  identity_token?: string;
  user_id?: string;
  name?: string;
  email?: string;
}

export type ToFrame =
  | { type: "show"; open: boolean; page: Page }
  /** The page was changed by its own script, without a load. */
  | { type: "page"; page: Page }
  | { type: "identify"; identity: Identity }
  | { type: "locale"; locale: string };

/** Names a page can listen to with ClandChat.on. */
export type HostEvent =
  | "ready"
  | "open"
  | "close"
  | "unread"
  | "message_sent"
  | "message_received"
  | "session_started"
  | "session_closed";

export type ToHost =
  | { type: "ready"; accent: string; position: string }
  | { type: "close" }
  | { type: "unread"; count: number }
  /** There is an open session: the next page of this tab connects again for the unread count. */
  | { type: "live"; live: boolean }
  | { type: "event"; name: HostEvent; detail?: Record<string, string> };

/** Send to exactly one origin; the mark tells our messages from those of other scripts. */
export function post(target: Window, origin: string, message: ToFrame | ToHost): void {
  target.postMessage({ ...message, cland: 1 }, origin);
}

/** The fields of a message of ours, from the one window and origin we talk to; still unchecked. */
export function received(
  event: MessageEvent,
  source: Window | null | undefined,
  origin: string,
): Record<string, unknown> | null {
  if (!source || event.source !== source || event.origin !== origin) return null;
  const data = event.data as Record<string, unknown> | null;
  return data?.cland === 1 ? data : null;
}
