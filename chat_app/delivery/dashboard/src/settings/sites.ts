/** A website: its line of code follows what is chosen, and its secret is shown once. */

import { must } from "../dom";
import { onButtons } from "./acting";
import { BotFields } from "./bot";
import type { FormOptions } from "./form";
import { t } from "./page";

interface Theme {
  accent?: string;
  position?: string;
}

/** The loader's own; the same as in shown.py. */
const DEFAULT_ACCENT = "#2f5bea";

export function siteForm(form: HTMLFormElement): FormOptions {
  const bot = new BotFields(must('[data-kind="bot"]', form));
  return {
    own: { bot: () => bot.read() },
    done: (answer) => showLook((answer.site as { theme: Theme }).theme),
  };
}

/** The launcher is drawn before anything is asked, so the line of code says how it looks. */
function lookIn(code: string, { accent = DEFAULT_ACCENT, position }: Theme): string {
  const colour = accent === DEFAULT_ACCENT ? "" : ` data-accent="${accent}"`;
  const corner = position === "left" ? ' data-position="left"' : "";
  const plain = code.replace(/ data-(?:accent|position)="[^"]*"/g, "");
  return plain.replace(" async>", `${colour}${corner} async>`);
}

function showLook(theme: Theme): void {
  const code = document.querySelector<HTMLTextAreaElement>("#snippet");
  if (code) code.value = lookIn(code.value, theme);
}

export function prepareSite(): void {
  onButtons<{ identity_secret: string }>("[data-new-secret]", (button) => ({
    method: "POST",
    path: button.dataset.newSecret ?? "",
    question: { yes: t("say.make") },
    done: ({ identity_secret }) => {
      must<HTMLTextAreaElement>("#made-secret").value = identity_secret;
      const made = must("[data-made]");
      made.hidden = false;
      made.focus();
    },
  }));
}
