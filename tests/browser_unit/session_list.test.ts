import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentSession } from "../../chat_app/delivery/browser/protocol";
import { isOlder, SessionList } from "../../chat_app/delivery/dashboard/src/session_list";
import type { Shown, ViewName } from "../../chat_app/delivery/dashboard/src/shown";
import { session as waiting } from "./dashboard_sessions";

const ME = "agent-me";

/** A session whose activity is at `minute`; higher is newer. */
function session(id: string, minute: number, over: Partial<AgentSession> = {}): AgentSession {
  const at = `2026-11-24T10:${String(minute).padStart(2, "0")}:00.000Z`;
  return waiting({ id, revision: minute, created_at: at, updated_at: at, ...over });
}

function mine(id: string, minute: number, over: Partial<AgentSession> = {}): AgentSession {
  return session(id, minute, { status: "active", agent: { id: ME, name: "Mei", avatar_url: null }, ...over });
}

function listed(view: ViewName, sessions: AgentSession[], narrowed: Partial<Shown> = {}): SessionList {
  const list = new SessionList(ME, { view, state: "all", departmentId: null, query: "", ...narrowed });
  list.append(sessions);
  return list;
}

test("what is new in a view waits until it is settled, then comes first", () => {
  const list = listed("waiting", [session("b", 20), session("a", 10)]);
  list.take(session("c", 30));
  assert.deepEqual([list.order, [...list.waiting]], [["b", "a"], ["c"]]);
  list.settle();
  assert.deepEqual([list.order, list.waiting.size], [["c", "b", "a"], 0]);
});

test("a session that gets newer moves up only when settled", () => {
  const list = listed("waiting", [session("b", 20), session("a", 10)]);
  list.take(session("a", 30));
  assert.deepEqual([list.order, [...list.waiting]], [["b", "a"], ["a"]]);
  list.settle();
  assert.deepEqual(list.order, ["a", "b"]);
});

test("the first one getting newer announces nothing", () => {
  const list = listed("waiting", [session("b", 20), session("a", 10)]);
  list.take(session("b", 30, { unread: 1 }));
  assert.equal(list.waiting.size, 0);
  assert.equal(list.sessions.get("b")?.unread, 1);
});

test("what no longer belongs stays until it is settled", () => {
  const list = listed("waiting", [session("b", 20), session("a", 10)]);
  list.take(mine("a", 30, { assign_epoch: 1 }));
  assert.deepEqual([list.order, [...list.leaving]], [["b", "a"], ["a"]]);
  list.settle();
  assert.deepEqual([list.order, list.leaving.size], [["b"], 0]);
});

test("the open conversation stays although it no longer belongs", () => {
  const list = listed("waiting", [session("b", 20), session("a", 10)]);
  list.take(mine("a", 30, { assign_epoch: 1 }));
  list.settle("a");
  assert.deepEqual(list.order, ["a", "b"]);
  list.settle(null);
  assert.deepEqual(list.order, ["b"]);
});

test("what comes back to where it belongs no longer leaves", () => {
  const list = listed("waiting", [session("a", 10)]);
  list.take(mine("a", 20, { assign_epoch: 1 }));
  list.take(session("a", 30, { assign_epoch: 2 }));
  assert.equal(list.leaving.size, 0);
});

test("each view takes what belongs to it", () => {
  const takes = (view: ViewName, one: AgentSession): boolean => {
    const list = listed(view, []);
    list.take(one);
    return list.sessions.has(one.id);
  };
  const all = [session("q", 1), mine("m", 1), session("o", 1, { status: "active", agent: { id: "x", name: "Li", avatar_url: null } }), mine("c", 1, { status: "closed" })];
  const table = (["waiting", "mine", "open", "closed"] as const).map((view) => all.map((one) => takes(view, one)));
  assert.deepEqual(table, [
    [true, false, false, false],
    [false, true, false, false],
    [true, true, true, false],
    [false, false, false, true],
  ]);
});

test("an older copy changes nothing", () => {
  const list = listed("mine", [mine("a", 20, { revision: 5, assign_epoch: 2, subject: "new" })]);
  list.take(mine("a", 30, { revision: 4, assign_epoch: 2, subject: "fewer revisions" }));
  list.take(mine("a", 30, { revision: 6, assign_epoch: 1, subject: "fewer hands" }));
  assert.equal(list.sessions.get("a")?.subject, "new");
});

test("of another history every copy counts", () => {
  const known = session("a", 20);
  assert.equal(isOlder(session("a", 10), known), true);
  assert.equal(isOlder(session("a", 10, { epoch: "e2" }), known), false);
  assert.equal(isOlder(session("a", 20), known), false);
});

test("while a search is shown, nothing unasked comes in, but what is there stays up to date", () => {
  const list = listed("open", [session("a", 10)], { query: "teapot" });
  list.take(session("b", 20));
  list.take(session("a", 30, { unread: 2 }));
  assert.deepEqual([...list.sessions.keys()], ["a"]);
  assert.equal(list.sessions.get("a")?.unread, 2);
});

test("a further page is added once, below", () => {
  const list = listed("open", [session("b", 20)]);
  list.append([session("b", 20), session("a", 10)]);
  assert.deepEqual(list.order, ["b", "a"]);
});

test("j and k walk the rows and stop at the ends", () => {
  const list = listed("open", [session("c", 30), session("b", 20), session("a", 10)]);
  assert.deepEqual([list.beside("b", 1), list.beside("b", -1)], ["a", "c"]);
  assert.deepEqual([list.beside("a", 1), list.beside("c", -1)], ["a", "c"]);
  assert.deepEqual([list.beside(null, 1), list.beside("gone", -1)], ["c", "c"]);
  assert.equal(listed("open", []).beside(null, 1), undefined);
});

test("what the server no longer lists goes, but not what is only on a later page", () => {
  const list = listed("open", [session("d", 40), session("c", 30), session("b", 20), session("a", 10)]);
  list.dropMissing(list.activities(), [session("d", 40), session("b", 20)], false);
  assert.deepEqual([...list.leaving], ["c"]);
  list.settle();
  list.dropMissing(list.activities(), [session("d", 40)], true);
  list.settle("b");
  assert.deepEqual(list.order, ["d", "b"], "the open one stays");
});

test("what changed while we asked is left alone", () => {
  const list = listed("open", [session("a", 10)]);
  const before = list.activities();
  list.take(session("a", 20));
  list.take(session("b", 30));
  list.dropMissing(before, [], true);
  assert.equal(list.leaving.size, 0);
});

test("a page that was asked for before a push does not undo what the push told", () => {
  const list = listed("waiting", [session("b", 20), session("a", 10)]);
  list.take(mine("a", 10, { assign_epoch: 1 }));
  list.settle();
  assert.deepEqual(list.order, ["b"]);
  for (const one of [session("b", 20), session("a", 10)]) list.take(one);
  list.append([session("a", 10)]);
  list.settle();
  assert.deepEqual([list.order, list.sessions.has("a")], [["b"], false]);
  list.take(session("a", 10, { assign_epoch: 2 }));
  list.settle();
  assert.deepEqual(list.order, ["b", "a"], "what is newer than the push counts");
});

test("another view that was asked for before a push begins with what the push told", () => {
  const list = listed("mine", []);
  const askedAt = list.now;
  list.take(session("new", 30));
  list.take(mine("old", 10, { assign_epoch: 1 }));
  list.take(session("known", 20, { subject: "newer", revision: 21 }));
  const shown: Shown = { view: "waiting", state: "all", departmentId: null, query: "" };
  list.reset(shown, [session("known", 20), session("old", 10)], askedAt);
  assert.deepEqual(list.order, ["new", "known"]);
  assert.equal(list.sessions.get("known")?.subject, "newer");
  list.reset(shown, [], list.now);
  assert.deepEqual(list.order, [], "what the server left out after the push stays out");
});

test("what leaves is let go without moving anything else, but not from under the reader", () => {
  const list = listed("waiting", [session("c", 30), session("b", 20), session("a", 10)]);
  for (const id of ["b", "c"]) list.take(mine(id, 40, { assign_epoch: 1 }));
  list.take(session("a", 50));
  list.release(["c"]);
  assert.deepEqual([list.order, [...list.leaving], [...list.waiting]], [["c", "a"], ["c"], ["a"]]);
});

test("of as many revisions and hands, what changed later is newer", () => {
  const known = session("a", 20, { revision: 1 });
  const moved = session("a", 21, { revision: 1, department: { id: "d", name: "Sales" } });
  assert.deepEqual([isOlder(known, moved), isOlder(moved, known)], [true, false]);
});

test("what we may no longer see goes and stays away, until a newer copy shows that we may", () => {
  const list = listed("open", [session("b", 20), session("a", 10)]);
  list.lose("a");
  list.lose("unknown");
  list.settle();
  list.append([session("a", 10)]);
  list.take(session("a", 10));
  list.settle();
  assert.deepEqual(list.order, ["b"]);
  list.take(session("a", 30));
  list.settle();
  assert.deepEqual(list.order, ["a", "b"]);
});

test("once what we may see has changed, nothing heard before counts", () => {
  const list = listed("open", [session("a", 10)]);
  list.lose("a");
  list.unlearn();
  list.reset(list.shown, [session("a", 10)]);
  assert.deepEqual(list.order, ["a"]);
});
