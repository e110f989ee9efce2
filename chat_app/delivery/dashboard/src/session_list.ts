/** Which sessions a view shows and in what order; what arrives while the reader is busy waits. */

import type { AgentSession } from "../../browser/protocol";
import { belongs, type Shown } from "./shown";

/** Of how many sessions the newest copy is kept; no page is under way for longer than that. */
const MOST_HEARD = 500;

interface Heard {
  session: AgentSession;
  /** The list's time. */
  at: number;
  /** We may not see it any longer: only a newer copy proves the contrary. */
  gone: boolean;
}

export class SessionList {
  /** In the order shown. */
  order: string[] = [];
  readonly sessions = new Map<string, AgentSession>();
  /** Ids that are to come in or move up, but wait. */
  readonly waiting = new Set<string>();
  /** Ids that no longer belong here, but are still shown. */
  readonly leaving = new Set<string>();
  /** How often something was heard: the list's time. */
  now = 0;
  /** What was heard of, shown or not, the latest last: pages and pushes overtake each other. */
  private readonly heard = new Map<string, Heard>();

  constructor(
    private readonly meId: string,
    public shown: Shown,
  ) {}

  /** Start over with the first page of something else, asked for at `askedAt`. */
  reset(shown: Shown, sessions: readonly AgentSession[], askedAt = this.now): void {
    this.shown = shown;
    this.order = [];
    this.sessions.clear();
    this.waiting.clear();
    this.leaving.clear();
    this.append(sessions);
    for (const { session, at, gone } of this.heard.values()) if (at > askedAt && !gone) this.place(session);
    this.settle();
  }

  /** Add a further page at the end. */
  append(sessions: readonly AgentSession[]): void {
    for (const session of sessions) {
      const known = this.heard.get(session.id);
      const isNews = this.isNews(session);
      if (!isNews && (!known || known.gone || !belongs(known.session, this.shown, this.meId))) continue;
      if (!this.sessions.has(session.id)) this.order.push(session.id);
      this.sessions.set(session.id, isNews ? session : known!.session);
    }
  }

  /** Take in a newer copy of a session; where it stands changes only in `settle`. */
  take(session: AgentSession): void {
    if (!this.isNews(session)) return;
    this.hear(session, false);
    this.place(session);
  }

  /** We may no longer see it. */
  lose(id: string): void {
    const session = this.sessions.get(id);
    if (!session) return;
    this.hear(session, true);
    this.waiting.delete(id);
    this.leaving.add(id);
  }

  /** What we may see has changed: what was heard until now proves nothing. */
  unlearn(): void {
    this.heard.clear();
  }

  private isNews(session: AgentSession): boolean {
    const heard = this.heard.get(session.id);
    const known = heard?.session ?? this.sessions.get(session.id);
    if (!known) return true;
    return heard?.gone ? isOlder(known, session) : !isOlder(session, known);
  }

  private hear(session: AgentSession, gone: boolean): void {
    this.heard.delete(session.id);
    this.heard.set(session.id, { session, at: ++this.now, gone });
    if (this.heard.size > MOST_HEARD) this.heard.delete(this.heard.keys().next().value!);
  }

  private place(session: AgentSession): void {
    const known = this.sessions.get(session.id);
    if (known && isOlder(session, known)) return;
    const stays = belongs(session, this.shown, this.meId);
    if (!known && (!stays || this.shown.query)) return;
    this.sessions.set(session.id, session);
    this.waiting.delete(session.id);
    this.leaving.delete(session.id);
    if (!stays) this.leaving.add(session.id);
    else if (!this.order.includes(session.id) || this.movesUp(session.id)) this.waiting.add(session.id);
  }

  /** When each session that is shown was last active; for `dropMissing`. */
  activities(): Map<string, string> {
    return new Map([...this.sessions].map(([id, { updated_at }]) => [id, updated_at]));
  }

  /**
   * Let go of what the server no longer lists, though it would have to be on its first page: the push
   * that told us was lost. `before` is how things stood when we asked; what has changed since is
   * left alone.
   */
  dropMissing(before: ReadonlyMap<string, string>, page: readonly AgentSession[], isAll: boolean): void {
    const listed = new Set(page.map(({ id }) => id));
    const oldest = page.at(-1)?.updated_at ?? "";
    for (const [id, at] of before) {
      if (listed.has(id) || this.sessions.get(id)?.updated_at !== at) continue;
      if (!isAll && at <= oldest) continue;
      this.waiting.delete(id);
      this.leaving.add(id);
    }
  }

  /** Let go of what leaves, but not of `held`; all others keep their order. */
  release(held: readonly (string | null)[]): void {
    for (const id of this.leaving) if (!held.includes(id)) this.forget(id);
    this.order = this.order.filter((id) => this.sessions.has(id));
  }

  /** Put everything where it belongs; `stays` is kept although it may no longer belong. */
  settle(stays: string | null = null): void {
    this.release([stays]);
    this.waiting.clear();
    const known = [...this.sessions.keys()];
    this.order = known.sort((one, other) => this.activity(other).localeCompare(this.activity(one)));
  }

  /** The neighbour of a row, for the keys j and k. */
  beside(id: string | null, step: 1 | -1): string | undefined {
    const index = id === null ? -1 : this.order.indexOf(id);
    if (index < 0) return this.order[0];
    return this.order[Math.min(Math.max(index + step, 0), this.order.length - 1)];
  }

  private movesUp(id: string): boolean {
    const index = this.order.indexOf(id);
    const above = this.order[index - 1];
    return above !== undefined && this.activity(above) < this.activity(id);
  }

  private activity(id: string): string {
    return this.sessions.get(id)?.updated_at ?? "";
  }

  private forget(id: string): void {
    this.leaving.delete(id);
    this.sessions.delete(id);
  }
}

/**
 * Copies may overtake each other: what has fewer revisions or hands is the older one, or what was
 * changed earlier, in a department, for example.
 */
export function isOlder(session: AgentSession, known: AgentSession): boolean {
  if (session.epoch !== known.epoch) return false;
  const { revision, assign_epoch } = session;
  if (revision !== known.revision || assign_epoch !== known.assign_epoch) {
    return revision < known.revision || assign_epoch < known.assign_epoch;
  }
  return session.updated_at < known.updated_at;
}
