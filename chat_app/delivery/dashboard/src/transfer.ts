/** The dialog that passes a conversation on: to a colleague or a department, with a note for the team. */

import type { Agent, AgentSession, Department } from "../../browser/protocol";
import { t, type Me } from "./boot";
import { byReadiness, isFull, matches, onlineIn } from "./colleagues";
import { arrange, clone, must, part, setText } from "./dom";
import { fillPerson, newPerson } from "./person";
import { oversees } from "./rights";
import type { Roster } from "./roster";

/** Where it goes, by name, and what is asked of the server. */
export interface Target {
  name: string;
  body: { agent_id?: string; department_id?: string; note?: string; force?: boolean };
}

/** Answers null when it worked, else what to say. */
type Send = (target: Target) => Promise<string | null>;

export class TransferDialog {
  private readonly dialog = must<HTMLDialogElement>("[data-transfer-dialog]");
  private readonly form = must<HTMLFormElement>("form", this.dialog);
  private readonly search = must<HTMLInputElement>("[data-people-search]", this.dialog);
  private readonly note = must<HTMLTextAreaElement>("textarea", this.dialog);
  private readonly force = must<HTMLInputElement>("[data-force]", this.dialog);
  private readonly problem = must("[data-problem]", this.dialog);
  private readonly button = must<HTMLButtonElement>("[type=submit]", this.dialog);
  private readonly rows = new Map<string, HTMLElement>();
  private session: AgentSession | null = null;
  private send: Send = () => Promise.resolve(null);

  constructor(
    private readonly roster: Roster,
    private readonly me: Me,
  ) {
    roster.onChange(() => this.draw(), () => this.dialog.open);
    this.search.addEventListener("input", () => this.draw());
    this.search.addEventListener("keydown", (event) => this.pressed(event));
    this.form.addEventListener("change", () => this.settle());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
  }

  /** Ask where to; a note begun for the same conversation is still there. */
  open(session: AgentSession, send: Send): void {
    if (session.id !== this.session?.id) this.note.value = "";
    Object.assign(this, { session, send });
    this.search.value = "";
    this.force.checked = false;
    for (const input of this.inputs()) input.checked = false;
    this.say(null);
    this.draw();
    this.dialog.showModal();
    this.search.focus();
    void this.roster.load().then((loaded) => loaded || this.say(t("transfer.not_loaded")));
  }

  private draw(): void {
    if (!this.session) return;
    const { agents, departments } = this.roster;
    const others = agents.filter(({ id }) => id !== this.session?.agent?.id).sort(byReadiness);
    this.fill("agents", others.filter((one) => this.isFound(one.name, one.email)), (row, one) => this.fillAgent(row, one));
    this.fill("departments", departments.filter(({ name }) => this.isFound(name)), (row, one) => this.fillDepartment(row, one));
    const shown = this.inputs();
    must("[data-nobody]", this.dialog).hidden = shown.length > 0 || !agents.length;
    this.settle();
  }

  private fill<T extends { id: string }>(kind: string, items: readonly T[], fill: (row: HTMLElement, item: T) => void): void {
    const group = must(`[data-group="${kind}"]`, this.dialog);
    group.hidden = !items.length;
    const wanted = items.map((item) => {
      const key = `${kind} ${item.id}`;
      const row = this.rows.get(key) ?? this.newRow(key);
      fill(row, item);
      return row;
    });
    arrange(must("[data-choices]", group), wanted);
  }

  private newRow(key: string): HTMLElement {
    const row = clone("choice");
    must<HTMLInputElement>("input", row).value = key;
    if (key.startsWith("agents")) part(row, "content").replaceChildren(newPerson());
    this.rows.set(key, row);
    return row;
  }

  private fillAgent(row: HTMLElement, agent: Agent): void {
    fillPerson(must(".person", row), agent, this.roster.departments, this.me.id);
    must<HTMLInputElement>("input", row).disabled = isFull(agent) && !oversees(this.me);
  }

  private fillDepartment(row: HTMLElement, department: Department): void {
    setText(part(row, "name"), department.name);
    setText(part(row, "facts"), t("transfer.online", { count: onlineIn(department, this.roster.agents) }));
  }

  /** Enter takes the first that was found, so that names can be typed blindly. */
  private pressed(event: KeyboardEvent): void {
    if (event.isComposing || (event.key !== "Enter" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    const first = this.inputs().find(({ disabled }) => !disabled);
    if (!first) return;
    first.checked = true;
    this.settle();
    if (event.key === "Enter") this.note.focus();
    else first.focus();
  }

  private settle(): void {
    const target = this.chosen();
    const full = target && "email" in target && isFull(target) ? target : null;
    must("[data-force-row]", this.dialog).hidden = !full;
    if (full) setText(must("[data-force-label]", this.dialog), t("transfer.force", { name: full.name }));
    else this.force.checked = false;
    this.button.disabled = !target || (full !== null && !this.force.checked);
  }

  private chosen(): Agent | Department | undefined {
    const [kind, id] = this.inputs().find(({ checked }) => checked)?.value.split(" ") ?? [];
    const from: readonly (Agent | Department)[] = kind === "agents" ? this.roster.agents : this.roster.departments;
    return from.find((one) => one.id === id);
  }

  private async submit(): Promise<void> {
    const target = this.chosen();
    if (!target || this.button.disabled) return;
    const note = this.note.value.trim();
    const body: Target["body"] = {
      ...("email" in target ? { agent_id: target.id } : { department_id: target.id }),
      ...(note ? { note } : {}),
      ...(this.force.checked ? { force: true } : {}),
    };
    this.button.disabled = true;
    const why = await this.send({ name: target.name, body });
    this.settle();
    if (why) {
      this.say(why);
      return void this.roster.load();
    }
    this.note.value = "";
    this.dialog.close();
    must("[data-title]").focus();
  }

  private say(problem: string | null): void {
    this.problem.hidden = !problem;
    setText(this.problem, problem ?? "");
  }

  private isFound(...texts: string[]): boolean {
    return matches(this.search.value, ...texts);
  }

  private inputs(): HTMLInputElement[] {
    return [...this.form.querySelectorAll<HTMLInputElement>("input[name=target]")];
  }
}
