import assert from "node:assert/strict";
import { test } from "node:test";
import type { Agent } from "../../chat_app/delivery/browser/protocol";
import {
  byReadiness,
  departmentsOf,
  isFull,
  matches,
  onlineIn,
  presenceOf,
} from "../../chat_app/delivery/dashboard/src/colleagues";

function agent(name: string, over: Partial<Agent> = {}): Agent {
  return {
    id: name,
    name,
    email: `${name}@example.com`,
    role: "agent",
    capacity: 4,
    status: "online",
    disabled: false,
    avatar_url: null,
    department_ids: [],
    connected: true,
    active_sessions: 0,
    ...over,
  };
}

test("whoever has no window open is not there", () => {
  assert.equal(presenceOf(agent("a")), "online");
  assert.equal(presenceOf(agent("a", { status: "away" })), "away");
  assert.equal(presenceOf(agent("a", { connected: false })), "offline");
});

test("those who can help come first", () => {
  const team = [
    agent("offline", { connected: false }),
    agent("full", { active_sessions: 4 }),
    agent("away", { status: "away" }),
    agent("half", { active_sessions: 2 }),
    agent("free"),
    agent("small", { active_sessions: 1, capacity: 1 }),
    agent("also"),
  ];
  const order = team.sort(byReadiness).map(({ name }) => name);
  assert.deepEqual(order, ["also", "free", "half", "full", "small", "away", "offline"]);
  assert.ok(isFull(agent("over", { active_sessions: 5 })), "a forced one may be above");
});

test("departments by name, and how many of each are online", () => {
  const sales = { id: "s", name: "Sales", agent_ids: [] };
  const mei = agent("mei", { department_ids: ["s"] });
  assert.deepEqual(departmentsOf(mei, [sales, { id: "x", name: "Other", agent_ids: [] }]), ["Sales"]);
  const gone = agent("gone", { department_ids: ["s"], connected: false });
  assert.equal(onlineIn(sales, [mei, gone, agent("elsewhere")]), 1);
});

test("a search finds every word in any order, in Chinese too", () => {
  assert.ok(matches("becker jo", "Jonas Becker"));
  assert.ok(matches("伟", "王伟"));
  assert.ok(matches("", "anybody"));
  assert.ok(!matches("jonas li", "Jonas Becker"));
});
