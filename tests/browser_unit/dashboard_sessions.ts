/** A session as agents see it, for the tests of the dashboard. */

import type { AgentSession } from "../../chat_app/delivery/browser/protocol";

/** One that waits, with what the test is about. */
export function session(over: Partial<AgentSession> = {}): AgentSession {
  const at = "2026-11-24T10:00:00.000Z";
  return {
    id: "session",
    site_id: "site",
    status: "queued",
    visitor: { id: "visitor", name: null, email: null, verified: false, online: true, page: null },
    agent: null,
    department: null,
    subject: null,
    tags: [],
    priority: "normal",
    queue: { position: 1, wait_seconds: null },
    assign_epoch: 0,
    assigned_because: null,
    waiting_since: at,
    snoozed_until: null,
    left_message: false,
    last_message: null,
    last_seq: 1,
    revision: 1,
    epoch: "e1",
    unread: 0,
    rating: null,
    created_at: at,
    updated_at: at,
    closed_at: null,
    close_reason: null,
    ...over,
  };
}

/** One that this agent has. */
export function heldBy(id: string, over: Partial<AgentSession> = {}): AgentSession {
  return session({ status: "active", queue: null, agent: { id, name: `Agent ${id}`, avatar_url: null }, ...over });
}
