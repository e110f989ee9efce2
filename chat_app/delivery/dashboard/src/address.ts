/** The addresses of the inbox: what is listed, and which conversation is open beside it. */

import type { ViewName } from "./boot";

export function addressOf(view: ViewName, query: string, sessionId: string | undefined): string {
  const search = new URLSearchParams({ view });
  if (query) search.set("q", query);
  return `/dashboard${sessionId ? `/sessions/${sessionId}` : ""}?${search}`;
}

/** The conversation a path of the dashboard is about. */
export function sessionIn(path: string): string | undefined {
  return /^\/dashboard\/sessions\/([^/]+)$/.exec(path)?.[1];
}
