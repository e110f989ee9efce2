import assert from "node:assert/strict";
import { test } from "node:test";
import {
  canAccept,
  canClose,
  canReopen,
  canSee,
  canSnooze,
  canTransfer,
  type Doer,
} from "../../chat_app/delivery/dashboard/src/rights";
import { heldBy, session } from "./dashboard_sessions";

const ME: Doer = { id: "me", role: "agent" };
const BOSS: Doer = { id: "boss", role: "supervisor" };

/** The keys of what may be done. */
function offered(one: ReturnType<typeof session>, doer: Doer): string {
  const all = { accept: canAccept, transfer: canTransfer, snooze: canSnooze, close: canClose, reopen: canReopen };
  return Object.entries(all)
    .filter(([, can]) => can(one, doer))
    .map(([name]) => name)
    .join(" ");
}

test("what is offered follows from the state and from whose it is", () => {
  const other = heldBy("other");
  assert.equal(offered(session(), ME), "accept transfer close");
  assert.equal(offered(session({ status: "bot" }), ME), "accept transfer close");
  assert.equal(offered(heldBy("me"), ME), "transfer snooze close");
  assert.equal(offered(heldBy("me", { status: "snoozed" }), ME), "accept transfer snooze close");
  assert.equal(offered(heldBy("me", { status: "closed" }), ME), "reopen");
  assert.equal(offered(other, ME), "");
  assert.equal(offered({ ...other, status: "snoozed" }, ME), "");
});

test("those who oversee may act on what others have", () => {
  assert.equal(offered(heldBy("other"), BOSS), "transfer snooze close");
  assert.equal(offered(heldBy("other", { status: "snoozed" }), BOSS), "transfer snooze close");
  assert.equal(offered(heldBy("other"), { id: "boss", role: "admin" }), "transfer snooze close");
});

test("what is seen is of no department, of one's own, in one's hands, or anything for those who oversee", () => {
  const sales = { id: "sales", name: "Sales" };
  const sees = (one: ReturnType<typeof session>, departments: string[], doer = ME): boolean =>
    canSee(one, { ...doer, department_ids: departments });
  assert.equal(sees(session(), []), true);
  assert.equal(sees(session({ department: sales }), ["support"]), false);
  assert.equal(sees(session({ department: sales }), ["support", "sales"]), true);
  assert.equal(sees(heldBy("me", { department: sales }), []), true);
  assert.equal(sees(heldBy("other", { department: sales }), []), false);
  assert.equal(sees(heldBy("other", { department: sales }), [], BOSS), true);
});
