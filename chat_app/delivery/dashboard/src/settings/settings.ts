/** Entry of the settings pages. */

import { must, setText } from "../dom";
import { followTheme, rememberZone } from "../preferences";
import { prepareDeleting } from "./acting";
import { prepareCopying } from "./copying";
import { Form, type FormOptions } from "./form";
import { prepareNarrowing } from "./narrowing";
import { stayPresent } from "./presence";
import { fillAgent, fillDepartment, fillSite } from "./rows";
import { prepareSite } from "./sites";
import { Table } from "./table";
import { newAgent, prepareAccount } from "./team";

const FORMS: Readonly<Record<string, (form: HTMLFormElement) => FormOptions>> = { "new-agent": newAgent };

function prepareTables(): void {
  for (const root of document.querySelectorAll<HTMLElement>("[data-table]")) {
    if (root.dataset.table === "agents") new Table(root, fillAgent);
    if (root.dataset.table === "departments") new Table(root, fillDepartment);
    if (root.dataset.table === "sites") new Table(root, fillSite);
  }
}

function prepareForms(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("[data-form]")) {
    const options = FORMS[form.dataset.form ?? ""]?.(form);
    new Form(form, options ?? { done: (_, { name }) => name && rename(String(name)) });
  }
}

/** A new name stands everywhere on the page at once. */
function rename(name: string): void {
  setText(must("h1"), name);
  for (const button of document.querySelectorAll<HTMLElement>("[data-delete]")) button.dataset.name = name;
}

function prepareReveal(): void {
  const box = document.querySelector<HTMLInputElement>("[data-reveal]");
  box?.addEventListener("change", () => {
    for (const field of document.querySelectorAll<HTMLInputElement>("[data-kind=secret] input")) {
      field.type = box.checked ? "text" : "password";
    }
  });
}

/** The menu of the rail closes as it does beside the inbox. */
function prepareMenu(): void {
  const menu = must<HTMLDetailsElement>("[data-menu]");
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target as Node)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    must("summary", menu).focus();
  });
}

/** On small screens the topics are a strip that may be longer than the screen. */
function showTopic(): void {
  document.querySelector(".topics [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

followTheme();
rememberZone();
showTopic();
prepareMenu();
prepareTables();
prepareForms();
prepareNarrowing();
prepareReveal();
prepareCopying();
prepareDeleting();
prepareAccount();
prepareSite();
stayPresent();
