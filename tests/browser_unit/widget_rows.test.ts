import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message, SenderKind } from "../../chat_app/delivery/browser/protocol";
import type { Outgoing } from "../../chat_app/delivery/browser/send_queue";
import { Marks } from "../../chat_app/delivery/widget/src/frame/marks";
import { toRows } from "../../chat_app/delivery/widget/src/frame/view/rows";

function message(seq: number, kind: SenderKind, created_at: string, over: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    session_id: "s",
    seq,
    kind: kind === "system" ? "system" : "text",
    sender: { kind, id: kind, name: kind },
    body: "text",
    attachments: [],
    reply_to: null,
    status: "sent",
    revision: seq,
    edited_at: null,
    recalled_at: null,
    created_at,
    ...over,
  };
}

function unsent(client_msg_id: string): Outgoing {
  return {
    client_msg_id,
    session_id: "s",
    body: "text",
    state: "sending",
    error: null,
    retry_at: null,
    created_at: "2026-11-24T10:05:00.000Z",
  };
}

test("groups by sender and minute, with a line between days", () => {
  const rows = toRows(
    [
      message(1, "visitor", "2026-11-23T10:00:01.000Z"),
      message(2, "visitor", "2026-11-23T10:00:59.000Z"),
      message(3, "visitor", "2026-11-23T10:01:00.000Z"),
      message(4, "agent", "2026-11-23T10:01:05.000Z"),
      message(5, "system", "2026-11-25T10:01:06.000Z"),
      message(6, "agent", "2026-11-25T10:01:07.000Z"),
    ],
    [],
  );
  assert.deepEqual(rows.map((row) => row.kind), ["day", "message", "message", "message", "message", "day", "system", "message"]);
  const groups = rows.flatMap((row) => (row.kind === "message" ? [[row.isFirst, row.isLast]] : []));
  assert.deepEqual(groups, [[true, false], [false, true], [true, true], [true, true], [true, true]]);
});

test("a message keeps its row when the server has stored it", () => {
  const before = toRows([], [unsent("c1"), unsent("c2")]);
  const after = toRows([message(1, "visitor", "2026-11-24T10:05:00.000Z", { client_msg_id: "c1" })], [unsent("c2")]);
  assert.deepEqual(before.map((row) => row.key), ["c1", "c2"]);
  assert.deepEqual(after.filter((row) => row.kind !== "day").map((row) => row.key), ["c1", "c2"]);
});

test("only the first of a line of unsent messages begins a group", () => {
  const rows = toRows([message(1, "agent", "2026-11-24T10:05:00.000Z")], [unsent("c1"), unsent("c2")]);
  const starts = rows.flatMap((row) => (row.kind === "unsent" ? [row.isFirst] : []));
  assert.deepEqual(starts, [true, false]);
});

test("a recalled message becomes a line in its place, and begins a new group below", () => {
  const at = "2026-11-24T10:05:00.000Z";
  const recalled = message(2, "visitor", at, { body: "", recalled_at: at, client_msg_id: "c2" });
  const rows = toRows([message(1, "visitor", at), recalled, message(3, "visitor", at)], [unsent("c4")]);
  assert.deepEqual(rows.map((row) => row.kind), ["day", "message", "recalled", "message", "unsent"]);
  const groups = rows.flatMap((row) => (row.kind === "message" ? [[row.isFirst, row.isLast]] : []));
  assert.deepEqual(groups, [[true, true], [true, true]]);
  assert.equal(rows[2]?.key, "c2");
});

test("what is on its way begins a group below a recalled message", () => {
  const at = "2026-11-24T10:05:00.000Z";
  const rows = toRows([message(1, "visitor", at, { body: "", recalled_at: at })], [unsent("c2")]);
  assert.equal(rows.at(-1)?.kind === "unsent" && (rows.at(-1) as { isFirst: boolean }).isFirst, true);
});

test("unread is what people wrote after the visitor's mark", () => {
  const marks = new Marks();
  const messages = [
    message(1, "visitor", "2026-11-24T10:00:00.000Z"),
    message(2, "agent", "2026-11-24T10:00:01.000Z"),
    message(3, "system", "2026-11-24T10:00:02.000Z"),
    message(4, "agent", "2026-11-24T10:00:03.000Z"),
  ];
  marks.reset(messages, 0);
  assert.equal(marks.unread(messages), 0);
  marks.reset(messages, 1);
  assert.equal(marks.unread(messages), 1);
  marks.reset(messages, 3);
  assert.equal(marks.unread(messages), 2);
  marks.apply({ session_id: "s", reader: "visitor", read_seq: 4, delivered_seq: 4 });
  assert.equal(marks.unread(messages), 0);
});

test("the agent's marks only move up", () => {
  const marks = new Marks();
  const own = [1, 2, 3].map((seq) => message(seq, "visitor", "2026-11-24T10:00:00.000Z"));
  marks.reset([{ ...own[0]!, status: "read" }, own[1]!, own[2]!], 0);
  const states = (): string[] => own.map((one) => marks.statusOf(one));
  assert.deepEqual(states(), ["read", "sent", "sent"]);
  marks.apply({ session_id: "s", reader: "agent", read_seq: 2, delivered_seq: 3 });
  assert.deepEqual(states(), ["read", "read", "delivered"]);
  marks.apply({ session_id: "s", reader: "agent", read_seq: 1, delivered_seq: 1 });
  assert.deepEqual(states(), ["read", "read", "delivered"]);
});
