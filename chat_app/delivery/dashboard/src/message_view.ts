/** One message as it stands in the conversation. */

import type { Message } from "../../browser/protocol";
import type { Revising } from "../../browser/revising";
import type { Outgoing } from "../../browser/send_queue";
import { clockTime, fullTime } from "../../browser/times";
import { fillAvatar } from "./avatar";
import { failureText, t, words } from "./boot";
import { clone, must, part, setAttribute, setText, textButton } from "./dom";
import { icon, type IconName } from "./icons";
import { linked } from "./links";
import { isLine, isOnlyEmoji, lineOf, sideOf } from "./presentation";

export interface Place {
  /** Begins and ends a run of bubbles of one sender. */
  first: boolean;
  last: boolean;
}

export function newMessage(message: Message): HTMLElement {
  const item = clone(isLine(message) ? "system-line" : "message");
  item.dataset.line = String(isLine(message));
  return item;
}

/** True when `item` was made for a bubble and the message is a line now, or the other way round. */
export function isOutgrown(item: HTMLElement, message: Message): boolean {
  return item.dataset.line !== String(isLine(message));
}

/** Draw a line; `again` lets what was recalled be written again. */
export function fillLine(item: HTMLElement, message: Message, name: string, meId: string, again: (() => void) | null): void {
  fillTime(item, message);
  fillBody(item, lineOf(message, name, meId));
  const button = item.querySelector("button");
  if (!again) button?.remove();
  else if (!button) item.append(" ", textButton(t("message.write_again"), again));
}

/** Draw a message; `name` is how its sender is called here. */
export function fillMessage(item: HTMLElement, message: Message, name: string, place: Place): void {
  fillTime(item, message);
  fillBody(item, message.body);
  item.classList.add("message", `message--${sideOf(message)}`);
  item.classList.toggle("message--first", place.first);
  item.classList.toggle("message--last", place.last);
  item.classList.toggle("emoji-only", message.kind === "text" && isOnlyEmoji(message.body));
  fillAvatar(part(item, "avatar"), name, message.sender.id ?? "");
  setText(part(item, "name"), name);
  setAttribute(part(item, "bubble"), "title", fullTime(new Date(message.created_at), words));
  part(item, "note").hidden = message.kind !== "note";
  part(item, "edited").hidden = !message.edited_at;
}

/** Show what the agent can do with an own message. */
export function fillTools(item: HTMLElement, message: Message, revising: Revising): void {
  const mayRecall = revising.canRecall(message);
  part(item, "tools").hidden = !mayRecall;
  must("[data-edit]", item).hidden = !mayRecall || !revising.canEdit(message);
  item.classList.toggle("message--editing", revising.editing?.id === message.id);
}

function fillTime(item: HTMLElement, { created_at }: Message): void {
  const at = new Date(created_at);
  const time = part(item, "time");
  setText(time, clockTime(at, words));
  setAttribute(time, "datetime", created_at);
  setAttribute(time, "title", fullTime(at, words));
}

function fillBody(item: HTMLElement, body: string): void {
  if (item.dataset.body === body) return;
  item.dataset.body = body;
  part(item, "body").replaceChildren(linked(body));
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
