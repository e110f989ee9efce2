/** The list of sessions: draws it, keeps it still under the reader, loads further pages. */

import type { AgentSession } from "../../browser/protocol";
import { addressOf } from "./address";
import { t, type Boot, type Counts } from "./boot";
import { Calm } from "./calm";
import { DataError, fetchList } from "./data";
import { arrange, must, setAttribute, setText } from "./dom";
import { Filters } from "./filters";
import { fillRow, newRow, refreshTimes, rowLink } from "./row";
import { SessionList } from "./session_list";
import { asSearch, type Shown } from "./shown";

const REFRESH_TIMES_MS = 5_000;

export interface ListEvents {
  open(session: AgentSession): void;
  show(shown: Partial<Shown>): void;
  /** The numbers that came with a page of the list. */
  counts(counts: Counts): void;
}

export class List {
  private readonly model: SessionList;
  private readonly filters: Filters;
  private readonly rows = new Map<string, HTMLElement>();
  private readonly pane = must("[data-list]");
  private readonly scroller = must("[data-list-scroll]");
  private readonly holder = must("[data-rows]");
  private readonly pill = must<HTMLButtonElement>("[data-list-pill]");
  private readonly more = must<HTMLButtonElement>("[data-more]");
  private readonly emptyAction = must<HTMLButtonElement>("[data-list-empty-action]");
  private readonly calm = new Calm(this.scroller, this.holder, () => this.moved());
  private cursor: string | null;
  private currentId: string | null = null;
  private loads = 0;

  constructor(
    private readonly boot: Boot,
    private readonly events: ListEvents,
  ) {
    const shown = { view: boot.view, state: boot.state, departmentId: boot.department_id, query: boot.query };
    this.model = new SessionList(boot.me.id, shown);
    this.filters = new Filters(boot, (narrowed) => events.show(narrowed));
    this.cursor = boot.next_cursor;
    this.currentId = boot.current?.session.id ?? null;
    this.adoptRows();
    this.show(shown, boot.sessions, boot.next_cursor);
    this.listen();
  }

  get shown(): Shown {
    return this.model.shown;
  }

  /** What is shown, as the server reads it. */
  get search(): URLSearchParams {
    return this.searchFor(this.shown);
  }

  /** The conversation that is open, or about to be. */
  get selected(): string | null {
    return this.currentId;
  }

  session(id: string): AgentSession | undefined {
    return this.model.sessions.get(id);
  }

  /** Take in a newer copy of a session, without moving anything under the reader. */
  take(session: AgentSession): void {
    this.model.take(session);
    this.moved();
  }

  /** Put what waited in its place, for example after the person's own action. */
  settle(): void {
    this.model.settle(this.currentId);
    this.draw();
  }

  /** We may no longer see this session. */
  lose(id: string): void {
    this.model.lose(id);
    this.moved();
  }

  /** Read it anew because what we may see has changed. Rejects as `fetchList`. */
  async startOver(): Promise<void> {
    this.model.unlearn();
    await this.load(this.shown);
  }

  /** A visitor came or went. */
  setPresence(visitorId: string, online: boolean): void {
    for (const session of this.model.sessions.values()) {
      if (session.visitor.id === visitorId) session.visitor.online = online;
    }
    this.draw();
  }

  setUnread(id: string, unread: number): void {
    const session = this.model.sessions.get(id);
    if (!session) return;
    session.unread = unread;
    this.draw();
  }

  /** Mark the open conversation. */
  select(id: string | null): void {
    this.currentId = id;
    this.letGo();
    this.draw();
  }

  /** Load the first page of it; false when a newer request overtook it. Rejects as `fetchList`. */
  async load(shown: Shown): Promise<boolean> {
    const load = ++this.loads;
    const askedAt = this.model.now;
    const page = await fetchList(this.searchFor(shown), null);
    if (load !== this.loads) return false;
    this.show(shown, page.items, page.next_cursor, askedAt);
    this.scroller.scrollTop = 0;
    return true;
  }

  /**
   * Read the first page again and take in what pushes may have missed. Answers why that did not
   * work, null when it did.
   */
  async refresh(): Promise<string | null> {
    const load = this.loads;
    const before = this.model.activities();
    try {
      const page = await fetchList(this.search, null);
      this.events.counts(page.counts);
      if (load !== this.loads) return null;
      this.model.dropMissing(before, page.items, page.next_cursor === null);
      for (const session of page.items) this.model.take(session);
      this.moved();
      return null;
    } catch (error) {
      return error instanceof DataError ? error.code : "unknown";
    }
  }

  /** Move the focus along the rows. */
  move(step: 1 | -1): void {
    this.focus(this.model.beside(this.focusedId() ?? this.currentId, step));
  }

  /** Put the focus on a row, the open one by default. */
  focus(id: string | null | undefined = this.currentId): void {
    const row = (id && this.rows.get(id)) || this.holder.firstElementChild;
    if (row) rowLink(row).focus();
    else must<HTMLInputElement>(".search__input", this.pane).focus();
  }

  private show(shown: Shown, sessions: readonly AgentSession[], cursor: string | null, askedAt?: number): void {
    this.model.reset(shown, sessions, askedAt);
    this.cursor = cursor;
    this.pane.dataset.shown = shown.view;
    setText(must("[data-list-title]"), t(`view.${shown.view}`));
    must<HTMLInputElement>("input[name=view]", this.pane).value = shown.view;
    this.filters.show(shown);
    this.draw();
  }

  /** The rows of the first paint become ours, so that nothing blinks. */
  private adoptRows(): void {
    [...this.holder.children].forEach((row, index) => {
      const session = this.boot.sessions[index];
      if (session) this.rows.set(session.id, row as HTMLElement);
    });
  }

  private draw(): void {
    for (const id of [...this.rows.keys()]) if (!this.model.sessions.has(id)) this.rows.delete(id);
    const shown = this.model.order.filter((id) => this.model.sessions.has(id));
    const focused = document.activeElement;
    arrange(this.holder, shown.map((id) => this.drawRow(id)));
    if (focused instanceof HTMLElement && this.holder.contains(focused)) focused.focus();
    this.more.hidden = !this.cursor;
    this.drawPill();
    this.drawEmpty(shown.length === 0);
  }

  private drawRow(id: string): HTMLElement {
    const session = this.model.sessions.get(id)!;
    const row = this.rows.get(id) ?? newRow();
    this.rows.set(id, row);
    row.dataset.id = id;
    fillRow(row, session, this.address(id), this.boot.me.id);
    row.classList.toggle("rows__item--leaving", this.model.leaving.has(id));
    setAttribute(rowLink(row), "aria-current", id === this.currentId ? "true" : null);
    return row;
  }

  private drawPill(): void {
    const count = this.model.waiting.size;
    this.pill.hidden = count === 0;
    if (count) setText(this.pill, t("list.new", { count }));
  }

  private drawEmpty(empty: boolean): void {
    must("[data-list-empty]").hidden = !empty;
    if (!empty) return;
    const { view, query } = this.shown;
    const narrowed = this.isNarrowed && !query;
    const text = narrowed ? t("empty.narrowed") : t(`empty.${view}`);
    setText(must("[data-list-empty-text]"), query ? t("empty.search", { q: query }) : text);
    const usual = view === "mine" ? "empty.mine.action" : "";
    const action = query ? "empty.search.action" : narrowed ? "empty.narrowed.action" : usual;
    this.emptyAction.hidden = !action;
    setText(this.emptyAction, action && t(action));
  }

  private get isNarrowed(): boolean {
    const { view, state, departmentId } = this.shown;
    return departmentId !== null || state !== this.boot.states[view][0];
  }

  private searchFor(shown: Shown): URLSearchParams {
    return asSearch(shown, this.boot.states[shown.view][0]!);
  }

  private address(id: string): string {
    return addressOf(this.searchFor({ ...this.shown, query: "" }), id);
  }

  private moved(): void {
    if (this.calm.isCalm) return this.settle();
    this.letGo();
    this.draw();
  }

  /** What leaves goes as soon as nobody is about to click; the rest waits until nobody is in the list. */
  private letGo(): void {
    if (this.model.leaving.size && this.calm.hasRested()) this.model.release([this.currentId, this.focusedId()]);
  }

  private focusedId(): string | null {
    return document.activeElement?.closest<HTMLElement>("[data-id]")?.dataset.id ?? null;
  }

  private listen(): void {
    this.holder.addEventListener("click", (event) => {
      const row = (event.target as Element).closest<HTMLElement>("[data-id]");
      const session = row && this.model.sessions.get(row.dataset.id!);
      if (!session || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      this.events.open(session);
    });
    this.pill.addEventListener("click", () => {
      this.settle();
      this.scroller.scrollTo({ top: 0, behavior: "smooth" });
    });
    this.more.addEventListener("click", () => void this.loadMore());
    this.emptyAction.addEventListener("click", () => {
      const { view, query } = this.shown;
      if (query) must<HTMLInputElement>(".search__input", this.pane).value = "";
      this.events.show(query || this.isNarrowed ? { view, departmentId: null } : { view: "waiting" });
    });
    setInterval(() => this.refreshTimes(), REFRESH_TIMES_MS);
  }

  private async loadMore(): Promise<void> {
    const load = this.loads;
    this.more.disabled = true;
    setText(this.more, t("list.loading"));
    const page = await fetchList(this.search, this.cursor).catch(() => null);
    this.more.disabled = false;
    setText(this.more, t("list.more"));
    if (load !== this.loads || !page) return;
    this.cursor = page.next_cursor;
    this.model.append(page.items);
    this.draw();
  }

  private refreshTimes(): void {
    for (const [id, row] of this.rows) {
      const session = this.model.sessions.get(id);
      if (session) refreshTimes(row, session);
    }
  }
}
