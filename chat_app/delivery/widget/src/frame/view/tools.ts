/** The quiet menu on the visitor's own messages: edit and recall, while they may be changed. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import type { Message } from "../../../../browser/protocol";
import type { Revising } from "../../../../browser/revising";
import { h } from "./dom";

export interface ToolReactions {
  /** The message's text is in the composer now, or a recalled one's is to be. */
  edit: (message: Message) => void;
  recall: (message: Message) => void;
  writeAgain: (text: string) => void;
}

/** The buttons a message has now; null when there are none. */
export function tools(message: Message, revising: Revising, reactions: ToolReactions, words: Phrasebook): HTMLElement | null {
  if (!revising.canRecall(message)) return null;
  const button = (name: string, act: () => void): HTMLElement =>
    h("button", { type: "button", class: name, onclick: act }, words.t(name));
  return h(
    "div",
    { class: "tools", role: "group", "aria-label": words.t("tools") },
    revising.canEdit(message) && button("edit", () => reactions.edit(message)),
    button("recall", () => reactions.recall(message)),
  );
}

/** The line in place of a recalled message. */
export function recalledLine(message: Message, revising: Revising, reactions: ToolReactions, words: Phrasebook): HTMLElement {
  const own = message.sender.kind === "visitor";
  const key = own ? "recalled.you" : message.sender.name ? "recalled" : "recalled.anybody";
  const text = revising.textOf(message);
  return h(
    "li",
    { class: "system" },
    h("span", { dir: "auto" }, words.t(key, { name: message.sender.name })),
    text && " ",
    text && h("button", { type: "button", class: "link", onclick: () => reactions.writeAgain(text) }, words.t("recalled.again")),
  );
}
