/** Opens and closes the chat, makes the frame at the first opening, and talks with it. */

import { type Identity, type Page, post, received, type ToFrame } from "../bridge";
import { takeOver } from "./api";
import { createLauncher } from "./launcher";
import { createMemory } from "./memory";
import { isNarrow } from "./styles";
import { launcherWords } from "./words";

/** `script` says where Cland Chat runs, and in data-… what this page wants. */
export function startWidget(script: HTMLScriptElement): void {
  const { site = "", position, accent, open: asked = "false", locale: spoken = "" } = script.dataset;
  const { origin } = new URL(script.src);
  const [known, remember] = createMemory(site);
  const launcher = createLauncher(() => show(!isOpen));
  const listeners = new Map<string, Set<(detail: unknown) => void>>();
  let locale = spoken;
  let opens = asked !== "false";
  let frame: HTMLIFrameElement | undefined;
  let identity: Identity | undefined;
  let told = "";
  let seen = "";
  let isOpen = false;
  let isMounted = false;
  let isReady = false;

  function show(open: boolean): void {
    if (!isMounted) {
      opens = open;
      return;
    }
    const changed = isOpen !== open;
    isOpen = open;
    if (open) load();
    launcher.show(open);
    remember({ open });
    tellShown();
    if (changed) fire(open ? "open" : "close");
  }

  function load(): void {
    if (frame) return;
    const { lang } = document.documentElement;
    const query = new URLSearchParams({ site, locale, lang, origin: location.origin });
    frame = document.createElement("iframe");
    frame.src = `${origin}/widget/frame?${query}`;
    launcher.hold(frame);
    setInterval(lookAround, 1_000);
  }

  /** A page that changes without a load says so to nobody; once its address stands still it has its title, too. */
  function lookAround(): void {
    const { href } = location;
    if (href !== told && href === seen) tell({ type: "page", page: page() });
    seen = href;
  }

  /** Every value is turned into what it has to be where it is used; nothing is trusted. */
  function hear({ type, accent, position, count, live, name, detail }: Record<string, unknown>): void {
    if (type === "ready") becomeReady(`${accent}`, `${position}`);
    else if (type === "close") show(false);
    else if (type === "live") remember({ live: live === true });
    else if (type === "event") fire(`${name}`, detail);
    else if (type === "unread") {
      launcher.unread(Number(count));
      fire(type, { count });
    }
  }

  function becomeReady(accent: string, position: string): void {
    isReady = true;
    remember({ accent, position });
    paint();
    if (identity) tell({ type: "identify", identity });
    tellShown();
    fire("ready");
  }

  function tellShown(): void {
    tell({ type: "show", open: isOpen, page: page() });
  }

  function page(): Page {
    told = location.href;
    return { url: told, title: document.title, referrer: document.referrer };
  }

  function tell(message: ToFrame): void {
    if (isReady && frame?.contentWindow) post(frame.contentWindow, origin, message);
  }

  function paint(): void {
    launcher.paint(accent || known.accent, position || known.position);
  }

  function fire(event: string, detail?: unknown): void {
    listeners.get(event)?.forEach((react) => react(detail));
  }

  function mount(): void {
    isMounted = true;
    launcher.mount();
    addEventListener("message", (event) => {
      const message = received(event, frame?.contentWindow, origin);
      if (message) hear(message);
    });
    // Over a whole phone screen the chat does not come back by itself.
    if (opens || (known.open && !isNarrow())) show(true);
    else if (known.live) load();
  }

  paint();
  launcher.speak(launcherWords(locale));

  takeOver({
    open: () => show(true),
    close: () => show(false),
    toggle: () => show(!isOpen),
    on(event, react) {
      const reacting = listeners.get(event) ?? new Set();
      listeners.set(event, reacting.add(react));
      return () => reacting.delete(react);
    },
    identify(given) {
      identity = Object(given) as Identity;
      tell({ type: "identify", identity });
    },
    setLocale(given) {
      locale = `${given}`;
      launcher.speak(launcherWords(locale));
      tell({ type: "locale", locale });
    },
  });

  if (document.body) mount();
  else addEventListener("DOMContentLoaded", mount);
}
