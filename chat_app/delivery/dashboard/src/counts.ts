/** The numbers on the rail. */

import type { Connection } from "../../browser/connection";
import type { Counts, WireCounts } from "./boot";
import { setText } from "./dom";
import type { ViewName } from "./shown";

const DELAY_MS = 400;

export class RailCounts {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly connection: Connection) {}

  /** Something changed: ask again, once for many changes. */
  soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), DELAY_MS);
  }

  /** Ask now; this also subscribes to the inbox. */
  async ask(): Promise<void> {
    const ack = await this.connection.request<{ counts: WireCounts }>("watch_inbox");
    if (!ack.ok) return;
    const { queued, mine, active } = ack.counts;
    this.show({ waiting: queued, mine, open: queued + active });
  }

  show(counts: Counts): void {
    for (const element of document.querySelectorAll<HTMLElement>("[data-count]")) {
      const count = counts[element.dataset.count as ViewName] ?? 0;
      element.hidden = count === 0;
      setText(element, String(count));
    }
  }
}
