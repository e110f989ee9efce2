/** The head of the chat: whom the visitor talks to, and the way out. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import type { FrameConfig } from "../config";
import type { Conversation } from "../conversation";
import { avatar } from "./avatar";
import { h, setText } from "./dom";
import { icon } from "./icons";

export class Header {
  readonly element: HTMLElement;
  private readonly face = h("span", { class: "face" });
  private readonly title = h("h1", { dir: "auto" });
  private readonly subtitle = h("p", { dir: "auto" });
  private readonly closer: HTMLButtonElement;
  private shownFace = "";

  constructor(
    private readonly config: FrameConfig,
    private readonly conversation: Conversation,
    private readonly words: Phrasebook,
    close: (() => void) | null,
  ) {
    this.closer = h("button", { type: "button", class: "closer", hidden: !close, onclick: () => close?.() }, icon("down"));
    this.element = h("header", {}, this.face, h("div", { class: "who" }, this.title, this.subtitle), this.closer);
  }

  render(): void {
    const { session } = this.conversation;
    const agent = session?.agent ?? null;
    const name = agent?.name ?? this.config.name;
    setText(this.title, name);
    setText(this.subtitle, this.stateText());
    this.element.classList.toggle("available", this.isAvailable());
    this.closer.setAttribute("aria-label", this.words.t("close"));
    this.closer.title = this.words.t("close");
    const face = `${name} ${agent?.avatar_url ?? ""}`;
    if (face === this.shownFace) return;
    this.shownFace = face;
    this.face.replaceChildren(avatar(name, agent?.avatar_url));
  }

  private isAvailable(): boolean {
    const { phase, session } = this.conversation;
    return phase === "start" ? this.config.availability.hasPeople : phase === "open" && Boolean(session?.agent);
  }

  private stateText(): string {
    const { phase, standing } = this.conversation;
    const { availability } = this.config;
    const { t } = this.words;
    if (phase === "ended") return t("header.ended");
    if (standing === "served") return this.config.name;
    if (standing !== "none") return t(`header.${standing}`);
    if (availability.hasPeople) return t("header.online");
    return t(availability.hasBot ? "header.bot" : "header.away");
  }
}
