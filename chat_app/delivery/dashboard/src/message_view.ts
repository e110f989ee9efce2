/** One message as it stands in the conversation. */

import type { Message } from "../../browser/protocol";
import type { Outgoing } from "../../browser/send_queue";
import { clockTime, fullTime } from "../../browser/times";
import { failureText, t, words } from "./boot";
import { clone, part, setAttribute, setText, textButton } from "./dom";
import { icon, type IconName } from "./icons";
import { linked } from "./links";
import { fillAvatar, isOnlyEmoji, sideOf } from "./presentation";

export interface Place {
  /** Begins and ends a run of bubbles of one sender. */
  first: boolean;
  last: boolean;
}

export function newMessage(message: Message): HTMLElement {
  return clone(message.kind === "system" ? "system-line" : "message");
}

/** Draw a message; `name` is how its sender is called here. */
export function fillMessage(item: HTMLElement, message: Message, name: string, place: Place): void {
  const at = new Date(message.created_at);
  const time = part(item, "time");
  const clock = clockTime(at, words);
  setText(time, message.edited_at ? `${clock} · ${t("message.edited")}` : clock);
  setAttribute(time, "datetime", message.created_at);
  setAttribute(time, "title", fullTime(at, words));
  const body = message.recalled_at ? t("message.recalled") : message.body;
  if (item.dataset.body !== body) {
    item.dataset.body = body;
    part(item, "body").replaceChildren(linked(body));
  }
  if (message.kind === "system") return;
  item.classList.add("message", `message--${sideOf(message)}`);
  item.classList.toggle("message--first", place.first);
  item.classList.toggle("message--last", place.last);
  item.classList.toggle("message--recalled", message.recalled_at !== null);
  item.classList.toggle("emoji-only", message.kind === "text" && isOnlyEmoji(body));
  fillAvatar(part(item, "avatar"), name, message.sender.id ?? "");
  setText(part(item, "name"), name);
  setAttribute(part(item, "bubble"), "title", fullTime(at, words));
  part(item, "note").hidden = message.kind !== "note";
}

/** The line under an own message that the visitor has or has not seen; null hides it. */
export function fillMark(item: HTMLElement, status: "sent" | "delivered" | "read" | null): void {
  const state = part(item, "state");
  const wanted = status ?? "";
  if (state.dataset.shown === wanted) return;
  state.dataset.shown = wanted;
  state.hidden = !status;
  setAttribute(state, "class", `message__state${status ? ` message__state--${status}` : ""}`);
  const drawing: IconName = status === "sent" ? "check" : "check-check";
  state.replaceChildren(...(status ? [icon(drawing), t(`message.${status}`)] : []));
}

export interface UnsentActions {
  retry(clientMsgId: string): void;
  giveUp(clientMsgId: string): void;
}

/** Draw how far a message on its way has come. */
export function fillUnsent(item: HTMLElement, outgoing: Outgoing, actions: UnsentActions): void {
  const failed = outgoing.state === "failed";
  item.classList.toggle("message--failed", failed);
  item.classList.toggle("message--sending", !failed);
  const state = part(item, "state");
  const code = outgoing.error?.code ?? "";
  const wanted = `${outgoing.state} ${code}`;
  if (state.dataset.shown === wanted) return;
  state.dataset.shown = wanted;
  state.hidden = false;
  if (!failed) {
    state.replaceChildren(icon("clock"), waitingText(outgoing));
    return;
  }
  state.replaceChildren(
    icon("circle-alert"),
    `${t("message.failed")}: ${failureText(outgoing.error ?? { code: "unknown", message: "" })}`,
    textButton(t("message.try_again"), () => actions.retry(outgoing.client_msg_id)),
    textButton(t("message.give_up"), () => actions.giveUp(outgoing.client_msg_id)),
  );
}

function waitingText(outgoing: Outgoing): string {
  const { error } = outgoing;
  if (error?.code === "rate_limited") {
    return t("message.waiting_rate", { seconds: error.retry_after ?? 1 });
  }
  return error ? t("message.waiting") : t("message.sending");
}

/** A message on its way in the shape of a stored one, so that it is drawn the same. */
export function asMessage(outgoing: Outgoing, me: { id: string; name: string }): Message {
  return {
    id: outgoing.client_msg_id,
    session_id: outgoing.session_id,
    seq: 0,
    client_msg_id: outgoing.client_msg_id,
    kind: outgoing.kind ?? "text",
    sender: { kind: "agent", id: me.id, name: me.name },
    body: outgoing.body,
    attachments: [],
    reply_to: null,
    status: "sent",
    revision: 0,
    edited_at: null,
    recalled_at: null,
    created_at: outgoing.created_at,
  };
}
