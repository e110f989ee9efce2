import assert from "node:assert/strict";
import { test } from "node:test";
import { Decoder, Encoder, type Packet, PacketType } from "../../chat_app/delivery/browser/text_packets";

// Each with its text as the Socket.IO protocol 5 has it.
const SENT: [text: string, packet: Packet][] = [
  ['0/visitor,{"token":"t"}', { type: PacketType.CONNECT, nsp: "/visitor", data: { token: "t" } }],
  ["0/agent,", { type: PacketType.CONNECT, nsp: "/agent" }],
  ["1/visitor,", { type: PacketType.DISCONNECT, nsp: "/visitor" }],
  ['2["sync",{}]', { type: PacketType.EVENT, nsp: "/", data: ["sync", {}] }],
  [
    '2/visitor,12["send_message",{"body":"1,2\\n/3 你好"}]',
    { type: PacketType.EVENT, nsp: "/visitor", id: 12, data: ["send_message", { body: "1,2\n/3 你好" }] },
  ],
  ['3/visitor,0[{"ok":true}]', { type: PacketType.ACK, nsp: "/visitor", id: 0, data: [{ ok: true }] }],
];

function decoded(text: string): Packet {
  const found: Packet[] = [];
  const decoder = new Decoder();
  decoder.on("decoded", (packet) => found.push(packet));
  decoder.add(text);
  assert.equal(found.length, 1);
  return found[0]!;
}

test("packets are written in the library's words, and read back the same", () => {
  for (const [text, packet] of SENT) {
    assert.deepEqual(new Encoder().encode(packet), [text]);
    assert.deepEqual(decoded(text), { id: undefined, data: undefined, ...packet });
  }
});

test("a refusal, and a namespace without its comma, are read", () => {
  const data = { message: "no", data: { code: "blocked" } };
  const refusal = { type: PacketType.CONNECT_ERROR, nsp: "/visitor", id: undefined, data };
  assert.deepEqual(decoded(`4/visitor,${JSON.stringify(data)}`), refusal);
  assert.deepEqual(decoded("1/visitor"), { type: PacketType.DISCONNECT, nsp: "/visitor", id: undefined, data: undefined });
});

test("anything else is no packet", () => {
  for (const text of ["", "9", "x", '51-["binary"]', '2{"a":1}', "2/visitor,", "3/visitor,1{}", '0[1]', "2[broken"]) {
    assert.throws(() => decoded(text), SyntaxError, text);
  }
});
