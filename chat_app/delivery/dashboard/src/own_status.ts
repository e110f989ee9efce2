/** The agent's own status: online, away, offline. */

import type { Connection } from "../../browser/connection";
import type { AgentStatus } from "../../browser/protocol";
import { call } from "./api";
import { failureText, t, type Me } from "./boot";
import { must, setText } from "./dom";
import { toast } from "./notices";

export class OwnStatus {
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
  }

  private async choose(status: AgentStatus): Promise<void> {
    const menu = must<HTMLDetailsElement>("[data-menu]");
    const ack = await call("PUT", "/api/agents/me/status", { status });
    if (!ack.ok) return toast(failureText(ack.error));
    this.show(status);
    if (menu.open) {
      menu.open = false;
      must("summary", menu).focus();
    }
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
}
