/** The accounts and departments of the installation, read when somebody wants to see them. */

import type { Agent, Department } from "../../browser/protocol";
import { call } from "./api";

/** Many things happen at once when an agent comes or goes: read them once. */
const PAUSE_MS = 1_500;
const PAGE = 100;

interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export class Roster {
  agents: Agent[] = [];
  departments: Department[] = [];
  private readonly watchers = new Map<() => void, () => boolean>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private loads = 0;

  /** Call `react` after every load. While `wanted` says yes, changes are followed. */
  onChange(react: () => void, wanted: () => boolean = () => false): void {
    this.watchers.set(react, wanted);
  }

  /** Something about agents changed: read again soon, if somebody is looking. */
  soon(): void {
    if (this.timer || ![...this.watchers.values()].some((wanted) => wanted())) return;
    this.timer = setTimeout(() => void this.load(), PAUSE_MS);
  }

  /** Read everything now; false when that did not work and the old copy stays. */
  async load(): Promise<boolean> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const load = ++this.loads;
    const [agents, departments] = await Promise.all([all<Agent>("/api/agents"), all<Department>("/api/departments")]);
    if (load !== this.loads) return true;
    if (!agents || !departments) return false;
    this.agents = agents.filter(({ disabled }) => !disabled);
    this.departments = departments;
    for (const react of this.watchers.keys()) react();
    return true;
  }
}

/** Every page of a list; null when one could not be read. */
async function all<T>(path: string): Promise<T[] | null> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const query: URLSearchParams = new URLSearchParams({ limit: String(PAGE), ...(cursor ? { cursor } : {}) });
    const page = await call<Page<T>>("GET", `${path}?${query}`);
    if (!page.ok) return null;
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return items;
}
