/** Stands in for a socket that cannot be had: asks over plain HTTP every few seconds. */

const FALLBACK_AFTER_MS = 10_000;
const POLL_INTERVAL_MS = 4_000;

export class Fallback {
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `round` asks once and answers whether the server was reached, which `told` then hears. */
  constructor(
    private readonly round: () => Promise<boolean>,
    private readonly told: (reached: boolean) => void,
  ) {}

  /** The socket is away: begin to ask in a while, unless that is already so. */
  start(): void {
    this.timer ??= setTimeout(() => void this.ask(), FALLBACK_AFTER_MS);
  }

  /** The socket is back, or nothing is followed any more. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async ask(): Promise<void> {
    const asked = this.timer;
    const reached = await this.round();
    // The socket may have come back while we asked.
    if (asked !== this.timer) return;
    this.told(reached);
    this.timer = setTimeout(() => void this.ask(), POLL_INTERVAL_MS);
  }
}
