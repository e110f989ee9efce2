/** The sheet of colleagues: who is here, and how much each has to do. */

import { t, type Me } from "./boot";
import { byReadiness, presenceOf } from "./colleagues";
import { arrange, must, setText } from "./dom";
import { fillPerson, newPerson } from "./person";
import type { Roster } from "./roster";

export class People {
  private readonly menu = must<HTMLDetailsElement>("[data-people]");
  private readonly list = must("[data-people-list]", this.menu);
  private readonly state = must("[data-people-state]", this.menu);
  private readonly rows = new Map<string, HTMLElement>();

  constructor(
    private readonly roster: Roster,
    private readonly me: Me,
  ) {
    roster.onChange(() => this.draw(), () => this.menu.open);
    this.menu.addEventListener("toggle", () => this.menu.open && void this.load());
  }

  /** Show or hide it. */
  flip(): void {
    this.menu.open = !this.menu.open;
    must<HTMLElement>("summary", this.menu).focus();
  }

  private async load(): Promise<void> {
    if (!this.roster.agents.length) setText(this.state, t("list.loading"));
    if (!(await this.roster.load())) setText(this.state, t("people.not_loaded"));
  }

  private draw(): void {
    const agents = [...this.roster.agents].sort(byReadiness);
    const count = agents.filter((agent) => presenceOf(agent) === "online").length;
    setText(this.state, t("people.online", { count }));
    arrange(
      this.list,
      agents.map((agent) => {
        const row = this.rows.get(agent.id) ?? this.newRow(agent.id);
        fillPerson(must(".person", row), agent, this.roster.departments, this.me.id);
        return row;
      }),
    );
  }

  private newRow(id: string): HTMLElement {
    const row = document.createElement("li");
    row.append(newPerson());
    this.rows.set(id, row);
    return row;
  }
}
