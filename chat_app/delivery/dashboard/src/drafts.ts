/** What was written but not sent, kept per conversation across reloads of this tab. */

export type Mode = "reply" | "note";

export interface Draft {
  text: string;
  mode: Mode;
}

const EMPTY: Draft = { text: "", mode: "reply" };

export function readDraft(sessionId: string): Draft {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key(sessionId)) ?? "null") as Partial<Draft> | null;
    if (typeof kept?.text !== "string") return EMPTY;
    return { text: kept.text, mode: kept.mode === "note" ? "note" : "reply" };
  } catch {
    return EMPTY;
  }
}

export function keepDraft(sessionId: string, draft: Draft): void {
  try {
    if (draft.text || draft.mode === "note") sessionStorage.setItem(key(sessionId), JSON.stringify(draft));
    else sessionStorage.removeItem(key(sessionId));
  } catch {
    // A full or forbidden store only costs the survival of a reload.
  }
}

function key(sessionId: string): string {
  return `cland-draft-${sessionId}`;
}
