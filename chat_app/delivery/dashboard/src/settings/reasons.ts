/** The sentences in which the server refuses a value, as keys of our words. */

import type { Vars } from "../../../browser/phrasebook";

export interface Reason {
  key: string;
  vars: Vars;
}

/** Groups are named like the places in the words. The first that fits counts. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/Missing data|not be blank|not be null|minimum length 1\b/, "blank"],
  [/one line without control/, "one_line"],
  [/At most (?<most>\d+) kB in all/, "total"],
  [/(?:maximum length|between 0 and|at most) (?<most>\d+)/, "length"],
  [/[Bb]etween (?<least>\d+) and (?<most>\d+)(?: characters)?\.?$/, "characters"],
  [/greater than or equal to (?<least>\d+) and less than or equal to (?<most>\d+)/, "number"],
  [/Not a valid integer/, "whole"],
  [/letter, a figure or a sign|must not be empty/, "blank"],
  [/Not a valid email/, "email"],
  [/most common passwords/, "common"],
  [/belongs to another/, "taken"],
  [/has business hours already/, "has_hours"],
  [/here (?:is|are) no such|Not a valid id/, "gone"],
  [/leads back/, "loop"],
  [/last admin/, "last_admin"],
  [/last site/, "last_site"],
  [/is wrong/, "wrong"],
  [/changed meanwhile/, "meanwhile"],
  [/an origin like/, "origin"],
  [/a colour like/, "colour"],
  [/a time zone like/, "time_zone"],
  [/a time like/, "time"],
];

/** What is said of a text in characters is said of a list in things. */
const LENGTHS = new Set(["length", "characters"]);

/** `isList`: it is about the length of a list. */
export function reasonOf(said: string, isList: boolean): Reason {
  for (const [pattern, key] of REASONS) {
    const found = pattern.exec(said);
    if (found) return { key: isList && LENGTHS.has(key) ? "many" : key, vars: { ...found.groups } };
  }
  return { key: "other", vars: {} };
}
