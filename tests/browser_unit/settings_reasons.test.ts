import assert from "node:assert/strict";
import { test } from "node:test";
import { reasonOf } from "../../chat_app/delivery/dashboard/src/settings/reasons";

test("what the server says of a value becomes a key with its numbers", () => {
  const said = {
    "Missing data for required field.": { key: "blank", vars: {} },
    "Length must be between 0 and 120.": { key: "length", vars: { most: "120" } },
    "Length must be between 1 and 500.": { key: "characters", vars: { least: "1", most: "500" } },
    "between 8 and 128 characters": { key: "characters", vars: { least: "8", most: "128" } },
    "At most 48 kB in all.": { key: "total", vars: { most: "48" } },
    "belongs to another department": { key: "taken", vars: {} },
    "The last admin cannot be deleted": { key: "last_admin", vars: {} },
  };
  for (const [text, reason] of Object.entries(said)) assert.deepEqual(reasonOf(text, false), reason, text);
});

test("the length of a list is not counted in characters", () => {
  assert.deepEqual(reasonOf("Longer than maximum length 6.", true), { key: "many", vars: { most: "6" } });
});

test("what we have no words for is said in general", () => {
  assert.deepEqual(reasonOf("Something new.", false), { key: "other", vars: {} });
});
