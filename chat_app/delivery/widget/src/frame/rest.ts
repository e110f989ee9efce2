/** The REST calls of a visitor; every answer is an Ack, nothing rejects. */

import type { Ack, Failure, Message, MessagePage, Session } from "../../../browser/protocol";

export interface NewSession {
  site_key: string;
  client_session_id: string;
  locale: string;
  page?: { url: string; title: string; referrer: string };
  message: { client_msg_id: string; body: string };
  name?: string;
  email?: string;
  subject?: string;
  user_id?: string;
  identity_token?: string;
  attributes?: Record<string, string>;
}

const TIMEOUT_MS = 10_000;

export class Rest {
  /** Milliseconds by which the server's clock is ahead of this computer's. */
  private ahead = 0;

  constructor(private readonly token: () => string | null) {}

  /** The server's time, to the second, as of the last answer. */
  serverTime(): Date {
    return new Date(Date.now() + this.ahead);
  }

  /** What anybody may know of a site, as of at most half a minute ago. */
  site(key: string): Promise<Ack<{ site: Record<string, unknown> }>> {
    return this.call("GET", `/sites/${encodeURIComponent(key)}`);
  }

  createSession(body: NewSession): Promise<Ack<{ session: Session; visitor_token?: string }>> {
    return this.call("POST", "/sessions", body);
  }

  sessions(): Promise<Ack<{ items: Session[] }>> {
    return this.call("GET", "/sessions?limit=10");
  }

  session(id: string): Promise<Ack<{ session: Session }>> {
    return this.call("GET", `/sessions/${id}`);
  }

  /** The newest page, or the one before or after a number. */
  messages(
    id: string,
    where: { after_seq?: number; before_seq?: number; after_revision?: number } = {},
  ): Promise<Ack<MessagePage>> {
    const query = new URLSearchParams(Object.entries(where).map(([key, value]) => [key, `${value}`]));
    return this.call("GET", `/sessions/${id}/messages?${query}`);
  }

  send(id: string, body: { client_msg_id: string; body: string }): Promise<Ack<{ message: Message }>> {
    return this.call("POST", `/sessions/${id}/messages`, body);
  }

  edit(id: string, message: string, body: string): Promise<Ack<{ message: Message }>> {
    return this.call("PATCH", `/sessions/${id}/messages/${message}`, { body });
  }

  recall(id: string, message: string): Promise<Ack<{ message: Message }>> {
    return this.call("DELETE", `/sessions/${id}/messages/${message}`);
  }

  handOff(id: string): Promise<Ack<{ session: Session }>> {
    return this.call("POST", `/sessions/${id}/handoff`, {});
  }

  markRead(id: string, seq: number): Promise<Ack<{ unread: number }>> {
    return this.call("POST", `/sessions/${id}/read`, { seq });
  }

  private learnTime(date: string | null): void {
    if (date) this.ahead = new Date(date).getTime() - Date.now();
  }

  private async call<T>(method: string, path: string, body?: object): Promise<Ack<T>> {
    const token = this.token();
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
    try {
      const response = await fetch(`/api/chat${path}`, {
        method,
        signal: stop.signal,
        credentials: "omit",
        headers: {
          ...(body ? { "Content-Type": "application/json" } : {}),
          ...(token ? { Authorization: `Bearer ${token}` } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      this.learnTime(response.headers.get("Date"));
      const answer = (await response.json()) as Record<string, unknown>;
      return response.ok ? ({ ok: true, ...answer } as Ack<T>) : { ok: false, error: problem(response, answer) };
    } catch {
      // A timeout may have been stored; anything else of the network never arrived.
      const code = stop.signal.aborted ? "timeout" : "offline";
      return { ok: false, error: { code, message: "No answer" } };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A problem document (RFC 9457) as the failure of an Ack. */
function problem(response: Response, answer: Record<string, unknown>): Failure {
  const retryAfter = Number(response.headers.get("Retry-After"));
  const code = typeof answer.code === "string" ? answer.code : "unavailable";
  return {
    code,
    message: String(answer.detail ?? answer.title ?? code),
    ...(answer.errors ? { errors: answer.errors as Record<string, string[]> } : {}),
    ...(retryAfter > 0 ? { retry_after: retryAfter } : {}),
  };
}
