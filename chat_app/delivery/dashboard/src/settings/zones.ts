/** The time zones of the world, to be found by their names in either language. */

import { must } from "../dom";

/** Names take a moment to make: only for those who want to choose. */
export function fillZones(field: HTMLInputElement): void {
  field.addEventListener("focus", () => must("#zones").replaceChildren(...zones().map(optionOf)), { once: true });
}

function zones(): string[] {
  return typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
}

function optionOf(zone: string): HTMLOptionElement {
  const option = document.createElement("option");
  option.value = zone;
  option.label = `${zone.replaceAll("_", " ")} · ${nameOf(zone)}`;
  return option;
}

function nameOf(zone: string): string {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: zone, timeZoneName: "long" });
  return format.formatToParts(new Date()).find(({ type }) => type === "timeZoneName")?.value ?? zone;
}
