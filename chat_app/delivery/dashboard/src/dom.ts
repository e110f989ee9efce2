/** Finding and changing pieces of the page; text goes in as text, never as markup. */

/** The element that must be there: the templates and these scripts ship together. */
export function must<E extends Element = HTMLElement>(selector: string, root: ParentNode = document): E {
  const found = root.querySelector<E>(selector);
  if (!found) throw new Error(`missing in the page: ${selector}`);
  return found;
}

/** The piece of a cloned template with this data-part. */
export function part<E extends Element = HTMLElement>(root: ParentNode, name: string): E {
  return must<E>(`[data-part="${name}"]`, root);
}

/** A fresh copy of the one element in <template id>. */
export function clone(id: string): HTMLElement {
  const { content } = must<HTMLTemplateElement>(`template#${id}`);
  return must("*", content).cloneNode(true) as HTMLElement;
}

/** Set the text only when it differs, so that selections and screen readers stay undisturbed. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Show `element` with `text`, or hide it when there is none. */
export function showText(element: HTMLElement, text: string | null | undefined): void {
  element.hidden = !text;
  setText(element, text ?? "");
}

export function setAttribute(element: Element, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Make the children of `parent` exactly `wanted`, moving as few nodes as possible. */
export function arrange(parent: Element, wanted: readonly Element[]): void {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  let place: Element | null = parent.firstElementChild;
  for (const element of wanted) {
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
}

/** A button that does one thing. */
export function textButton(label: string, act: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "text-button";
  button.textContent = label;
  button.addEventListener("click", act);
  return button;
}
