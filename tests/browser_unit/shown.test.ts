import assert from "node:assert/strict";
import { test } from "node:test";
import { asSearch, belongs, type Shown } from "../../chat_app/delivery/dashboard/src/shown";
import { heldBy, session } from "./dashboard_sessions";

function shown(over: Partial<Shown> = {}): Shown {
  return { view: "open", state: "all", departmentId: null, query: "", ...over };
}

test("a state narrows a view", () => {
  const snoozed = heldBy("me", { status: "snoozed" });
  assert.ok(belongs(snoozed, shown(), "me"));
  assert.ok(belongs(snoozed, shown({ state: "snoozed" }), "me"));
  assert.ok(!belongs(snoozed, shown({ state: "active" }), "me"));
  assert.ok(!belongs(snoozed, shown({ view: "mine", state: "active" }), "me"), "put aside is out of sight");
  assert.ok(belongs(snoozed, shown({ view: "mine", state: "snoozed" }), "me"));
  assert.ok(!belongs(snoozed, shown({ view: "mine", state: "snoozed" }), "other"));
  assert.ok(belongs(session({ status: "bot" }), shown({ state: "bot" }), "me"));
});

test("a department narrows every view", () => {
  const sales = session({ department: { id: "sales", name: "Sales" } });
  for (const departmentId of [null, "sales"]) assert.ok(belongs(sales, shown({ view: "waiting", departmentId }), "me"));
  assert.ok(!belongs(sales, shown({ view: "waiting", departmentId: "support" }), "me"));
  assert.ok(!belongs(session(), shown({ departmentId: "sales" }), "me"));
});

test("an address says only what is not usual", () => {
  assert.equal(asSearch(shown(), "all").toString(), "view=open");
  const narrowed = shown({ state: "snoozed", departmentId: "d", query: "tea pot" });
  assert.equal(asSearch(narrowed, "all").toString(), "view=open&state=snoozed&department_id=d&q=tea+pot");
  assert.equal(asSearch(shown({ view: "mine", state: "active" }), "active").toString(), "view=mine");
});
