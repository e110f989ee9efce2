/** How wire shapes look: initials, colours, waiting, groups. The same rules as presentation.py. */

import type { AgentSession, Message } from "../../browser/protocol";
import { clockTime, dayLabel, relativeTime, sameDay } from "../../browser/times";
import { now, t, words } from "./boot";

export const WAITING_TARGET_MS = 2 * 60_000;
const CLOSE_REASONS: ReadonlySet<string> = new Set(["solved", "no_reply", "spam"]);
const GROUP_GAP_MS = 5 * 60_000;

export type Side = "visitor" | "agent" | "bot" | "note" | "system";

export function visitorName(visitor: AgentSession["visitor"]): string {
  return visitor.name || t("visitor.unnamed", { number: visitor.id.slice(-4).toUpperCase() });
}

/**
 * Since when the visitor has been waiting. In the queue it waits since it came there,
 * unless it left a message and went; with an agent, since its last message if that has no answer.
 */
export function waitingSince({ status, created_at, waiting_since, left_message, last_message: last }: AgentSession): Date | null {
  if (status === "queued") return left_message ? null : new Date(waiting_since ?? created_at);
  return status === "active" && last?.sender_kind === "visitor" ? new Date(last.created_at) : null;
}

/** The last line of a row of the list. No message is empty but those that were recalled. */
export function excerpt({ last_message: last }: AgentSession): string {
  if (!last) return t("row.empty");
  return last.excerpt || t(last.kind === "file" ? "row.file" : "row.recalled");
}

/** True for what stands as a small line: system lines, and what was recalled. */
export function isLine({ kind, recalled_at }: Message): boolean {
  return kind === "system" || recalled_at !== null;
}

/** What a line says; `name` is how the message's sender is called here. */
export function lineOf(message: Message, name: string, ownId: string): string {
  if (!message.recalled_at) return message.body;
  return message.sender.id === ownId ? t("message.recalled_you") : t("message.recalled", { name });
}

export function waitingLevel(since: Date | null): "none" | "calm" | "late" | "very-late" {
  if (!since) return "none";
  const waited = now().getTime() - since.getTime();
  if (waited >= 2 * WAITING_TARGET_MS) return "very-late";
  return waited >= WAITING_TARGET_MS ? "late" : "calm";
}

/** A length of time in one unit: 40 s, 3 min, 2 h, 5 d. */
export function shortSpan(since: Date): string {
  const seconds = Math.max(0, Math.floor((now().getTime() - since.getTime()) / 1_000));
  if (seconds < 60) return t("duration.seconds", { seconds });
  if (seconds < 3_600) return t("time.minutes", { count: Math.floor(seconds / 60) });
  if (seconds < 86_400) return t("time.hours", { count: Math.floor(seconds / 3_600) });
  return t("duration.days", { days: Math.floor(seconds / 86_400) });
}

/** A moment ahead: "15:20", "tomorrow 09:00", "Mon, 30 Nov 09:00". */
export function untilTime(at: Date): string {
  const time = clockTime(at, words);
  const today = now();
  if (sameDay(at, today)) return time;
  const tomorrow = new Date(today.getFullYear(), today.getMonth(), today.getDate() + 1);
  if (sameDay(at, tomorrow)) return t("time.tomorrow_at", { time });
  return `${dayLabel(at, today, words)} ${time}`;
}

/** How it stands, with the time at which a snoozed one comes back. */
export function statusText({ status, snoozed_until, left_message }: AgentSession): string {
  if (status === "snoozed" && snoozed_until) return t("session.snoozed_until", { time: untilTime(new Date(snoozed_until)) });
  return t(status === "queued" && left_message ? "session.left_message" : `session.${status}`);
}

/** What sets a row apart: "left" a message, "snoozed", with the "bot". */
export function channelOf({ status, left_message }: AgentSession): "left" | "snoozed" | "bot" | null {
  if (status === "queued") return left_message ? "left" : null;
  return status === "snoozed" || status === "bot" ? status : null;
}

/** Why its agent got it: "Least busy of 3 online in Sales"; empty when it was a person's choice. */
export function becauseText({ assigned_because: because, department }: AgentSession): string {
  if (!because || !words.has(`because.${because.strategy}`)) return "";
  const count = because.candidates;
  if (because.strategy === "last_agent") return t("because.last_agent");
  const why = count === 1 ? t("because.only") : t(`because.${because.strategy}`, { count });
  return department ? t("because.in", { why, name: department.name }) : why;
}

/** Why a conversation was closed: one of the usual reasons in words, else what was written. */
export function reasonText(reason: string | null): string {
  return reason && CLOSE_REASONS.has(reason) ? t(`ending.${reason}`) : (reason ?? "");
}

export function listTime(at: string): string {
  return relativeTime(new Date(at), now(), words);
}

export function sideOf(message: Pick<Message, "kind" | "sender">): Side {
  return message.kind === "note" || message.kind === "system" ? message.kind : message.sender.kind;
}

/** True when two neighbours belong to one run of bubbles. */
export function together(one: Message | undefined, other: Message | undefined): boolean {
  if (!one || !other || isLine(one) || isLine(other)) return false;
  const [first, second] = [new Date(one.created_at), new Date(other.created_at)];
  return (
    (one.kind === "note") === (other.kind === "note") &&
    one.sender.kind === other.sender.kind &&
    one.sender.id === other.sender.id &&
    second.getTime() - first.getTime() < GROUP_GAP_MS &&
    sameDay(first, second)
  );
}

/** Up to three emoji and nothing else: shown large, without a bubble. */
export function isOnlyEmoji(body: string): boolean {
  return /^(?:\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}\ufe0f\u200d]*){1,3}$/u.test(body.trim());
}
