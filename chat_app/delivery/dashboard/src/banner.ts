/** Says when the connection is lost, replaced by plain requests, back, or refused. */

import { t } from "./boot";
import { must } from "./dom";
import type { Line, LineState } from "./line";

/** A short interruption is nobody's business. */
const PATIENCE_MS = 1_500;
const GOOD_NEWS_MS = 2_500;

export class Banner {
  private readonly box = must("[data-banner]");
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(line: Line) {
    line.onState((state) => this.follow(state));
  }

  private follow(state: LineState): void {
    clearTimeout(this.timer);
    if (state === "refused") return this.refused();
    if (state !== "online") {
      const wait = this.box.hidden ? PATIENCE_MS : 0;
      this.timer = setTimeout(() => this.say(t(`connection.${state}`), "waiting"), wait);
    } else if (!this.box.hidden) {
      this.say(t("connection.back"), "good");
      this.timer = setTimeout(() => (this.box.hidden = true), GOOD_NEWS_MS);
    }
  }

  private refused(): void {
    this.say(`${t("connection.refused")} `, "danger");
    const link = document.createElement("a");
    link.href = `/dashboard/login?${new URLSearchParams({ next: location.pathname + location.search })}`;
    link.textContent = t("connection.sign_in");
    this.box.append(link);
  }

  private say(text: string, kind: "waiting" | "good" | "danger"): void {
    this.box.className = `banner banner--${kind}`;
    this.box.textContent = text;
    this.box.hidden = false;
  }
}
