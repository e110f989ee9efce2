/** Initials on one of eight colours. The same rules as presentation.py. */

const TONES = 8;

/** One of eight avatar colours, always the same for the same id. */
function tone(id: string): number {
  let total = 0;
  for (const character of id) total = (total * 31 + character.codePointAt(0)!) % 9973;
  return total % TONES;
}

function initials(name: string): string {
  const parts = name.split(/\s+/).filter((part) => /^[\p{L}\p{N}]/u.test(part));
  const [first = "?"] = [...(parts[0] ?? "?")];
  if (first > "\u007f") return first;
  const last = parts.length > 1 ? [...parts.at(-1)!][0]! : "";
  return (first + (/^\p{L}/u.test(last) ? last : "")).toUpperCase();
}

/** Draw an avatar anew: its letters and its colour. */
export function fillAvatar(avatar: Element, name: string, id: string): void {
  const letters = initials(name);
  if (avatar.textContent !== letters) avatar.textContent = letters;
  fillTone(avatar, id);
}

/** Give an element the colour of an id. */
export function fillTone(element: Element, id: string): void {
  const wanted = `tone-${tone(id)}`;
  if (element.classList.contains(wanted)) return;
  for (let index = 0; index < TONES; index++) element.classList.remove(`tone-${index}`);
  element.classList.add(wanted);
}
