/** Turns addresses in a text into links; everything else stays text. */

const ADDRESS = /\bhttps?:\/\/[^\s<>"'“”‘’（）【】《》，。；！？、]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/gi;
const TRAILING = /[.,;:!?)\]}]+$/;

/** The text as nodes. Only http, https and mailto become links, opened without an opener. */
export function linked(text: string): DocumentFragment {
  const nodes = document.createDocumentFragment();
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTrailing(match[0]);
    const link = linkTo(address);
    if (!link) continue;
    nodes.append(text.slice(end, match.index), link);
    end = match.index + address.length;
  }
  nodes.append(text.slice(end));
  return nodes;
}

/** A link to a web address, or null when it is no http(s) address or e-mail. */
export function linkTo(address: string): HTMLAnchorElement | null {
  const web = /^https?:\/\//i.test(address);
  const target = web ? parse(address) : `mailto:${address}`;
  if (!target) return null;
  const link = document.createElement("a");
  link.href = target;
  link.textContent = address;
  if (web) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  return link;
}

function parse(address: string): string | null {
  try {
    const url = new URL(address);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

/** Without the full stop or bracket that belongs to the sentence, not to the address. */
function withoutTrailing(address: string): string {
  const bare = address.replace(TRAILING, "");
  return bare.includes("(") && address.startsWith(`${bare})`) ? `${bare})` : bare;
}
