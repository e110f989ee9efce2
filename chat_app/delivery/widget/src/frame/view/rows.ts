/** Turns messages into the rows of the log: days, groups of one sender and minute, system lines. */

import type { Message } from "../../../../browser/protocol";
import type { Outgoing } from "../../../../browser/send_queue";
import { sameDay } from "../../../../browser/times";

export type Row =
  | { kind: "day"; key: string; at: Date }
  | { kind: "system"; key: string; message: Message }
  | { kind: "recalled"; key: string; message: Message }
  | { kind: "message"; key: string; message: Message; isFirst: boolean; isLast: boolean }
  | { kind: "unsent"; key: string; outgoing: Outgoing; isFirst: boolean; isLast: boolean };

/** The rows from top to bottom. A message keeps its key when it turns from unsent to stored. */
export function toRows(messages: readonly Message[], unsent: readonly Outgoing[]): Row[] {
  const rows: Row[] = [];
  messages.forEach((message, index) => {
    const [before, after] = [messages[index - 1], messages[index + 1]];
    const at = new Date(message.created_at);
    if (!before || !sameDay(new Date(before.created_at), at)) {
      rows.push({ kind: "day", key: `day-${at.toDateString()}`, at });
    }
    const key = message.client_msg_id || message.id;
    if (message.recalled_at) rows.push({ kind: "recalled", key, message });
    else if (message.kind === "system") rows.push({ kind: "system", key, message });
    else {
      const isFirst = !before || !together(before, message);
      rows.push({ kind: "message", key, message, isFirst, isLast: !after || !together(message, after) });
    }
  });
  unsent.forEach((outgoing, index) => {
    const before = messages.at(-1);
    const isFirst = index === 0 && (before?.sender.kind !== "visitor" || before.recalled_at !== null);
    const isLast = index === unsent.length - 1;
    rows.push({ kind: "unsent", key: outgoing.client_msg_id, outgoing, isFirst, isLast });
  });
  return rows;
}

/** Same person within the same minute. */
function together(one: Message, other: Message): boolean {
  return (
    isBubble(one) &&
    isBubble(other) &&
    one.sender.kind === other.sender.kind &&
    one.sender.id === other.sender.id &&
    one.created_at.slice(0, 16) === other.created_at.slice(0, 16)
  );
}

/** False for what is only a line: system lines, and what was recalled. */
function isBubble({ kind, recalled_at }: Message): boolean {
  return kind !== "system" && !recalled_at;
}
