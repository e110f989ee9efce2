/** The messages of the open conversation on the page: runs, days, marks, and where it is scrolled. */

import type { Message } from "../../browser/protocol";
import type { Revising } from "../../browser/revising";
import type { Outgoing } from "../../browser/send_queue";
import { dayLabel, sameDay } from "../../browser/times";
import { walk } from "../../browser/walk";
import { now, t, words, type Me } from "./boot";
import { arrange, clone, must, part, setText } from "./dom";
import type { Mode } from "./drafts";
import {
  asMessage,
  fillLine,
  fillMark,
  fillMessage,
  fillTools,
  fillUnsent,
  isOutgrown,
  newMessage,
  type UnsentActions,
} from "./message_view";
import { isLine, together } from "./presentation";

const AT_END_PX = 60;
const NEAR_TOP_PX = 200;

export interface Marks {
  delivered: number;
  read: number;
}

export interface ThreadActions extends UnsentActions {
  reachedEnd(): void;
  nearTop(): void;
  edit(message: Message): void;
  recall(message: Message): void;
  writeAgain(text: string, mode: Mode): void;
}

/**
 * The pane is laid out from its end (column-reverse), so that the first paint shows the end without
 * any script: its scrollTop is 0 there, and negative above.
 */
export class Thread {
  private readonly scroller = must("[data-thread]");
  private readonly holder = must("[data-messages]");
  private readonly unsent = must("[data-unsent]");
  private readonly pill = must<HTMLButtonElement>("[data-thread-pill]");
  private readonly stored = new Map<string, HTMLElement>();
  private readonly pending = new Map<string, HTMLElement>();
  private visitor = "";
  private drawnOnce = false;
  private wasAtEnd = true;
  private newest = 0;
  private newestSeen = 0;
  private drawn: readonly Message[] = [];

  constructor(
    private readonly me: Me,
    private readonly revising: Revising,
    private readonly actions: ThreadActions,
  ) {
    this.holder.addEventListener("click", (event) => this.clicked(event.target as Element));
    this.holder.addEventListener("keydown", (event) => walk(this.holder, event));
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.pill.addEventListener("click", () => this.toEnd(true));
    new ResizeObserver(() => this.stay()).observe(this.scroller);
  }

  /** Begin another conversation. */
  clear(visitor: string): void {
    this.visitor = visitor;
    this.stored.clear();
    this.pending.clear();
    this.holder.replaceChildren();
    this.unsent.replaceChildren();
    this.drawnOnce = false;
    this.wasAtEnd = true;
    this.newestSeen = 0;
    this.pill.hidden = true;
  }

  /** True while the newest message is in sight; never while another pane hides us. */
  get atEnd(): boolean {
    const { scrollTop, clientHeight } = this.scroller;
    return clientHeight > 0 && -scrollTop < AT_END_PX;
  }

  /** Draw all messages; what is being read stays where it is. */
  draw(messages: readonly Message[], pending: readonly Outgoing[], marks: Marks): void {
    const wasAtEnd = !this.drawnOnce || this.atEnd;
    const anchor = this.anchor();
    arrange(this.holder, this.drawStored(messages, pending.length > 0, marks));
    this.drawUnsent(pending);
    if (wasAtEnd) this.toEnd(false);
    else if (anchor) this.scroller.scrollTop += anchor.element.offsetTop - anchor.top;
    this.drawnOnce = true;
    this.drawn = messages;
    this.newest = messages.at(-1)?.seq ?? 0;
    this.drawPill(messages);
  }

  toEnd(smooth: boolean): void {
    this.scroller.scrollTo({ top: 0, behavior: smooth ? "smooth" : "auto" });
  }

  /** A pane that shrinks, for a keyboard or a growing composer, keeps its end in sight. */
  stay(): void {
    if (this.wasAtEnd) this.toEnd(false);
  }

  private scrolled(): void {
    this.wasAtEnd = this.atEnd;
    if (this.wasAtEnd) {
      this.newestSeen = this.newest;
      this.pill.hidden = true;
      this.actions.reachedEnd();
    }
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    if (scrollHeight - clientHeight + scrollTop < NEAR_TOP_PX) this.actions.nearTop();
  }

  /** The first message in sight and its place, to hold on to; days stay first whatever comes. */
  private anchor(): { element: HTMLElement; top: number } | null {
    for (const child of this.holder.children) {
      const element = child as HTMLElement;
      if (element.classList.contains("day")) continue;
      if (element.offsetTop + element.offsetHeight > this.scroller.scrollTop) {
        return { element, top: element.offsetTop };
      }
    }
    return null;
  }

  private drawStored(messages: readonly Message[], more: boolean, marks: Marks): HTMLElement[] {
    const nodes: HTMLElement[] = [];
    const lastOwn = more ? undefined : messages.filter(isReply).at(-1);
    messages.forEach((message, index) => {
      const before = messages[index - 1];
      const at = new Date(message.created_at);
      if (!before || !sameDay(new Date(before.created_at), at)) nodes.push(this.drawDay(at));
      const item = this.item(this.stored, String(message.seq), message);
      if (isLine(message)) this.fillLine(item, message);
      else {
        fillMessage(item, message, this.nameOf(message), {
          first: !together(before, message),
          last: !together(message, messages[index + 1]),
        });
        fillMark(item, message === lastOwn ? statusOf(message, marks) : null);
        fillTools(item, message, this.revising);
      }
      nodes.push(item);
    });
    return nodes;
  }

  private fillLine(item: HTMLElement, message: Message): void {
    const text = this.revising.textOf(message);
    const mode = message.kind === "note" ? "note" : "reply";
    const again = text === null ? null : () => this.actions.writeAgain(text, mode);
    fillLine(item, message, this.nameOf(message), this.me.id, again);
  }

  private clicked(target: Element): void {
    const button = target.closest("[data-edit], [data-recall]");
    const seq = button?.closest<HTMLElement>("[data-seq]")?.dataset.seq;
    const message = this.drawn.find((one) => String(one.seq) === seq);
    if (!button || !message) return;
    if (button.matches("[data-edit]")) this.actions.edit(message);
    else this.actions.recall(message);
  }

  private drawUnsent(pending: readonly Outgoing[]): void {
    this.unsent.hidden = pending.length === 0;
    const nodes = pending.map((outgoing) => {
      const message = asMessage(outgoing, this.me);
      const item = this.item(this.pending, outgoing.client_msg_id, message);
      fillMessage(item, message, this.me.name, { first: true, last: true });
      fillUnsent(item, outgoing, this.actions);
      return item;
    });
    arrange(this.unsent, nodes);
    const ids = new Set(pending.map((outgoing) => outgoing.client_msg_id));
    for (const id of this.pending.keys()) if (!ids.has(id)) this.pending.delete(id);
  }

  private item(known: Map<string, HTMLElement>, key: string, message: Message): HTMLElement {
    const found = known.get(key);
    if (found && !isOutgrown(found, message)) return found;
    const item = newMessage(message);
    item.dataset.seq = String(message.seq);
    if (this.drawnOnce && !found && message.sender.kind !== "agent") item.classList.add("message--new");
    known.set(key, item);
    return item;
  }

  private drawDay(at: Date): HTMLElement {
    const key = `day-${at.getFullYear()}-${at.getMonth()}-${at.getDate()}`;
    const item = this.stored.get(key) ?? clone("day");
    this.stored.set(key, item);
    setText(part(item, "label"), dayLabel(at, now(), words));
    return item;
  }

  private nameOf(message: Message): string {
    return message.sender.kind === "visitor" ? this.visitor : message.sender.name;
  }

  private drawPill(messages: readonly Message[]): void {
    if (this.atEnd || !this.newestSeen) {
      this.newestSeen = this.newest;
      this.pill.hidden = true;
      return;
    }
    const count = messages.filter(
      (message) => message.seq > this.newestSeen && message.sender.kind === "visitor",
    ).length;
    this.pill.hidden = count === 0;
    setText(this.pill, t("thread.new", { count }));
  }
}

function isReply(message: Message): boolean {
  return message.sender.kind === "agent" && message.kind !== "note" && !isLine(message);
}

function statusOf(message: Message, marks: Marks): Message["status"] {
  if (message.status === "read" || message.seq <= marks.read) return "read";
  return message.status === "delivered" || message.seq <= marks.delivered ? "delivered" : "sent";
}
