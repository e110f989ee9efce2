/** window.ClandChat, also for calls made before the loader arrived. */

import type { HostEvent, Identity } from "../bridge";
import type { Widget } from "./widget";

type Command = [name: string, ...values: unknown[]];

export interface ClandChatApi {
  open(): void;
  close(): void;
  toggle(): void;
  /** Calls `react` with the event's detail; returns the way to stop. */
  on(event: HostEvent, react: (detail: unknown) => void): () => void;
  /** Who the visitor is; unsigned names are shown as unverified. */
  identify(identity: Identity): void;
  setLocale(locale: string): void;
  /** `ClandChat.push(["open"])` works before and after the loader arrived. */
  push(...commands: Command[]): void;
}

declare global {
  interface Window {
    ClandChat?: ClandChatApi | Command[];
  }
}

export function createApi(widget: Widget): ClandChatApi {
  const api: ClandChatApi = {
    open: () => widget.show(true),
    close: () => widget.show(false),
    toggle: () => widget.show(!widget.isOpen()),
    on: widget.on,
    identify: widget.identify,
    setLocale: widget.setLocale,
    push: (...commands) => {
      for (const [name, ...values] of commands) {
        (api[name as keyof ClandChatApi] as (...given: unknown[]) => void)?.(...values);
      }
    },
  };
  return api;
}

/** Put the API in the place of the queue and run what was queued. */
export function takeOver(api: ClandChatApi): void {
  const queued = window.ClandChat;
  window.ClandChat = api;
  if (Array.isArray(queued)) api.push(...queued);
}
