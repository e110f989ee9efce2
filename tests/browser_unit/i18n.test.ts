import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveLocale, Translator, type Words } from "../../chat_app/delivery/browser/i18n";
import sharedEnglish from "../../chat_app/delivery/browser/words/en.json";
import sharedChinese from "../../chat_app/delivery/browser/words/zh-CN.json";
import widgetEnglish from "../../chat_app/delivery/widget/words/en.json";
import widgetChinese from "../../chat_app/delivery/widget/words/zh-CN.json";

const own = {
  en: { "queue.one": "{count} person", "queue.other": "{count} people", hello: "Hello {name}" },
  "zh-CN": { "queue.other": "{count} 人", hello: "{name}，你好" },
};

test("takes the first wish it can fulfil", () => {
  assert.equal(resolveLocale([null, "auto", "zh-TW", "en"]), "zh-CN");
  assert.equal(resolveLocale(["zh_Hans_CN"]), "zh-CN");
  assert.equal(resolveLocale(["fr-FR", "en-GB"]), "en");
  assert.equal(resolveLocale(["fr"]), "en");
  assert.equal(resolveLocale([]), "en");
});

test("fills in variables and leaves unknown ones visible", () => {
  const { t } = new Translator("en", own);
  assert.equal(t("hello", { name: "Mei" }), "Hello Mei");
  assert.equal(t("hello"), "Hello {name}");
  assert.equal(t("no.such.key"), "no.such.key");
});

test("a variable is never read as a pattern", () => {
  const { t } = new Translator("en", own);
  assert.equal(t("hello", { name: "$& {name}" }), "Hello $& {name}");
});

test("chooses the plural form of the language", () => {
  const words = new Translator("en", own);
  assert.equal(words.t("queue", { count: 1 }), "1 person");
  assert.equal(words.t("queue", { count: 2 }), "2 people");
  assert.equal(new Translator("zh-CN", own).t("queue", { count: 1 }), "1 人");
});

function names(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();
}

/** Chinese has one plural form: `x.one` in English stands beside `x.other` in Chinese. */
function counterpart(key: string, words: Words): string | undefined {
  return words[key] ?? words[key.replace(/\.one$/, ".other")];
}

for (const [room, english, chinese] of [
  ["shared", sharedEnglish as Words, sharedChinese as Words],
  ["widget", widgetEnglish as Words, widgetChinese as Words],
] as const) {
  test(`${room}: both languages have the same words with the same variables`, () => {
    for (const [key, text] of Object.entries(english)) {
      const other = counterpart(key, chinese);
      assert.ok(other, `${key} is missing in zh-CN`);
      if (!key.endsWith(".one")) assert.deepEqual(names(other), names(text), key);
    }
    for (const key of Object.keys(chinese)) assert.ok(key in english, `${key} is missing in en`);
  });

  test(`${room}: Chinese sentences use Chinese punctuation`, () => {
    for (const [key, text] of Object.entries(chinese)) {
      assert.doesNotMatch(text, /[\u4e00-\u9fff][,;:!?.]/, key);
    }
  });
}
