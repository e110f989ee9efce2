/** Builds elements without ever parsing markup: text stays text. */

export type Child = Node | string | null | false | undefined;

type Attributes = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

/** An element with attributes, `on…` listeners and children; null and false are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) set(element, key, value);
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

function set(element: HTMLElement, key: string, value: Attributes[string]): void {
  if (typeof value === "function") element.addEventListener(key.slice(2), value as EventListener);
  else if (value === true) element.setAttribute(key, "");
  else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, `${value}`);
}

/** Change a text only when it differs, so that nothing is announced twice. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
