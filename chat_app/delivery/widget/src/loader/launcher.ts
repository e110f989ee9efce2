/** The round button and the panel that holds the frame. */

import { textOn, validAccent } from "../../../browser/colour";
import { addStyles, isNarrow } from "./styles";
import type { LauncherWords } from "./words";

export interface Launcher {
  mount(): void;
  /** Show or hide the panel; a phone's page does not scroll behind it. */
  show(open: boolean): void;
  hold(frame: HTMLIFrameElement): void;
  /** Colour and side; once the frame works, its own close button replaces ours on phones. */
  paint(accent: string | undefined, position: string | undefined): void;
  unread(count: number): void;
  speak(words: LauncherWords): void;
}

const BUBBLE = "M7.9 20A9 9 0 1 0 4 16.1L2 22Z";
const DOWN = "m6 9 6 6 6-6";

/** Closures instead of a class: their names shrink, and this script is on every page. */
export function createLauncher(press: () => void): Launcher {
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const button = document.createElement("button");
  const badge = document.createElement("i");
  const panel = document.createElement("section");
  const page = document.documentElement.style;
  let words: LauncherWords;
  let frame: HTMLIFrameElement | undefined;
  let isOpen = false;
  let scrolling = "";

  host.id = "cland-chat";
  button.type = "button";
  button.append(icon(BUBBLE), icon(DOWN), badge);
  button.onclick = press;
  root.append(panel, button);

  function label(): void {
    const waiting = badge.textContent;
    const closed = waiting ? `${words.open} (${words.unread}${waiting})` : words.open;
    button.ariaLabel = isOpen ? words.close : closed;
    button.ariaExpanded = `${isOpen}`;
    if (frame) frame.title = words.title;
  }

  /** A phone's keyboard shrinks only the visual viewport: keep the panel inside it. */
  function fit(): void {
    const view = visualViewport;
    const shrunk = isOpen && view && isNarrow() && view.height < innerHeight - 1;
    panel.style.height = shrunk ? `${view.height}px` : "";
    panel.style.transform = shrunk ? `translateY(${view.offsetTop}px)` : "";
  }

  return {
    mount() {
      addStyles(root);
      document.body.append(host);
      button.onkeydown = ({ key }) => {
        if (key === "Escape" && isOpen) press();
      };
      if (visualViewport) visualViewport.onresize = visualViewport.onscroll = fit;
    },
    show(open) {
      const inside = root.activeElement === frame;
      if (!isOpen) scrolling = page.overflow;
      isOpen = open;
      page.overflow = open && isNarrow() ? "hidden" : scrolling;
      host.toggleAttribute("open", open);
      label();
      fit();
      if (open) frame?.focus();
      else if (inside) button.focus();
    },
    hold(held) {
      frame = held;
      panel.append(held);
      label();
    },
    paint(accent, position) {
      const colour = validAccent(accent);
      host.style.setProperty("--accent", colour);
      host.style.setProperty("--ink", textOn(colour));
      host.toggleAttribute("left", position === "left");
      host.toggleAttribute("ready", !!frame);
    },
    unread(count) {
      badge.textContent = count > 99 ? "99+" : count > 0 ? `${count}` : "";
      label();
    },
    speak(spoken) {
      words = spoken;
      label();
    },
  };
}

function icon(path: string): SVGElement {
  const make = (name: string, attribute: string, value: string): SVGElement => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name) as SVGElement;
    node.setAttribute(attribute, value);
    return node;
  };
  const svg = make("svg", "viewBox", "0 0 24 24");
  svg.append(make("path", "d", path));
  return svg;
}
