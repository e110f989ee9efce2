import assert from "node:assert/strict";
import { test } from "node:test";
import { Translator } from "../../chat_app/delivery/browser/i18n";
import {
  clockTime,
  comingTime,
  dayLabel,
  duration,
  relativeTime,
  sameDay,
  shortDate,
} from "../../chat_app/delivery/browser/times";

const en = new Translator("en");
const zh = new Translator("zh-CN");
const now = new Date("2026-11-24T12:00:00Z");
const at = (text: string): Date => new Date(text);

test("relative up to a day, then the date", () => {
  assert.equal(relativeTime(at("2026-11-24T11:59:30Z"), now, en, "UTC"), "now");
  assert.equal(relativeTime(at("2026-11-24T11:55:00Z"), now, en, "UTC"), "5 min");
  assert.equal(relativeTime(at("2026-11-24T09:00:00Z"), now, en, "UTC"), "3 h");
  assert.equal(relativeTime(at("2026-11-20T09:00:00Z"), now, en, "UTC"), "20 Nov");
  assert.equal(relativeTime(at("2025-11-20T09:00:00Z"), now, en, "UTC"), "20 Nov 2025");
  assert.equal(relativeTime(at("2026-11-24T11:55:00Z"), now, zh, "UTC"), "5 分钟");
  assert.equal(relativeTime(at("2026-11-20T09:00:00Z"), now, zh, "UTC"), "11月20日");
});

test("a clock ahead of ours reads as now", () => {
  assert.equal(relativeTime(at("2026-11-24T12:03:00Z"), now, en, "UTC"), "now");
});

test("days are those of the reader's zone", () => {
  const late = at("2026-11-23T17:00:00Z");
  assert.equal(dayLabel(late, now, en, "UTC"), "Yesterday");
  assert.equal(dayLabel(late, now, en, "Asia/Shanghai"), "Today");
  assert.equal(dayLabel(late, now, zh, "Asia/Shanghai"), "今天");
  assert.equal(sameDay(late, now, "Asia/Shanghai"), true);
  assert.equal(sameDay(late, now, "UTC"), false);
});

test("older days carry weekday and date, and the year when it is another", () => {
  assert.match(dayLabel(at("2026-11-09T10:00:00Z"), now, en, "UTC"), /^Mon,? 9 Nov$/);
  assert.match(dayLabel(at("2025-03-03T10:00:00Z"), now, en, "UTC"), /2025/);
  assert.match(dayLabel(at("2026-11-09T10:00:00Z"), now, zh, "UTC"), /11月9日/);
});

test("the clock has 24 hours in both languages", () => {
  assert.equal(clockTime(at("2026-11-24T00:05:00Z"), en, "UTC"), "00:05");
  assert.equal(clockTime(at("2026-11-24T14:05:00Z"), zh, "UTC"), "14:05");
  assert.equal(shortDate(at("2026-01-02T00:00:00Z"), now, en, "UTC"), "2 Jan");
});

test("durations show the two largest units", () => {
  assert.equal(duration(0, en), "0 s");
  assert.equal(duration(59.6, en), "1 min");
  assert.equal(duration(125, en), "2 min 5 s");
  assert.equal(duration(120, en), "2 min");
  assert.equal(duration(125, zh), "2 分 5 秒");
  assert.equal(duration(3_660, en), "1 h 1 min");
  assert.equal(duration(90_000, zh), "1 天 1 小时");
  assert.equal(duration(-3, en), "0 s");
});

test("what comes is told by the clock, the weekday, then the date, in the reader's zone", () => {
  assert.equal(comingTime(at("2026-11-24T14:00:00Z"), now, en, "UTC"), "14:00");
  assert.equal(comingTime(at("2026-11-30T01:00:00Z"), now, en, "UTC"), "Monday 01:00");
  assert.equal(comingTime(at("2026-11-30T01:00:00Z"), now, zh, "Asia/Shanghai"), "周一 09:00");
  assert.equal(comingTime(at("2026-11-24T20:00:00Z"), now, zh, "Asia/Shanghai"), "周三 04:00");
  assert.equal(comingTime(at("2026-12-01T09:00:00Z"), now, en, "UTC"), "1 Dec 09:00");
  assert.equal(comingTime(at("2027-01-04T09:00:00Z"), now, zh, "UTC"), "2027年1月4日 09:00");
});
