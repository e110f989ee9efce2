import assert from "node:assert/strict";
import { test } from "node:test";
import { happened, isOutdated } from "../../chat_app/delivery/dashboard/src/happened";
import { heldBy, session } from "./dashboard_sessions";

test("the sentence names who has it now, and how it came", () => {
  const wang = heldBy("wang");
  assert.deepEqual(happened(session(), wang, "me"), ["happened.taken", { name: "Agent wang" }]);
  assert.deepEqual(happened(heldBy("me"), wang, "me"), ["happened.taken", { name: "Agent wang" }]);
  assert.deepEqual(happened(wang, wang, "me"), ["happened.theirs", { name: "Agent wang" }]);
  assert.deepEqual(happened(session(), heldBy("me"), "me"), ["happened.yours"]);
});

test("what ended, came back or moved is said as such", () => {
  const closed = heldBy("wang", { status: "closed" });
  assert.deepEqual(happened(heldBy("me"), closed, "me"), ["happened.closed"]);
  assert.deepEqual(happened(closed, session(), "me"), ["happened.reopened"]);
  assert.deepEqual(happened(heldBy("me"), session(), "me"), ["happened.queued"]);
  assert.deepEqual(happened(session(), session({ assign_epoch: 3 }), "me"), ["happened.changed"]);
});

test("only refusals of old copies are told like that", () => {
  const failure = (code: string) => ({ code, message: "" });
  assert.ok(isOutdated(failure("stale_assignment")));
  assert.ok(isOutdated(failure("session_closed")));
  assert.ok(!isOutdated(failure("capacity_reached")));
  assert.ok(!isOutdated(failure("offline")));
});
