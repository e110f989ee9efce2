/** The inbox page: puts its parts together and keeps address, list and conversation in step. */

import { SYNC_INTERVAL_MS, type AgentSession } from "../../browser/protocol";
import { SendQueue } from "../../browser/send_queue";
import { Actions } from "./actions";
import { addressOf, sessionIn } from "./address";
import { Banner } from "./banner";
import { failureText, t, type Boot } from "./boot";
import { Conversation } from "./conversation";
import { RailCounts } from "./counts";
import { DataError, fetchConversation } from "./data";
import { Details } from "./details";
import { prepareDialogs, showKeys } from "./dialogs";
import { must, setAttribute } from "./dom";
import { listenToKeys } from "./keys";
import { Line } from "./line";
import { List } from "./list";
import { closeMenu, prepareMenus } from "./menus";
import { takeOffer, toast } from "./notices";
import { OwnStatus } from "./own_status";
import { People } from "./people";
import { canSee } from "./rights";
import { room } from "./room";
import { Roster } from "./roster";
import type { Shown, ViewName } from "./shown";
import { Sight } from "./sight";

const SEARCH_DELAY_MS = 250;

export function startInbox(boot: Boot): void {
  new Inbox(boot).start();
}

class Inbox {
  private readonly line = new Line(() => this.poll());
  private readonly queue: SendQueue;
  private readonly list: List;
  private readonly details: Details;
  private readonly roster = new Roster();
  private readonly conversation: Conversation;
  private readonly actions: Actions;
  private readonly counts = new RailCounts(this.line.connection);
  private readonly app = must("[data-app]");
  private readonly search = must<HTMLInputElement>(".search__input");
  private readonly people: People;
  private readonly own: OwnStatus;
  private readonly sight: Sight;
  private searchTimer: ReturnType<typeof setTimeout> | undefined;
  private opening = 0;

  constructor(private readonly boot: Boot) {
    const { connection } = this.line;
    this.queue = new SendQueue({
      send: (outgoing) => this.line.send(outgoing),
      storage: sessionStorage,
      key: `cland-unsent-${boot.me.id}`,
    });
    this.list = new List(boot, {
      open: (session) => void this.open(session.id),
      show: (shown) => void this.show(shown),
      counts: (counts) => this.counts.show(counts),
    });
    this.details = new Details(boot, (session) => this.changed(session));
    this.conversation = new Conversation(this.line, this.queue, this.details, boot.me, boot.message_characters, {
      session: (session) => this.list.take(session),
      unread: (id, unread) => this.list.setUnread(id, unread),
      gone: (id) => this.sight.gone(id),
      leave: () => this.list.focus(),
    });
    this.actions = new Actions(this.conversation, boot.me, this.roster, (session) => this.acted(session));
    this.people = new People(this.roster, boot.me);
    this.own = new OwnStatus(connection, boot.me);
    this.sight = new Sight(connection, this.conversation, this.list, (session) => this.outOfSight(session));
    new Banner(this.line);
  }

  start(): void {
    prepareDialogs();
    this.listenToServer();
    this.listenToPage();
    this.listenToKeys();
    if (this.boot.current) this.conversation.open(this.boot.current);
    history.replaceState(null, "", this.address());
    setInterval(() => this.sync(), SYNC_INTERVAL_MS);
  }

  private listenToServer(): void {
    const { connection } = this.line;
    connection.onState((state) => {
      if (state !== "online") return;
      // Subscribed first and read then, so that nothing falls between.
      void this.counts.ask().then(() => this.list.refresh());
      void this.conversation.follower?.join();
      void this.own.refresh();
      this.roster.soon();
      this.queue.wake();
    });
    connection.on("agent_status_changed", () => this.roster.soon());
    for (const event of ["session_queued", "session_assigned", "session_updated", "session_closed"]) {
      connection.on(event, ({ session }: { session: AgentSession }) => this.changed(session));
    }
    connection.on("session_left", ({ session_id }) => {
      this.counts.soon();
      void this.sight.check(session_id);
    });
    connection.on("rights_changed", () => void this.startOver());
    connection.on("visitor_presence_changed", ({ visitor_id, online }) => {
      this.list.setPresence(visitor_id, online);
    });
  }

  private listenToPage(): void {
    for (const link of document.querySelectorAll<HTMLAnchorElement>("[data-view]")) {
      link.addEventListener("click", (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        void this.show({ view: link.dataset.view as ViewName });
      });
    }
    must("[data-back]").addEventListener("click", (event) => {
      event.preventDefault();
      this.back();
    });
    must<HTMLFormElement>("[data-search]").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.find();
    });
    this.search.addEventListener("input", () => {
      clearTimeout(this.searchTimer);
      this.searchTimer = setTimeout(() => void this.find(), SEARCH_DELAY_MS);
    });
    prepareMenus();
    window.addEventListener("popstate", () => void this.followAddress());
  }

  private listenToKeys(): void {
    const write = (mode: "reply" | "note") => () => this.conversation.session && this.conversation.composer.write(mode);
    listenToKeys({
      j: () => this.list.move(1),
      k: () => this.list.move(-1),
      r: write("reply"),
      n: write("note"),
      a: () => void this.actions.accept(),
      t: () => this.actions.transfer(),
      z: () => this.actions.snooze(),
      h: () => this.actions.snooze(),
      e: () => void this.actions.close(),
      E: () => this.actions.closeWithReason(),
      o: () => void this.actions.reopen(),
      u: takeOffer,
      i: () => this.conversation.session && this.details.flip(),
      p: () => this.people.flip(),
      "/": () => this.search.select(),
      "?": showKeys,
      Escape: () => this.escape(),
    });
  }

  private escape(): void {
    if (closeMenu()) return;
    if (document.activeElement === this.search && this.search.value) {
      this.search.value = "";
      void this.find();
    } else if (!this.details.hideOverlay()) this.back();
  }

  /** Open a conversation beside the list. */
  private async open(id: string, push = true): Promise<void> {
    const opening = ++this.opening;
    this.list.select(id);
    try {
      const opened = await fetchConversation(id);
      if (opening !== this.opening) return;
      this.app.dataset.pane = "conversation";
      this.conversation.open(opened);
      if (push) history.pushState(null, "", this.address());
      this.list.take(opened.session);
      must("[data-title]").focus({ preventScroll: true });
    } catch (error) {
      if (opening !== this.opening) return;
      this.list.select(this.conversation.session?.id ?? null);
      this.failed(error);
    }
  }

  /** Show another view in its usual state, or narrow the one that is shown. */
  private async show(wanted: Partial<Shown>): Promise<void> {
    const view = wanted.view ?? this.list.shown.view;
    const state = wanted.view ? this.boot.states[view][0]! : this.list.shown.state;
    try {
      if (!(await this.list.load({ ...this.list.shown, state, query: this.search.value.trim(), ...wanted }))) return;
    } catch (error) {
      return this.failed(error);
    }
    for (const link of document.querySelectorAll("[data-view]")) {
      setAttribute(link, "aria-current", link.getAttribute("data-view") === view ? "page" : null);
    }
    if (!this.conversation.session) document.title = `${t(`view.${view}`)} · Cland Chat`;
    this.app.dataset.pane = "list";
    history.replaceState(null, "", this.address());
  }

  private async find(): Promise<void> {
    clearTimeout(this.searchTimer);
    if (this.search.value.trim() !== this.list.shown.query) await this.show({});
  }

  /** From the conversation to the list; where only one of them has room, it is closed. */
  private back(): void {
    const id = this.conversation.session?.id;
    if (room() === "one") {
      this.leave();
      history.pushState(null, "", this.address());
    }
    this.list.focus(id);
  }

  private leave(): void {
    this.opening++;
    this.conversation.close();
    this.list.select(null);
    this.app.dataset.pane = "list";
    document.title = `${t(`view.${this.list.shown.view}`)} · Cland Chat`;
  }

  private async followAddress(): Promise<void> {
    const id = sessionIn(location.pathname);
    if (id) return this.open(id, false);
    this.leave();
  }

  private address(): string {
    return addressOf(this.list.search, this.conversation.session?.id);
  }

  /** Our own action: everything may move at once. */
  private acted(session: AgentSession): void {
    this.changed(session);
    this.list.settle();
  }

  private changed(session: AgentSession): void {
    // What is being looked at will be marked as read in a moment: the number would only flash.
    if (this.conversation.isReading(session.id)) session.unread = 0;
    this.list.take(session);
    this.conversation.setSession(session);
    this.counts.soon();
    this.own.follow(session);
    this.roster.soon();
  }

  /** The open conversation went where we may not see it. */
  private outOfSight(session: AgentSession): void {
    // Who passed it on knows where it went: the answer to that is here by now.
    const isNews = canSee(session, this.boot.me);
    // Another one may be on its way already.
    if (this.list.selected === session.id) this.leave();
    else this.conversation.close();
    history.replaceState(null, "", this.address());
    if (isNews) toast(t("happened.out_of_sight"));
  }

  /** Our departments or our role changed. */
  private async startOver(): Promise<void> {
    const { session } = this.conversation;
    void this.own.refresh();
    void this.counts.ask();
    if (session) void this.sight.check(session.id);
    await this.list.startOver().catch((error) => this.failed(error));
  }

  private sync(): void {
    void this.counts.ask();
    void this.list.refresh();
    void this.sight.sync();
  }

  /** One round without a socket; false when the server was not reached. */
  private async poll(): Promise<boolean> {
    const failure = await this.list.refresh();
    if (failure === "unauthorized") location.reload();
    if (failure) return false;
    await this.conversation.follower?.catchUp();
    this.queue.wake();
    return true;
  }

  private failed(error: unknown): void {
    const code = error instanceof DataError ? error.code : "unknown";
    if (code === "unauthorized") location.reload();
    else toast(failureText({ code, message: "" }));
  }
}
