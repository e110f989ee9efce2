/** How much fits beside each other; narrow.css decides, and tells it here. */

import { must } from "./dom";

export type Room = "wide" | "between" | "one";

/** "wide": all panes. "between": the details lie over the conversation. "one": a pane at a time. */
export function room(): Room {
  return getComputedStyle(must("[data-app]")).getPropertyValue("--room").trim() as Room;
}

/** Call `react` whenever the room changes. */
export function onRoom(react: () => void): void {
  let known = room();
  new ResizeObserver(() => {
    const now = room();
    if (now === known) return;
    known = now;
    react();
  }).observe(must("[data-app]"));
}
