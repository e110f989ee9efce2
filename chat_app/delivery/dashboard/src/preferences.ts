/** Language, theme, time zone and the details pane: what this browser remembers. */

const YEAR_SECONDS = 31_536_000;

/** Tell the server our time zone, so that its next first paint shows the right hours. */
export function rememberZone(): void {
  remember("cland_zone", Intl.DateTimeFormat().resolvedOptions().timeZone);
}

export function rememberDetails(shown: boolean): void {
  remember("cland_details", shown ? "shown" : "hidden");
}

/** The theme changes at once; the form is still sent, so that the server knows it. */
export function followTheme(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("[data-preferences]")) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter as HTMLButtonElement | null;
      if (button?.name !== "theme") return;
      event.preventDefault();
      const body = new FormData(form);
      body.set(button.name, button.value);
      void fetch(form.action, { method: "POST", body, redirect: "manual" });
      document.documentElement.dataset.theme = button.value;
      for (const choice of form.querySelectorAll("[data-theme-choice]")) {
        choice.setAttribute("aria-pressed", String(choice === button));
      }
    });
  }
}

/** `value` must be plain: no semicolon, comma, quote or space. */
function remember(name: string, value: string): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
}
