/** Showing of many things those that hold every word that is looked for. */

import { matches } from "../colleagues";

/** Hide the others; how many are left. */
export function narrow(things: readonly HTMLElement[], wanted: string): number {
  for (const thing of things) thing.hidden = !matches(wanted, thing.textContent ?? "");
  return things.filter(({ hidden }) => !hidden).length;
}

/** Long lists of boxes to tick have a field above that narrows them. */
export function prepareNarrowing(): void {
  for (const field of document.querySelectorAll<HTMLInputElement>("[data-narrow]")) {
    const picks = [...(field.closest("fieldset")?.querySelectorAll<HTMLElement>(".picks .pick") ?? [])];
    field.addEventListener("input", () => narrow(picks, field.value));
  }
}
