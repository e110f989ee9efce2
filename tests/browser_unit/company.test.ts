import assert from "node:assert/strict";
import { test } from "node:test";
import { companyOf } from "../../chat_app/delivery/dashboard/src/company";

const [LI, WANG, MEI] = ["Li", "Wang", "Mei"].map((name) => ({ id: name, name })) as [
  { id: string; name: string },
  { id: string; name: string },
  { id: string; name: string },
];

test("nobody else is nothing to say", () => {
  assert.equal(companyOf([], []), null);
});

test("one, two, many", () => {
  assert.deepEqual(companyOf([LI], []), ["company.viewing", { name: "Li" }]);
  assert.deepEqual(companyOf([LI, WANG], []), ["company.viewing_two", { name: "Li", other: "Wang" }]);
  assert.deepEqual(companyOf([LI, WANG, MEI], []), ["company.viewing_many", { name: "Li", count: 2 }]);
});

test("who writes is said before who looks, even when we did not know that they are here", () => {
  assert.deepEqual(companyOf([LI, WANG], [WANG]), ["company.typing", { name: "Wang" }]);
  assert.deepEqual(companyOf([], [MEI]), ["company.typing", { name: "Mei" }]);
});
