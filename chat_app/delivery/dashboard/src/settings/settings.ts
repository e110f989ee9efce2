/** Entry of the settings pages. */

import { must, setText } from "../dom";
import { followTheme, rememberZone } from "../preferences";
import { prepareDeleting } from "./acting";
import { prepareCopying } from "./copying";
import { Form, type FormOptions } from "./form";
import { hoursForm } from "./hours";
import { prepareNarrowing } from "./narrowing";
import { stayPresent } from "./presence";
import { fillAgent, fillDepartment, fillSite } from "./rows";
import { prepareSite, siteForm } from "./sites";
import { Table } from "./table";
import { newAgent, prepareAccount } from "./team";

const FORMS: Readonly<Record<string, (form: HTMLFormElement) => FormOptions>> = {
  "new-agent": newAgent,
  hours: hoursForm,
  site: siteForm,
};

function prepareTables(): void {
  for (const root of document.querySelectorAll<HTMLElement>("[data-table]")) {
    if (root.dataset.table === "agents") new Table(root, fillAgent);
    if (root.dataset.table === "departments") new Table(root, fillDepartment);
    if (root.dataset.table === "sites") new Table(root, fillSite);
  }
}

function prepareForms(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("[data-form]")) {
    const options = FORMS[form.dataset.form ?? ""]?.(form) ?? {};
    const done: FormOptions["done"] = (answer, body) => {
      if (body.name) rename(String(body.name));
      options.done?.(answer, body);
    };
    new Form(form, { ...options, done });
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

/** Menus close by a press beside them and by Escape, which leads back to what opened them. */
function prepareMenus(): void {
  document.addEventListener("click", ({ target }) => {
    for (const menu of openMenus()) if (!menu.contains(target as Node)) menu.open = false;
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      must("summary", menu).focus();
    }
  });
}

function openMenus(): Iterable<HTMLDetailsElement> {
  return document.querySelectorAll<HTMLDetailsElement>("details[open]");
}

/** On small screens the topics are a strip that may be longer than the screen. */
function showTopic(): void {
  document.querySelector(".topics [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

followTheme();
rememberZone();
showTopic();
prepareMenus();
prepareTables();
prepareForms();
prepareNarrowing();
prepareReveal();
prepareCopying();
prepareDeleting();
prepareAccount();
prepareSite();
stayPresent();
