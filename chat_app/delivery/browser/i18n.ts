/** The words of the interface in English and Simplified Chinese, with those every application shares. */

import { type Locale, Phrasebook, type Words } from "./phrasebook";
import sharedEnglish from "./words/en.json";
import sharedChinese from "./words/zh-CN.json";

export { type Locale, resolveLocale, type Vars, type Words } from "./phrasebook";

export class Translator extends Phrasebook {
  /** `own` holds the words of one application. */
  constructor(locale: Locale, own: Record<Locale, Words> = { en: {}, "zh-CN": {} }) {
    super(locale, {
      en: { ...sharedEnglish, ...own.en },
      "zh-CN": { ...sharedChinese, ...own["zh-CN"] },
    });
  }
}
