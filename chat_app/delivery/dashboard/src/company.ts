/** Who else has a conversation open, and who of them writes a reply, in one calm sentence. */

import type { Viewer } from "../../browser/protocol";

export type Saying = [key: string, values: Record<string, string | number>];

/** Whoever writes matters more than who only looks; null when we are alone. */
export function companyOf(viewers: readonly Viewer[], typists: readonly Viewer[]): Saying | null {
  const [typist] = typists;
  if (typist) return ["company.typing", { name: typist.name }];
  const [first, second] = viewers;
  if (!first) return null;
  if (!second) return ["company.viewing", { name: first.name }];
  if (viewers.length === 2) return ["company.viewing_two", { name: first.name, other: second.name }];
  return ["company.viewing_many", { name: first.name, count: viewers.length - 1 }];
}
