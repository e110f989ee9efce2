/** What we may still see: what came back is followed again, and what is out of sight is let go. */

import type { Connection } from "../../browser/connection";
import type { AgentSession, SyncedSessions } from "../../browser/protocol";
import type { Conversation } from "./conversation";
import type { List } from "./list";

export class Sight {
  /** `lost` is told of the open conversation that went out of sight. */
  constructor(
    private readonly connection: Pick<Connection, "request">,
    private readonly conversation: Pick<Conversation, "session" | "follower" | "last">,
    private readonly list: Pick<List, "session" | "lose">,
    private readonly lost: (session: AgentSession) => void,
  ) {}

  /** A session left where we saw it, or our rights changed: ask whether we may still see it. */
  async check(id: string): Promise<void> {
    const { session, follower } = this.conversation;
    if (session?.id === id) follower?.parted();
    else if (!this.list.session(id)) return;
    await this.ask(id, 0);
  }

  /** Ask how far the open conversation is, and whether it is still ours to see: pushes may be lost. */
  async sync(): Promise<void> {
    const { session, last } = this.conversation;
    if (session) await this.ask(session.id, last);
  }

  /** It is not there for us any longer. */
  gone(id: string): void {
    const { session } = this.conversation;
    this.list.lose(id);
    if (session?.id === id) this.lost(session);
  }

  private async ask(id: string, last: number): Promise<void> {
    const ack = await this.connection.request<SyncedSessions>("sync", { sessions: { [id]: last } });
    if (!ack.ok) return;
    const position = ack.sessions[id];
    const { session, follower } = this.conversation;
    if (!position) this.gone(id);
    else if (session?.id === id) await follower?.check(position);
  }
}
