/** The login page: everything works without this; it only lets the password be seen. */

/** Let the button beside the password show and hide it. */
export function improveLogin(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-show-password]");
  const field = document.querySelector<HTMLInputElement>("#password");
  if (!button || !field) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const show = field.type === "password";
    field.type = show ? "text" : "password";
    button.textContent = (show ? button.dataset.hide : button.dataset.show) ?? "";
    field.focus();
  });
}
