/** The hours of a week: any number a day, copied from day to day; what would hold now is said above. */

import { clone, must, setText } from "../dom";
import type { FormOptions } from "./form";
import { t } from "./page";
import { placeIn, reachOf, stateAt, timeOf, weekdayOf, type Interval, type Place } from "./week";
import { fillZones } from "./zones";

const MINUTE_MS = 60_000;

export function hoursForm(form: HTMLFormElement): FormOptions {
  new Week(form);
  return {
    own: { week: () => intervalsIn(form) },
    complete: ({ owner, ...body }) => {
      const [key, id] = String(owner ?? "").split(" ");
      return key && id ? { ...body, [key]: id } : body;
    },
  };
}

class Week {
  constructor(private readonly form: HTMLFormElement) {
    for (const day of daysOf(form)) this.prepare(day);
    form.addEventListener("input", () => this.draw());
    fillZones(must<HTMLInputElement>("[data-zone]", form));
    setInterval(() => this.draw(), MINUTE_MS);
    this.draw();
  }

  private prepare(day: HTMLElement): void {
    day.querySelector("[data-add]")?.addEventListener("click", () => this.add(day));
    day.addEventListener("click", ({ target }) => {
      const pressed = (target as Element).closest<HTMLElement>("[data-remove], [data-copy-to]");
      if (pressed?.dataset.copyTo) this.copy(day, pressed.dataset.copyTo);
      else if (pressed) this.remove(day, pressed);
    });
  }

  private add(day: HTMLElement): void {
    const row = clone("interval");
    listOf(day).append(row);
    this.changed("say.hours_added", day);
    must("input", row).focus();
  }

  private remove(day: HTMLElement, button: Element): void {
    button.closest("[data-interval]")?.remove();
    this.changed("say.hours_removed", day);
    must("[data-add]", day).focus();
  }

  private copy(from: HTMLElement, to: string): void {
    const days = daysOf(this.form);
    for (const weekday of to.split(" ").map(Number)) {
      const day = days[weekday];
      if (!day || day === from) continue;
      listOf(day).replaceChildren(...[...listOf(from).children].map(copyOf));
    }
    const copies = must<HTMLDetailsElement>("[data-copies]", from);
    copies.open = false;
    must("summary", copies).focus();
    this.changed("say.copied_hours", from);
  }

  private changed(key: "say.hours_added" | "say.hours_removed" | "say.copied_hours", day: HTMLElement): void {
    this.form.dispatchEvent(new Event("input"));
    setText(must("[data-announcer]"), t(key, { day: t(`weekday.${day.dataset.weekday}`) }));
  }

  private draw(): void {
    const rows = [...this.form.querySelectorAll<HTMLElement>("[data-interval]")];
    rows.forEach((row, index) => number(row, index));
    for (const day of daysOf(this.form)) must("[data-closed]", day).hidden = listOf(day).children.length > 0;
    setText(must("[data-state]", this.form), this.state());
  }

  private state(): string {
    const enabled = must<HTMLInputElement>('[data-field="enabled"] input', this.form).checked;
    if (!enabled) return t("hours.state.off");
    const place = placeIn(must<HTMLInputElement>("[data-zone]", this.form).value.trim(), new Date());
    if (place === null) return t("hours.state.zone");
    const state = stateAt(intervalsIn(this.form).filter(({ opens, closes }) => opens && closes), place);
    if (!("at" in state)) return t(`hours.state.${state.kind}`);
    return t(`hours.state.${state.kind}`, { time: moment(state.at, place) });
  }
}

/** The time, with the day when it is another. */
function moment(at: Place, now: Place): string {
  const time = timeOf(at);
  const isToday = weekdayOf(at) === weekdayOf(now) && at > now;
  return isToday ? time : t("hours.state.day_time", { day: t(`weekday.short.${weekdayOf(at)}`), time });
}

/** Errors name intervals by their number; what reaches over midnight says so. */
function number(row: HTMLElement, index: number): void {
  for (const name of ["opens", "closes"]) {
    const field = must(`[data-field$=".${name}"]`, row);
    field.dataset.field = `intervals.${index}.${name}`;
    const error = must("[data-error]", field);
    error.id = `error-intervals.${index}.${name}`;
    must("input", field).setAttribute("aria-describedby", error.id);
  }
  setText(must("[data-over]", row), over(intervalIn(row, 0)));
}

function over(interval: Interval): string {
  if (!interval.opens || !interval.closes) return "";
  const reach = reachOf(interval);
  if (reach === "over") return t("hours.state.over", { time: interval.closes });
  if (reach === "midnight") return t("hours.state.midnight");
  return reach === "whole" ? t("hours.state.all_day") : "";
}

function copyOf(row: Element): HTMLElement {
  const copy = clone("interval");
  for (const name of ["opens", "closes"]) {
    must<HTMLInputElement>(`[data-${name}]`, copy).value = must<HTMLInputElement>(`[data-${name}]`, row).value;
  }
  return copy;
}

function intervalsIn(form: HTMLElement): Interval[] {
  return daysOf(form).flatMap((day, weekday) => [...listOf(day).children].map((row) => intervalIn(row, weekday)));
}

function intervalIn(row: Element, weekday: number): Interval {
  const time = (name: string): string => must<HTMLInputElement>(`[data-${name}]`, row).value;
  return { weekday, opens: time("opens"), closes: time("closes") };
}

function daysOf(form: HTMLElement): HTMLElement[] {
  return [...form.querySelectorAll<HTMLElement>("[data-weekday]")];
}

function listOf(day: HTMLElement): HTMLElement {
  return must("[data-intervals]", day);
}
