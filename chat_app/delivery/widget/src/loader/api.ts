/** window.ClandChat, also for calls made before the loader arrived. */

import type { HostEvent, Identity } from "../bridge";

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

/** Put the API in the place of the queue and run what was queued. */
export function takeOver(methods: Omit<ClandChatApi, "push">): void {
  const queued = window.ClandChat;
  const api: ClandChatApi = {
    ...methods,
    push: (...commands) => {
      for (const [name, ...values] of commands) {
        (api[name as keyof ClandChatApi] as (...given: unknown[]) => void)?.(...values);
      }
    },
  };
  window.ClandChat = api;
  if (Array.isArray(queued)) api.push(...queued);
}
