/** Arrow keys go from message to message; each then shows its time and what can be done with it. */
export function walk(messages: HTMLElement, event: KeyboardEvent): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const bubbles = [...messages.querySelectorAll<HTMLElement>(".bubble")];
  const current = bubbles.findIndex((bubble) => bubble.closest("li")?.contains(document.activeElement));
  const next = bubbles[current < 0 ? bubbles.length - 1 : current + step];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}
