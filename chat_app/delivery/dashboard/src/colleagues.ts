/** What the accounts of colleagues mean: who is here, who has room, who comes first. */

import type { Agent, Department } from "../../browser/protocol";

export type Presence = "online" | "away" | "offline";

/** As others meet them: whoever has no window open is not there, whatever status was chosen. */
export function presenceOf({ status, connected }: Agent): Presence {
  return connected ? status : "offline";
}

export function isFull({ active_sessions, capacity }: Agent): boolean {
  return active_sessions >= capacity;
}

const ORDER: readonly Presence[] = ["online", "away", "offline"];

/** Those who can help first: online with room, least busy first; then full, away and offline ones. */
export function byReadiness(one: Agent, other: Agent): number {
  return (
    ORDER.indexOf(presenceOf(one)) - ORDER.indexOf(presenceOf(other)) ||
    Number(isFull(one)) - Number(isFull(other)) ||
    one.active_sessions / one.capacity - other.active_sessions / other.capacity ||
    one.name.localeCompare(other.name)
  );
}

/** The names of an agent's departments. */
export function departmentsOf(agent: Agent, departments: readonly Department[]): string[] {
  return departments.filter(({ id }) => agent.department_ids.includes(id)).map(({ name }) => name);
}

/** How many agents of a department are online. */
export function onlineIn(department: Department, agents: readonly Agent[]): number {
  const serves = (agent: Agent): boolean => agent.department_ids.includes(department.id);
  return agents.filter((agent) => serves(agent) && presenceOf(agent) === "online").length;
}

/** True when the texts hold every word of `search`, in any order. */
export function matches(search: string, ...texts: string[]): boolean {
  const within = texts.join(" ").toLowerCase();
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  return wanted.every((word) => within.includes(word));
}
