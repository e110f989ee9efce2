/** Whether the rows of the list may move, or somebody is at work in it. */

const NEAR_TOP_PX = 24;
/** A pointer that has not moved for so long is about to click nothing. */
const REST_MS = 1_000;

export class Calm {
  private pointedAt = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `react` is called when it may have become calm. */
  constructor(
    private readonly scroller: HTMLElement,
    private readonly holder: HTMLElement,
    private readonly react: () => void,
  ) {
    holder.addEventListener("pointermove", () => (this.pointedAt = performance.now()));
    holder.addEventListener("pointerleave", react);
    // The focus is still on its way when this fires.
    holder.addEventListener("focusout", () => setTimeout(react));
  }

  /** Nothing may come in while the pointer or the focus is in the list, or it is scrolled down. */
  get isCalm(): boolean {
    if (!this.holder.childElementCount) return true;
    if (this.scroller.scrollTop > NEAR_TOP_PX) return false;
    return !this.isPointedAt && !this.holder.contains(document.activeElement);
  }

  /** True unless the pointer moves over the list; then `react` is called when it has come to rest. */
  hasRested(): boolean {
    const wait = this.isPointedAt ? this.pointedAt + REST_MS - performance.now() : 0;
    if (wait <= 0) return true;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.react, wait);
    return false;
  }

  private get isPointedAt(): boolean {
    return this.holder.matches(":hover");
  }
}
