/** The dots below the messages while an agent is typing. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import type { Conversation } from "../conversation";
import { avatar } from "./avatar";
import { h } from "./dom";

export function typingRow(): {
  element: HTMLElement;
  render: (conversation: Conversation, words: Phrasebook) => void;
} {
  const dots = (): HTMLElement => h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  const element = h("div", { class: "typing", hidden: true });
  let shown = "";
  return {
    element,
    render({ typing: { sender } }, words) {
      const text = sender ? words.t(sender.name ? "typing" : "typing.anybody", { name: sender.name }) : "";
      if (text === shown) return;
      shown = text;
      element.hidden = !sender;
      element.replaceChildren(...(sender ? [avatar(sender.name), dots(), h("span", { class: "sr" }, text)] : []));
    },
  };
}
