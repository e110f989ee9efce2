import assert from "node:assert/strict";
import { test } from "node:test";
import { post, received } from "../../chat_app/delivery/widget/src/bridge";

const origin = "https://chat.example";
const partner = {} as Window;

function event(over: Partial<MessageEvent>): MessageEvent {
  return { source: partner, origin, data: { cland: 1, type: "close" }, ...over } as MessageEvent;
}

test("takes only our messages, from the one window and origin", () => {
  assert.deepEqual(received(event({}), partner, origin), { cland: 1, type: "close" });
  const refused: Partial<MessageEvent>[] = [
    { source: {} as Window },
    { source: null },
    { origin: "https://chat.example.evil.test" },
    { origin: "http://chat.example" },
    { origin: "null" },
    { data: null },
    { data: "close" },
    { data: 1 },
    { data: [] },
    { data: { type: "close" } },
    { data: { cland: "1", type: "close" } },
  ];
  for (const over of refused) assert.equal(received(event(over), partner, origin), null, JSON.stringify(over));
});

test("before there is a frame nobody can speak for it", () => {
  assert.equal(received(event({ source: null }), null, origin), null);
  assert.equal(received(event({ source: undefined as unknown as null }), undefined, origin), null);
});

test("posts to exactly one origin", () => {
  const posted: unknown[][] = [];
  const target = { postMessage: (...given: unknown[]) => posted.push(given) } as unknown as Window;
  post(target, origin, { type: "close" });
  assert.deepEqual(posted, [[{ type: "close", cland: 1 }, origin]]);
});
