/** Narrows the list: the states of the view as tabs, the departments as a choice. */

import { t, type Boot } from "./boot";
import { must, setText } from "./dom";
import type { Shown, StateName } from "./shown";

export class Filters {
  private readonly tabs = must("[data-states]");
  private readonly department = must<HTMLSelectElement>("[data-department-filter]");

  /** `choose` hears what the list is to be narrowed to. */
  constructor(
    private readonly boot: Boot,
    choose: (narrowed: Partial<Shown>) => void,
  ) {
    this.tabs.addEventListener("click", (event) => {
      const state = (event.target as Element).closest<HTMLElement>("[data-state]")?.dataset.state;
      if (state) choose({ state: state as StateName });
    });
    this.department.addEventListener("change", () => choose({ departmentId: this.department.value || null }));
  }

  show({ view, state, departmentId }: Shown): void {
    const states = this.boot.states[view];
    this.tabs.hidden = states.length < 2;
    this.department.value = departmentId ?? "";
    if (this.tabs.dataset.of === view) return this.press(state);
    this.tabs.dataset.of = view;
    const focused = this.tabs.contains(document.activeElement);
    this.tabs.replaceChildren(...states.map((name) => tab(name)));
    this.press(state);
    if (focused) must<HTMLElement>('[aria-pressed="true"]', this.tabs).focus();
  }

  private press(state: StateName): void {
    for (const button of this.tabs.querySelectorAll<HTMLElement>("[data-state]")) {
      button.setAttribute("aria-pressed", String(button.dataset.state === state));
    }
  }
}

function tab(state: StateName): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.state = state;
  setText(button, t(`state.${state}`));
  return button;
}
