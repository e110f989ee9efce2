import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../../chat_app/delivery/browser/protocol";
import { Marks } from "../../chat_app/delivery/widget/src/frame/marks";
import { Visit } from "../../chat_app/delivery/widget/src/frame/visit";

const PAGE = { ok: true, messages: [], last_seq: 0, revision: 0, epoch: "e", has_more: false };

function session(over: Partial<Session>): Session {
  return { id: "s", status: "queued", agent: null, queue: null, unread: 0, ...over } as Session;
}

/** A visit to the session that `answer` gives; `during` runs while the server is asked. */
function scene(): { visit: Visit; answer: (session: Session, during?: () => void) => Promise<void> } {
  let found = session({});
  let meanwhile = (): void => undefined;
  const rest = {
    sessions: () => {
      meanwhile();
      return Promise.resolve({ ok: true, items: [found] });
    },
    messages: () => Promise.resolve(PAGE),
  };
  const nothing = (): void => undefined;
  const visit = new Visit({
    store: { token: "t", session: null, hasEmail: false },
    rest,
    link: { open: nothing, close: nothing },
    marks: new Marks(),
    onNone: nothing,
    onAdopted: nothing,
    onGone: nothing,
    onClosed: nothing,
    onMessages: nothing,
    onChange: nothing,
  } as never);
  const answer = async (given: Session, during: () => void = nothing): Promise<void> => {
    [found, meanwhile] = [given, during];
    await visit.load();
  };
  return { visit, answer };
}

test("asked again, the visit takes over what has changed", async () => {
  const { visit, answer } = scene();
  await answer(session({ queue: { position: 3, wait_seconds: null } }));
  await answer(session({ queue: { position: 1, wait_seconds: null } }));
  assert.equal(visit.session?.queue?.position, 1);
});

test("an answer does not undo the push that came while it was under way", async () => {
  const { visit, answer } = scene();
  await answer(session({}));
  const agent = { id: "a", name: "Mia", avatar_url: null };
  await answer(session({}), () => visit.follow(session({ status: "active", agent })));
  assert.deepEqual([visit.session?.status, visit.session?.agent?.name], ["active", "Mia"]);
});

test("a conversation that ended and was opened again goes on", async () => {
  const { visit, answer } = scene();
  await answer(session({ status: "closed" }));
  assert.equal(visit.phase, "ended");
  await answer(session({ status: "active" }));
  assert.equal(visit.phase, "open");
});
