import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { Connection } from "../../chat_app/delivery/browser/connection";
import type { AgentSession, Message } from "../../chat_app/delivery/browser/protocol";
import { Follower } from "../../chat_app/delivery/dashboard/src/follower";
import { Sight } from "../../chat_app/delivery/dashboard/src/sight";
import { session } from "./dashboard_sessions";

const OPEN = session({ id: "open" });
const LISTED = session({ id: "listed" });
const SILENT = { ok: false, error: { code: "timeout", message: "No answer in time" } };
const GONE = { ok: false, error: { code: "not_found", message: "There is no such session" } };

/** A message that was said to the open session. */
function said(seq: number): Message {
  return { id: `m${seq}`, session_id: OPEN.id, seq, revision: seq, body: `text ${seq}` } as Message;
}

/** A page with an open conversation and a row below it; the server has `log`, and shows what is `visible`. */
class Scene {
  visible = new Set([OPEN.id, LISTED.id]);
  log = [said(1)];
  /** Events that get no answer. */
  readonly silent = new Set<string>();
  readonly asked: string[] = [];
  readonly lost: string[] = [];
  /** Runs while the server is asked the next time. */
  meanwhile = (): void => undefined;
  readonly rows = new Map([OPEN, LISTED].map((one) => [one.id, one]));
  readonly conversation: { session: AgentSession | null; follower: Follower | null; last: number };
  readonly sight: Sight;
  readonly follower: Follower;

  constructor() {
    const connection = { request: (event: string, given: object) => this.answer(event, given) } as unknown as Connection;
    const nothing = (): void => undefined;
    this.follower = new Follower(connection, OPEN.id, {
      session: nothing,
      messages: nothing,
      viewers: nothing,
      gone: () => this.sight.gone(OPEN.id),
    });
    this.follower.timeline.reset({ messages: [...this.log], last_seq: 1, revision: 1, epoch: "e1", has_more: false });
    this.conversation = { session: OPEN, follower: this.follower, last: 1 };
    const list = { session: (id: string) => this.rows.get(id), lose: (id: string) => void this.rows.delete(id) };
    this.sight = new Sight(connection, this.conversation, list, ({ id }) => {
      this.lost.push(id);
      this.leave();
    });
  }

  leave(): void {
    Object.assign(this.conversation, { session: null, follower: null, last: 0 });
  }

  get texts(): string[] {
    return this.follower.timeline.messages.map(({ body }) => body);
  }

  private async answer(event: string, given: object): Promise<object> {
    this.asked.push(event);
    if (this.silent.has(event)) return SILENT;
    await Promise.resolve();
    const { meanwhile } = this;
    this.meanwhile = () => undefined;
    meanwhile();
    return event === "sync" ? this.positions(given as { sessions: object }) : this.page(given as { after_seq: number });
  }

  private positions({ sessions }: { sessions: object }): object {
    const last = this.log.length;
    const found = Object.keys(sessions).filter((id) => this.visible.has(id));
    return { ok: true, sessions: Object.fromEntries(found.map((id) => [id, { last_seq: last, revision: last }])) };
  }

  private page({ after_seq }: { after_seq: number }): object {
    if (!this.visible.has(OPEN.id)) return GONE;
    const last = this.log.length;
    const messages = this.log.slice(after_seq);
    return { ok: true, session: OPEN, messages, changed: [], last_seq: last, revision: last, epoch: "e1", has_more: false };
  }
}

/** Somebody who follows the open session. */
async function following(): Promise<Scene> {
  const scene = new Scene();
  await scene.follower.join();
  scene.asked.length = 0;
  return scene;
}

test("what left and came back is joined again, with what was said meanwhile", async () => {
  const scene = await following();
  scene.log.push(said(2));
  await scene.sight.check(OPEN.id);
  assert.deepEqual(scene.asked, ["sync", "join_session"]);
  assert.deepEqual([scene.texts, scene.lost, scene.rows.size], [["text 1", "text 2"], [], 2]);
});

test("it is joined again although nothing was said meanwhile", async () => {
  const scene = await following();
  await scene.sight.check(OPEN.id);
  assert.deepEqual(scene.asked, ["sync", "join_session"]);
});

for (const event of ["sync", "join_session"]) {
  test(`where ${event} gets no answer, the next sync leads back into the room`, async () => {
    const scene = await following();
    scene.silent.add(event);
    await scene.sight.check(OPEN.id);
    assert.deepEqual([scene.conversation.session, scene.rows.size, scene.lost], [OPEN, 2, []]);
    scene.silent.clear();
    scene.asked.length = 0;
    await scene.sight.sync();
    await scene.sight.sync();
    assert.deepEqual(scene.asked, ["sync", "join_session", "sync"], "once, for now it follows");
  });
}

test("after a new connection only an answered join counts", async () => {
  const scene = await following();
  scene.silent.add("join_session");
  await scene.follower.join();
  scene.silent.clear();
  await scene.sight.sync();
  assert.deepEqual(scene.asked, ["join_session", "sync", "join_session"]);
});

test("what left for good leaves list and screen, and is joined no more", async () => {
  const scene = await following();
  scene.visible.delete(OPEN.id);
  await scene.sight.check(OPEN.id);
  assert.deepEqual([scene.lost, [...scene.rows.keys()], scene.asked], [[OPEN.id], [LISTED.id], ["sync"]]);
});

test("what left while there was no connection leaves with the join that does not find it", async () => {
  const scene = await following();
  scene.visible.delete(OPEN.id);
  await scene.follower.join();
  assert.deepEqual([scene.lost, [...scene.rows.keys()], scene.asked], [[OPEN.id], [LISTED.id], ["join_session"]]);
});

for (const [status, isLost] of [[404, true], [503, false]] as const) {
  test(`without a socket an answer ${status} ${isLost ? "lets go of it" : "changes nothing"}`, async (t) => {
    const scene = await following();
    const page = { querySelector: () => ({ value: "the page's token" }) };
    Object.defineProperty(globalThis, "document", { value: page, configurable: true });
    const answer = Response.json({ code: status === 404 ? "not_found" : "unavailable" }, { status });
    mock.method(globalThis, "fetch", () => Promise.resolve(answer));
    t.after(() => {
      mock.restoreAll();
      Reflect.deleteProperty(globalThis, "document");
    });
    await scene.follower.catchUp();
    assert.deepEqual([scene.lost.length === 1, scene.rows.size], [isLost, isLost ? 1 : 2]);
  });
}

test("a join that does not find what was closed meanwhile closes nothing else", async () => {
  const scene = await following();
  scene.visible.delete(OPEN.id);
  scene.meanwhile = () => scene.follower.end();
  await scene.follower.join();
  assert.deepEqual(scene.lost, []);
});

test("a row that left goes, and the open conversation stays as it is", async () => {
  const scene = await following();
  scene.visible.delete(LISTED.id);
  await scene.sight.check(LISTED.id);
  assert.deepEqual([scene.lost, [...scene.rows.keys()], scene.asked], [[], [OPEN.id], ["sync"]]);
});

test("a row that came back stays, and where it stands is nothing to the open conversation", async () => {
  const scene = await following();
  scene.log.push(said(2));
  await scene.sight.check(LISTED.id);
  assert.deepEqual([scene.rows.size, scene.asked], [2, ["sync"]]);
});

test("nothing is asked of what is neither open nor listed", async () => {
  const scene = await following();
  await scene.sight.check("elsewhere");
  assert.deepEqual(scene.asked, []);
});

test("sync lets go of the open conversation that it does not answer: the push was lost", async () => {
  const scene = await following();
  scene.visible.delete(OPEN.id);
  await scene.sight.sync();
  assert.deepEqual([scene.lost, [...scene.rows.keys()]], [[OPEN.id], [LISTED.id]]);
});

test("sync fetches what was missed, and nothing where nothing was", async () => {
  const scene = await following();
  await scene.sight.sync();
  assert.deepEqual(scene.asked, ["sync"]);
  scene.log.push(said(2));
  await scene.sight.sync();
  assert.deepEqual([scene.asked, scene.texts], [["sync", "sync", "join_session"], ["text 1", "text 2"]]);
});

test("without an open conversation there is nothing to sync", async () => {
  const scene = await following();
  scene.leave();
  await scene.sight.sync();
  assert.deepEqual(scene.asked, []);
});

for (const visible of [true, false]) {
  test(`what was closed while the server was asked stays closed, ${visible ? "in" : "out of"} sight`, async () => {
    const scene = await following();
    scene.meanwhile = () => scene.leave();
    if (!visible) scene.visible.delete(OPEN.id);
    await scene.sight.check(OPEN.id);
    assert.deepEqual([scene.lost, scene.asked, scene.rows.has(OPEN.id)], [[], ["sync"], visible]);
  });
}
