/** The addresses of the inbox: what is listed, and which conversation is open beside it. */

export function addressOf(search: URLSearchParams, sessionId: string | undefined): string {
  return `/dashboard${sessionId ? `/sessions/${sessionId}` : ""}?${search}`;
}

/** The conversation a path of the dashboard is about. */
export function sessionIn(path: string): string | undefined {
  return /^\/dashboard\/sessions\/([^/]+)$/.exec(path)?.[1];
}
