/** The lower end of the chat: writing, the first questions, or what to do after the end. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import type { FrameConfig } from "../config";
import type { Conversation } from "../conversation";
import { tabStorage } from "../visitor_store";
import { Composer } from "./composer";
import { h, setText } from "./dom";
import { Field } from "./field";
import { HandOff } from "./hand_off";
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
  private readonly handOff: HandOff;
  /** Where an answer may be sent, while nobody is here to give one. */
  private email: Field | null = null;
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
    this.handOff = new HandOff(conversation, words, () => this.focus());
    this.composer = new Composer({
      words,
      placeholder: () => words.t(this.leavesMessage() ? "composer.leave" : "composer.placeholder"),
      storage: tabStorage(),
      draftKey: `cland:${config.siteKey}:draft`,
      revising: conversation.revising,
      editLast: () => conversation.revising.editLast(conversation.messages),
      ready: () => this.takeEmail(),
      send: (body) => conversation.send(body),
      typing: () => conversation.typing.press(),
      stopTyping: () => conversation.typing.stop(),
      resized: reactions.resized,
    });
    this.element = h(
      "footer",
      {},
      this.state.element,
      this.replies,
      this.handOff.element,
      this.ended,
      this.composer.element,
    );
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
    this.renderEmail(!asks && this.leavesMessage());
    const wasEnded = this.ended.contains(document.activeElement);
    this.ended.hidden = phase !== "ended";
    setText(this.endedText, this.words.t("ended"));
    setText(this.again, this.words.t("ended.new"));
    this.composer.element.hidden = asks || phase === "ended" || phase === "blocked";
    this.composer.render();
    this.handOff.render();
    // An agent has opened the conversation again.
    if (wasEnded && phase === "open") this.focus();
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
    const send = (text: string) => (): void => void (this.takeEmail() && this.conversation.send(text));
    this.replies.append(
      ...this.config.quickReplies.map((text) => h("button", { type: "button", dir: "auto", onclick: send(text) }, text)),
    );
  }

  /** There is nobody to talk with yet. */
  private leavesMessage(): boolean {
    return this.conversation.phase === "start" && !this.config.availability.answers;
  }

  private renderEmail(leaves: boolean): void {
    const { courier, unsent } = this.conversation;
    if (!leaves || courier.hasEmail || unsent.length) {
      this.email?.element.remove();
      return;
    }
    this.email ??= new Field("email", this.words, this.words.t("ask.email"));
    if (!this.email.element.isConnected) this.composer.element.before(this.email.element);
  }

  /** Take the address along with the message; false when it is none. */
  private takeEmail(): boolean {
    const { email } = this;
    if (!email?.element.isConnected || !email.value) return true;
    if (!email.check()) {
      email.input.focus();
      return false;
    }
    const { courier } = this.conversation;
    courier.details = { ...courier.details, email: email.value };
    return true;
  }

  private startAgain(): void {
    this.conversation.startNew();
    // After the change is drawn, the composer (or the form) is there to take the focus.
    queueMicrotask(() => this.focus());
  }
}
