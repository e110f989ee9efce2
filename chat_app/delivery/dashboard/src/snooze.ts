/** The dialog that puts a conversation aside: a moment of the list, or an own one. */

import { clockTime } from "../../browser/times";
import { t, words } from "./boot";
import { must, setText } from "./dom";
import { untilTime } from "./presentation";
import { asLocalInput, snoozeTimes, type SnoozeTime } from "./snooze_times";

const YEAR_MS = 366 * 86_400_000;

export class SnoozeDialog {
  private readonly dialog = must<HTMLDialogElement>("[data-snooze-dialog]");
  private readonly list = must("[data-snooze-times]", this.dialog);
  private readonly form = must<HTMLFormElement>("form", this.dialog);
  private readonly own = must<HTMLInputElement>("[data-snooze-own]", this.dialog);
  private readonly problem = must("[data-problem]", this.dialog);
  private chosen: (until: Date) => void = () => undefined;

  constructor() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.list.addEventListener("keydown", (event) => this.walk(event));
  }

  open(now: Date, chosen: (until: Date) => void): void {
    this.chosen = chosen;
    const times = snoozeTimes(now);
    this.list.replaceChildren(...times.map((time) => this.button(time)));
    this.own.min = asLocalInput(now);
    this.own.value = asLocalInput(times.find(({ name }) => name === "tomorrow")!.at);
    this.say("");
    this.dialog.showModal();
    must("button", this.list).focus();
  }

  private button({ name, at }: SnoozeTime): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "moment";
    const [label, time] = [document.createElement("span"), document.createElement("time")];
    setText(label, t(`snooze.${name}`));
    setText(time, name === "monday" ? untilTime(at) : clockTime(at, words));
    button.append(label, time);
    button.addEventListener("click", () => this.choose(at));
    return button;
  }

  private submit(): void {
    const at = new Date(this.own.value);
    const ahead = at.getTime() - Date.now();
    if (!(ahead > 0)) return this.say(t("snooze.past"));
    if (ahead > YEAR_MS) return this.say(t("snooze.too_far"));
    this.choose(at);
  }

  private choose(at: Date): void {
    this.dialog.close();
    this.chosen(at);
  }

  private say(problem: string): void {
    this.problem.hidden = !problem;
    setText(this.problem, problem);
    this.own.setAttribute("aria-invalid", String(problem !== ""));
    if (problem) this.own.focus();
  }

  private walk(event: KeyboardEvent): void {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const buttons = [...this.list.querySelectorAll("button")];
    const next = step && buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}
