/** Puts the parts of the chat together and keeps them in step with the conversation. */

import type { Phrasebook } from "../../../browser/phrasebook";
import type { FrameConfig } from "./config";
import { Conversation } from "./conversation";
import type { Host } from "./host";
import { h } from "./view/dom";
import { Foot } from "./view/foot";
import { Header } from "./view/header";
import { Intro } from "./view/intro";
import { Log } from "./view/log";
import { Waiting } from "./view/waiting";
import { VisitorStore } from "./visitor_store";

export class App {
  readonly conversation: Conversation;
  private readonly header: Header;
  private readonly intro: Intro;
  private readonly log: Log;
  private readonly waiting: Waiting;
  private readonly foot: Foot;
  private isScheduled = false;
  private toldUnread = 0;
  private toldLive = false;

  constructor(
    config: FrameConfig,
    words: Phrasebook,
    private readonly host: Host,
  ) {
    this.conversation = new Conversation({
      siteKey: config.siteKey,
      availability: config.availability,
      store: new VisitorStore(config.siteKey),
      locale: () => words.locale,
      page: () => host.page,
      fire: (event, detail) => host.fire(event, detail),
      onChange: () => this.schedule(),
    });
    const close = host.isAlone ? null : (): void => host.tell({ type: "close" });
    this.header = new Header(config, this.conversation, words, close);
    this.intro = new Intro(config, this.conversation, words);
    this.waiting = new Waiting(this.conversation, words);
    this.log = new Log(this.conversation, words, [this.intro.element, this.waiting.element], {
      read: () => this.read(),
      // The button goes away with what it changes, so the focus needs another place.
      retry: (outgoing) => {
        this.conversation.retry(outgoing);
        this.foot.focus();
      },
      edit: (message) => this.conversation.revising.edit(message),
      recall: (message) => {
        void this.conversation.revising.recall(message);
        this.focus();
      },
      writeAgain: (text) => this.foot.write(text),
    });
    this.foot = new Foot(config, this.conversation, words, {
      formDone: () => this.schedule(),
      resized: () => this.log.keepBottom(),
    });
    this.listen(close);
  }

  mount(body: HTMLElement): void {
    const parts = [this.header, this.log, this.foot].map((part) => part.element);
    body.append(h("main", { class: "chat" }, ...parts));
    this.render();
  }

  /** The panel around us was opened or closed. */
  show(open: boolean): void {
    this.conversation.isShown = open;
    this.conversation.start();
    // The page may have been here for hours.
    if (open) this.conversation.check();
    this.render();
    if (open) this.focus();
  }

  /** On a touch screen the keyboard would cover what there is to read. */
  private focus(): void {
    if (!matchMedia("(pointer: coarse)").matches) this.foot.focus();
  }

  private listen(close: (() => void) | null): void {
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.conversation.check();
      this.read();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      if (this.conversation.revising.editing) this.conversation.revising.cancel();
      else close?.();
    });
  }

  /** Several changes of one moment are drawn once. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    queueMicrotask(() => this.render());
  }

  private render(): void {
    this.isScheduled = false;
    document.documentElement.dataset.phase = this.conversation.phase;
    this.header.render();
    this.intro.render();
    this.waiting.render();
    this.foot.render();
    this.log.render();
    this.read();
    this.tellHost();
  }

  private read(): void {
    if (this.conversation.isShown && document.visibilityState === "visible" && this.log.isAtBottom) {
      this.conversation.markRead();
    }
  }

  private tellHost(): void {
    const { unread, phase } = this.conversation;
    const live = phase === "open";
    if (unread !== this.toldUnread) this.host.tell({ type: "unread", count: unread });
    if (live !== this.toldLive && phase !== "loading") this.host.tell({ type: "live", live });
    this.toldUnread = unread;
    this.toldLive = live;
  }
}
