/** How the things of the settings look as rows. The same rules as shown.py. */

import type { Agent, Department } from "../../../browser/protocol";
import { fillAvatar } from "../avatar";
import { part, setText } from "../dom";
import { names, t } from "./page";

interface Group extends Department {
  strategy: string;
  fallback_department_id: string | null;
}

/** A website, as its admins see it. */
interface Site {
  id: string;
  name: string;
  key: string;
  department_id: string | null;
}

const NOTHING = "–";

export function fillAgent(row: HTMLElement, agent: Agent): void {
  const presence = presenceOf(agent);
  fillName(row, agent, "team");
  fillAvatar(part(row, "avatar"), agent.name, agent.id);
  row.classList.toggle("is-off", agent.disabled);
  setText(part(row, "email"), agent.email);
  setText(part(row, "role"), t(`role.${agent.role}`));
  part(row, "dot").className = `dot dot--${presence}`;
  setText(part(row, "presence"), t(`presence.${presence}`));
  setText(part(row, "load"), `${agent.active_sessions} / ${agent.capacity}`);
  part(row, "departments").replaceChildren(...chipsOf(agent));
}

export function fillDepartment(row: HTMLElement, department: Group): void {
  fillName(row, department, "departments");
  setText(part(row, "strategy"), t(`strategy.${department.strategy}`));
  setText(part(row, "members"), String(department.agent_ids.length));
  setText(part(row, "fallback"), names[department.fallback_department_id ?? ""] ?? NOTHING);
}

export function fillSite(row: HTMLElement, site: Site): void {
  fillName(row, site, "sites");
  setText(part(row, "key"), site.key);
  setText(part(row, "department"), names[site.department_id ?? ""] ?? NOTHING);
}

function presenceOf({ disabled, status, connected }: Agent): string {
  if (disabled) return "disabled";
  return status !== "offline" && !connected ? "unconnected" : status;
}

function fillName(row: HTMLElement, { id, name }: Pick<Site, "id" | "name">, topic: string): void {
  const link = part<HTMLAnchorElement>(row, "name");
  link.href = `/dashboard/settings/${topic}/${encodeURIComponent(id)}`;
  setText(link, name);
}

function chipsOf({ department_ids: ids }: Agent): (HTMLElement | string)[] {
  return ids.length ? ids.filter((id) => names[id]).map((id) => chip(names[id]!)) : [NOTHING];
}

function chip(text: string): HTMLElement {
  const element = document.createElement("span");
  element.className = "chip";
  element.dir = "auto";
  element.textContent = text;
  return element;
}
