/** The icons of the dashboard, put into the page once; <use href="#icon-…"> draws them. */

import {
  Archive,
  ArrowLeft,
  Check,
  CheckCheck,
  CircleAlert,
  Clock,
  Hand,
  Inbox,
  Keyboard,
  Lock,
  LogOut,
  MessageSquare,
  PanelRight,
  Reply,
  Search,
  SendHorizontal,
  UserRound,
  X,
} from "lucide";

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  archive: Archive,
  "arrow-left": ArrowLeft,
  check: Check,
  "check-check": CheckCheck,
  "circle-alert": CircleAlert,
  clock: Clock,
  hand: Hand,
  inbox: Inbox,
  keyboard: Keyboard,
  lock: Lock,
  "log-out": LogOut,
  "message-square": MessageSquare,
  "panel-right": PanelRight,
  reply: Reply,
  search: Search,
  "send-horizontal": SendHorizontal,
  "user-round": UserRound,
  x: X,
};

export type IconName = keyof typeof ICONS;

/** Put every icon into the page as a symbol. */
export function installIcons(): void {
  const sheet = document.createElementNS(SVG, "svg");
  sheet.setAttribute("class", "visually-hidden");
  sheet.setAttribute("aria-hidden", "true");
  for (const [name, nodes] of Object.entries(ICONS)) {
    const symbol = document.createElementNS(SVG, "symbol");
    symbol.id = `icon-${name}`;
    symbol.setAttribute("viewBox", "0 0 24 24");
    for (const [tag, attributes] of nodes) {
      const shape = document.createElementNS(SVG, tag);
      for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, String(value));
      symbol.append(shape);
    }
    sheet.append(symbol);
  }
  document.body.prepend(sheet);
}

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
