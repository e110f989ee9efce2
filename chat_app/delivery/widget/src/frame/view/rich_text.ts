/** Message text: everything stays text, only http(s) and mail addresses become links. */

const LINK = /https?:\/\/[^\s<>"'`，。；：！？（）《》【】「」、]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gi;
const TRAILING = /[.,;:!?)\]}'"*]+$/;
const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0f|\s){1,14}$/u;

/** The text as nodes, with links. */
export function richText(text: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const shown = withoutTrailing(match[0]);
    const link = anchor(shown);
    if (!link) continue;
    parts.push(text.slice(end, match.index), link);
    end = match.index + shown.length;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== "");
}

/** True for a few emoji and nothing else: they are shown large. */
export function isOnlyEmoji(text: string): boolean {
  return ONLY_EMOJI.test(text) && /\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(text);
}

/** The address a piece of text links to; null for everything but http, https and mailto. */
export function linkTarget(text: string): string | null {
  try {
    const url = new URL(/^https?:/i.test(text) ? text : `mailto:${text}`);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Punctuation after an address belongs to the sentence, a bracket opened inside to the address. */
export function withoutTrailing(address: string): string {
  const cut = address.replace(TRAILING, "");
  return address[cut.length] === ")" && cut.includes("(") ? `${cut})` : cut;
}

function anchor(shown: string): HTMLAnchorElement | null {
  const target = linkTarget(shown);
  if (!target) return null;
  const link = document.createElement("a");
  link.href = target;
  link.textContent = shown;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  return link;
}
