/** The head of the conversation: who it is, how it stands, what can be done. */

import type { AgentSession } from "../../browser/protocol";
import { t, type Me } from "./boot";
import { must, setAttribute, setText } from "./dom";
import { statusText, visitorName } from "./presentation";
import { canAccept, canClose, canReopen, canSnooze, canTransfer } from "./rights";

export class Head {
  private readonly title = must("[data-title]");
  private readonly sub = must("[data-sub]");
  private readonly dot = must("[data-head-dot]");
  private readonly presence = must("[data-head-presence]");
  private readonly accept = must("[data-accept]");
  private readonly reopen = must("[data-reopen]");
  private readonly transfer = must("[data-transfer]");
  private readonly snooze = must("[data-snooze]");
  private readonly close = must("[data-close-group]");

  constructor(private readonly me: Me) {}

  fill(session: AgentSession): void {
    const name = visitorName(session.visitor);
    setText(this.title, name);
    document.title = `${name} · Cland Chat`;
    this.dot.className = `dot dot--${session.visitor.online ? "online" : "offline"}`;
    setText(this.presence, t(session.visitor.online ? "visitor.online" : "visitor.offline"));
    setText(this.sub, this.facts(session));
    this.offer(session);
  }

  private facts(session: AgentSession): string {
    const agent = session.agent && (session.agent.id === this.me.id ? t("row.agent_you") : session.agent.name);
    return [statusText(session), agent, session.department?.name].filter(Boolean).join(" · ");
  }

  private offer(session: AgentSession): void {
    const { me } = this;
    // What goes away must not take the focus with it.
    const focused = document.activeElement;
    this.accept.hidden = !canAccept(session, me);
    this.reopen.hidden = !canReopen(session);
    this.transfer.hidden = !canTransfer(session, me);
    this.snooze.hidden = !canSnooze(session, me);
    this.close.hidden = !canClose(session, me);
    const verb = session.status === "bot" || session.status === "snoozed" ? `accept.${session.status}` : "accept";
    setText(must("[data-accept-label]", this.accept), t(verb));
    setAttribute(this.accept, "title", `${t(verb)} (a)`);
    if (focused instanceof HTMLElement && focused.closest("[hidden]")) this.title.focus({ preventScroll: true });
  }
}
