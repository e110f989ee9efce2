import assert from "node:assert/strict";
import { test } from "node:test";
import { withTyped } from "../../chat_app/delivery/dashboard/src/tags";

test("commas of either kind part tags, and each comes once", () => {
  assert.deepEqual(withTyped(["vip"], "refund, VIP，退款、 refund "), ["vip", "refund", "退款"]);
});

test("white space alone adds nothing and is evened out inside", () => {
  assert.deepEqual(withTyped(["vip"], " , "), ["vip"]);
  assert.deepEqual(withTyped([], "big   order"), ["big order"]);
});

test("a tag has an end, counted in characters", () => {
  assert.equal([...withTyped([], "🐼".repeat(80))[0]!].length, 64);
});
