import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ack, Message } from "../../chat_app/delivery/browser/protocol";
import { Revising, type RevisingOptions } from "../../chat_app/delivery/browser/revising";

const SENT_AT = "2026-11-24T10:00:00.000Z";

function message(over: Partial<Message> = {}): Message {
  return {
    id: "m1",
    session_id: "s",
    seq: 1,
    kind: "text",
    sender: { kind: "visitor", id: "v", name: "" },
    body: "tea",
    attachments: [],
    reply_to: null,
    status: "sent",
    revision: 1,
    edited_at: null,
    recalled_at: null,
    created_at: SENT_AT,
    ...over,
  };
}

const byAgent = message({ sender: { kind: "agent", id: "a", name: "Mei" } });
const recalled = message({ body: "", recalled_at: SENT_AT, revision: 2 });

function later(seconds: number): Date {
  return new Date(new Date(SENT_AT).getTime() + seconds * 1_000);
}

/** What was asked of the server, and what came back into the conversation. */
function scene(over: Partial<RevisingOptions> = {}): { revising: Revising; asked: unknown[]; applied: Message[] } {
  const asked: unknown[] = [];
  const applied: Message[] = [];
  const revising = new Revising({
    isOwn: () => true,
    now: () => later(5),
    canWrite: () => true,
    change: (changed, body): Promise<Ack<{ message: Message }>> => {
      asked.push([changed.id, body]);
      const answer = body === undefined ? recalled : message({ body, revision: 2 });
      return Promise.resolve({ ok: true, message: answer });
    },
    apply: (changed) => applied.push(changed),
    onChange: () => undefined,
    ...over,
  });
  return { revising, asked, applied };
}

test("visitors may change their messages for two minutes, agents at any time", () => {
  const at = (seconds: number): Revising => scene({ now: () => later(seconds) }).revising;
  assert.deepEqual([at(119).canEdit(message()), at(119).canRecall(message())], [true, true]);
  assert.deepEqual([at(120).canEdit(message()), at(120).canRecall(message())], [false, false]);
  assert.equal(at(9_000).canEdit(byAgent), true);
});

test("nobody changes another's, a system line or what was recalled", () => {
  const { revising } = scene({ isOwn: ({ sender }) => sender.kind === "agent" });
  assert.equal(revising.canRecall(message()), false);
  assert.equal(revising.canRecall({ ...byAgent, kind: "system" }), false);
  assert.equal(revising.canRecall({ ...byAgent, recalled_at: SENT_AT }), false);
});

test("in a closed conversation a message can be recalled, not edited", () => {
  const { revising } = scene({ canWrite: () => false });
  assert.deepEqual([revising.canEdit(message()), revising.canRecall(message())], [false, true]);
  assert.equal(revising.edit(message()), false);
});

test("knows when the next message can no longer be changed", () => {
  const { revising } = scene();
  const newer = message({ id: "m2", created_at: later(4).toISOString() });
  assert.equal(revising.nextEnd([byAgent, message(), newer]), 115_000);
  assert.equal(revising.nextEnd([byAgent]), null);
});

test("saves an edit and shows the answer", async () => {
  const { revising, asked, applied } = scene();
  revising.edit(message());
  await revising.save("green tea");
  assert.deepEqual(asked, [["m1", "green tea"]]);
  assert.deepEqual(applied.map((one) => one.body), ["green tea"]);
  assert.equal(revising.editing, null);
});

test("an edit that changes nothing is not sent", async () => {
  const { revising, asked } = scene();
  revising.edit(message());
  await revising.save("tea");
  assert.deepEqual([asked.length, revising.editing], [0, null]);
});

test("a refused edit keeps what was written in the box, and says why", async () => {
  const error = { code: "forbidden", message: "too late" };
  const { revising, applied } = scene({ change: () => Promise.resolve({ ok: false, error }) });
  revising.edit(message());
  await revising.save("green tea");
  assert.deepEqual([revising.editing?.id, revising.failure?.code, applied.length], ["m1", "forbidden", 0]);
  revising.cancel();
  assert.equal(revising.failure, null);
});

test("an edit is sent once, however often Enter is pressed", async () => {
  const { revising, asked } = scene();
  revising.edit(message());
  await Promise.all([revising.save("green tea"), revising.save("green tea")]);
  assert.equal(asked.length, 1);
});

test("what was recalled here can be written again", async () => {
  const { revising, asked, applied } = scene();
  revising.edit(message());
  await revising.recall(message());
  assert.deepEqual([asked, applied, revising.editing], [[["m1", undefined]], [recalled], null]);
  assert.equal(revising.textOf(recalled), "tea");
  assert.equal(revising.textOf(message({ id: "m2", recalled_at: SENT_AT })), null);
});

test("a message that is recalled elsewhere is edited no longer", () => {
  const { revising } = scene();
  revising.edit(message());
  revising.follow([message({ body: "edited elsewhere", revision: 2 })]);
  assert.equal(revising.editing?.id, "m1");
  revising.follow([recalled]);
  assert.equal(revising.editing, null);
});
