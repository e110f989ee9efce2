/** Accounts: a password is made here, shown once, and handed over by people. */

import { must, setText } from "../dom";
import { onButtons } from "./acting";
import type { FormOptions } from "./form";
import { t } from "./page";
import { makePassword } from "./password";

/** A new account gets a password; the page shows it in place of the form. */
export function newAgent(form: HTMLFormElement): FormOptions {
  const password = makePassword();
  return {
    complete: (body) => ({ ...body, password }),
    done: (_, body) => {
      form.hidden = true;
      setText(must("[data-made-title]"), t("say.handed", { name: String(body.name) }));
      must<HTMLTextAreaElement>("#made-email").value = String(body.email);
      show(password);
    },
  };
}

export function prepareAccount(): void {
  onButtons("[data-new-password]", (button) => {
    const password = makePassword();
    return {
      method: "PATCH",
      path: button.dataset.newPassword ?? "",
      body: { password },
      question: { yes: t("say.make") },
      done: () => show(password),
    };
  });
  onButtons("[data-switch]", (button) => {
    const disabled = button.dataset.disabled === "true";
    return {
      method: "PATCH",
      path: button.dataset.switch ?? "",
      body: { disabled },
      question: disabled ? { yes: t("say.disable") } : null,
      done: () => location.reload(),
    };
  });
}

function show(password: string): void {
  must<HTMLTextAreaElement>("#made-password").value = password;
  const made = must("[data-made]");
  made.hidden = false;
  made.focus();
}
