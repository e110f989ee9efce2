/** Reading what a page shows. */

import type { AgentSession, MessagePage } from "../../browser/protocol";
import { call } from "./api";
import type { Counts, Opened } from "./boot";

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

/** A page of what `search` asks for (asSearch). */
export function fetchList(search: URLSearchParams, cursor: string | null): Promise<ListPage> {
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

/** Rejects with a DataError: "offline" without an answer, else the server's code. */
async function read<T>(url: string): Promise<T> {
  const ack = await call<T>("GET", url);
  if (!ack.ok) throw new DataError(ack.error.code);
  return ack;
}
