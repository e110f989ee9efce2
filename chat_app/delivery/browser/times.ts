/** Times and durations as people read them, in the language of the reader. */

import type { Phrasebook } from "./phrasebook";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "now", "5 min", "3 h", and after a day the date. */
export function relativeTime(at: Date, now: Date, words: Phrasebook, timeZone?: string): string {
  const seconds = Math.max(0, (now.getTime() - at.getTime()) / 1_000);
  if (seconds < MINUTE) return words.t("time.now");
  if (seconds < HOUR) return words.t("time.minutes", { count: Math.floor(seconds / MINUTE) });
  if (seconds < DAY) return words.t("time.hours", { count: Math.floor(seconds / HOUR) });
  return shortDate(at, now, words, timeZone);
}

/** The line between two days: "Today", "Yesterday", "Mon, 9 Nov", with the year when it is another. */
export function dayLabel(at: Date, now: Date, words: Phrasebook, timeZone?: string): string {
  const days = dayNumber(now, timeZone) - dayNumber(at, timeZone);
  if (days === 0) return words.t("time.today");
  if (days === 1) return words.t("time.yesterday");
  return format(at, words, {
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(sameYear(at, now, timeZone) ? {} : { year: "numeric" }),
    timeZone,
  });
}

/** "9 Nov", with the year when it is another. */
export function shortDate(at: Date, now: Date, words: Phrasebook, timeZone?: string): string {
  const year = sameYear(at, now, timeZone) ? {} : { year: "numeric" as const };
  return format(at, words, { day: "numeric", month: "short", ...year, timeZone });
}

/** The time of day, "14:05". */
export function clockTime(at: Date, words: Phrasebook, timeZone?: string): string {
  return format(at, words, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
}

/** When something begins: "09:00" today, "Monday 09:00" within a week, else "7 Dec 09:00". */
export function comingTime(at: Date, now: Date, words: Phrasebook, timeZone?: string): string {
  const days = dayNumber(at, timeZone) - dayNumber(now, timeZone);
  const time = clockTime(at, words, timeZone);
  if (days === 0) return time;
  const weekday = words.locale === "en" ? "long" : "short";
  const day = days < 7 ? format(at, words, { weekday, timeZone }) : shortDate(at, now, words, timeZone);
  return `${day} ${time}`;
}

/** Date and time in full, for tooltips and screen readers. */
export function fullTime(at: Date, words: Phrasebook, timeZone?: string): string {
  return format(at, words, { dateStyle: "long", timeStyle: "short", timeZone });
}

/** "2 min 5 s": the two largest units, zero units left out. */
export function duration(seconds: number, words: Phrasebook): string {
  const total = Math.max(0, Math.round(seconds));
  if (total < MINUTE) return words.t("duration.seconds", { seconds: total });
  if (total < HOUR) return pair(words, "minutes", total, MINUTE, "seconds", 1);
  if (total < DAY) return pair(words, "hours", total, HOUR, "minutes", MINUTE);
  return pair(words, "days", total, DAY, "hours", HOUR);
}

/** True when both fall on the same calendar day. */
export function sameDay(one: Date, other: Date, timeZone?: string): boolean {
  return dayNumber(one, timeZone) === dayNumber(other, timeZone);
}

function pair(
  words: Phrasebook,
  big: string,
  total: number,
  bigSize: number,
  small: string,
  smallSize: number,
): string {
  const bigs = Math.floor(total / bigSize);
  const smalls = Math.floor((total % bigSize) / smallSize);
  if (smalls === 0) return words.t(`duration.${big}`, { [big]: bigs });
  return words.t(`duration.${big}_${small}`, { [big]: bigs, [small]: smalls });
}

function format(at: Date, words: Phrasebook, options: Intl.DateTimeFormatOptions): string {
  // British order and 24 hours: short, and the same everywhere the interface is English.
  const locale = words.locale === "en" ? "en-GB" : words.locale;
  return new Intl.DateTimeFormat(locale, options).format(at);
}

/** Days since 1970 on the calendar of the reader's zone. */
function dayNumber(at: Date, timeZone?: string): number {
  const [year, month, day] = calendarDay(at, timeZone);
  return Math.round(Date.UTC(year, month - 1, day) / (DAY * 1_000));
}

function sameYear(one: Date, other: Date, timeZone?: string): boolean {
  return calendarDay(one, timeZone)[0] === calendarDay(other, timeZone)[0];
}

function calendarDay(at: Date, timeZone?: string): [number, number, number] {
  if (!timeZone) return [at.getFullYear(), at.getMonth() + 1, at.getDate()];
  const text = new Intl.DateTimeFormat("en-CA", { timeZone }).format(at);
  const [year = 0, month = 1, day = 1] = text.split("-").map(Number);
  return [year, month, day];
}
