/** The moments one usually puts a conversation aside until, in the zone of this computer. */

export type SnoozeName = "hour" | "evening" | "tomorrow" | "monday";

export interface SnoozeTime {
  name: SnoozeName;
  at: Date;
}

const MORNING_HOUR = 9;
const EVENING_HOUR = 18;
const HOUR_MS = 3_600_000;

/** What makes sense to offer at `now`, soonest first; each moment once. */
export function snoozeTimes(now: Date): SnoozeTime[] {
  const evening = dayAt(now, 0, EVENING_HOUR);
  const tomorrow = dayAt(now, 1, MORNING_HOUR);
  const monday = dayAt(now, daysToMonday(now), MORNING_HOUR);
  const times: SnoozeTime[] = [{ name: "hour", at: new Date(now.getTime() + HOUR_MS) }];
  if (evening.getTime() - now.getTime() > HOUR_MS) times.push({ name: "evening", at: evening });
  times.push({ name: "tomorrow", at: tomorrow });
  if (monday.getTime() !== tomorrow.getTime()) times.push({ name: "monday", at: monday });
  return times;
}

/** A moment as <input type="datetime-local"> writes it. */
export function asLocalInput(at: Date): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

function dayAt(now: Date, days: number, hour: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
}

/** To the next one, never today. */
function daysToMonday(now: Date): number {
  return (8 - now.getDay()) % 7 || 7;
}
