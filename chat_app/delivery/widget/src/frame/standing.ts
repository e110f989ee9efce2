/** Who has the visitor's conversation now, as far as the visitor is concerned. */

import type { Session } from "../../../browser/protocol";
import type { Availability } from "./availability";

/**
 * "waiting" has a place in a line, "left" is a message that will be answered later. A conversation
 * an agent has put aside is with that agent as before.
 */
export type Standing = "none" | "bot" | "waiting" | "left" | "served";

export function standingOf(session: Session | null, { hasAgents }: Availability): Standing {
  if (!session || session.status === "closed") return "none";
  if (session.status === "bot") return "bot";
  if (session.status !== "queued") return "served";
  const { queue } = session;
  // A line that nobody serves has no first place; an estimate is made only where somebody serves.
  return queue && (hasAgents || queue.wait_seconds !== null) ? "waiting" : "left";
}
