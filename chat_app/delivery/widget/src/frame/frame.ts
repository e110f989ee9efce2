/** The chat inside the frame: reads what it was given, says that it is ready, and waits to be shown. */

import { applyAccent } from "../../../browser/colour";
import { type Locale, Phrasebook, resolveLocale } from "../../../browser/phrasebook";
import { App } from "./app";
import { readConfig } from "./config";
import { Host } from "./host";

const config = readConfig();
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const locale = root.lang as Locale;
const words = new Phrasebook(locale, { [locale]: config.words });

const host = new Host(config.hostOrigin, {
  page: () => app.conversation.courier.tellPage(),
  show: (open) => app.show(open),
  identify: (identity) => {
    app.conversation.courier.identity = identity;
  },
  locale: speak,
});

const app = new App(config, words, host);

/** Every language is a page of its own; what was written and not yet sent survives the change. */
function speak(wish: string): void {
  if (resolveLocale([wish]) === locale) return;
  const address = new URL(location.href);
  address.searchParams.set("locale", wish);
  location.replace(address);
}

function paint(): void {
  applyAccent(root, config.accent, dark.matches ? "#14171c" : "#ffffff");
}

dark.addEventListener("change", paint);
paint();
app.mount(document.body);
if (host.isAlone) app.show(true);
else host.tell({ type: "ready", accent: config.accent, position: config.position });
