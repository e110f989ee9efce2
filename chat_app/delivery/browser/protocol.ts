/** The shapes of the wire (docs/protocol.md, 3.2 and 4), as the browser sees them. */

export type SessionStatus = "bot" | "queued" | "active" | "snoozed" | "closed";
export type MessageKind = "text" | "file" | "note" | "system";
export type SenderKind = "visitor" | "agent" | "bot" | "system";
export type MessageStatus = "sent" | "delivered" | "read";
export type Priority = "low" | "normal" | "high" | "urgent";
export type AgentStatus = "online" | "away" | "offline";

export interface Sender {
  kind: SenderKind;
  id: string;
  name: string;
}

export interface Attachment {
  id: string;
  name: string;
  size: number;
  media_type: string;
  url: string;
  width?: number;
  height?: number;
}

export interface Message {
  id: string;
  session_id: string;
  seq: number;
  /** Only on the reader's own messages for visitors. */
  client_msg_id?: string | null;
  kind: MessageKind;
  sender: Sender;
  body: string;
  attachments: Attachment[];
  reply_to: string | null;
  status: MessageStatus;
  revision: number;
  edited_at: string | null;
  recalled_at: string | null;
  created_at: string;
}

export interface Queue {
  position: number;
  wait_seconds: number | null;
}

/** What a visitor may know of a session. */
export interface Session {
  id: string;
  status: SessionStatus;
  agent: { id: string; name: string; avatar_url: string | null } | null;
  department: { id: string; name: string } | null;
  subject: string | null;
  queue: Queue | null;
  last_seq: number;
  revision: number;
  epoch: string;
  unread: number;
  rating: { score: number; comment: string | null } | null;
  created_at: string;
  updated_at: string;
  closed_at: string | null;
  close_reason: string | null;
}

/** The page of the website that a visitor looks at. */
export interface PageView {
  url: string;
  title?: string | null;
}

/** What an agent sees of a session, besides the above. */
export interface AgentSession extends Session {
  site_id: string;
  visitor: {
    id: string;
    name: string | null;
    email: string | null;
    verified: boolean;
    online: boolean;
    page?: PageView | null;
  };
  tags: string[];
  priority: Priority;
  assign_epoch: number;
  assigned_because: { strategy: string; candidates: number } | null;
  left_message: boolean;
  /** Since when it has been in its queue. */
  waiting_since: string | null;
  snoozed_until: string | null;
  last_message: {
    seq: number;
    kind: MessageKind;
    sender_kind: SenderKind;
    excerpt: string;
    created_at: string;
  } | null;
}

/** An account as its colleagues see it. */
export interface Agent {
  id: string;
  name: string;
  email: string;
  role: "agent" | "supervisor" | "admin";
  capacity: number;
  status: AgentStatus;
  disabled: boolean;
  avatar_url: string | null;
  department_ids: string[];
  /** True while a socket of the agent is open. */
  connected: boolean;
  /** How many active sessions count against the capacity. */
  active_sessions: number;
}

export interface Department {
  id: string;
  name: string;
  agent_ids: string[];
}

/** A colleague who has the same session open. */
export interface Viewer {
  id: string;
  name: string;
}

/** One page of a session's messages, in rising seq (or revision, when asked by revision). */
export interface MessagePage {
  messages: Message[];
  last_seq: number;
  revision: number;
  epoch: string;
  has_more: boolean;
}

export interface Failure {
  code: string;
  message: string;
  errors?: Record<string, string[]>;
  /** Seconds. */
  retry_after?: number;
}

/** The answer to every request. `T` holds what comes besides `ok`. */
export type Ack<T> = ({ ok: true } & T) | { ok: false; error: Failure };

export type SentAck = Ack<{ message: Message; duplicate?: boolean }>;

export interface JoinedSession<S extends Session = Session> extends MessagePage {
  session: S;
  /** Messages up to `after_seq` that changed since `after_revision`. */
  changed?: Message[];
  /** To agents: everybody who has it open, oneself included. */
  viewers?: Viewer[];
}

export interface SyncedSessions {
  sessions: Record<string, { last_seq: number; revision: number }>;
}

/** Payloads of the server's events, by name. */
export interface ServerEvents<S extends Session = Session> {
  message_created: { message: Message; revision: number };
  message_updated: { message: Message; revision: number };
  session_updated: { session: S };
  session_closed: { session: S };
  session_assigned: { session: S; reason: "auto" | "accept" | "transfer" | "requeue" };
  session_queued: { session: S };
  session_left: { session_id: string };
  rights_changed: object;
  queue_updated: { session_id: string; position: number; wait_seconds: number | null };
  read_updated: {
    session_id: string;
    reader: "visitor" | "agent";
    delivered_seq: number;
    read_seq: number;
  };
  typing_changed: { session_id: string; sender: Sender; typing: boolean; preview?: string };
  agent_status_changed: { agent_id: string; status: AgentStatus };
  visitor_presence_changed: { visitor_id: string; online: boolean; page?: PageView | null };
  viewers_changed: { session_id: string; viewers: Viewer[] };
  server_draining: { reconnect_in: number };
}

/** How often a client asks the database whether it missed something, in milliseconds. */
export const SYNC_INTERVAL_MS = 25_000;
