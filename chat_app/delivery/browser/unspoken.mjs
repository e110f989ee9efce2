/**
 * An esbuild plugin that leaves out of the Socket.IO client what our pages never speak or call: binary
 * data, WebTransport, XMLHttpRequest, and what is there for browsers and runtimes we do not build for.
 */

import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const CLIENT = /node_modules[/\\](?:@socket\.io[/\\])?([\w.-]+)[/\\](?:build|lib)[/\\]esm[/\\](?:.*[/\\])?([\w.-]+)\.js$/;

// Package and file of the client, without its folders and ".js" → what stands in its place.
const INSTEAD = new Map([
  ["socket.io-parser/index", `export * from "${path.join(HERE, "text_packets.ts").replaceAll("\\", "/")}";`],
  [
    "component-emitter/index",
    `export class Emitter {
       on(event, react) {
         ((this._heard ??= { __proto__: null })[event] ??= []).push(react);
         return this;
       }
       once(event, react) {
         const once = (...given) => {
           this.off(event, once);
           react.apply(this, given);
         };
         once.fn = react;
         return this.on(event, once);
       }
       off(event, react) {
         const all = event ? (this._heard ?? {}) : (this._heard = {});
         if (all[event]) all[event] = all[event].filter((one) => react && one !== react && one.fn !== react);
         return this;
       }
       emit(event, ...given) {
         for (const react of this._heard?.[event]?.slice() ?? []) react.apply(this, given);
         return this;
       }
     }
     const { prototype } = Emitter;
     prototype.emitReserved = prototype.emit;
     prototype.removeListener = prototype.removeAllListeners = prototype.off;`,
  ],
  ["engine.io-client/webtransport", `export class WT {}`],
  ["engine.io-client/polling-xhr", `export { Fetch as XHR } from "./polling-fetch.js";`],
  [
    "engine.io-client/websocket",
    `import { Transport } from "../transport.js";
     import { encodePacket } from "engine.io-parser";
     export class WS extends Transport {
       get name() { return "websocket"; }
       doOpen() {
         try {
           this.ws = new WebSocket(this.createUri(this.opts.secure ? "wss" : "ws", this.query));
         } catch (error) {
           return this.onError(error);
         }
         this.ws.onopen = () => this.onOpen();
         this.ws.onclose = (context) => this.onClose({ description: "websocket connection closed", context });
         this.ws.onmessage = ({ data }) => this.onData(data);
         this.ws.onerror = (event) => this.onError("websocket error", event);
       }
       write(packets) {
         this.writable = false;
         for (const packet of packets) encodePacket(packet, true, (data) => this.ws.send(data));
         queueMicrotask(() => {
           this.writable = true;
           this.emitReserved("drain");
         });
       }
       doClose() {
         if (this.ws) this.ws.onerror = null;
         this.ws?.close();
       }
     }`,
  ],
  [
    "engine.io-client/util",
    `export const installTimerFunctions = (one) => {
       one.setTimeoutFn = setTimeout.bind(globalThis);
       one.clearTimeoutFn = clearTimeout.bind(globalThis);
     };
     export const byteLength = (text) => new TextEncoder().encode(text).length;
     export const randomString = () => Math.random().toString(36).slice(2);`,
  ],
  [
    "engine.io-client/globals",
    `export const nextTick = queueMicrotask, defaultBinaryType = "arraybuffer", createCookieJar = () => {};`,
  ],
  [
    "engine.io-client/parseqs",
    `export const encode = (query) => \`\${new URLSearchParams(query)}\`;
     export const decode = (text) => Object.fromEntries(new URLSearchParams(text));`,
  ],
  [
    "engine.io-client/parseuri",
    `export const parse = (text) => {
       const { protocol, hostname, port, search } = new URL(text);
       return { protocol: protocol.slice(0, -1), host: hostname.replace(/[[\\]]/g, ""), port, query: search.slice(1) };
     };`,
  ],
  [
    "socket.io-client/url",
    `export const url = (text) => {
       const { origin, host, pathname } = new URL(text, location);
       return { source: origin, id: host, path: pathname };
     };`,
  ],
  [
    "engine.io-parser/encodePacket.browser",
    `import { PACKET_TYPES } from "./commons.js";
     export const encodePacket = ({ type, data }, _, done) => done(PACKET_TYPES[type] + (data || ""));
     export const encodePacketToBinary = () => {};`,
  ],
  [
    "engine.io-parser/decodePacket.browser",
    `import { ERROR_PACKET, PACKET_TYPES_REVERSE } from "./commons.js";
     export const decodePacket = (text) => {
       const type = PACKET_TYPES_REVERSE[text[0]];
       return type ? { type, ...(text[1] ? { data: text.slice(1) } : {}) } : ERROR_PACKET;
     };`,
  ],
]);

// Methods of a class that nobody calls; in their place stands nothing, or what is given.
const UNCALLED = new Map([
  [
    "socket.io-client/socket",
    {
      "_addToQueue(args)": "",
      "_drainQueue(force = false)": "_drainQueue() {}",
      "emitWithAck(ev, ...args)": "",
      "send(...args)": "",
      "compress(compress)": "",
      "onAny(listener)": "",
      "prependAny(listener)": "",
      "offAny(listener)": "",
      "listenersAny()": "",
      "onAnyOutgoing(listener)": "",
      "prependAnyOutgoing(listener)": "",
      "offAnyOutgoing(listener)": "",
      "listenersAnyOutgoing()": "",
      "notifyOutgoingListeners(packet)": "notifyOutgoingListeners() {}",
    },
  ],
]);

export const withoutUnspoken = {
  name: "without-unspoken",
  setup({ onLoad }) {
    onLoad({ filter: CLIENT }, async ({ path: file }) => {
      const name = CLIENT.exec(file).slice(1).join("/");
      const uncalled = UNCALLED.get(name);
      const contents = uncalled ? without(uncalled, await readFile(file, "utf8")) : INSTEAD.get(name);
      return contents && { contents, resolveDir: path.dirname(file) };
    });
  },
};

/** The client's files are formatted: a method begins and ends at four spaces. */
function without(methods, source) {
  for (const [head, instead] of Object.entries(methods)) {
    const start = source.indexOf(`\n    ${head} {\n`);
    const end = source.indexOf("\n    }\n", start);
    if (start < 0 || end < 0) throw new Error(`The Socket.IO client has no ${head} any more`);
    source = `${source.slice(0, start)}\n${instead}${source.slice(end + 6)}`;
  }
  return source;
}
