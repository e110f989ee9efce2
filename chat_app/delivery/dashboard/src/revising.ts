/** Editing and recalling an agent's own messages: what is asked of the server, and what is said when it refuses. */

import type { Connection } from "../../browser/connection";
import type { AgentSession, Failure, Message } from "../../browser/protocol";
import { Revising } from "../../browser/revising";
import { failureText, now, t, type Me } from "./boot";
import { toast } from "./notices";

export interface RevisingPlace {
  /** The open conversation. */
  session: () => AgentSession | null;
  apply: (message: Message) => void;
  changed: () => void;
}

export function agentsRevising(connection: Connection, me: Me, place: RevisingPlace): Revising {
  let told: Failure | null = null;
  const revising: Revising = new Revising({
    isOwn: ({ sender }) => sender.kind === "agent" && sender.id === me.id,
    now,
    canWrite: () => (place.session()?.status ?? "closed") !== "closed",
    change: ({ session_id, id: message_id }, body) =>
      body === undefined
        ? connection.request("recall_message", { session_id, message_id })
        : connection.request("edit_message", { session_id, message_id, body }),
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
