/** Sentences by key, in one or both languages of the interface. */

export type Locale = "en" | "zh-CN";
export type Words = Record<string, string>;
export type Vars = Record<string, string | number>;

/** The first wish we can fulfil; "auto" and nothing are passed over. English when none. */
export function resolveLocale(wishes: readonly (string | null | undefined)[]): Locale {
  for (const wish of wishes) {
    const language = (wish ?? "").toLowerCase().replace("_", "-").split("-")[0];
    if (language === "zh") return "zh-CN";
    if (language === "en") return "en";
  }
  return "en";
}

export class Phrasebook {
  constructor(
    readonly locale: Locale,
    private readonly words: Partial<Record<Locale, Words>>,
  ) {}

  /**
   * The sentence of `key` with `{name}` replaced by `vars.name`. With `vars.count`, the key may
   * come as `key.one` and `key.other`. An unknown key answers itself, so that it is noticed.
   */
  readonly t = (key: string, vars: Vars = {}): string => {
    const text = this.find(key, vars);
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(vars[name] ?? whole));
  };

  /** True when there are words for `key`. */
  has(key: string): boolean {
    return key in (this.words[this.locale] ?? {});
  }

  private find(key: string, vars: Vars): string {
    const words = this.words[this.locale] ?? {};
    if (typeof vars.count === "number") {
      const form = new Intl.PluralRules(this.locale).select(vars.count);
      const text = words[`${key}.${form}`] ?? words[`${key}.other`];
      if (text !== undefined) return text;
    }
    return words[key] ?? this.words.en?.[key] ?? key;
  }
}
