/** The outline icons of the frame, drawn as elements. */

import { Check, CheckCheck, ChevronDown, CircleAlert, Clock, type IconNode, Pencil, SendHorizontal, User } from "lucide";

export const ICONS = {
  check: Check,
  checks: CheckCheck,
  down: ChevronDown,
  alert: CircleAlert,
  clock: Clock,
  edit: Pencil,
  send: SendHorizontal,
  person: User,
} satisfies Record<string, IconNode>;

const SVG = "http://www.w3.org/2000/svg";

/** Decoration only: whatever carries it has a name of its own. */
export function icon(name: keyof typeof ICONS): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of ICONS[name]) {
    const part = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, `${value}`);
    svg.append(part);
  }
  return svg;
}
