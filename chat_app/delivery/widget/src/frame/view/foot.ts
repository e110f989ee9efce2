/** The lower end of the chat: writing, the first questions, or what to do after the end. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import type { FrameConfig } from "../config";
import type { Conversation } from "../conversation";
import { tabStorage } from "../visitor_store";
import { Composer } from "./composer";
import { h, setText } from "./dom";
import { PrechatForm } from "./prechat_form";
import { StateLine } from "./state_line";

export class Foot {
  readonly element: HTMLElement;
  private readonly composer: Composer;
  private readonly state: StateLine;
  private readonly replies = h("div", { class: "replies", role: "group" });
  private readonly endedText = h("p");
  private readonly again: HTMLButtonElement;
  private readonly ended: HTMLElement;
  private form: PrechatForm | null = null;
  private isAnswered: boolean;

  constructor(
    private readonly config: FrameConfig,
    private readonly conversation: Conversation,
    private readonly words: Phrasebook,
    private readonly reactions: { formDone: () => void; resized: () => void },
  ) {
    this.isAnswered = config.prechatFields.length === 0;
    this.state = new StateLine(conversation, words);
    this.again = h("button", { type: "button", class: "primary", onclick: () => this.startAgain() });
    this.ended = h("div", { class: "ended" }, this.endedText, this.again);
    this.composer = new Composer({
      words,
      storage: tabStorage(),
      draftKey: `cland:${config.siteKey}:draft`,
      revising: conversation.revising,
      editLast: () => conversation.revising.editLast(conversation.messages),
      send: (body) => conversation.send(body),
      typing: () => conversation.typing.press(),
      stopTyping: () => conversation.typing.stop(),
      resized: reactions.resized,
    });
    this.element = h("footer", {}, this.state.element, this.replies, this.ended, this.composer.element);
  }

  focus(): void {
    if (this.form?.element.isConnected) this.form.focus();
    else if (!this.ended.hidden) this.again.focus();
    else if (!this.composer.element.hidden) this.composer.focus();
  }

  /** Put a text into the box, to be sent again. */
  write(text: string): void {
    this.composer.write(text);
  }

  render(): void {
    const { phase } = this.conversation;
    const asks = this.asks();
    this.state.render();
    this.renderForm(asks);
    this.renderReplies(phase === "start" && !asks && !this.conversation.unsent.length);
    this.ended.hidden = phase !== "ended";
    setText(this.endedText, this.words.t("ended"));
    setText(this.again, this.words.t("ended.new"));
    this.composer.element.hidden = asks || phase === "ended" || phase === "blocked";
    this.composer.render();
  }

  private asks(): boolean {
    const { phase, unsent, courier } = this.conversation;
    const { identity } = courier;
    const isKnown = Boolean(identity.identity_token ?? identity.user_id ?? identity.email);
    return phase === "start" && !this.isAnswered && !isKnown && unsent.length === 0;
  }

  private renderForm(asks: boolean): void {
    if (!asks) {
      this.form?.element.remove();
      return;
    }
    this.form ??= new PrechatForm(this.config.prechatFields, this.words, (details) => {
      this.conversation.courier.details = details;
      this.isAnswered = true;
      this.reactions.formDone();
      this.composer.focus();
    });
    if (!this.form.element.isConnected) this.state.element.after(this.form.element);
  }

  private renderReplies(show: boolean): void {
    this.replies.hidden = !show || this.config.quickReplies.length === 0;
    this.replies.setAttribute("aria-label", this.words.t("quick_replies"));
    if (this.replies.hidden || this.replies.childElementCount) return;
    const send = (text: string) => (): void => this.conversation.send(text);
    this.replies.append(
      ...this.config.quickReplies.map((text) => h("button", { type: "button", dir: "auto", onclick: send(text) }, text)),
    );
  }

  private startAgain(): void {
    this.conversation.startNew();
    // After the change is drawn, the composer (or the form) is there to take the focus.
    queueMicrotask(() => this.focus());
  }
}
