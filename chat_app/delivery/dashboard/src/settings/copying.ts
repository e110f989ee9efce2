/** Buttons that copy what stands beside them. */

import { must, setText } from "../dom";
import { t } from "./page";

const SAID_MS = 2_500;

export function prepareCopying(): void {
  for (const button of document.querySelectorAll<HTMLElement>("[data-copy]")) {
    const label = must("span", button);
    const before = label.textContent ?? "";
    button.addEventListener("click", async () => {
      const field = must<HTMLTextAreaElement>(`#${button.dataset.copy}`);
      const copied = await copy(field);
      setText(label, copied ? t("say.copied") : before);
      setText(must("[data-announcer]"), t(copied ? "say.copied" : "say.not_copied"));
      setTimeout(() => setText(label, before), SAID_MS);
    });
  }
}

/** Without a clipboard, as over plain HTTP, the text is selected so that a key copies it. */
async function copy(field: HTMLTextAreaElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}
