/** What agents write on a conversation: subject, priority, department, tags. Saved when left, taken back by one key. */

import type { Ack, AgentSession, Priority } from "../../browser/protocol";
import { call, sessionPath } from "./api";
import { failureText, t, type Boot } from "./boot";
import { arrange, clone, must, part, setText } from "./dom";
import { toast } from "./notices";
import { withTyped } from "./tags";

type Field = "subject" | "priority" | "department_id" | "tags";
type Changes = Partial<{ subject: string | null; priority: Priority; department_id: string | null; tags: string[] }>;

export class Labels {
  private readonly subject = must<HTMLInputElement>('[data-label="subject"]');
  private readonly priority = must<HTMLSelectElement>('[data-label="priority"]');
  private readonly department = must<HTMLSelectElement>('[data-label="department_id"]');
  private readonly tag = must<HTMLInputElement>('[data-label="tags"]');
  private readonly tagList = must("[data-tags]");
  private session: AgentSession | null = null;

  constructor(
    private readonly boot: Boot,
    private readonly done: (session: AgentSession) => void,
  ) {
    this.subject.addEventListener("change", () => this.saveSubject());
    this.priority.addEventListener("change", () => this.save("priority", { priority: this.priority.value as Priority }));
    this.department.addEventListener("change", () => {
      this.save("department_id", { department_id: this.department.value || null });
    });
    this.tag.addEventListener("change", () => this.addTag());
    this.tagList.addEventListener("click", (event) => this.removeTag(event.target as Element));
    for (const input of [this.subject, this.tag]) input.addEventListener("keydown", (event) => this.pressed(event));
  }

  fill(session: AgentSession): void {
    const other = session.id !== this.session?.id;
    this.session = session;
    if (other) for (const field of ["subject", "priority", "department_id", "tags"] as const) this.say(field, "");
    // What is being typed is not taken away by a push.
    if (other || document.activeElement !== this.subject) this.subject.value = session.subject ?? "";
    if (other) this.tag.value = "";
    this.priority.value = session.priority;
    this.fillDepartment(session);
    arrange(this.tagList, session.tags.map((name) => this.chip(name)));
    this.tagList.hidden = session.tags.length === 0;
  }

  private fillDepartment({ department }: AgentSession): void {
    const known = this.boot.departments.some(({ id }) => id === department?.id);
    if (department && !known) this.department.add(new Option(department.name, department.id));
    this.department.value = department?.id ?? "";
  }

  private chip(name: string): Element {
    const known = [...this.tagList.children].find((one) => (one as HTMLElement).dataset.tag === name);
    if (known) return known;
    const chip = clone("tag");
    chip.dataset.tag = name;
    setText(part(chip, "name"), name);
    const label = t("tags.remove", { name });
    const button = must("button", chip);
    button.setAttribute("aria-label", label);
    button.title = label;
    return chip;
  }

  private pressed(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter") {
      event.preventDefault();
      if (event.target === this.tag) this.addTag();
      else this.saveSubject();
    } else if (event.key === "Escape" && this.session) {
      event.stopPropagation();
      this.tag.value = "";
      this.subject.value = this.session.subject ?? "";
      must("[data-title]").focus();
    }
  }

  private saveSubject(): void {
    const subject = this.subject.value.trim() || null;
    if (this.session && subject !== this.session.subject) this.save("subject", { subject });
  }

  private addTag(): void {
    if (!this.session) return;
    const tags = withTyped(this.session.tags, this.tag.value);
    this.tag.value = "";
    if (tags.length > this.session.tags.length) this.save("tags", { tags });
  }

  private removeTag(target: Element): void {
    const name = target.closest("button")?.closest<HTMLElement>("[data-tag]")?.dataset.tag;
    if (!name || !this.session) return;
    this.tag.focus();
    this.save("tags", { tags: this.session.tags.filter((tag) => tag !== name) });
  }

  private save(field: Field, changes: Changes): void {
    if (this.session) void this.change(this.session, field, changes);
  }

  private async change(before: AgentSession, field: Field, changes: Changes, isUndo = false): Promise<void> {
    const ack: Ack<{ session: AgentSession }> = await call("PATCH", sessionPath(before.id), changes);
    const isShown = this.session?.id === before.id;
    if (!ack.ok) {
      const why = ack.error.code === "validation" ? t(`label.${field}.wrong`) : failureText(ack.error);
      if (isShown) this.say(field, why);
      else toast(why);
      if (isShown && field !== "subject") this.fill(before);
      return;
    }
    if (isShown) this.say(field, "");
    this.done(ack.session);
    const back = { [field]: field === "department_id" ? (before.department?.id ?? null) : before[field] };
    const undo = { label: t("undo"), act: () => void this.change(ack.session, field, back, true) };
    toast(t(isUndo ? "label.undone" : `label.${field}.done`), isUndo ? null : undo);
  }

  /** Say beside the field what is wrong with it; empty when nothing is. */
  private say(field: Field, problem: string): void {
    const control = must(`[data-label="${field}"]`);
    const line = must(`#label-${field}-problem`);
    line.hidden = !problem;
    setText(line, problem);
    control.setAttribute("aria-invalid", String(problem !== ""));
  }
}
