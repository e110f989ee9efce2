/** Saying at a field what is wrong with it. */

import { showText } from "../dom";
import { control, fieldsOf } from "./fields";
import { reasonText, t } from "./page";

const LISTS = new Set(["lines", "commas", "several"]);

export type Errors = Readonly<Record<string, readonly string[]>>;

/** Forget what was said. */
export function clearErrors(form: ParentNode): void {
  for (const field of fieldsOf(form)) sayAt(field, null);
}

/** What the browser itself finds wrong, by the names of the fields. */
export function checkFields(form: ParentNode): Map<HTMLElement, string> {
  const found = new Map<HTMLElement, string>();
  for (const field of fieldsOf(form)) {
    const reason = hasFields(field) ? null : reasonOfControl(control(field));
    if (reason) found.set(field, reason);
  }
  return found;
}

/** What the server refused, by the fields that show it; what no field shows is left out. */
export function placeErrors(form: ParentNode, errors: Errors): Map<HTMLElement, string> {
  const found = new Map<HTMLElement, string>();
  const fields = fieldsOf(form);
  for (const [path, [said = ""]] of Object.entries(errors)) {
    const field = nearest(fields, path);
    if (field && !found.has(field)) found.set(field, sentence(field, path, said));
  }
  return found;
}

/** Say it at each field, and go to the first. */
export function showErrors(form: ParentNode, errors: ReadonlyMap<HTMLElement, string>): void {
  for (const [field, text] of errors) sayAt(field, text);
  const first = fieldsOf(form).find((field) => errors.has(field));
  if (first) control(first)?.focus();
}

function sayAt(field: HTMLElement, text: string | null): void {
  // Of a field with fields in it, its own place.
  const place = field.querySelector<HTMLElement>(":scope > [data-error]");
  if (place) showText(place, text);
  if (hasFields(field)) return;
  for (const one of field.querySelectorAll("input:not([data-narrow]), textarea, select")) {
    if (text) one.setAttribute("aria-invalid", "true");
    else one.removeAttribute("aria-invalid");
  }
}

function hasFields(field: HTMLElement): boolean {
  return field.querySelector("[data-field]") !== null;
}

/** The field a path is about: of `theme.accent` and `theme`, the longer name. */
function nearest(fields: readonly HTMLElement[], path: string): HTMLElement | undefined {
  const within = fields.filter(({ dataset: { field = "", also = "" } }) =>
    [field, ...also.split(" ")].some((name) => path === name || path.startsWith(`${name}.`)),
  );
  return within.sort((one, other) => (other.dataset.field ?? "").length - (one.dataset.field ?? "").length)[0];
}

function sentence(field: HTMLElement, path: string, said: string): string {
  const { field: name = "", kind } = field.dataset;
  const isList = LISTS.has(kind ?? "");
  const line = Number(path.slice(name.length + 1));
  const reason = reasonText(said, isList && path === name);
  return kind === "lines" && path !== name ? t("say.line", { line: line + 1, reason }) : reason;
}

function reasonOfControl(element: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement | null): string | null {
  if (!element || element.validity.valid) return null;
  const { valueMissing, typeMismatch, stepMismatch } = element.validity;
  if (valueMissing) return t("reason.blank");
  if (typeMismatch) return t("reason.email");
  if (stepMismatch) return t("reason.whole");
  const { min = "", max = "" } = element as HTMLInputElement;
  return max ? t("reason.number", { least: min, most: max }) : t("reason.other");
}
