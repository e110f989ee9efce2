/** A face, or the first letter of the name in a circle. */

import { h } from "./dom";

export function avatar(name: string, url: string | null = null): HTMLElement {
  const first = [...name.trim()][0]?.toUpperCase() ?? "";
  const circle = h("span", { class: "avatar", "aria-hidden": "true" }, first);
  // Pictures come from our own server only; the policy of the page allows nothing else.
  if (url?.startsWith("/")) {
    const image = h("img", { src: url, alt: "" });
    image.addEventListener("error", () => image.remove());
    circle.append(image);
  }
  return circle;
}
