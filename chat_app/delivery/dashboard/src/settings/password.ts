/** Passwords that people hand over. */

/** No letters and figures that are taken for one another. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 4;
const GROUP = 4;

/** Four groups of four: about 79 bits, easy to read out. */
export function makePassword(): string {
  const group = (): string => Array.from({ length: GROUP }, letter).join("");
  return Array.from({ length: GROUPS }, group).join("-");
}

/** Every letter equally likely: what would favour some is drawn again. */
function letter(): string {
  const most = 256 - (256 % ALPHABET.length);
  for (;;) {
    const [drawn = 0] = crypto.getRandomValues(new Uint8Array(1));
    if (drawn < most) return ALPHABET[drawn % ALPHABET.length]!;
  }
}
