/** What the server put into the page, and what follows from it everywhere. */

import { Translator, type Locale } from "../../browser/i18n";
import type { Agent, AgentSession, Failure, MessagePage } from "../../browser/protocol";
import type { StateName, ViewName } from "./shown";
import english from "../words/en.json";
import chinese from "../words/zh-CN.json";

export type Counts = Partial<Record<ViewName, number>>;

/** The counts as the server gives them. */
export interface WireCounts {
  queued: number;
  mine: number;
  active: number;
}

/** The agent whose page this is. */
export type Me = Agent;

export interface Opened {
  session: AgentSession;
  page: MessagePage;
}

export interface Boot {
  me: Me;
  view: ViewName;
  state: StateName;
  /** The states of every view, the usual one first. */
  states: Record<ViewName, StateName[]>;
  department_id: string | null;
  departments: { id: string; name: string }[];
  query: string;
  counts: Counts;
  sessions: AgentSession[];
  next_cursor: string | null;
  current: Opened | null;
  now: string;
  message_characters: number;
}

export const words = new Translator(document.documentElement.lang as Locale, {
  en: english,
  "zh-CN": chinese,
});
export const { t } = words;

let serverAhead = 0;

/** Read the page's data; null on pages that have none. */
export function readBoot(): Boot | null {
  const data = document.getElementById("boot")?.textContent;
  if (!data) return null;
  const boot = JSON.parse(data) as Boot;
  serverAhead = new Date(boot.now).getTime() - Date.now();
  return boot;
}

/** The server's time: waiting is measured by its clock, not by this computer's. */
export function now(): Date {
  return new Date(Date.now() + serverAhead);
}

/** A refusal in the reader's words. */
export function failureText(error: Failure): string {
  const key = words.has(`error.${error.code}`) ? `error.${error.code}` : "error.unknown";
  return t(key, { seconds: error.retry_after ?? 1 });
}
