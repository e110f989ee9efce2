/** Reading and sending without a socket; the cookie says who we are. */

import type { AgentSession, Failure, Message, MessagePage, SentAck } from "../../browser/protocol";
import type { Outgoing } from "../../browser/send_queue";
import type { Counts, Opened, ViewName } from "./boot";
import { must } from "./dom";

export interface ListPage {
  items: AgentSession[];
  next_cursor: string | null;
  counts: Counts;
}

export class DataError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

export function fetchList(view: ViewName, query: string, cursor: string | null): Promise<ListPage> {
  const search = new URLSearchParams({ view });
  if (query) search.set("q", query);
  if (cursor) search.set("cursor", cursor);
  return read(`/dashboard/data/sessions?${search}`);
}

export function fetchConversation(id: string): Promise<Opened> {
  return read(`/dashboard/data/sessions/${encodeURIComponent(id)}`);
}

/** The session, and its messages that are new or changed since a revision. */
export function fetchChanges(id: string, afterRevision: number): Promise<Opened> {
  return read(`/dashboard/data/sessions/${encodeURIComponent(id)}?after_revision=${afterRevision}`);
}

export function fetchEarlier(id: string, beforeSeq: number): Promise<MessagePage> {
  return read(`/dashboard/data/sessions/${encodeURIComponent(id)}/messages?before_seq=${beforeSeq}`);
}

/** Send a message; never rejects. The same client_msg_id again is stored once. */
export async function postMessage({ session_id, client_msg_id, body, kind }: Outgoing): Promise<SentAck> {
  const csrf_token = must<HTMLInputElement>("input[name=csrf_token]").value;
  const form = new URLSearchParams({ csrf_token, client_msg_id, body, kind: kind ?? "text" });
  const url = `/dashboard/data/sessions/${encodeURIComponent(session_id)}/messages`;
  const answer = await ask<{ message: Message }>(url, { method: "POST", body: form });
  return "failure" in answer ? { ok: false, error: answer.failure } : { ok: true, message: answer.data.message };
}

/** Rejects with a DataError: "offline" without an answer, else the server's code. */
async function read<T>(url: string): Promise<T> {
  const answer = await ask<T>(url, {});
  if ("failure" in answer) throw new DataError(answer.failure.code);
  return answer.data;
}

async function ask<T>(url: string, init: RequestInit): Promise<{ data: T } | { failure: Failure }> {
  try {
    const response = await fetch(url, { ...init, headers: { accept: "application/json" }, credentials: "same-origin" });
    if (response.ok) return { data: (await response.json()) as T };
    const problem = (await response.json().catch(() => ({}))) as { code?: string };
    const retryAfter = Number(response.headers.get("Retry-After"));
    const failure = { code: problem.code ?? "unknown", message: "", ...(retryAfter ? { retry_after: retryAfter } : {}) };
    return { failure };
  } catch {
    return { failure: { code: "offline", message: "" } };
  }
}
