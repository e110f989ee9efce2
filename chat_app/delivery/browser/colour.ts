/** Colours that stay readable whatever accent a site chooses (WCAG 2.2, at least 4.5:1). */

type Rgb = [number, number, number];

export const DEFAULT_ACCENT = "#2f5bea";
const WHITE = "#ffffff";
// Pure black: for any colour, it or white reaches 4.58:1.
const BLACK = "#000000";
const READABLE = 4.5;

/** `value` when it is a colour like #2f5bea, else the default accent. */
export function validAccent(value: unknown): string {
  return typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value) ? value : DEFAULT_ACCENT;
}

/** The text colour that can be read on `background`: white where it is enough, else black. */
export function textOn(background: string): string {
  return 1.05 / (luminance(parse(background)) + 0.05) >= READABLE ? WHITE : BLACK;
}

/** `colour` moved towards black or white until it can be read on `background`. */
export function readableOn(colour: string, background: string): string {
  const target = luminance(parse(background)) > 0.18 ? BLACK : WHITE;
  for (let share = 0; share <= 1; share += 0.05) {
    const tried = mix(colour, target, share);
    if (contrast(tried, background) >= READABLE) return tried;
  }
  return target;
}

/** `share` of `other` mixed into `colour`; 0 is `colour`, 1 is `other`. */
export function mix(colour: string, other: string, share: number): string {
  const [from, to] = [parse(colour), parse(other)];
  const mixed = from.map((value, index) => Math.round(value + (to[index]! - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** The contrast ratio of two colours, 1 to 21. */
export function contrast(one: string, other: string): number {
  const lights = [luminance(parse(one)), luminance(parse(other))].sort((a, b) => b - a);
  return (lights[0]! + 0.05) / (lights[1]! + 0.05);
}

/** Set the accent tokens of `root` for a surface like #ffffff; the text can be read on the soft one, too. */
export function applyAccent(root: HTMLElement, accent: string, surface: string): void {
  const soft = mix(surface, accent, 0.1);
  const colours = {
    "--accent": accent,
    "--on-accent": textOn(accent),
    "--accent-text": readableOn(readableOn(accent, surface), soft),
    "--accent-soft": soft,
  };
  for (const [name, value] of Object.entries(colours)) root.style.setProperty(name, value);
}

function parse(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
