/** The sheets that open from the rail. */

import { must } from "./dom";

/** A press beside an open sheet closes it. */
export function prepareMenus(): void {
  document.addEventListener("click", (event) => {
    for (const menu of opened()) if (!menu.contains(event.target as Node)) menu.open = false;
  });
}

/** Close the open sheet and give the focus back to what opened it; false when none was open. */
export function closeMenu(): boolean {
  const [menu] = opened();
  if (!menu) return false;
  menu.open = false;
  must<HTMLElement>("summary", menu).focus();
  return true;
}

function opened(): HTMLDetailsElement[] {
  return [...document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")];
}
