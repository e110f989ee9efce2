/** Whether somebody answers now: the site's people, its hours, its bot. Asked again while it matters. */

import type { Rest } from "./rest";

export class Availability {
  /** Agents are online, whatever the hours. */
  hasAgents = false;
  isOpen = true;
  hasBot = false;
  /** When the site opens again; null while it is open, or when nobody knows. */
  opensAt: Date | null = null;
  onChange: () => void = () => undefined;
  private known = "";

  /** `site` as the page or GET /api/chat/sites/{key} has it. */
  constructor(
    private readonly siteKey: string,
    site: Record<string, unknown>,
  ) {
    this.take(site);
  }

  get hasPeople(): boolean {
    return this.hasAgents && this.isOpen;
  }

  /** False when all a visitor can do is leave a message. */
  get answers(): boolean {
    return this.hasPeople || this.hasBot;
  }

  /** Some time has passed since it was last asked. */
  async refresh(rest: Pick<Rest, "site">): Promise<void> {
    const ack = await rest.site(this.siteKey);
    if (ack.ok && this.take(ack.site)) this.onChange();
  }

  /** Answers whether anything has changed. */
  private take({ agents_online, open, opens_at, bot }: Record<string, unknown>): boolean {
    const known = JSON.stringify([agents_online, open, opens_at, bot]);
    if (known === this.known) return false;
    this.known = known;
    this.hasAgents = agents_online === true;
    this.isOpen = open !== false;
    this.hasBot = bot === true;
    this.opensAt = !this.isOpen && typeof opens_at === "string" ? new Date(opens_at) : null;
    return true;
  }
}
