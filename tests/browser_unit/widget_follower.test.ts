import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Follower, type FollowerOptions } from "../../chat_app/delivery/widget/src/frame/follower";

const ID = "0192f000-0000-7000-8000-000000000001";

/** A follower whose database stands at `last`; `lags` is what the connection was told. */
function scene(last: number): { follower: Follower; lags: boolean[]; pass: (ms: number) => Promise<void> } {
  const lags: boolean[] = [];
  const page = { messages: [], last_seq: 0, revision: 0, epoch: "e", has_more: false };
  const answers: Record<string, object> = {
    join_session: { ok: true, session: { id: ID }, ...page },
    sync: { ok: true, sessions: { [ID]: { last_seq: last, revision: 0 } } },
  };
  const options = {
    rest: { messages: () => Promise.resolve({ ok: true, ...page }) },
    link: {
      isOnline: true,
      lag: (isLate: boolean) => lags.push(isLate),
      request: (event: string) => Promise.resolve(answers[event]),
    },
    onSession: () => undefined,
    onPage: () => undefined,
    onLost: () => undefined,
    onMessages: () => undefined,
  };
  const pass = async (ms: number): Promise<void> => {
    mock.timers.tick(ms);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  return { follower: new Follower(ID, options as unknown as FollowerOptions), lags, pass };
}

test.beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
test.afterEach(() => mock.timers.reset());

test("a push that was lost makes the line say that messages come late", async () => {
  const { follower, lags, pass } = scene(3);
  await follower.join();
  void follower.sync();
  await pass(0);
  assert.deepEqual(lags, [], "it may still be under way");
  await pass(1_000);
  assert.deepEqual(lags, [true]);
});

test("as soon as nothing is missing the line is quiet again", async () => {
  const { follower, lags, pass } = scene(0);
  await follower.join();
  void follower.sync();
  await pass(0);
  assert.deepEqual(lags, [false]);
});
