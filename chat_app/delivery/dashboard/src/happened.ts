/** What happened to a session while somebody acted on an older copy of it, as a key of the words. */

import type { AgentSession, Failure } from "../../browser/protocol";

export type Saying = [key: string, values?: Record<string, string>];

/** Refusals that say: your copy is no longer how it is. */
const OUTDATED = new Set(["stale_assignment", "already_assigned", "session_closed", "session_open"]);

export function isOutdated(failure: Failure): boolean {
  return OUTDATED.has(failure.code);
}

/** What to say when `before` was acted on and `after` is how it really is. */
export function happened(before: AgentSession, after: AgentSession, meId: string): Saying {
  const { agent, status } = after;
  if (status === "closed") return ["happened.closed"];
  if (agent && agent.id === meId) return ["happened.yours"];
  if (agent) return [agent.id === before.agent?.id ? "happened.theirs" : "happened.taken", { name: agent.name }];
  if (before.status === "closed") return ["happened.reopened"];
  return status === "queued" && before.status !== "queued" ? ["happened.queued"] : ["happened.changed"];
}
