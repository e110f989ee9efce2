/** How far both sides have read, in the visitor's numbers; marks only ever move up. */

import type { Message, MessageStatus, ServerEvents } from "../../../browser/protocol";
import { isSomebodyElse } from "./pushes";

export class Marks {
  /** What the visitor has read. */
  read = 0;
  private agentRead = 0;
  private agentDelivered = 0;

  /** Take the state of a freshly loaded page: `unread` as the server counts it. */
  reset(messages: readonly Message[], unread: number): void {
    this.read = this.agentRead = this.agentDelivered = 0;
    this.learn(messages);
    const foreign = messages.filter((message) => message.sender.kind !== "visitor");
    const firstUnread = foreign[Math.max(0, foreign.length - unread)];
    const last = messages.at(-1)?.seq ?? 0;
    this.read = unread > 0 && firstUnread ? firstUnread.seq - 1 : last;
  }

  /** Messages carry how far they had come when they were read from the database. */
  learn(messages: readonly Message[]): void {
    for (const { sender, seq, status } of messages) {
      if (sender.kind !== "visitor" || status === "sent") continue;
      this.agentDelivered = Math.max(this.agentDelivered, seq);
      if (status === "read") this.agentRead = Math.max(this.agentRead, seq);
    }
  }

  apply({ reader, delivered_seq, read_seq }: ServerEvents["read_updated"]): void {
    if (reader === "visitor") {
      this.read = Math.max(this.read, read_seq);
      return;
    }
    this.agentRead = Math.max(this.agentRead, read_seq);
    this.agentDelivered = Math.max(this.agentDelivered, delivered_seq, read_seq);
  }

  /** How far one of the visitor's own messages has come. */
  statusOf(message: Message): MessageStatus {
    if (message.seq <= this.agentRead) return "read";
    return message.seq <= this.agentDelivered ? "delivered" : message.status;
  }

  /** Messages of people and bots the visitor has not seen; system lines call nobody. */
  unread(messages: readonly Message[]): number {
    return messages.filter(({ seq, sender }) => seq > this.read && isSomebodyElse(sender)).length;
  }
}
