import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message, MessagePage } from "../../chat_app/delivery/browser/protocol";
import { Timeline } from "../../chat_app/delivery/browser/timeline";

function message(seq: number, over: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    session_id: "s",
    seq,
    kind: "text",
    sender: { kind: "agent", id: "a", name: "Mei" },
    body: `text ${seq}`,
    attachments: [],
    reply_to: null,
    status: "sent",
    revision: seq,
    edited_at: null,
    recalled_at: null,
    created_at: "2026-11-24T10:00:00.000Z",
    ...over,
  };
}

function recalled(seq: number, revision: number): Message {
  return message(seq, { body: "", revision, recalled_at: "2026-11-24T10:01:00.000Z" });
}

function range(from: number, to: number): Message[] {
  return Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
}

function page(from: number, to: number, last = to, over: Partial<MessagePage> = {}): MessagePage {
  return {
    messages: range(from, to),
    last_seq: last,
    revision: last,
    epoch: "e1",
    has_more: to < last,
    ...over,
  };
}

function seqs(timeline: Timeline): number[] {
  return timeline.messages.map((item) => item.seq);
}

const nothing = (): Promise<null> => Promise.resolve(null);
const noPause = (): Promise<void> => Promise.resolve();

test("applies the next number and drops what it has", () => {
  const timeline = new Timeline(nothing);
  timeline.reset(page(1, 2));
  assert.equal(timeline.apply(message(3)), "applied");
  assert.equal(timeline.apply(message(3)), "duplicate");
  assert.equal(timeline.apply(message(1)), "duplicate");
  assert.deepEqual(seqs(timeline), [1, 2, 3]);
});

test("keeps an early message aside and fetches what is between", async () => {
  const asked: number[] = [];
  const timeline = new Timeline((after) => {
    asked.push(after);
    return Promise.resolve(page(after + 1, 4));
  });
  timeline.reset(page(1, 2));
  assert.equal(timeline.apply(message(5)), "held");
  assert.deepEqual(seqs(timeline), [1, 2]);
  await timeline.fill();
  assert.deepEqual(asked, [2]);
  assert.deepEqual(seqs(timeline), [1, 2, 3, 4, 5]);
  assert.equal(timeline.last, 5);
});

test("fills over several pages in one run", async () => {
  const timeline = new Timeline((after) => Promise.resolve(page(after + 1, Math.min(after + 2, 7), 7)));
  timeline.reset(page(1, 1));
  await Promise.all([timeline.checkLast(7), timeline.checkLast(7), timeline.fill()]);
  assert.deepEqual(seqs(timeline), [1, 2, 3, 4, 5, 6, 7]);
});

test("does not ask when the server has nothing newer", async () => {
  let asked = 0;
  const timeline = new Timeline(() => {
    asked += 1;
    return nothing();
  });
  timeline.reset(page(1, 3));
  await timeline.checkLast(3);
  assert.equal(asked, 0);
});

test("tries a failed fetch again and then gives up until the next sign", async () => {
  let asked = 0;
  const timeline = new Timeline((after) => {
    asked += 1;
    return Promise.resolve(asked === 3 || asked > 7 ? page(after + 1, 2) : null);
  }, noPause);
  timeline.reset(page(1, 1));
  await timeline.checkLast(2);
  assert.equal(asked, 3);
  assert.equal(timeline.last, 2);
  await timeline.checkLast(3);
  assert.equal(asked, 7);
  assert.equal(timeline.last, 2);
});

test("a page of another history is refused", () => {
  const timeline = new Timeline(nothing);
  timeline.reset(page(1, 2));
  assert.equal(timeline.applyPage(page(3, 3, 3, { epoch: "e2" })), false);
  assert.deepEqual(seqs(timeline), [1, 2]);
});

test("a joined page adds what is new and replaces what changed", () => {
  const timeline = new Timeline(nothing);
  timeline.reset(page(1, 2));
  const changed = [message(1, { body: "edited", revision: 4 })];
  assert.equal(timeline.applyPage({ ...page(3, 3), revision: 4, changed }), true);
  assert.deepEqual(timeline.messages.map((item) => item.body), ["edited", "text 2", "text 3"]);
  assert.equal(timeline.revision, 4);
});

test("an older version never replaces a newer one", () => {
  const timeline = new Timeline(nothing);
  timeline.reset(page(1, 1));
  assert.equal(timeline.apply(message(1, { body: "newer", revision: 9 })), "duplicate");
  timeline.apply(message(1, { body: "older", revision: 5 }));
  timeline.applyPage({ ...page(2, 2), changed: [message(1, { body: "older", revision: 3 })] });
  assert.equal(timeline.messages[0]?.body, "newer");
});

test("the same version again is no change", () => {
  const timeline = new Timeline(nothing);
  timeline.reset(page(1, 1));
  timeline.apply(message(1, { body: "edited", revision: 2 }));
  let changes = 0;
  timeline.onChange(() => changes++);
  timeline.apply(message(1, { body: "edited", revision: 2 }));
  assert.equal(changes, 0);
});

test("a recall that overtakes its message wins over it", () => {
  const timeline = new Timeline(nothing);
  timeline.reset(page(1, 1));
  timeline.apply(recalled(2, 3));
  // Only now is the sender's queue answered, with what was stored at first.
  assert.equal(timeline.apply(message(2)), "duplicate");
  assert.deepEqual(seqs(timeline), [1, 2]);
  assert.equal(timeline.messages[1]?.body, "");
  assert.equal(timeline.revision, 3);
});

test("a message is recalled while it waits aside", async () => {
  const timeline = new Timeline(() => Promise.resolve(page(2, 3)));
  timeline.reset(page(1, 1));
  assert.equal(timeline.apply(message(3)), "held");
  timeline.apply(recalled(3, 4));
  await timeline.fill();
  assert.deepEqual(timeline.messages.map((item) => item.body), ["text 1", "text 2", ""]);
});

test("an edit of what is not loaded yet is not lost", () => {
  const timeline = new Timeline(nothing);
  timeline.reset(page(5, 6, 6, { has_more: true }));
  timeline.apply(message(4, { body: "edited", revision: 7 }));
  timeline.prependPage(page(3, 4, 6, { has_more: false }));
  assert.deepEqual(timeline.messages.map((item) => item.body), ["text 3", "edited", "text 5", "text 6"]);
});

test("a change that was missed keeps the revision back until it is read", async () => {
  const timeline = new Timeline(nothing);
  timeline.reset(page(1, 2));
  // Revision 3 was an edit of message 1, and its push was lost.
  timeline.apply(message(3, { revision: 4 }));
  assert.equal(timeline.revision, 2);
  const asked: number[] = [];
  const outcome = await timeline.catchUp((after) => {
    asked.push(after);
    const messages = [message(1, { body: "edited", revision: 3 }), message(3, { revision: 4 })];
    return Promise.resolve({ messages, last_seq: 3, revision: 4, epoch: "e1", has_more: false });
  });
  assert.deepEqual([outcome, asked], ["done", [2]]);
  assert.deepEqual(timeline.messages.map((item) => item.body), ["edited", "text 2", "text 3"]);
  assert.equal(timeline.revision, 4);
});

test("a page that was not asked for changes proves nothing about them", () => {
  const timeline = new Timeline(nothing);
  timeline.reset(page(1, 2));
  timeline.applyPage(page(3, 3, 3, { revision: 9 }));
  assert.equal(timeline.revision, 3);
});

test("changes come page by page, in the order in which they were made", async () => {
  const pages = [
    { messages: [message(4, { revision: 4 }), message(1, { body: "edited", revision: 6 })], has_more: true },
    { messages: [message(3, { body: "late", revision: 7 })], has_more: false },
  ];
  const timeline = new Timeline(nothing);
  timeline.reset(page(1, 2));
  const asked: number[] = [];
  await timeline.catchUp((after) => {
    asked.push(after);
    return Promise.resolve({ ...pages[asked.length - 1]!, last_seq: 4, revision: 7, epoch: "e1" });
  });
  assert.deepEqual(asked, [2, 6]);
  assert.deepEqual(timeline.messages.map((item) => item.body), ["edited", "text 2", "late", "text 4"]);
  assert.equal(timeline.revision, 7);
});

test("catching up says when the server is out of reach, or has another history", async () => {
  const timeline = new Timeline(nothing);
  timeline.reset(page(1, 2));
  assert.equal(await timeline.catchUp(nothing), "unreached");
  assert.equal(await timeline.catchUp(() => Promise.resolve(page(1, 1, 1, { epoch: "e2" }))), "lost");
  assert.deepEqual(seqs(timeline), [1, 2]);
});

test("more changes than join_session tells are left to be read", () => {
  const timeline = new Timeline(nothing);
  timeline.reset(page(1, 2));
  const changed = [message(1, { body: "edited", revision: 90 })];
  timeline.applyPage({ ...page(3, 2, 2), revision: 300, changed });
  assert.equal(timeline.messages[0]?.body, "edited");
  assert.equal(timeline.revision, 2);
});

test("pages upwards without doubling", () => {
  const timeline = new Timeline(nothing);
  timeline.reset(page(5, 6, 6, { has_more: true }));
  assert.equal(timeline.hasEarlier, true);
  timeline.prependPage(page(2, 5, 6, { has_more: false }));
  assert.deepEqual(seqs(timeline), [2, 3, 4, 5, 6]);
  assert.equal(timeline.hasEarlier, false);
  assert.equal(timeline.last, 6);
});

test("an empty session takes its first message", () => {
  const timeline = new Timeline(nothing);
  timeline.reset({ messages: [], last_seq: 0, revision: 0, epoch: "e", has_more: false });
  assert.equal(timeline.apply(message(1)), "applied");
});

test("tells of every change, and of nothing else", () => {
  const timeline = new Timeline(nothing);
  let changes = 0;
  timeline.onChange(() => changes++);
  timeline.reset(page(1, 1));
  timeline.apply(message(1));
  timeline.apply(message(2));
  timeline.applyPage(page(3, 2, 2));
  assert.equal(changes, 2);
});
