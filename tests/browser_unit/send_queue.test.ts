import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message, SentAck } from "../../chat_app/delivery/browser/protocol";
import { type Outgoing, SendQueue } from "../../chat_app/delivery/browser/send_queue";

class FakeStorage {
  readonly kept = new Map<string, string>();
  getItem = (key: string): string | null => this.kept.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.kept.set(key, value);
  removeItem = (key: string): void => void this.kept.delete(key);
}

function stored(outgoing: Outgoing, seq: number): Message {
  return {
    id: `m${seq}`,
    session_id: outgoing.session_id,
    seq,
    client_msg_id: outgoing.client_msg_id,
    kind: "text",
    sender: { kind: "visitor", id: "v", name: "" },
    body: outgoing.body,
    attachments: [],
    reply_to: null,
    status: "sent",
    revision: seq,
    edited_at: null,
    recalled_at: null,
    created_at: "2026-11-24T10:00:00.000Z",
  };
}

/** A server whose next answers are given one by one; without any it stores the message. */
class FakeServer {
  readonly seen: Outgoing[] = [];
  readonly answers: (SentAck | "hang")[] = [];
  private seq = 0;

  send = (outgoing: Outgoing): Promise<SentAck> => {
    this.seen.push(outgoing);
    const answer = this.answers.shift();
    if (answer === "hang") return new Promise(() => undefined);
    return Promise.resolve(answer ?? { ok: true, message: stored(outgoing, ++this.seq) });
  };
}

function refusal(code: string, retry_after?: number): SentAck {
  return { ok: false, error: { code, message: code, ...(retry_after ? { retry_after } : {}) } };
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("sends in order, one at a time a session", async () => {
  const server = new FakeServer();
  server.answers.push("hang");
  const queue = new SendQueue({ send: server.send });
  queue.enqueue("s1", { body: "first" });
  queue.enqueue("s1", { body: "second" });
  queue.enqueue("s2", { body: "other" });
  await settled();
  assert.deepEqual(server.seen.map((item) => item.body), ["first", "other"]);
});

test("tells of the stored message and keeps it until it is removed", async () => {
  const server = new FakeServer();
  const queue = new SendQueue({ send: server.send });
  const told: string[] = [];
  queue.onSent((message) => told.push(message.body));
  const item = queue.enqueue("s", { body: "hello" });
  await settled();
  assert.deepEqual(told, ["hello"]);
  assert.equal(queue.pending("s")[0]?.state, "sent");
  queue.remove(item.client_msg_id);
  assert.deepEqual(queue.pending("s"), []);
});

test("repeats a lost send with the same client_msg_id", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const server = new FakeServer();
  server.answers.push(refusal("timeout"));
  const queue = new SendQueue({ send: server.send, random: () => 1 });
  queue.enqueue("s", { body: "hello" });
  await settled();
  assert.equal(queue.pending("s")[0]?.state, "sending");
  context.mock.timers.tick(600);
  await settled();
  assert.equal(server.seen.length, 2);
  assert.equal(server.seen[0]?.client_msg_id, server.seen[1]?.client_msg_id);
  assert.equal(queue.pending("s")[0]?.state, "sent");
});

test("a refusal is final, lets the next one pass, and can be tried again", async () => {
  const server = new FakeServer();
  server.answers.push(refusal("validation"));
  const queue = new SendQueue({ send: server.send });
  const bad = queue.enqueue("s", { body: "bad" });
  queue.enqueue("s", { body: "good" });
  await settled();
  assert.equal(bad.state, "failed");
  assert.equal(bad.error?.code, "validation");
  assert.deepEqual(queue.pending("s").map((item) => item.state), ["failed", "sent"]);
  queue.retry(bad.client_msg_id);
  await settled();
  assert.equal(bad.state, "sent");
});

test("gives up after the allowed attempts, but never for being offline", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const server = new FakeServer();
  for (let i = 0; i < 5; i++) server.answers.push(refusal("offline"));
  server.answers.push(refusal("timeout"), refusal("unavailable"));
  const queue = new SendQueue({ send: server.send, mostAttempts: 2 });
  const item = queue.enqueue("s", { body: "x" });
  for (let i = 0; i < 8; i++) {
    await settled();
    context.mock.timers.tick(20_000);
  }
  await settled();
  assert.equal(server.seen.length, 7);
  assert.equal(item.state, "failed");
});

test("waits for retry_after, also when woken", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const server = new FakeServer();
  server.answers.push(refusal("rate_limited", 30));
  const queue = new SendQueue({ send: server.send });
  const item = queue.enqueue("s", { body: "x" });
  await settled();
  assert.equal(item.state, "sending");
  assert.equal(item.error?.code, "rate_limited");
  context.mock.timers.tick(29_000);
  queue.wake();
  await settled();
  assert.equal(server.seen.length, 1);
  context.mock.timers.tick(1_100);
  await settled();
  assert.equal(server.seen.length, 2);
});

test("goes on at once when the connection is back", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const server = new FakeServer();
  server.answers.push(refusal("offline"));
  const queue = new SendQueue({ send: server.send });
  queue.enqueue("s", { body: "x" });
  await settled();
  queue.wake();
  await settled();
  assert.equal(server.seen.length, 2);
});

test("survives a reload, with the same ids", async () => {
  const storage = new FakeStorage();
  const before = new FakeServer();
  before.answers.push("hang");
  const first = new SendQueue({ send: before.send, storage, key: "k" });
  first.enqueue("s", { body: "one" });
  first.enqueue("s", { body: "two" });

  const server = new FakeServer();
  const second = new SendQueue({ send: server.send, storage, key: "k" });
  second.wake();
  await settled();
  await settled();
  assert.deepEqual(server.seen.map((item) => item.body), ["one", "two"]);
  assert.equal(server.seen[0]?.client_msg_id, before.seen[0]?.client_msg_id);
  assert.equal(storage.getItem("k"), null);
});

test("ignores what it cannot read in the store", () => {
  const storage = new FakeStorage();
  for (const rubbish of ["{", "null", '[{"body": 1}, null]', '"x"']) {
    storage.setItem("k", rubbish);
    const queue = new SendQueue({ send: new FakeServer().send, storage, key: "k" });
    assert.deepEqual(queue.sessions(), []);
  }
});

test("moves a line to the real session, keeping the order", async () => {
  const server = new FakeServer();
  const queue = new SendQueue({
    send: async (outgoing) => {
      await settled();
      if (outgoing.session_id === "new") queue.rename("new", "real");
      return server.send(outgoing);
    },
  });
  queue.enqueue("new", { body: "one" });
  queue.enqueue("new", { body: "two" });
  for (let i = 0; i < 4; i++) await settled();
  assert.deepEqual(server.seen.map((item) => item.body), ["one", "two"]);
  assert.deepEqual(queue.sessions(), ["real"]);
  assert.equal(server.seen[1]?.session_id, "real");
});
