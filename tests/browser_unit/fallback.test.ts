import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Fallback } from "../../chat_app/delivery/browser/fallback";

/** A fallback on a clock of our own; `rounds` counts how often the server was asked. */
function scene(reached: () => boolean = () => true): { fallback: Fallback; told: boolean[]; pass: (ms: number) => Promise<void> } {
  const told: boolean[] = [];
  const fallback = new Fallback(() => Promise.resolve(reached()), (answer) => told.push(answer));
  const pass = async (ms: number): Promise<void> => {
    mock.timers.tick(ms);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  return { fallback, told, pass };
}

test.beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
test.afterEach(() => mock.timers.reset());

test("asks only after ten seconds without a socket, then every four", async () => {
  const { fallback, told, pass } = scene();
  fallback.start();
  await pass(9_999);
  assert.equal(told.length, 0);
  await pass(1);
  assert.equal(told.length, 1);
  fallback.start();
  await pass(4_000);
  await pass(4_000);
  assert.equal(told.length, 3);
  fallback.stop();
});

test("a socket that comes back in time is never replaced", async () => {
  const { fallback, told, pass } = scene();
  fallback.start();
  await pass(9_000);
  fallback.stop();
  await pass(60_000);
  assert.equal(told.length, 0);
});

test("says when the server is out of reach, and when it is there again", async () => {
  let up = false;
  const { fallback, told, pass } = scene(() => up);
  fallback.start();
  await pass(10_000);
  up = true;
  await pass(4_000);
  assert.deepEqual(told, [false, true]);
  fallback.stop();
});

test("an answer that comes after the socket counts for nothing", async () => {
  let answer: (reached: boolean) => void = () => undefined;
  const told: boolean[] = [];
  const fallback = new Fallback(() => new Promise((resolve) => (answer = resolve)), (reached) => told.push(reached));
  fallback.start();
  mock.timers.tick(10_000);
  fallback.stop();
  answer(true);
  await Promise.resolve();
  mock.timers.tick(60_000);
  assert.equal(told.length, 0);
});
