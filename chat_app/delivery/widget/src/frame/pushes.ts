/** What the server pushes, each handed on only when it is about the current session. */

import type { Message, Sender, ServerEvents, Session } from "../../../browser/protocol";
import type { Link } from "./link";

export interface PushReactions {
  /** The session the visitor looks at. */
  current: () => Session | null;
  onSession: (session: Session) => void;
  /** A message is new, or was edited or recalled. */
  onMessage: (message: Message) => void;
  onRead: (mark: ServerEvents["read_updated"]) => void;
  onTyping: (sender: Sender, typing: boolean) => void;
}

export function hearPushes(link: Link, reactions: PushReactions): void {
  const { current } = reactions;
  const ours = (id: string): boolean => id === current()?.id;
  for (const event of ["message_created", "message_updated"] as const) {
    link.on(event, ({ message }) => ours(message.session_id) && reactions.onMessage(message));
  }
  for (const event of ["session_updated", "session_assigned", "session_closed"] as const) {
    link.on(event, ({ session }) => {
      if (!ours(session.id)) return;
      const before = current()?.agent;
      // Whoever has left no longer types.
      if (before && before.id !== session.agent?.id) reactions.onTyping({ kind: "agent", ...before }, false);
      reactions.onSession(session);
    });
  }
  link.on("queue_updated", ({ session_id, position, wait_seconds }) => {
    const session = current();
    if (!session || !ours(session_id) || session.status !== "queued") return;
    reactions.onSession({ ...session, queue: { position, wait_seconds } });
  });
  link.on("read_updated", (mark) => ours(mark.session_id) && reactions.onRead(mark));
  link.on("typing_changed", ({ session_id, sender, typing }) => {
    if (ours(session_id) && isSomebodyElse(sender)) reactions.onTyping(sender, typing);
  });
}

/** True for people and bots of the other side; the system itself calls nobody. */
export function isSomebodyElse({ kind }: Sender): boolean {
  return kind === "agent" || kind === "bot";
}
