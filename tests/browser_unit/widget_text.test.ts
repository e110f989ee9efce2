import assert from "node:assert/strict";
import { test } from "node:test";
import { isOnlyEmoji, linkTarget, withoutTrailing } from "../../chat_app/delivery/widget/src/frame/view/rich_text";

test("only http, https and mail addresses become links", () => {
  assert.equal(linkTarget("https://example.com/a?b=1"), "https://example.com/a?b=1");
  assert.equal(linkTarget("HTTP://EXAMPLE.com"), "http://example.com/");
  assert.equal(linkTarget("mei@example.com"), "mailto:mei@example.com");
  for (const bad of ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "https://", "jAvAsCrIpT:alert(1)"]) {
    assert.ok(!linkTarget(bad) || linkTarget(bad)!.startsWith("mailto:"), bad);
  }
});

test("punctuation after a link belongs to the sentence", () => {
  assert.equal(withoutTrailing("https://a.example/x."), "https://a.example/x");
  assert.equal(withoutTrailing("https://a.example/x)!"), "https://a.example/x");
  assert.equal(withoutTrailing("https://a.example/x_(y)"), "https://a.example/x_(y)");
  assert.equal(withoutTrailing("https://a.example/x_(y)."), "https://a.example/x_(y)");
});

test("a few emoji alone are recognised, figures and letters are not", () => {
  for (const text of ["👍", "👍🏽 🎉", "👨‍👩‍👧", "🇨🇳", "❤️"]) assert.ok(isOnlyEmoji(text), text);
  for (const text of ["1", "#", "ok 👍", "", " ", "你好", "👍".repeat(20)]) assert.ok(!isOnlyEmoji(text), text);
});
