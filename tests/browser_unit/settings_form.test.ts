import assert from "node:assert/strict";
import { test } from "node:test";
import { changesOf } from "../../chat_app/delivery/dashboard/src/settings/fields";
import { makePassword } from "../../chat_app/delivery/dashboard/src/settings/password";

test("a change names only what changed", () => {
  const before = { name: "Mia", languages: ["en"], theme: { accent: "#111111" }, department_id: null };
  assert.deepEqual(changesOf(before, structuredClone(before)), {});
  assert.deepEqual(changesOf(before, { ...before, name: "", languages: [] }), { name: "", languages: [] });
  assert.deepEqual(changesOf(before, { ...before, theme: {} }), { theme: {} });
});

test("a made password is long, readable, and never the same", () => {
  const made = new Set(Array.from({ length: 200 }, makePassword));
  assert.equal(made.size, 200);
  for (const password of made) assert.match(password, /^([a-hj-km-np-z2-9]{4}-){3}[a-hj-km-np-z2-9]{4}$/);
});
