/** The pane beside the conversation: who the visitor is and how the conversation stands. */

import type { AgentSession, PageView } from "../../browser/protocol";
import { fullTime } from "../../browser/times";
import { fillAvatar } from "./avatar";
import { t, words, type Boot } from "./boot";
import { must, setText } from "./dom";
import { Labels } from "./labels";
import { linkTo } from "./links";
import { becauseText, reasonText, statusText, visitorName } from "./presentation";
import { rememberDetails } from "./preferences";
import { onRoom, room } from "./room";

export class Details {
  private readonly app = must("[data-app]");
  private readonly pane = must("[data-details-pane]");
  private readonly toggle = must("[data-toggle-details]");
  private readonly labels: Labels;

  /** `changed` hears of what is written on the session here. */
  constructor(boot: Boot, changed: (session: AgentSession) => void) {
    this.labels = new Labels(boot, changed);
    this.toggle.addEventListener("click", () => this.flip());
    must("[data-hide-details]", this.pane).addEventListener("click", () => {
      this.set(false);
      this.toggle.focus();
    });
    onRoom(() => this.setExpanded());
    this.setExpanded();
  }

  /** Show or hide the pane. */
  flip(): void {
    this.set(!this.isShown());
  }

  /** Hide it where it lies over the conversation; true when it did. */
  hideOverlay(): boolean {
    if (room() === "wide" || !this.isShown()) return false;
    this.set(false);
    return true;
  }

  fill(session: AgentSession | null): void {
    this.pane.hidden = session === null;
    if (!session) return;
    const { visitor } = session;
    fillAvatar(must(".avatar", this.pane), visitorName(visitor), visitor.id);
    setText(must('[data-visitor="name"]', this.pane), visitorName(visitor));
    setText(must('[data-visitor="presence"]', this.pane), t(visitor.online ? "visitor.online" : "visitor.offline"));
    must('[data-visitor="dot"]', this.pane).className = `dot dot--${visitor.online ? "online" : "offline"}`;
    this.fact("email", visitor.email, visitor.email ? linkTo(visitor.email) : null);
    this.fact("identity", t(visitor.verified ? "visitor.verified" : "visitor.unverified"));
    const { page } = visitor;
    this.fact("page", page && (page.title || page.url), page ? linkToPage(page) : null);
    this.fact("status", statusText(session));
    this.fact("agent", session.agent?.name);
    this.fact("because", becauseText(session));
    this.fact("queue", session.queue && String(session.queue.position));
    this.fact("started", fullTime(new Date(session.created_at), words));
    this.fact("closed", session.closed_at && fullTime(new Date(session.closed_at), words));
    this.fact("reason", reasonText(session.close_reason));
    this.fact("rating", session.rating && `${session.rating.score} / 5`);
    this.labels.fill(session);
  }

  private fact(key: string, text: string | null | undefined, link: HTMLAnchorElement | null = null): void {
    const fact = must(`[data-fact="${key}"]`, this.pane);
    fact.hidden = !text;
    const value = must("[data-value]", fact);
    if (link) {
      const shown = value.querySelector("a");
      if (shown?.href !== link.href || shown.textContent !== link.textContent) value.replaceChildren(link);
    } else setText(value, text ?? "");
  }

  private isShown(): boolean {
    const state = this.app.dataset.details;
    return state === "open" || (state === "shown" && room() === "wide");
  }

  private set(shown: boolean): void {
    const wide = room() === "wide";
    if (wide) rememberDetails(shown);
    this.app.dataset.details = shown ? (wide ? "shown" : "open") : wide ? "hidden" : "shown";
    this.setExpanded();
  }

  private setExpanded(): void {
    this.toggle.setAttribute("aria-expanded", String(this.isShown()));
  }
}

/** The page by its title; a link only where it leads to the web. */
function linkToPage({ url, title }: PageView): HTMLAnchorElement | null {
  if (!/^https?:/i.test(url)) return null;
  const link = linkTo(url);
  if (link && title) link.textContent = title;
  if (link) link.title = url;
  return link;
}
