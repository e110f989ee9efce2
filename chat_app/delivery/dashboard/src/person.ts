/** A colleague as a line: who, how present, how busy, of which departments. */

import type { Agent, Department } from "../../browser/protocol";
import { fillAvatar } from "./avatar";
import { t } from "./boot";
import { departmentsOf, isFull, presenceOf } from "./colleagues";
import { clone, part, setText } from "./dom";

export function newPerson(): HTMLElement {
  return clone("person");
}

export function fillPerson(person: HTMLElement, agent: Agent, departments: readonly Department[], meId: string): void {
  const presence = presenceOf(agent);
  fillAvatar(part(person, "avatar"), agent.name, agent.id);
  part(person, "dot").className = `dot dot--${presence}`;
  setText(part(person, "name"), agent.id === meId ? t("people.you", { name: agent.name }) : agent.name);
  setText(part(person, "facts"), [presenceText(agent), ...departmentsOf(agent, departments)].join(" · "));
  setText(part(person, "load"), t("load", { count: agent.active_sessions, most: agent.capacity }));
  part(person, "full").hidden = !isFull(agent);
}

/** Whoever chose to be online and has no window open is told apart: it explains why nothing comes. */
function presenceText(agent: Agent): string {
  const away = agent.status !== "offline" && !agent.connected;
  return t(away ? "people.not_connected" : `status.${presenceOf(agent)}`);
}
