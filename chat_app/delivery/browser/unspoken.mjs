/**
 * An esbuild plugin that leaves out of the Socket.IO client what our pages never speak: binary data,
 * WebTransport, XMLHttpRequest and the parsing of addresses for browsers without URL.
 */

import path from "node:path";

// File of the client, without its folder and ".js" → what stands in its place.
const INSTEAD = new Map([
  ["webtransport", `export class WT {}`],
  ["polling-xhr", `export { Fetch as XHR } from "./polling-fetch.js";`],
  [
    "binary",
    `export const deconstructPacket = (packet) => ({ packet, buffers: [] });
     export const reconstructPacket = (packet) => packet;`,
  ],
  ["is-binary", `export const isBinary = () => false, hasBinary = isBinary;`],
  [
    "encodePacket.browser",
    `import { PACKET_TYPES } from "./commons.js";
     export const encodePacket = ({ type, data }, _, done) => done(PACKET_TYPES[type] + (data || ""));
     export const encodePacketToBinary = () => {};`,
  ],
  [
    "decodePacket.browser",
    `import { ERROR_PACKET, PACKET_TYPES_REVERSE } from "./commons.js";
     export const decodePacket = (text) => {
       const type = PACKET_TYPES_REVERSE[text[0]];
       return type ? { type, ...(text[1] ? { data: text.slice(1) } : {}) } : ERROR_PACKET;
     };`,
  ],
  [
    "parseuri",
    `export const parse = (text) => {
       const { protocol, hostname, port, pathname, search } = new URL(text);
       const host = hostname.replace(/[[\\]]/g, "");
       return { source: text, protocol: protocol.slice(0, -1), host, port, path: pathname, query: search.slice(1) };
     };`,
  ],
]);

const CLIENT = /node_modules[/\\](?:engine\.io-client|engine\.io-parser|socket\.io-parser)[/\\].*\.js$/;

export const withoutUnspoken = {
  name: "without-unspoken",
  setup({ onLoad }) {
    onLoad({ filter: CLIENT }, ({ path: file }) => {
      const contents = INSTEAD.get(path.basename(file, ".js"));
      return contents && { contents, resolveDir: path.dirname(file) };
    });
  },
};
