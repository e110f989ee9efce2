/** What the server put into a page of the settings: its words, and the names of departments. */

import { Phrasebook, type Locale, type Words } from "../../../browser/phrasebook";
import type { Failure } from "../../../browser/protocol";
import { must } from "../dom";
import { reasonOf } from "./reasons";

interface Data {
  words: Words;
  /** Of every department, by its id. */
  names: Record<string, string>;
}

const data = JSON.parse(must("#settings").textContent ?? "{}") as Data;
const locale = document.documentElement.lang as Locale;
export const words = new Phrasebook(locale, { [locale]: data.words });
export const { t } = words;
export const { names } = data;

/** What the server refused as a whole, in the reader's words. */
export function failureText(error: Failure): string {
  if (error.code === "validation") return reasonText(error.message);
  // What a page may do ends with its sign-in, though the person may be signed in anew elsewhere.
  if (error.code === "unauthorized") return t("say.signed_out");
  if (error.code === "forbidden") return t("say.forbidden");
  if (error.code === "too_large") return t("say.too_large");
  const key = words.has(`error.${error.code}`) ? `error.${error.code}` : "error.unknown";
  return t(key, { seconds: error.retry_after ?? 1 });
}

/** What the server says of one value, in the reader's words. `isList`: it is about a list's length. */
export function reasonText(said: string, isList = false): string {
  const { key, vars } = reasonOf(said, isList);
  return t(`reason.${key}`, vars);
}
