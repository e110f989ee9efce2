/** The agent's own status, online, away or offline, and how much there is to do. */

import type { Connection } from "../../browser/connection";
import type { Agent, AgentSession, AgentStatus } from "../../browser/protocol";
import { call } from "./api";
import { failureText, t, type Me } from "./boot";
import { must, setText } from "./dom";
import { closeMenu } from "./menus";
import { toast } from "./notices";

const PAUSE_MS = 1_000;

export class OwnStatus {
  /** How the sessions that were ours stood when we last heard of them. */
  private readonly held = new Map<string, string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    connection: Connection,
    private readonly me: Me,
  ) {
    for (const button of document.querySelectorAll<HTMLButtonElement>("[data-status][type=button]")) {
      button.addEventListener("click", () => void this.choose(button.dataset.status as AgentStatus));
    }
    connection.on("agent_status_changed", ({ agent_id, status }) => {
      if (agent_id === me.id) this.show(status);
    });
    this.showLoad();
  }

  /** A session changed: our load may have, too. */
  follow({ id, agent, status }: AgentSession): void {
    const before = this.held.get(id);
    const held = agent?.id === this.me.id && status !== "closed" ? status : undefined;
    if (held === before) return;
    if (held) this.held.set(id, held);
    else this.held.delete(id);
    this.timer ??= setTimeout(() => void this.refresh(), PAUSE_MS);
  }

  /** Read the own account again. */
  async refresh(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const ack = await call<{ agent: Agent }>("GET", "/api/agents/me");
    if (!ack.ok) return;
    Object.assign(this.me, ack.agent);
    this.show(ack.agent.status);
    this.showLoad();
  }

  private async choose(status: AgentStatus): Promise<void> {
    const ack = await call("PUT", "/api/agents/me/status", { status });
    if (!ack.ok) return toast(failureText(ack.error));
    this.show(status);
    closeMenu();
  }

  private show(status: AgentStatus): void {
    this.me.status = status;
    must("[data-me-dot]").className = `dot dot--${status}`;
    setText(must("[data-me-status]"), t(`status.${status}`));
    for (const button of document.querySelectorAll<HTMLButtonElement>(".menu [data-status]")) {
      button.setAttribute("aria-pressed", String(button.dataset.status === status));
    }
    must("[data-away]").hidden = status === "online";
    setText(must("[data-away-text]"), t(status === "offline" ? "away.offline" : "away.away"));
  }

  private showLoad(): void {
    const { active_sessions: count, capacity: most } = this.me;
    setText(must("[data-me-load]"), t("load", { count, most }));
    setText(must("[data-me-load-long]"), t("load.long", { count, most }));
    must("[data-me-load]").classList.toggle("rail__load--full", count >= most);
  }
}
