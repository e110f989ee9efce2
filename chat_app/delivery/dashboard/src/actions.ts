/** What an agent does with a conversation: take it, pass it on, put it aside, end it, take it up again. */

import type { Ack, AgentSession, Failure } from "../../browser/protocol";
import { call, sessionPath } from "./api";
import { failureText, now, t, type Me } from "./boot";
import type { Conversation } from "./conversation";
import { fetchConversation } from "./data";
import { confirm } from "./dialogs";
import { must } from "./dom";
import { happened, isOutdated } from "./happened";
import { toast, type Offer } from "./notices";
import { untilTime } from "./presentation";
import { ReasonDialog } from "./reason";
import { canAccept, canClose, canReopen, canSee, canSnooze, canTransfer, isMine, oversees } from "./rights";
import type { Roster } from "./roster";
import { SnoozeDialog } from "./snooze";
import { TransferDialog, type Target } from "./transfer";

type Verb = "accept" | "transfer" | "snooze" | "close" | "reopen";
type Outcome = { session: AgentSession } | { refused: string; failure: Failure };

export class Actions {
  private busy = false;
  private readonly transferring: TransferDialog;
  private readonly snoozing = new SnoozeDialog();
  private readonly reasons = new ReasonDialog();

  constructor(
    private readonly conversation: Conversation,
    private readonly me: Me,
    roster: Roster,
    private readonly done: (session: AgentSession) => void,
  ) {
    this.transferring = new TransferDialog(roster, me);
    const buttons: [string, () => void][] = [
      ["[data-accept]", () => void this.accept()],
      ["[data-transfer]", () => this.transfer()],
      ["[data-snooze]", () => this.snooze()],
      ["[data-close]", () => void this.close()],
      ["[data-close-reason]", () => this.closeWithReason()],
      ["[data-reopen]", () => void this.reopen()],
    ];
    for (const [selector, act] of buttons) must(selector).addEventListener("click", act);
  }

  async accept(): Promise<void> {
    const { session } = this.conversation;
    if (session && canAccept(session, this.me)) await this.take(session);
  }

  transfer(): void {
    const { session } = this.conversation;
    if (!session || !canTransfer(session, this.me)) return;
    this.transferring.open(session, async (target) => {
      // What came in meanwhile counts: the person has seen it behind the dialog.
      const present = this.conversation.session?.id === session.id ? this.conversation.session : session;
      const outcome = await this.perform("transfer", present, target.body);
      if ("refused" in outcome) {
        const full = outcome.failure.code === "capacity_reached";
        return full ? t("transfer.full", { name: target.name }) : outcome.refused;
      }
      this.passedOn(present, outcome.session, target);
      return null;
    });
  }

  snooze(): void {
    const { session } = this.conversation;
    if (!session || !canSnooze(session, this.me)) return;
    this.snoozing.open(now(), (until) => void this.putAside(session, until));
  }

  async close(reason: string | null = null): Promise<void> {
    const { session } = this.conversation;
    if (!session || !canClose(session, this.me)) return;
    const doubt = this.doubt();
    if (doubt && !(await confirm(t("close.title"), doubt, t("close.anyway")))) return;
    const outcome = await this.perform("close", session, reason ? { reason } : {});
    if ("refused" in outcome) return this.refused(session, outcome.refused);
    toast(t("close.done"), this.undo(() => void this.takeUp(outcome.session)));
    must("[data-title]").focus();
  }

  closeWithReason(): void {
    const { session } = this.conversation;
    if (session && canClose(session, this.me)) this.reasons.open((reason) => void this.close(reason));
  }

  async reopen(): Promise<void> {
    const { session } = this.conversation;
    if (session && canReopen(session)) await this.takeUp(session);
  }

  private async take(session: AgentSession, force = false): Promise<void> {
    const outcome = await this.perform("accept", session, force ? { force } : {});
    if ("refused" in outcome) {
      if (outcome.failure.code !== "capacity_reached") return this.refused(session, outcome.refused);
      const anyway = { label: t("accept.anyway"), act: () => void this.take(session, true) };
      return toast(t("accept.full", { capacity: this.me.capacity }), oversees(this.me) ? anyway : null);
    }
    toast(t("accept.done"));
    this.write(outcome.session);
  }

  private async putAside(session: AgentSession, until: Date): Promise<void> {
    const outcome = await this.perform("snooze", session, { until: until.toISOString() });
    if ("refused" in outcome) return this.refused(session, outcome.refused);
    const mine = isMine(outcome.session, this.me);
    const back = mine ? this.undo(() => void this.take(outcome.session)) : null;
    toast(t("snooze.done", { time: untilTime(until) }), back);
    must("[data-title]").focus();
  }

  private async takeUp(session: AgentSession): Promise<void> {
    const outcome = await this.perform("reopen", session, {});
    if ("refused" in outcome) return this.refused(session, outcome.refused);
    toast(t(isMine(outcome.session, this.me) ? "reopen.done" : "reopen.queued"));
    this.write(outcome.session);
  }

  private passedOn(before: AgentSession, after: AgentSession, { name }: Target): void {
    const back = (): void => {
      if (canAccept(after, this.me)) void this.take(after);
      else void this.perform("transfer", after, { agent_id: this.me.id, force: true });
    };
    const mayTake = canSee(after, this.me) && canAccept(after, this.me);
    const mayUndo = isMine(before, this.me) && (mayTake || oversees(this.me));
    toast(t("transfer.done", { name }), mayUndo ? this.undo(back) : null);
  }

  /** Why closing may lose something that reopening would not bring back; null when nothing would be lost. */
  private doubt(): string | null {
    if (this.conversation.hasUnsent) return t("close.unsent");
    return this.conversation.composer.text.trim() ? t("close.draft") : null;
  }

  private undo(act: () => void): Offer {
    return { label: t("undo"), act };
  }

  /** Answer in the conversation, if it is still the one that is open. */
  private write(session: AgentSession): void {
    if (this.conversation.session?.id !== session.id) return;
    if (isMine(session, this.me)) this.conversation.composer.write("reply");
    else must("[data-title]").focus();
  }

  private refused(session: AgentSession, why: string): void {
    toast(why);
    if (this.conversation.session?.id === session.id && document.activeElement === document.body) {
      must("[data-title]").focus();
    }
  }

  private async perform(verb: Verb, session: AgentSession, body: object): Promise<Outcome> {
    const failure: Failure = { code: "busy", message: "" };
    if (this.busy) return { refused: t("action.busy"), failure };
    this.busy = true;
    const ack: Ack<{ session: AgentSession }> = await call("POST", sessionPath(session.id, verb), {
      assign_epoch: session.assign_epoch,
      ...body,
    });
    this.busy = false;
    if (!ack.ok) return { refused: await this.explain(session, ack.error), failure: ack.error };
    this.done(ack.session);
    return { session: ack.session };
  }

  /** Whatever refused us, what we show may be outdated: read it again, and say what happened. */
  private async explain(before: AgentSession, failure: Failure): Promise<string> {
    const opened = await fetchConversation(before.id).catch(() => null);
    if (opened) this.done(opened.session);
    if (!opened || !isOutdated(failure)) return failureText(failure);
    const [key, values] = happened(before, opened.session, this.me.id);
    return t(key, values);
  }
}
