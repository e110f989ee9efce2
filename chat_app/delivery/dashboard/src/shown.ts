/** What the list shows: a view, narrowed to a state, a department and a search. */

import type { AgentSession, SessionStatus } from "../../browser/protocol";

export type ViewName = "waiting" | "mine" | "open" | "closed";
export type StateName = "all" | "active" | "snoozed" | "bot";

export interface Shown {
  view: ViewName;
  state: StateName;
  departmentId: string | null;
  query: string;
}

/** True when the session is one of those that are shown; what a search finds only the server knows. */
export function belongs(session: AgentSession, { view, state, departmentId }: Shown, meId: string): boolean {
  if (departmentId && session.department?.id !== departmentId) return false;
  const { status } = session;
  if (view === "mine" && session.agent?.id !== meId) return false;
  if (view === "waiting") return status === "queued";
  if (view === "closed") return status === "closed";
  return status !== "closed" && (state === "all" || status === (state satisfies SessionStatus));
}

/** As the server reads it, from an address or a request for data. */
export function asSearch({ view, state, departmentId, query }: Shown, usual: StateName): URLSearchParams {
  const search = new URLSearchParams({ view });
  if (state !== usual) search.set("state", state);
  if (departmentId) search.set("department_id", departmentId);
  if (query) search.set("q", query);
  return search;
}
