/** Editing and recalling an agent's own messages: what is asked of the server, and what is said when it refuses. */

import type { AgentSession, Failure, Message } from "../../browser/protocol";
import { Revising } from "../../browser/revising";
import { call, sessionPath } from "./api";
import { failureText, now, t, type Me } from "./boot";
import { toast } from "./notices";

export interface RevisingPlace {
  /** The open conversation. */
  session: () => AgentSession | null;
  apply: (message: Message) => void;
  changed: () => void;
}

export function agentsRevising(me: Me, place: RevisingPlace): Revising {
  let told: Failure | null = null;
  const revising: Revising = new Revising({
    isOwn: ({ sender }) => sender.kind === "agent" && sender.id === me.id,
    now,
    canWrite: () => (place.session()?.status ?? "closed") !== "closed",
    change: ({ session_id, id }, body) => {
      const path = sessionPath(session_id, `messages/${id}`);
      return body === undefined ? call("DELETE", path) : call("PATCH", path, { body });
    },
    apply: place.apply,
    onChange: () => {
      const { failure } = revising;
      if (failure && failure !== told) toast(`${t("message.not_changed")} ${failureText(failure)}`);
      told = failure;
      place.changed();
    },
  });
  return revising;
}
