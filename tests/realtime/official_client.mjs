// The official JavaScript client, told by its arguments what to do; prints one JSON document.
import { io } from "socket.io-client";

const [url, transports, token, sessionId, count] = process.argv.slice(2);
const told = { pushes: [], acks: [] };

function until(condition) {
  return new Promise((resolve, reject) => {
    const begin = Date.now();
    const timer = setInterval(() => {
      if (condition()) resolve(clearInterval(timer));
      else if (Date.now() - begin > 10_000) reject(new Error("it never came"), clearInterval(timer));
    }, 10);
  });
}

const options = { transports: transports.split(","), reconnection: false, forceNew: true };

const stranger = io(`${url}/visitor`, { ...options, auth: { token: "nonsense" } });
stranger.on("connect_error", (error) => (told.refusal = error.data?.code));
await until(() => told.refusal);
stranger.disconnect();

const socket = io(`${url}/visitor`, { ...options, auth: { token } });
socket.on("connect", () => (told.connected = true));
socket.on("disconnect", (reason) => (told.disconnected = reason));
socket.on("message_created", ({ message }) => told.pushes.push(message.body));
await until(() => told.connected);
told.joined = (await socket.timeout(5_000).emitWithAck("join_session", { session_id: sessionId })).ok;
if (options.transports.includes("websocket"))
  await until(() => socket.io.engine.transport.name === "websocket");
told.transport = socket.io.engine.transport.name;

const sends = [];
for (let number = 0; number < Number(count); number++) {
  const body = `你好 😀 ${number} `.padEnd(number === 0 ? 4_000 : 20, "字");
  const draft = { session_id: sessionId, client_msg_id: `js-${number}`, body };
  sends.push(socket.timeout(8_000).emitWithAck("send_message", draft));
}
told.acks = (await Promise.all(sends)).map(({ ok, message }) => (ok ? message.seq : null));
told.unknown = (await socket.timeout(5_000).emitWithAck("no_such_event", {})).error.code;
console.error("ready"); // now somebody else writes
await until(() => told.pushes.length >= 20);
socket.disconnect();
console.log(JSON.stringify(told));
