/** What an agent does with a conversation: accept it, close it. */

import type { Connection } from "../../browser/connection";
import type { Ack, AgentSession } from "../../browser/protocol";
import { failureText, t } from "./boot";
import type { Conversation } from "./conversation";
import { confirm } from "./dialogs";
import { must } from "./dom";
import { canAccept } from "./head";
import { toast } from "./notices";

export class Actions {
  private busy = false;

  constructor(
    private readonly connection: Connection,
    private readonly conversation: Conversation,
    private readonly done: (session: AgentSession) => void,
  ) {
    must("[data-accept]").addEventListener("click", () => void this.accept());
    must("[data-close]").addEventListener("click", () => void this.close());
  }

  async accept(): Promise<void> {
    const { session } = this.conversation;
    if (!session || !canAccept(session)) return;
    if (await this.perform("accept_session", session)) {
      toast(t("accept.done"));
      this.conversation.composer.write("reply");
    }
  }

  async close(): Promise<void> {
    const { session } = this.conversation;
    if (!session || session.status === "closed") return;
    const doubt = this.doubt(session);
    if (doubt && !(await confirm(t("close.title"), doubt, t("close.anyway")))) return;
    if (await this.perform("close_session", session)) {
      toast(t("close.done"));
      must("[data-title]").focus();
    }
  }

  /** Why closing may be a mistake; null when it is plainly meant. */
  private doubt(session: AgentSession): string | null {
    if (this.conversation.hasUnsent) return t("close.unsent");
    if (this.conversation.composer.text.trim()) return t("close.draft");
    return session.last_message?.sender_kind === "visitor" ? t("close.unanswered") : null;
  }

  private async perform(event: string, session: AgentSession): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    const ack: Ack<{ session: AgentSession }> = await this.connection.request(event, {
      session_id: session.id,
      assign_epoch: session.assign_epoch,
    });
    this.busy = false;
    if (ack.ok) {
      this.done(ack.session);
      return true;
    }
    toast(failureText(ack.error));
    // Whatever refused us, what we show may be outdated.
    await this.conversation.follower?.reload();
    return false;
  }
}
