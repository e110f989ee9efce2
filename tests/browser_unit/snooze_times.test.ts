import assert from "node:assert/strict";
import { test } from "node:test";
import { asLocalInput, snoozeTimes } from "../../chat_app/delivery/dashboard/src/snooze_times";

/** Name and local moment of what is offered. */
function offered(now: Date): string[] {
  return snoozeTimes(now).map(({ name, at }) => `${name} ${asLocalInput(at)}`);
}

test("on a working day: an hour, the evening, tomorrow, Monday", () => {
  assert.deepEqual(offered(new Date(2026, 10, 25, 10, 30)), [
    "hour 2026-11-25T11:30",
    "evening 2026-11-25T18:00",
    "tomorrow 2026-11-26T09:00",
    "monday 2026-11-30T09:00",
  ]);
});

test("no evening that is nearer than the hour", () => {
  assert.ok(!offered(new Date(2026, 10, 25, 17, 0)).some((one) => one.startsWith("evening")));
  assert.ok(!offered(new Date(2026, 10, 25, 22, 0)).some((one) => one.startsWith("evening")));
});

test("on a Sunday tomorrow is Monday, on a Monday it is the next one", () => {
  assert.deepEqual(offered(new Date(2026, 10, 29, 20, 0)), ["hour 2026-11-29T21:00", "tomorrow 2026-11-30T09:00"]);
  assert.ok(offered(new Date(2026, 10, 30, 8, 0)).includes("monday 2026-12-07T09:00"));
});

test("it goes over the end of a month and a year", () => {
  assert.ok(offered(new Date(2026, 11, 31, 12, 0)).includes("tomorrow 2027-01-01T09:00"));
});
