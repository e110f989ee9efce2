/** Editing and recalling (撤回) one's own messages: what may be changed, and the change under way. */

import type { Ack, Failure, Message } from "./protocol";

/** How long visitors may change what they have sent; agents may at any time. */
const VISITOR_WINDOW_MS = 2 * 60_000;
const SHOW_FAILURE_MS = 6_000;

export interface RevisingOptions {
  /** True for the reader's own messages. */
  isOwn: (message: Message) => boolean;
  /** The server's clock. */
  now: () => Date;
  /** False while nothing can be written, as in a closed conversation. */
  canWrite: () => boolean;
  /** Ask the server to change a message; without a body it is recalled. Never rejects. */
  change: (message: Message, body?: string) => Promise<Ack<{ message: Message }>>;
  /** Show the changed message. */
  apply: (message: Message) => void;
  onChange: () => void;
}

export class Revising {
  /** The message that is being edited. */
  editing: Message | null = null;
  /** Why the last change did not work, for some seconds. */
  failure: Failure | null = null;
  isSaving = false;
  /** What was recalled here, to be written again. */
  private readonly recalled = new Map<string, string>();

  private fading: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: RevisingOptions) {}

  canRecall(message: Message): boolean {
    const { isOwn } = this.options;
    if (message.kind === "system" || message.recalled_at || !isOwn(message)) return false;
    return message.sender.kind === "agent" || this.left(message) > 0;
  }

  canEdit(message: Message): boolean {
    return message.kind !== "file" && this.options.canWrite() && this.canRecall(message);
  }

  /** Milliseconds until one message fewer may be changed; null when that does not come. */
  nextEnd(messages: readonly Message[]): number | null {
    const ends = messages.filter((one) => one.sender.kind === "visitor" && this.canRecall(one));
    return ends.length ? Math.min(...ends.map((one) => this.left(one))) : null;
  }

  /** Begin to edit; false when it is too late. */
  edit(message: Message): boolean {
    if (!this.canEdit(message)) return false;
    this.become(message);
    return true;
  }

  /** Begin to edit the newest message that may be. */
  editLast(messages: readonly Message[]): void {
    const last = messages.findLast((message) => this.canEdit(message));
    if (last) this.edit(last);
  }

  cancel(): void {
    if (this.editing) this.become(null);
  }

  /** Say it differently. What has not changed needs no server. */
  async save(body: string): Promise<void> {
    const message = this.editing;
    if (!message || this.isSaving) return;
    if (body === message.body) return this.cancel();
    this.isSaving = true;
    this.failure = null;
    this.options.onChange();
    const ack = await this.options.change(message, body);
    this.isSaving = false;
    if (!ack.ok) this.fail(ack.error);
    else {
      this.options.apply(ack.message);
      if (this.editing?.id === message.id) this.cancel();
    }
  }

  async recall(message: Message): Promise<void> {
    if (this.editing?.id === message.id) this.cancel();
    this.failure = null;
    const ack = await this.options.change(message);
    if (!ack.ok) return this.fail(ack.error);
    if (message.body) this.recalled.set(message.id, message.body);
    this.options.apply(ack.message);
  }

  /** The text of a message that was recalled here; null when it is not known any more. */
  textOf(message: Message): string | null {
    return (message.recalled_at && this.options.canWrite() && this.recalled.get(message.id)) || null;
  }

  /** Changes arrived: what was recalled elsewhere is edited no longer. */
  follow(messages: readonly Message[]): void {
    const { editing } = this;
    if (editing && messages.some(({ id, recalled_at }) => id === editing.id && recalled_at)) this.cancel();
  }

  private left(message: Message): number {
    return new Date(message.created_at).getTime() + VISITOR_WINDOW_MS - this.options.now().getTime();
  }

  private become(message: Message | null): void {
    clearTimeout(this.fading);
    this.editing = message;
    this.failure = null;
    this.options.onChange();
  }

  private forgive(): void {
    this.failure = null;
    this.options.onChange();
  }

  private fail(error: Failure): void {
    this.failure = error;
    this.options.onChange();
    clearTimeout(this.fading);
    this.fading = setTimeout(() => this.forgive(), SHOW_FAILURE_MS);
  }
}
