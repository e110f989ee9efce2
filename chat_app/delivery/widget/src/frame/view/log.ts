/** The list of messages: only rows that changed are drawn anew, and the reader's place is kept. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import type { Outgoing } from "../../../../browser/send_queue";
import type { Conversation } from "../conversation";
import { h, setText } from "./dom";
import { icon } from "./icons";
import { drawRow, signature } from "./row_view";
import { type Row, toRows } from "./rows";
import { typingRow } from "./typing_row";

const NEAR_BOTTOM_PX = 60;

export class Log {
  readonly element: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly list = h("ol", { class: "log", role: "log", tabindex: "0" });
  private readonly earlier: HTMLButtonElement;
  private readonly typing = typingRow();
  private readonly pill: HTMLButtonElement;
  private readonly drawn = new Map<string, { node: HTMLElement; signature: string }>();
  private firstSeq = 0;
  private lastSeq = 0;
  private wasAtBottom = true;
  private session: string | undefined;

  constructor(
    private readonly conversation: Conversation,
    private readonly words: Phrasebook,
    [above, below]: [HTMLElement, HTMLElement],
    private readonly reactions: { read: () => void; retry: (outgoing: Outgoing) => void },
  ) {
    this.earlier = h("button", { type: "button", class: "earlier", onclick: () => this.showEarlier() });
    this.pill = h("button", { type: "button", class: "pill", hidden: true, onclick: () => this.toBottom(true) });
    this.scroller = h("div", { class: "scroller" }, this.earlier, above, this.list, below, this.typing.element);
    this.element = h("div", { class: "middle" }, this.scroller, this.pill);
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.keepBottom()).observe(this.scroller);
    this.list.addEventListener("keydown", (event) => this.walk(event));
  }

  /** True when the newest message is in sight. */
  get isAtBottom(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
  }

  render(): void {
    const { conversation, words } = this;
    const stay = this.isAtBottom;
    const heightBefore = this.scroller.scrollHeight;
    const rows = toRows(conversation.messages, conversation.unsent);
    const first = conversation.messages[0]?.seq ?? 0;
    const grewAbove = first < this.firstSeq;
    const ownIsNew = rows.some((row) => row.kind === "unsent" && !this.drawn.has(row.key));
    this.list.setAttribute("aria-label", words.t("log"));
    this.list.setAttribute("aria-busy", String(conversation.phase === "loading"));
    this.earlier.hidden = !conversation.hasEarlier;
    setText(this.earlier, words.t("earlier"));
    // The first look at a conversation is not news, nor are its older pages.
    this.patch(rows, this.session === conversation.session?.id ? this.lastSeq : Infinity);
    this.typing.render(conversation, words);
    this.firstSeq = first;
    this.lastSeq = conversation.messages.at(-1)?.seq ?? 0;
    this.session = conversation.session?.id;
    if (ownIsNew || stay) this.toBottom();
    else if (grewAbove) this.scroller.scrollTop += this.scroller.scrollHeight - heightBefore;
    this.pill.hidden = this.isAtBottom || conversation.unread === 0;
    this.pill.replaceChildren(words.t("new_messages"), icon("down"));
  }

  /** A growing composer or a phone's keyboard must not push the last message out of sight. */
  keepBottom(): void {
    if (this.wasAtBottom) this.toBottom();
  }

  toBottom(smooth = false): void {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth && !calm ? "smooth" : "instant" });
    this.wasAtBottom = true;
  }

  private patch(rows: readonly Row[], seen: number): void {
    const context = { conversation: this.conversation, words: this.words, retry: this.reactions.retry };
    const keys = new Set(rows.map((row) => row.key));
    for (const [key, { node }] of this.drawn) {
      if (keys.has(key)) continue;
      node.remove();
      this.drawn.delete(key);
    }
    let place = this.list.firstElementChild;
    for (const row of rows) {
      const wanted = signature(row, context);
      const known = this.drawn.get(row.key);
      let node = known?.node;
      if (!known || known.signature !== wanted) {
        node = drawRow(row, context);
        const news = !known && isNews(row, seen);
        if (news || (!known && row.kind === "unsent")) node.classList.add("new");
        // Only what others write is read out, once; not history, not the visitor's own words.
        node.setAttribute("aria-live", news ? "polite" : "off");
        if (known?.node === place) place = place?.nextElementSibling ?? null;
        known?.node.remove();
        this.drawn.set(row.key, { node, signature: wanted });
      }
      if (node === place) place = place?.nextElementSibling ?? null;
      else this.list.insertBefore(node!, place);
    }
  }

  private scrolled(): void {
    this.wasAtBottom = this.isAtBottom;
    if (this.wasAtBottom) {
      this.pill.hidden = true;
      this.reactions.read();
    }
    if (this.scroller.scrollTop < 40 && this.conversation.hasEarlier) this.showEarlier();
  }

  private showEarlier(): void {
    this.conversation.loadEarlier();
  }

  /** Arrow keys go from message to message; each then shows its time. */
  private walk(event: KeyboardEvent): void {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    const bubbles = [...this.list.querySelectorAll<HTMLElement>(".bubble")];
    const current = bubbles.indexOf(document.activeElement as HTMLElement);
    const next = bubbles[current < 0 ? bubbles.length - 1 : current + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

function isNews(row: Row, seen: number): boolean {
  if (row.kind !== "message" && row.kind !== "system") return false;
  return row.message.seq > seen && row.message.sender.kind !== "visitor";
}
