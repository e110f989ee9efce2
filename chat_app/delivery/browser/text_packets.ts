/** The packets of Socket.IO (protocol 5) as our pages speak them: text only. Stands in for socket.io-parser. */

import { Emitter } from "@socket.io/component-emitter";

export const PacketType = { CONNECT: 0, DISCONNECT: 1, EVENT: 2, ACK: 3, CONNECT_ERROR: 4 };
export const protocol = 5;

export interface Packet {
  type: number;
  nsp: string;
  id?: number | undefined;
  data?: unknown;
}

/** Kind, namespace unless it is "/", number of the answer, and the payload as JSON. */
const PACKET = /^([0-4])(?:(\/[^,]*),?)?(\d*)(.*)$/s;

export class Encoder {
  encode({ type, nsp, id, data }: Packet): string[] {
    return [`${type}${nsp === "/" ? "" : `${nsp},`}${id ?? ""}${data === undefined ? "" : JSON.stringify(data)}`];
  }
}

export class Decoder extends Emitter<object, object, { decoded: (packet: Packet) => void }> {
  /** Throws on what is no packet; the manager then closes the connection and opens another. */
  add(text: string): void {
    const [, kind, nsp = "/", id, json] = PACKET.exec(text) ?? [];
    const type = Number(kind);
    const data: unknown = json ? JSON.parse(json) : undefined;
    const isList = type === PacketType.EVENT || type === PacketType.ACK;
    if (!kind || Array.isArray(data) !== isList) throw new SyntaxError("no packet");
    this.emitReserved("decoded", { type, nsp, id: id ? Number(id) : undefined, data });
  }

  destroy(): void {
    // Nothing is kept between two packets.
  }
}
