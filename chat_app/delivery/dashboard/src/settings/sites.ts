/** A website: its line of code follows what is chosen, and its secret is shown once. */

import { must } from "../dom";
import { onButtons } from "./acting";
import { t } from "./page";

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
