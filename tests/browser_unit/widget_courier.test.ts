import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outgoing } from "../../chat_app/delivery/browser/send_queue";
import { Courier } from "../../chat_app/delivery/widget/src/frame/courier";

const REFUSED = { ok: false, error: { code: "session_closed", message: "" } };
const LOST = { ok: false, error: { code: "timeout", message: "" } };
const DONE = { ok: true, session: { id: "s", status: "queued" } };

/** A courier whose socket answers `answer`; `asked` is what went over either way. */
function scene(answer: object = LOST): { courier: Courier; asked: unknown[]; store: { hasEmail: boolean } } {
  const asked: unknown[] = [];
  const store = { token: null, hasEmail: false };
  const link = {
    isOnline: true,
    request: (event: string, payload: object) => {
      asked.push([event, payload]);
      return Promise.resolve(answer);
    },
  };
  const rest = {
    handOff: (id: string) => {
      asked.push(["POST", id]);
      return Promise.resolve(DONE);
    },
    createSession: ({ message, client_session_id, ...body }: Record<string, unknown>) => {
      asked.push(body);
      return Promise.resolve(DONE);
    },
  };
  const options = {
    siteKey: "shop",
    store,
    locale: () => "en",
    page: () => ({ url: "https://shop.example/tea", title: "Tea", referrer: "" }),
    onBegun: () => Promise.resolve(undefined),
    onBlocked: () => undefined,
  };
  return { courier: new Courier(rest as never, link as never, options as never), asked, store };
}

test("what the socket may have lost is asked over REST, what was refused is not", async () => {
  const lost = scene(LOST);
  assert.equal((await lost.courier.handOff("s")).ok, true);
  assert.deepEqual(lost.asked, [["hand_off", { session_id: "s" }], ["POST", "s"]]);
  const refused = scene(REFUSED);
  assert.equal((await refused.courier.handOff("s")).ok, false);
  assert.deepEqual(refused.asked, [["hand_off", { session_id: "s" }]]);
});

test("the answers before the chat go along with its first message, an address is remembered", async () => {
  const { courier, asked, store } = scene();
  courier.details = { name: "Mei", email: "mei@example.com", subject: "Tea", size: "L" };
  assert.equal(courier.hasEmail, true);
  await courier.deliver({ session_id: "line", client_msg_id: "c", body: "Hello" } as Outgoing, undefined);
  const page = { url: "https://shop.example/tea", title: "Tea", referrer: "" };
  assert.deepEqual(asked, [
    { site_key: "shop", locale: "en", page, name: "Mei", email: "mei@example.com", subject: "Tea", attributes: { size: "L" } },
  ]);
  courier.details = {};
  assert.deepEqual([store.hasEmail, courier.hasEmail], [true, true]);
});

test("an empty answer is none", async () => {
  const { courier, asked, store } = scene();
  courier.details = { email: "", subject: "" };
  await courier.deliver({ session_id: "line", client_msg_id: "c", body: "Hello" } as Outgoing, undefined);
  assert.deepEqual(Object.keys(asked[0] as object), ["site_key", "locale", "page"]);
  assert.deepEqual([store.hasEmail, courier.hasEmail], [false, false]);
});

test("agents are told the page the visitor looks at", () => {
  const { courier, asked } = scene();
  courier.tellPage();
  assert.deepEqual(asked, [["view_page", { url: "https://shop.example/tea", title: "Tea" }]]);
});
