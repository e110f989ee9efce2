import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { applyAccent, contrast, readableOn, textOn, validAccent } from "../../chat_app/delivery/browser/colour";

const accents = ["#2f5bea", "#ffcc00", "#e11d48", "#10b981", "#777777", "#000000", "#ffffff", "#8b5cf6"];

test("text on any accent and any accent as text can be read", () => {
  for (const accent of accents) {
    assert.ok(contrast(textOn(accent), accent) >= 4.5, accent);
    for (const surface of ["#ffffff", "#14171c"]) {
      assert.ok(contrast(readableOn(accent, surface), surface) >= 4.5, `${accent} on ${surface}`);
    }
  }
});

test("what is no colour becomes the default", () => {
  for (const bad of [null, 7, "red", "#fff", "#2f5beaff", "#2f5bea;}", "url(x)"]) {
    assert.equal(validAccent(bad), "#2f5bea");
  }
  assert.equal(validAccent("#ABCDEF"), "#ABCDEF");
});

/** The value of every token in the first block of `css` that starts with `selector`. */
function tokens(css: string, selector: string): Record<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`)).split("}")[0]!;
  return Object.fromEntries([...block.matchAll(/(--[\w-]+): (#[0-9a-f]{6})/g)].map((m) => [m[1]!, m[2]!]));
}

test("accented text can be read on the surface and on its soft accent", () => {
  for (const accent of accents) {
    for (const surface of ["#ffffff", "#14171c"]) {
      const set = new Map<string, string>();
      const style = { setProperty: (name: string, value: string) => void set.set(name, value) };
      applyAccent({ style } as unknown as HTMLElement, accent, surface);
      for (const ground of [surface, set.get("--accent-soft")!]) {
        assert.ok(contrast(set.get("--accent-text")!, ground) >= 4.5, `${accent} on ${ground}`);
      }
    }
  }
});

test("the tokens can be read in light and dark", () => {
  const css = readFileSync("chat_app/delivery/browser/tokens.css", "utf8");
  for (const selector of [":root", ':root[data-theme="dark"]']) {
    const value = tokens(css, selector);
    const pairs = ["text", "text-2", "text-3", "accent-text", "danger", "good", "waiting"]
      .flatMap((text) => ["surface", "surface-2"].map((surface) => [text, surface]))
      .concat([["on-accent", "accent"], ["text", "accent-soft"], ["note", "note-soft"]])
      .concat(["danger", "good", "waiting"].map((name) => [name, `${name}-soft`]));
    for (const [text, surface] of pairs) {
      const ratio = contrast(value[`--${text}`]!, value[`--${surface}`]!);
      assert.ok(ratio >= 4.5, `${selector} ${text} on ${surface}: ${ratio.toFixed(2)}`);
    }
    assert.ok(contrast(value["--line-strong"]!, value["--surface"]!) >= 3, `${selector} line-strong`);
  }
});

test("dark is the same by choice and by system", () => {
  const css = readFileSync("chat_app/delivery/browser/tokens.css", "utf8");
  const chosen = tokens(css, ':root[data-theme="dark"]');
  assert.deepEqual(tokens(css, ':root:not([data-theme="light"])'), chosen);
});
