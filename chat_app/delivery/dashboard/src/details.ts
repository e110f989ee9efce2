/** The pane beside the conversation: who the visitor is and how the conversation stands. */

import type { AgentSession, PageView } from "../../browser/protocol";
import { fullTime } from "../../browser/times";
import { t, words } from "./boot";
import { must, setText } from "./dom";
import { linkTo } from "./links";
import { fillAvatar, visitorName } from "./presentation";
import { rememberDetails } from "./preferences";
import { onRoom, room } from "./room";

export class Details {
  private readonly app = must("[data-app]");
  private readonly pane = must("[data-details-pane]");
  private readonly toggle = must("[data-toggle-details]");
  private page: PageView | null = null;

  constructor() {
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

  setPage(page: PageView | null): void {
    this.page = page;
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
    this.fact("page", this.page && (this.page.title || this.page.url), this.pageLink());
    this.fact("status", t(`session.${session.status}`));
    this.fact("subject", session.subject);
    this.fact("agent", session.agent?.name);
    this.fact("department", session.department?.name);
    this.fact("queue", session.queue && String(session.queue.position));
    this.fact("started", fullTime(new Date(session.created_at), words));
    this.fact("closed", session.closed_at && fullTime(new Date(session.closed_at), words));
    this.fact("rating", session.rating && `${session.rating.score} / 5`);
    this.fact("tags", session.tags.join(t("join")));
  }

  private pageLink(): HTMLAnchorElement | null {
    if (!this.page || !/^https?:/i.test(this.page.url)) return null;
    const link = linkTo(this.page.url);
    if (link && this.page.title) link.textContent = this.page.title;
    return link;
  }

  private fact(key: string, text: string | null | undefined, link: HTMLAnchorElement | null = null): void {
    const fact = must(`[data-fact="${key}"]`, this.pane);
    fact.hidden = !text;
    const value = must("[data-value]", fact);
    if (link) {
      if (value.querySelector("a")?.href !== link.href) value.replaceChildren(link);
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
