/** Says above the composer that a colleague is here, too, before two answers are written. */

import type { ServerEvents, Viewer } from "../../browser/protocol";
import { t, type Me } from "./boot";
import { companyOf } from "./company";
import { must, setText } from "./dom";
import { announce } from "./notices";

/** After this long without a sign, we stop believing that somebody writes. */
const FORGET_MS = 12_000;

export class Collision {
  private readonly line = must("[data-company]");
  private viewers: readonly Viewer[] = [];
  private readonly typists = new Map<string, Viewer>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly me: Me,
    private readonly changed: () => void,
  ) {}

  /** Another conversation, or nobody to tell us who is here. */
  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.typists.clear();
    this.viewers = [];
    this.draw();
  }

  /** Everybody who has it open, ourselves included. */
  setViewers(viewers: readonly Viewer[]): void {
    const known = new Set(this.viewers.map(({ id }) => id));
    this.viewers = viewers.filter(({ id }) => id !== this.me.id);
    this.draw();
    const come = this.viewers.filter(({ id }) => !known.has(id));
    if (come.length) announce(this.line.textContent ?? "");
  }

  /** A colleague began to write, or stopped. */
  setTyping({ sender, typing }: ServerEvents["typing_changed"]): void {
    clearTimeout(this.timers.get(sender.id));
    const isNew = typing && !this.typists.has(sender.id);
    if (typing) {
      this.typists.set(sender.id, sender);
      this.timers.set(sender.id, setTimeout(() => this.setTyping({ session_id: "", sender, typing: false }), FORGET_MS));
    } else this.typists.delete(sender.id);
    this.draw();
    if (isNew) announce(this.line.textContent ?? "");
  }

  private draw(): void {
    const company = companyOf(this.viewers, [...this.typists.values()]);
    const wasHidden = this.line.hidden;
    this.line.hidden = company === null;
    this.line.classList.toggle("company--typing", this.typists.size > 0);
    if (company) setText(must("[data-company-text]", this.line), t(...company));
    if (wasHidden !== this.line.hidden) this.changed();
  }
}
