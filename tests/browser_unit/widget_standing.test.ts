import assert from "node:assert/strict";
import { test } from "node:test";
import { Translator } from "../../chat_app/delivery/browser/i18n";
import type { Session } from "../../chat_app/delivery/browser/protocol";
import { Availability } from "../../chat_app/delivery/widget/src/frame/availability";
import { standingOf } from "../../chat_app/delivery/widget/src/frame/standing";
import { roughly } from "../../chat_app/delivery/widget/src/frame/view/waiting";

const ONLINE = { agents_online: true, open: true, opens_at: null, bot: false };
const CLOSED = { agents_online: false, open: false, opens_at: "2026-11-30T01:00:00.000Z", bot: false };

function session(over: Partial<Session>): Session {
  return { id: "s", status: "queued", agent: null, queue: null, ...over } as Session;
}

function standing(over: Partial<Session>, site: object = ONLINE): string {
  return standingOf(session(over), new Availability("shop", { ...site }));
}

test("a place in a line is shown where somebody serves it", () => {
  assert.equal(standing({ queue: { position: 3, wait_seconds: null } }), "waiting");
  assert.equal(standing({ queue: { position: 3, wait_seconds: 60 } }, CLOSED), "waiting");
});

test("without a place, or with nobody there, it is a message that was left", () => {
  assert.equal(standing({ queue: null }), "left");
  assert.equal(standing({ queue: { position: 1, wait_seconds: null } }, CLOSED), "left");
});

test("what an agent has put aside is with that agent as before", () => {
  const agent = { id: "a", name: "Mia", avatar_url: null };
  assert.equal(standing({ status: "active", agent }), "served");
  assert.equal(standing({ status: "snoozed", agent }), "served");
});

test("a bot, the end and the beginning", () => {
  assert.equal(standing({ status: "bot" }), "bot");
  assert.equal(standing({ status: "closed" }), "none");
  assert.equal(standingOf(null, new Availability("shop", ONLINE)), "none");
});

test("somebody answers within hours and with people online, or when there is a bot", () => {
  const answers = (site: object): boolean => new Availability("shop", { ...site }).answers;
  assert.equal(answers(ONLINE), true);
  assert.equal(answers({ ...ONLINE, agents_online: false }), false);
  assert.equal(answers({ ...ONLINE, open: false }), false);
  assert.equal(answers({ ...CLOSED, bot: true }), true);
  assert.equal(new Availability("shop", CLOSED).opensAt?.toISOString(), CLOSED.opens_at);
  assert.equal(new Availability("shop", { ...CLOSED, open: true }).opensAt, null);
});

test("asked again, it tells only of a change, and keeps what it knows without an answer", async () => {
  const availability = new Availability("shop", CLOSED);
  let changes = 0;
  availability.onChange = () => changes++;
  await availability.refresh({ site: (key) => Promise.resolve({ ok: true, site: key === "shop" ? CLOSED : {} }) });
  assert.equal(changes, 0);
  await availability.refresh({ site: () => Promise.resolve({ ok: false, error: { code: "offline", message: "" } }) });
  assert.deepEqual([changes, availability.isOpen], [0, false]);
  await availability.refresh({ site: () => Promise.resolve({ ok: true, site: ONLINE }) });
  assert.deepEqual([changes, availability.isOpen, availability.opensAt], [1, true, null]);
});

test("an estimate is whole minutes, and whole hours when it is long", () => {
  const en = new Translator("en");
  assert.deepEqual([5, 50, 100, 250, 5_400, 5_500, 12_000].map((seconds) => roughly(seconds, en)), [
    "1 min",
    "1 min",
    "2 min",
    "4 min",
    "90 min",
    "2 h",
    "3 h",
  ]);
  assert.equal(roughly(250, new Translator("zh-CN")), "4 分钟");
});
