/** What can be done with a session, and by whom; the server decides, this only hides what it would refuse. */

import type { Agent, AgentSession } from "../../browser/protocol";

export type Doer = Pick<Agent, "id" | "role">;

/** Supervisors and admins see and change what belongs to others. */
export function oversees({ role }: Doer): boolean {
  return role !== "agent";
}

/** See it at all. */
export function canSee(session: AgentSession, me: Doer & Pick<Agent, "department_ids">): boolean {
  const { department } = session;
  return !department || me.department_ids.includes(department.id) || isMine(session, me) || oversees(me);
}

export function isMine(session: AgentSession, me: Doer): boolean {
  return session.agent?.id === me.id;
}

/** Take it: from the queue, from the bot, or back from one's own snoozed ones. */
export function canAccept(session: AgentSession, me: Doer): boolean {
  if (session.status === "queued" || session.status === "bot") return true;
  return session.status === "snoozed" && isMine(session, me);
}

export function canTransfer(session: AgentSession, me: Doer): boolean {
  return session.status !== "closed" && isInHands(session, me);
}

export function canSnooze(session: AgentSession, me: Doer): boolean {
  const held = session.status === "active" || session.status === "snoozed";
  return held && isInHands(session, me);
}

export function canClose(session: AgentSession, me: Doer): boolean {
  return session.status !== "closed" && isInHands(session, me);
}

export function canReopen(session: AgentSession): boolean {
  return session.status === "closed";
}

/** One's own, nobody's, or anybody's for those who oversee. */
function isInHands(session: AgentSession, me: Doer): boolean {
  return session.agent === null || isMine(session, me) || oversees(me);
}
