import assert from "node:assert/strict";
import { test } from "node:test";
import { placeIn, reachOf, stateAt, timeOf, weekdayOf } from "../../chat_app/delivery/dashboard/src/settings/week";

const DAY = 24 * 60;
const at = (weekday: number, time: string): number => weekday * DAY + Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const weekdays = [0, 1, 2, 3, 4].map((weekday) => ({ weekday, opens: "09:00", closes: "18:00" }));

test("inside of hours it says when they end, outside when they begin", () => {
  assert.deepEqual(stateAt(weekdays, at(0, "09:00")), { kind: "open", at: at(0, "18:00") });
  assert.deepEqual(stateAt(weekdays, at(0, "17:59")), { kind: "open", at: at(0, "18:00") });
  assert.deepEqual(stateAt(weekdays, at(0, "18:00")), { kind: "closed", at: at(1, "09:00") });
  assert.deepEqual(stateAt(weekdays, at(4, "20:00")), { kind: "closed", at: at(0, "09:00") });
});

test("hours reach over midnight, also over the end of the week", () => {
  const late = [{ weekday: 6, opens: "22:00", closes: "02:00" }];
  assert.deepEqual(stateAt(late, at(0, "01:59")), { kind: "open", at: at(0, "02:00") });
  assert.deepEqual(stateAt(late, at(0, "02:00")), { kind: "closed", at: at(6, "22:00") });
});

test("hours that follow one another or overlap end with the last", () => {
  const parts = [
    { weekday: 2, opens: "09:00", closes: "12:00" },
    { weekday: 2, opens: "12:00", closes: "15:00" },
    { weekday: 2, opens: "14:00", closes: "00:00" },
    { weekday: 3, opens: "00:00", closes: "01:00" },
  ];
  assert.deepEqual(stateAt(parts, at(2, "10:00")), { kind: "open", at: at(3, "01:00") });
});

test("no hours are never open, every hour is always", () => {
  assert.deepEqual(stateAt([], 0), { kind: "never" });
  const whole = [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ weekday, opens: "00:00", closes: "00:00" }));
  assert.deepEqual(stateAt(whole, at(3, "12:34")), { kind: "always" });
});

test("it says how hours reach over midnight", () => {
  assert.equal(reachOf({ opens: "09:00", closes: "18:00" }), "day");
  assert.equal(reachOf({ opens: "22:00", closes: "02:00" }), "over");
  assert.equal(reachOf({ opens: "18:00", closes: "00:00" }), "midnight");
  assert.equal(reachOf({ opens: "00:00", closes: "00:00" }), "whole");
  assert.equal(reachOf({ opens: "00:00", closes: "24:00" }), "whole");
});

test("the place in the week is that of a clock in the zone", () => {
  const moment = new Date("2026-11-29T23:30:00Z"); // a Sunday
  for (const [zone, weekday, time] of [["UTC", 6, "23:30"], ["Asia/Shanghai", 0, "07:30"], ["America/New_York", 6, "18:30"]] as const) {
    const place = placeIn(zone, moment);
    assert.ok(place !== null);
    assert.deepEqual([weekdayOf(place), timeOf(place)], [weekday, time], zone);
  }
  assert.equal(placeIn("Nowhere/City", moment), null);
});
