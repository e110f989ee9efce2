/**
 * The one script a website embeds. It draws the launcher and nothing else: no cookie, no request,
 * no frame until the visitor opens the chat.
 */

import { startWidget } from "./widget";

const script = document.currentScript as HTMLScriptElement | null;

// A page that carries the tag twice still gets one launcher.
if (script && !("open" in (window.ClandChat ?? {}))) startWidget(script);
