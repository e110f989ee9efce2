/** The list of messages: only rows that changed are drawn anew, and the reader's place is kept. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import { walk } from "../../../../browser/walk";
import type { Conversation } from "../conversation";
import { h, setText } from "./dom";
import { icon } from "./icons";
import { drawRow, type RowContext, signature } from "./row_view";
import { type Row, toRows } from "./rows";
import { typingRow } from "./typing_row";

const NEAR_BOTTOM_PX = 60;

export class Log {
  readonly element: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly list = h("ol", { class: "log" });
  // Around the list: with another role the list itself would be none, and its items nowhere.
  private readonly live = h("div", { class: "live", role: "log", tabindex: "0" }, this.list);
  private readonly earlier: HTMLButtonElement;
  private readonly typing = typingRow();
  private readonly pill: HTMLButtonElement;
  private readonly drawn = new Map<string, { node: HTMLElement; signature: string }>();
  private firstSeq = 0;
  private lastSeq = 0;
  private wasAtBottom = true;
  private session: string | undefined;
  private expiry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly conversation: Conversation,
    private readonly words: Phrasebook,
    [above, below]: [HTMLElement, HTMLElement],
    private readonly reactions: RowContext["reactions"] & { read: () => void },
  ) {
    this.earlier = h("button", { type: "button", class: "earlier", onclick: () => this.showEarlier() });
    this.pill = h("button", { type: "button", class: "pill", hidden: true, onclick: () => this.toBottom(true) });
    this.scroller = h("div", { class: "scroller" }, this.earlier, above, this.live, below, this.typing.element);
    this.element = h("div", { class: "middle" }, this.scroller, this.pill);
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.keepBottom()).observe(this.scroller);
    this.live.addEventListener("keydown", (event) => walk(this.list, event));
  }

  /** True when the newest message is in sight. */
  get isAtBottom(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
  }

  render(): void {
    const { conversation, words } = this;
    // What stands below may have grown already.
    const stay = this.wasAtBottom || this.isAtBottom;
    const heightBefore = this.scroller.scrollHeight;
    const rows = toRows(conversation.messages, conversation.unsent);
    const first = conversation.messages[0]?.seq ?? 0;
    const grewAbove = first < this.firstSeq;
    const ownIsNew = rows.some((row) => row.kind === "unsent" && !this.drawn.has(row.key));
    this.live.setAttribute("aria-label", words.t("log"));
    this.live.setAttribute("aria-busy", String(conversation.phase === "loading"));
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
    this.expireLater();
  }

  /** What may no longer be changed loses its buttons by itself. */
  private expireLater(): void {
    clearTimeout(this.expiry);
    const end = this.conversation.revising.nextEnd(this.conversation.messages);
    if (end !== null) this.expiry = setTimeout(() => this.render(), end);
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
    const context = { conversation: this.conversation, words: this.words, reactions: this.reactions };
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
        // Only what others write is read out, once, and what is taken back; not history.
        const isTaken = row.kind === "recalled" && known && !known.signature.startsWith(row.kind);
        node.setAttribute("aria-live", news || isTaken ? "polite" : "off");
        const stays = known?.node === place;
        if (known) replace(known.node, node);
        if (stays) place = node;
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
}

function isNews(row: Row, seen: number): boolean {
  if (row.kind !== "message" && row.kind !== "system") return false;
  return row.message.seq > seen && row.message.sender.kind !== "visitor";
}

/** Put a newly drawn row in the place of its older drawing; what had the focus in it keeps it. */
function replace(old: HTMLElement, node: HTMLElement): void {
  const focused = old.contains(document.activeElement) ? document.activeElement?.classList[0] : undefined;
  old.replaceWith(node);
  if (focused) node.querySelector<HTMLElement>(`.${focused}`)?.focus({ preventScroll: true });
}
