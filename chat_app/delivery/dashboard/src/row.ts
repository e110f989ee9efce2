/** One row of the list. */

import type { AgentSession } from "../../browser/protocol";
import { fullTime } from "../../browser/times";
import { fillAvatar, fillTone } from "./avatar";
import { t, words } from "./boot";
import { clone, part, setAttribute, setText, showText } from "./dom";
import {
  becauseText,
  channelOf,
  excerpt,
  listTime,
  shortSpan,
  statusText,
  visitorName,
  waitingLevel,
  waitingSince,
} from "./presentation";

export function newRow(): HTMLElement {
  return clone("row");
}

export function rowLink(row: Element): HTMLAnchorElement {
  return part<HTMLAnchorElement>(row, "link");
}

/** Draw `session` into its row; only what changed is touched. */
export function fillRow(row: HTMLElement, session: AgentSession, href: string, meId: string): void {
  const link = rowLink(row);
  setAttribute(link, "href", href);
  link.classList.toggle("row--unread", session.unread > 0);
  fillAvatar(part(row, "avatar"), visitorName(session.visitor), session.visitor.id);
  part(row, "presence").hidden = !session.visitor.online;
  setText(part(row, "name"), visitorName(session.visitor));
  setText(part(row, "line"), excerpt(session));
  const noted = session.last_message?.kind === "note";
  part(row, "who").hidden = noted || session.last_message?.sender_kind !== "agent";
  part(row, "noted").hidden = !noted;
  showText(part(row, "department"), session.department?.name);
  if (session.department) fillTone(part(row, "department"), session.department.id);
  fillPriority(row, session.priority);
  setText(part(row, "agent"), agentName(session, meId));
  fillUnread(part(row, "unread"), session.unread);
  refreshTimes(row, session);
  // Why it came matters until it has an answer.
  const asked = session.agent?.id === meId && waitingSince(session);
  showText(part(row, "because"), asked ? becauseText(session) : "");
}

/** Draw what changes by itself as time goes by. */
export function refreshTimes(row: HTMLElement, session: AgentSession): void {
  const at = session.last_message?.created_at ?? session.created_at;
  const time = part(row, "time");
  setText(time, listTime(at));
  setAttribute(time, "datetime", at);
  setAttribute(time, "title", fullTime(new Date(at), words));
  const channel = channelOf(session);
  for (const name of ["left", "snoozed", "bot"]) {
    part(row, name).hidden = name !== channel;
    setText(part(row, `${name}-text`), name === channel ? statusText(session) : "");
  }
  const since = waitingSince(session);
  const wait = part(row, "wait");
  wait.hidden = !since;
  setAttribute(wait, "class", `wait wait--${waitingLevel(since)}`);
  if (since) setText(part(row, "waited"), t("row.waiting", { span: shortSpan(since) }));
}

/** Only what is to be answered sooner is marked. */
function fillPriority(row: HTMLElement, priority: AgentSession["priority"]): void {
  const marked = priority === "high" || priority === "urgent";
  const mark = part(row, "priority");
  mark.hidden = !marked;
  mark.className = `row__priority row__priority--${priority}`;
  setAttribute(mark, "title", marked ? t(`priority.${priority}`) : null);
  setText(part(row, "priority-name"), marked ? t(`priority.${priority}`) : "");
}

function fillUnread(badge: HTMLElement, unread: number): void {
  showText(badge, unread ? String(Math.min(unread, 99)) : "");
  setAttribute(badge, "aria-label", unread ? t("row.unread", { count: unread }) : null);
}

function agentName(session: AgentSession, meId: string): string {
  if (!session.agent) return "";
  return session.agent.id === meId ? t("row.agent_you") : session.agent.name;
}
