/** Tags as one types them. */

const LONGEST = 64;

/** `tags` with what was typed, split at commas of either kind; each tag once, whatever its case. */
export function withTyped(tags: readonly string[], typed: string): string[] {
  const all = [...tags];
  for (const piece of typed.split(/[,，、]/)) {
    const tag = [...piece.trim().replace(/\s+/g, " ")].slice(0, LONGEST).join("");
    if (tag && !all.some((known) => known.toLowerCase() === tag.toLowerCase())) all.push(tag);
  }
  return all;
}
