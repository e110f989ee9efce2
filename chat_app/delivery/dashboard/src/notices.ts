/** Short words to the person: a toast that goes by itself, and what is read aloud. */

import { must, textButton } from "./dom";

const TOAST_MS = 5_000;
/** Whoever may take something back needs time to see that. */
const OFFER_MS = 12_000;

/** Something that can be done about what was said. */
export interface Offer {
  label: string;
  act: () => void;
}

let clearing: ReturnType<typeof setTimeout> | undefined;
let offered: Offer | null = null;

/** Say something at the lower edge for a few seconds. */
export function toast(text: string, offer: Offer | null = null): void {
  const box = must("[data-toast]");
  const words = document.createElement("span");
  words.textContent = text;
  box.replaceChildren(words);
  offered = offer;
  if (offer) {
    const button = textButton(offer.label, takeOffer);
    button.title = `${offer.label} (u)`;
    box.append(button);
  }
  clearLater(offer ? OFFER_MS : TOAST_MS);
}

/** Do what the toast offers, as long as it stands there. */
export function takeOffer(): void {
  const offer = offered;
  if (!offer) return;
  clear();
  offer.act();
}

/** Say something to screen readers only. */
export function announce(text: string): void {
  must("[data-announcer]").textContent = text;
}

function clearLater(wait: number): void {
  clearTimeout(clearing);
  clearing = setTimeout(() => {
    // Not from under the pointer or the focus.
    if (must("[data-toast]").matches(":hover, :focus-within")) clearLater(TOAST_MS);
    else clear();
  }, wait);
}

function clear(): void {
  clearTimeout(clearing);
  offered = null;
  must("[data-toast]").replaceChildren();
}
