/** Weekly hours on the clock of a zone: what holds now. The rules of domain/business_hours.py. */

export interface Interval {
  /** 0 is Monday. */
  weekday: number;
  opens: string;
  closes: string;
}

/** A place in the week, in minutes since Monday 00:00. */
export type Place = number;

export type State =
  | { kind: "always" | "never" }
  /** `at`: when it closes, or opens next. */
  | { kind: "open" | "closed"; at: Place };

const DAY = 24 * 60;
const WEEK = 7 * DAY;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** How it stands at `place`. */
export function stateAt(intervals: readonly Interval[], place: Place): State {
  if (intervals.length === 0) return { kind: "never" };
  const end = endOfOpen(intervals, place);
  if (end - place >= WEEK) return { kind: "always" };
  if (end > place) return { kind: "open", at: end % WEEK };
  const waits = intervals.map((one) => after(place, startOf(one)));
  return { kind: "closed", at: (place + Math.min(...waits)) % WEEK };
}

/** Where in the week a clock of the zone stands; null for a zone that nobody knows. */
export function placeIn(zone: string, now: Date): Place | null {
  try {
    const format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
    return WEEKDAYS.indexOf(parts.weekday ?? "") * DAY + Number(parts.hour) * 60 + Number(parts.minute);
  } catch {
    return null;
  }
}

export function weekdayOf(place: Place): number {
  return Math.floor(place / DAY);
}

/** HH:MM */
export function timeOf(place: Place): string {
  const pad = (value: number): string => String(value).padStart(2, "0");
  return `${pad(Math.floor((place % DAY) / 60))}:${pad(place % 60)}`;
}

/** How an interval reaches over midnight: not, exactly to it, for a whole day, or into the next day. */
export function reachOf({ opens, closes }: Pick<Interval, "opens" | "closes">): "day" | "midnight" | "whole" | "over" {
  if (minutesOf(closes) > minutesOf(opens)) return closes === "24:00" && opens === "00:00" ? "whole" : "day";
  if (closes === opens) return "whole";
  return closes === "00:00" ? "midnight" : "over";
}

/** Until when it stays open without a break; `place` itself while it is closed. */
function endOfOpen(intervals: readonly Interval[], place: Place): Place {
  let end = place;
  for (;;) {
    const left = intervals.map((one) => lengthOf(one) - after(startOf(one), end));
    const longest = Math.max(...left);
    if (longest <= 0 || end - place >= WEEK) return end;
    end += longest;
  }
}

function startOf({ weekday, opens }: Interval): Place {
  return weekday * DAY + minutesOf(opens);
}

function lengthOf({ opens, closes }: Interval): number {
  const length = (((minutesOf(closes) - minutesOf(opens)) % DAY) + DAY) % DAY;
  return length || DAY;
}

/** How long it is from one place of the week to another. */
function after(one: Place, other: Place): number {
  return (((other - one) % WEEK) + WEEK) % WEEK;
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
