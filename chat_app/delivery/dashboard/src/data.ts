/** Reading pages of the list and of conversations; the cookie says who we are. */

import type { AgentSession, MessagePage } from "../../browser/protocol";
import type { Opened, ViewName } from "./boot";

export interface ListPage {
  items: AgentSession[];
  next_cursor: string | null;
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

export function fetchEarlier(id: string, beforeSeq: number): Promise<MessagePage> {
  return read(`/dashboard/data/sessions/${encodeURIComponent(id)}/messages?before_seq=${beforeSeq}`);
}

/** Rejects with a DataError: "offline" without an answer, else the server's code. */
async function read<T>(url: string): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { headers: { accept: "application/json" }, credentials: "same-origin" });
  } catch {
    throw new DataError("offline");
  }
  if (response.ok) return (await response.json()) as T;
  const problem = (await response.json().catch(() => ({}))) as { code?: string };
  throw new DataError(problem.code ?? "unknown");
}
