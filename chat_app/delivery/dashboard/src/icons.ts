/** The icons of the dashboard. The build makes one sheet of them, which stands in every page. */

import type names from "../icons.json";

const SVG = "http://www.w3.org/2000/svg";

export type IconName = keyof typeof names;

/** One icon, hidden from screen readers: the text beside it says the same. */
export function icon(name: IconName): SVGElement {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  drawing.append(use);
  return drawing;
}
