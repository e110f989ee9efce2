/** An agent who looks at the settings is still there: a socket says so, and keeps the rail's numbers true. */

import { Connection } from "../../../browser/connection";
import { RailCounts } from "../counts";

const INTERVAL_MS = 25_000;

/** Nothing else on these pages needs the socket. */
export function stayPresent(): void {
  const connection = new Connection("/agent");
  const counts = new RailCounts(connection);
  connection.onState((state) => {
    if (state === "online") void counts.ask();
  });
  for (const event of ["session_queued", "session_assigned", "session_updated", "session_closed"]) {
    connection.on(event, () => counts.soon());
  }
  setInterval(() => void counts.ask(), INTERVAL_MS);
}
