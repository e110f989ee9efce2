/** Draws one row of the log. */

import type { Phrasebook } from "../../../../browser/phrasebook";
import type { Message } from "../../../../browser/protocol";
import type { Outgoing } from "../../../../browser/send_queue";
import { clockTime, dayLabel, fullTime } from "../../../../browser/times";
import type { Conversation } from "../conversation";
import { avatar } from "./avatar";
import { h } from "./dom";
import { icon, type ICONS } from "./icons";
import { isOnlyEmoji, richText } from "./rich_text";
import type { Row } from "./rows";
import { recalledLine, type ToolReactions, tools } from "./tools";

export interface RowContext {
  conversation: Conversation;
  words: Phrasebook;
  reactions: ToolReactions & { retry: (outgoing: Outgoing) => void };
}

/** Changes exactly when the row has to be drawn anew. */
export function signature(row: Row, context: RowContext): string {
  const { words, conversation } = context;
  const { revising } = conversation;
  if (row.kind === "day") return dayLabel(row.at, new Date(), words);
  if (row.kind === "system") return row.message.body;
  if (row.kind === "recalled") return `${row.kind} ${revising.textOf(row.message)}`;
  if (row.kind === "unsent") {
    const { state, error } = row.outgoing;
    return [row.kind, state, error?.code, row.isFirst, row.isLast, isWaiting(row.outgoing, context)].join();
  }
  const { message, isFirst, isLast } = row;
  const may = [revising.canEdit(message), revising.canRecall(message), revising.editing?.id === message.id];
  return [message.revision, isFirst, isLast, markOf(message, context), ...may].join();
}

export function drawRow(row: Row, context: RowContext): HTMLElement {
  if (row.kind === "day") return h("li", { class: "day" }, h("span", {}, dayLabel(row.at, new Date(), context.words)));
  if (row.kind === "system") return h("li", { class: "system" }, h("span", { dir: "auto" }, row.message.body));
  if (row.kind === "recalled") {
    return recalledLine(row.message, context.conversation.revising, context.reactions, context.words);
  }
  return row.kind === "unsent" ? drawUnsent(row, context) : drawMessage(row, context);
}

function drawMessage(row: Row & { kind: "message" }, context: RowContext): HTMLElement {
  const { message, isFirst, isLast } = row;
  const { words, reactions } = context;
  const { revising } = context.conversation;
  const own = message.sender.kind === "visitor";
  const isBot = message.sender.kind === "bot";
  const mark = markOf(message, context);
  const at = new Date(message.created_at);
  const time = h("time", { datetime: message.created_at, title: fullTime(at, words) }, clockTime(at, words));
  const name = own ? words.t("you") : message.sender.name;
  const editing = revising.editing?.id === message.id && "editing";
  const names = ["message", own ? "own" : "other", isFirst && "first", isLast && "last", editing];
  return h(
    "li",
    { class: names.filter(Boolean).join(" ") },
    !own && isLast && avatar(message.sender.name),
    isFirst && h("span", { class: own ? "sr" : "name", dir: "auto" }, isBot && h("i", { class: "tag" }, words.t("bot")), isBot && " ", name),
    h("div", { class: "line" }, bubble(message, words), time, tools(message, revising, reactions, words)),
    (mark || message.edited_at) && stateLine(message, mark, words),
  );
}

function bubble(message: Message, words: Phrasebook): HTMLElement {
  const files = message.attachments.map(({ name }) => words.t("file", { name })).join("\n");
  const text = message.body || files;
  return h("div", { class: bubbleClass(text), dir: "auto", tabindex: "-1" }, ...richText(text));
}

function drawUnsent({ outgoing, isFirst, isLast }: Row & { kind: "unsent" }, context: RowContext): HTMLElement {
  const failed = outgoing.state === "failed";
  const kind = failed ? "failed" : "sending";
  return h(
    "li",
    { class: `message own ${kind}${isFirst ? " first" : ""}${isLast ? " last" : ""}` },
    isFirst && h("span", { class: "sr" }, context.words.t("you")),
    h("div", { class: "line" }, unsentBubble(outgoing), !failed && !isLast && icon("clock")),
    failed && failedLine(outgoing, context),
    !failed && isLast && sendingLine(outgoing, context),
  );
}

function unsentBubble({ body }: Outgoing): HTMLElement {
  return h("div", { class: bubbleClass(body), dir: "auto", tabindex: "-1" }, ...richText(body));
}

function failedLine(outgoing: Outgoing, { reactions, words }: RowContext): HTMLElement {
  const code = outgoing.error?.code ?? "";
  const ended = code === "session_closed";
  const why = ["validation", "too_large", "blocked"].includes(code) ? ` · ${words.t(`error.${code}`)}` : "";
  const again = words.t(ended ? "failed.new_chat" : "failed.retry");
  return h(
    "p",
    { class: "mark problem" },
    icon("alert"),
    `${words.t("failed")}${why} `,
    h("button", { type: "button", class: "link", onclick: () => reactions.retry(outgoing) }, again),
  );
}

function sendingLine(outgoing: Outgoing, context: RowContext): HTMLElement {
  const key = isWaiting(outgoing, context) ? "mark.waiting" : "mark.sending";
  return markLine("clock", context.words.t(key), "sending");
}

function isWaiting(outgoing: Outgoing, { conversation }: RowContext): boolean {
  return outgoing.error?.code === "offline" || conversation.linkState === "offline";
}

/** Only the last of the visitor's own messages says how far it has come. */
function markOf(message: Message, { conversation }: RowContext): string {
  if (message.sender.kind !== "visitor" || conversation.unsent.length) return "";
  const last = conversation.messages.findLast((one) => one.sender.kind === "visitor" && !one.recalled_at);
  return last?.seq === message.seq ? conversation.marks.statusOf(message) : "";
}

/** Below the bubble: that it was edited, and how far it has come. */
function stateLine({ edited_at }: Message, mark: string, words: Phrasebook): HTMLElement {
  const edited = edited_at && h("span", {}, words.t("edited"));
  if (!mark) return h("p", { class: "mark" }, edited);
  const line = markLine(mark === "sent" ? "check" : "checks", words.t(`mark.${mark}`), mark);
  if (edited) line.prepend(edited, " · ");
  return line;
}

function markLine(name: keyof typeof ICONS, text: string, kind: string): HTMLElement {
  return h("p", { class: `mark ${kind}` }, icon(name), text);
}

function bubbleClass(text: string): string {
  return isOnlyEmoji(text) ? "bubble emoji" : "bubble";
}
