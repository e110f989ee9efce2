/** Reading the fields of a form into the body of a request. */

export type Body = Record<string, unknown>;
export type Reader = (field: HTMLElement) => unknown;

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** By data-kind. What is undefined is left out. */
const READERS: Readonly<Record<string, Reader>> = {
  text: (field) => control(field).value.trim(),
  secret: (field) => control(field).value,
  number: (field) => numberIn(field),
  minutes: (field) => {
    const minutes = numberIn(field);
    return minutes === null ? null : Math.round(minutes * 60);
  },
  lines: (field) => parts(control(field).value, /\n/),
  commas: (field) => parts(control(field).value, /[,，、]/),
  choice: (field) => control(field).value || null,
  radios: (field) => checked(field)[0],
  several: (field) => checked(field),
  flag: (field) => (control(field) as HTMLInputElement).checked,
};

/** The fields that belong to `form`, in the order in which they stand. */
export function fieldsOf(form: ParentNode): HTMLElement[] {
  return [...form.querySelectorAll<HTMLElement>("[data-field]")];
}

/** Everything the form says. `own` reads further kinds of fields. */
export function bodyOf(form: ParentNode, own: Readonly<Record<string, Reader>> = {}): Body {
  const body: Body = {};
  for (const field of fieldsOf(form)) {
    const { field: path = "", kind = "" } = field.dataset;
    const read = own[kind] ?? READERS[kind];
    if (read) put(body, path.split("."), read(field));
  }
  return body;
}

/** The parts of `after` that differ from `before`. */
export function changesOf(before: Body, after: Body): Body {
  const differs = ([key, value]: [string, unknown]): boolean => JSON.stringify(value) !== JSON.stringify(before[key]);
  return Object.fromEntries(Object.entries(after).filter(differs));
}

/** The element of a field in which a person writes or chooses. */
export function control(field: HTMLElement): Control {
  return field.querySelector<Control>("input:not([data-narrow]), textarea, select")!;
}

/** What stands below something that stands for itself may be left empty, and is then left out. */
function put(body: Body, [first = "", ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    if (value !== undefined) body[first] = value;
    return;
  }
  const inner = (body[first] ??= {}) as Body;
  if (!isEmpty(value)) put(inner, rest, value);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

function numberIn(field: HTMLElement): number | null {
  const { value } = control(field);
  return value.trim() === "" ? null : Number(value);
}

function parts(text: string, by: RegExp): string[] {
  return text
    .split(by)
    .map((one) => one.trim())
    .filter(Boolean);
}

function checked(field: HTMLElement): string[] {
  return [...field.querySelectorAll<HTMLInputElement>("input:checked")].map(({ value }) => value);
}
