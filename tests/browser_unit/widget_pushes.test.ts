import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../../chat_app/delivery/browser/protocol";
import type { Link } from "../../chat_app/delivery/widget/src/frame/link";
import { hearPushes } from "../../chat_app/delivery/widget/src/frame/pushes";

const MIA = { id: "a1", name: "Mia", avatar_url: null };
const TOM = { id: "a2", name: "Tom", avatar_url: null };

function session(over: Partial<Session> = {}): Session {
  return { id: "s", status: "active", agent: MIA, queue: null, ...over } as Session;
}

/** What becomes of pushes for a visitor who looks at `current`. */
function scene(current: Session): { push: (event: string, payload: object) => void; heard: unknown[] } {
  const handlers = new Map<string, (payload: never) => void>();
  const link = { on: (event: string, react: (payload: never) => void) => handlers.set(event, react) };
  const heard: unknown[] = [];
  hearPushes(link as unknown as Link, {
    current: () => current,
    onSession: ({ status, agent, queue }) => heard.push([status, agent?.name, queue?.position]),
    onMessage: () => undefined,
    onRead: () => undefined,
    onTyping: (sender, typing) => heard.push([sender.name, typing]),
  });
  return { heard, push: (event, payload) => handlers.get(event)!(payload as never) };
}

test("who hands the conversation over no longer types", () => {
  const { push, heard } = scene(session());
  push("session_assigned", { session: session({ agent: TOM }), reason: "transfer" });
  assert.deepEqual(heard, [["Mia", false], ["active", "Tom", undefined]]);
});

test("who stays goes on typing, and other sessions are nobody's business", () => {
  const { push, heard } = scene(session());
  push("session_updated", { session: session() });
  push("session_updated", { session: session({ id: "other" }) });
  assert.deepEqual(heard, [["active", "Mia", undefined]]);
});

test("a place in the line counts only while the conversation waits in it", () => {
  const waiting = scene(session({ status: "queued", agent: null, queue: { position: 3, wait_seconds: 90 } }));
  waiting.push("queue_updated", { session_id: "s", position: 2, wait_seconds: null });
  waiting.push("queue_updated", { session_id: "other", position: 1, wait_seconds: null });
  assert.deepEqual(waiting.heard, [["queued", undefined, 2]]);
  const served = scene(session());
  served.push("queue_updated", { session_id: "s", position: 2, wait_seconds: null });
  assert.deepEqual(served.heard, []);
});
