/** The head of the conversation: who it is, how it stands, what can be done. */

import type { AgentSession } from "../../browser/protocol";
import { t } from "./boot";
import { must, setText } from "./dom";
import { visitorName } from "./presentation";

export class Head {
  private readonly title = must("[data-title]");
  private readonly sub = must("[data-sub]");
  private readonly accept = must<HTMLButtonElement>("[data-accept]");
  private readonly close = must<HTMLButtonElement>("[data-close]");

  fill(session: AgentSession, meId: string): void {
    const name = visitorName(session.visitor);
    setText(this.title, name);
    document.title = `${name} · Cland Chat`;
    const agent = session.agent && (session.agent.id === meId ? t("row.agent_you") : session.agent.name);
    const facts = [t(`session.${session.status}`), agent, session.department?.name];
    setText(this.sub, facts.filter(Boolean).join(" · "));
    this.accept.hidden = !canAccept(session);
    this.close.hidden = session.status === "closed";
  }
}

export function canAccept(session: AgentSession): boolean {
  return session.status === "queued";
}
