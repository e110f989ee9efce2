/** Asking REST in the agent's name: the cookie says who, the page's token that it is our own script. */

import type { Ack, Failure } from "../../browser/protocol";
import { must } from "./dom";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const PATIENCE_MS = 10_000;

/**
 * Ask once; never rejects. Code "offline" means that the server was not reached, code "timeout" that
 * the outcome is unknown, so that repeating must be harmless.
 */
export async function call<T>(method: Method, path: string, body?: object): Promise<Ack<T>> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    const response = await fetch(path, {
      method,
      headers: {
        accept: "application/json",
        "X-CSRF-Token": must<HTMLInputElement>("input[name=csrf_token]").value,
        ...(body ? { "content-type": "application/json" } : {}),
      },
      body: body ? JSON.stringify(body) : null,
      credentials: "same-origin",
      signal: stop.signal,
    });
    if (!response.ok) return { ok: false, error: await failureOf(response) };
    const answer = response.status === 204 ? {} : await response.json();
    return { ok: true, ...(answer as T) };
  } catch {
    return { ok: false, error: { code: stop.signal.aborted ? "timeout" : "offline", message: "" } };
  } finally {
    clearTimeout(timer);
  }
}

/** The address of what can be done with a session. */
export function sessionPath(id: string, verb = ""): string {
  return `/api/chat/sessions/${encodeURIComponent(id)}${verb && `/${verb}`}`;
}

async function failureOf(response: Response): Promise<Failure> {
  const problem = (await response.json().catch(() => ({}))) as Partial<Failure> & { detail?: string };
  const wait = Number(response.headers.get("Retry-After"));
  return {
    code: problem.code ?? "unknown",
    message: problem.detail ?? "",
    ...(problem.errors ? { errors: problem.errors } : {}),
    ...(wait ? { retry_after: wait } : {}),
  };
}
