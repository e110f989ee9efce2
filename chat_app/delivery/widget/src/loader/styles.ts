/** Puts the style sheet into the shadow root. */

import text from "../../styles/launcher.css" with { type: "text" };

/** True where the panel covers the whole page; the style sheet says the same. */
export function isNarrow(): boolean {
  return matchMedia("(max-width: 479px)").matches;
}

/** Constructed style sheets are allowed by every Content-Security-Policy; the tag is for old browsers. */
export function addStyles(root: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement("style");
    style.textContent = text;
    root.append(style);
  }
}
