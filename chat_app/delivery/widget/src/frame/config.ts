/** What the server wrote into the page about the site, and the loader into the address. */

import { validAccent } from "../../../browser/colour";
import type { Words } from "../../../browser/phrasebook";
import { Availability } from "./availability";

export interface FrameConfig {
  siteKey: string;
  name: string;
  accent: string;
  position: string;
  greeting: string | null;
  quickReplies: string[];
  prechatFields: string[];
  availability: Availability;
  /** Origin of the page around us: the only one we talk to. */
  hostOrigin: string;
  /** The sentences of the chat in the language of the page. */
  words: Words;
}

export function readConfig(): FrameConfig {
  const given = JSON.parse(document.getElementById("config")?.textContent ?? "{}") as Record<string, unknown>;
  const theme = Object(given.theme) as Record<string, unknown>;
  const query = new URLSearchParams(location.search);
  return {
    siteKey: text(given.site_key),
    name: text(given.name),
    accent: validAccent(theme.accent),
    position: theme.position === "left" ? "left" : "right",
    greeting: text(theme.greeting) || null,
    quickReplies: texts(theme.quick_replies),
    prechatFields: texts(given.prechat_fields),
    availability: new Availability(text(given.site_key), given),
    hostOrigin: query.get("origin") ?? "",
    words: Object(given.words) as Words,
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string" && item) : [];
}
