// Loads a server that speaks docs/protocol.md; prints `begin` and `end` around the load (with --idle
// also `empty` and `full` around the coming of those sockets), and then what it saw as one line of
// JSON. Ten thousand sockets need as many files: `ulimit -n 20000`.
//
//   node load.mjs --url http://127.0.0.1:8080 --password … [--email admin@example.com]
//     --pairs N      visitors who write, each with an agent who reads (default 50)
//     --per-agent K  sessions that one agent's socket follows (default 5)
//     --seconds S    how long (default 10)
//     --rate R       R messages a second in all; without it each visitor writes as soon as the
//                    last message was acknowledged
//     --idle N       first open N visitors' sockets that only listen
//
// Beside the figures it keeps books: what was acknowledged and not delivered (lost), delivered
// twice (doubled) or not in the order of its numbers (disordered).
import { parseArgs } from 'node:util'
import { Client, call } from './client.mjs'

const text = (value) => ({ type: 'string', default: value })
const { values: given } = parseArgs({
  options: {
    url: text('http://127.0.0.1:8080'), email: text('admin@example.com'), password: text('admin'),
    pairs: text('50'), 'per-agent': text('5'), seconds: text('10'), rate: text('0'), idle: text('0'),
  },
})
const { url } = given
const pairs = +given.pairs, perAgent = +given['per-agent'], seconds = +given.seconds
const BODY = 'Hello, my order 12345 has not arrived, can you please help me? ok'.slice(0, 64)
const GRACE_MS = 1500

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const quantile = (sorted, q) => (sorted.length ? +sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))].toFixed(1) : null)

/** Run `work(0 … count - 1)`, `together` at a time. */
async function many(count, together, work) {
  const done = []
  for (let from = 0; from < count; from += together) {
    const size = Math.min(together, count - from)
    done.push(...(await Promise.all(Array.from({ length: size }, (_, index) => work(from + index)))))
  }
  return done
}

const books = { sent: new Map(), acked: 0, refused: 0, delivered: 0, doubled: 0, disordered: 0, ackMs: [], deliveryMs: [] }

/** What an agent's socket hears: every message once, in the order of its number. */
function reader(lastSeq) {
  return (name, data) => {
    if (name !== 'message_created') return
    const { message } = data
    const last = lastSeq.get(message.session_id)
    if (last !== undefined && message.seq <= last) books.doubled++
    else if (last !== undefined && message.seq !== last + 1) books.disordered++
    lastSeq.set(message.session_id, message.seq)
    const begun = books.sent.get(message.client_msg_id)
    if (begun === undefined) return
    books.sent.delete(message.client_msg_id)
    books.delivered++
    books.deliveryMs.push(performance.now() - begun)
  }
}

const openSession = () => call(url, '/api/chat/sessions', { name: 'load' })

async function openVisitor(session) {
  const visitor = await Client.open(url, '/visitor', session.visitor_token)
  await visitor.ask('join_session', { session_id: session.session.id, after_seq: 0 })
  return visitor
}

async function openAgent(token, sessions) {
  const agent = await Client.open(url, '/agent', token, reader(new Map()))
  for (const { session } of sessions) await agent.ask('join_session', { session_id: session.id, after_seq: 0 })
}

/** Sockets that only listen, and how many a second came through each of three doors. */
async function openIdle(count) {
  const rates = {}
  const timed = async (name, together, work) => {
    const begun = performance.now()
    const done = await many(count, together, work)
    rates[name] = Math.round(count / ((performance.now() - begun) / 1000))
    return done
  }
  const opened = await timed('opens_per_s', 20, openSession)
  await pause(GRACE_MS)
  console.log('empty')
  const clients = await timed('connects_per_s', 100, (index) => Client.open(url, '/visitor', opened[index].visitor_token))
  await timed('joins_per_s', 100, (index) => clients[index].ask('join_session', { session_id: opened[index].session.id, after_seq: 0 }))
  await pause(GRACE_MS)
  console.log('full')
  return { clients, rates }
}

async function send(visitor, session, id) {
  const begun = performance.now()
  books.sent.set(id, begun)
  const answer = await visitor.emit('send_message', { session_id: session.session.id, client_msg_id: id, body: BODY })
  if (answer.ok) {
    books.acked++
    books.ackMs.push(performance.now() - begun)
    return
  }
  books.sent.delete(id)
  if (books.refused++ === 0) console.error(JSON.stringify(answer))
}

/** Each visitor writes again as soon as it was answered. */
async function closedLoop(visitors, sessions, until) {
  await Promise.all(visitors.map(async (visitor, index) => {
    for (let n = 0; performance.now() < until; n++) await send(visitor, sessions[index], `${process.pid}-${index}-${n}`)
  }))
}

/** `rate` messages a second in all, however long the answers take. */
async function openLoop(visitors, sessions, until, rate) {
  const begun = performance.now()
  for (let n = 0; performance.now() < until; await pause(5)) {
    for (const due = ((performance.now() - begun) / 1000) * rate; n < due; n++) {
      send(visitors[n % pairs], sessions[n % pairs], `${process.pid}-${n}`)
    }
  }
}

const idle = +given.idle ? await openIdle(+given.idle) : null
const sessions = await many(pairs, 20, openSession)
const { token } = await call(url, '/api/auth/login', { email: given.email, password: given.password })
const visitors = await many(pairs, 50, (index) => openVisitor(sessions[index]))
await many(Math.ceil(pairs / perAgent), 20, (agent) => openAgent(token, sessions.slice(agent * perAgent, (agent + 1) * perAgent)))

console.log('begin')
const begun = performance.now()
const until = begun + seconds * 1000
if (+given.rate) await openLoop(visitors, sessions, until, +given.rate)
else await closedLoop(visitors, sessions, until)
const elapsed = (performance.now() - begun) / 1000
console.log('end')
await pause(GRACE_MS)

const ack = books.ackMs.sort((a, b) => a - b), delivery = books.deliveryMs.sort((a, b) => a - b)
console.log(JSON.stringify({
  pairs, rate: +given.rate, messages_per_s: Math.round(books.acked / elapsed), acked: books.acked, refused: books.refused,
  lost: books.acked - books.delivered, doubled: books.doubled, disordered: books.disordered,
  ack_p50_ms: quantile(ack, 0.5), ack_p99_ms: quantile(ack, 0.99),
  delivery_p50_ms: quantile(delivery, 0.5), delivery_p99_ms: quantile(delivery, 0.99),
  ...(idle && { idle: +given.idle, ...idle.rates, idle_alive: idle.clients.filter((one) => one.alive).length }),
}))
process.exit(0)
