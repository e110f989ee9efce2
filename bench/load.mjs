// Loads a server that speaks docs/protocol.md; prints `begin` and `end` around the load (and with
// --idle before that `empty` and `full` around the coming of those sockets), and then what it saw
// as one line of JSON. Ten thousand sockets need as many files: `ulimit -n 20000`.
//
//   node load.mjs --url http://127.0.0.1:8080 --password … [--email admin@example.com]
//     --pairs N      visitors who write, each with an agent who reads (default 50)
//     --per-agent K  sessions that one agent's socket follows (default 5)
//     --seconds S    how long (default 10)
//     --rate R,R,…   R messages a second in all, each R for an equal part of the time; without it
//                    each writer writes as soon as the last message was acknowledged
//     --answers      agents write as much as visitors
//     --rest         visitors post over REST and have no socket; agents still listen on theirs
//     --open         open sessions over REST, one after another in each pair, and nothing else
//     --online N   with --open: N agents are online and take what is opened; `settled` is printed at the end
//     --idle N       load twice: without, and then among N visitors' sockets that only listen
//     --grace MS     how long pushes may be under way after the load (default 1500)
//     --read-back    afterwards read every history as visitor and as agent, and compare
//
// Beside the figures it keeps books (ledger.mjs).
import { parseArgs } from 'node:util'
import { Client, call } from './client.mjs'
import { bodyOf, Ledger, quantile, total } from './ledger.mjs'
import { closedLoop, many, openLoop, pause } from './pace.mjs'

const text = (value) => ({ type: 'string', default: value })
const flag = { type: 'boolean', default: false }
const { values: given } = parseArgs({
  options: {
    url: text('http://127.0.0.1:8080'), email: text('admin@example.com'), password: text('admin'),
    pairs: text('50'), 'per-agent': text('5'), seconds: text('10'), rate: text(''), idle: text('0'), online: text('0'), grace: text('1500'),
    answers: flag, rest: flag, open: flag, 'read-back': flag,
  },
})
const { url } = given
const pairs = +given.pairs, perAgent = +given['per-agent'], seconds = +given.seconds
const rates = given.rate ? given.rate.split(',').map(Number) : []
const PAGE = 200

let ledger = new Ledger()
let complained = false

const openSession = () => call(url, '/api/chat/sessions', { body: { name: 'load' } })
const hears = (reader) => (name, data) => {
  if (name === 'message_created') ledger.hear(reader, data.message, performance.now())
}

/** Over REST a visitor has no socket: its own would rightly hear what it wrote elsewhere. */
async function openVisitor({ session, visitor_token: token }) {
  if (given.rest) return { role: 'visitor', session: session.id, socket: null, token }
  const socket = await Client.open(url, '/visitor', token, hears('visitor'))
  await socket.ask('join_session', { session_id: session.id, after_seq: 0 })
  return { role: 'visitor', session: session.id, socket, token }
}

async function openAgent(token, number, sessions) {
  const socket = await Client.open(url, '/agent', token, hears(`agent ${number}`))
  for (const { session } of sessions) await socket.ask('join_session', { session_id: session.id, after_seq: 0 })
  return sessions.map(({ session }) => ({ role: 'agent', session: session.id, socket, token }))
}

/** Sockets that only listen, and how many a second came through each of three doors. */
async function openIdle(count) {
  const doors = {}
  const timed = async (name, together, work) => {
    const begun = performance.now()
    const done = await many(count, together, work)
    doors[name] = Math.round(count / ((performance.now() - begun) / 1000))
    return done
  }
  const opened = await timed('opens_per_s', 20, openSession)
  await pause(+given.grace)
  console.log('empty')
  const clients = await timed('connects_per_s', 100, (index) => Client.open(url, '/visitor', opened[index].visitor_token))
  await timed('joins_per_s', 100, (index) => clients[index].ask('join_session', { session_id: opened[index].session.id, after_seq: 0 }))
  await pause(+given.grace)
  console.log('full')
  return { clients, doors }
}

function deliver({ session, socket, token }, message) {
  if (socket) return socket.emit('send_message', { session_id: session, ...message })
  return call(url, `/api/chat/sessions/${session}/messages`, { body: message, token }).then(
    (answer) => ({ ok: true, ...answer }), (error) => ({ ok: false, error: error.message }))
}

async function write(writer, id) {
  const body = bodyOf(id)
  ledger.send(id, writer.session, writer.role, body, performance.now())
  const answer = await deliver(writer, { client_msg_id: id, body })
  if (answer.ok) return ledger.ack(id, answer.message, performance.now())
  ledger.refuse(id)
  if (!complained) console.error(JSON.stringify(answer))
  complained = true
}

/** Load for a while; how long that took. */
async function load(writers, run) {
  ledger = new Ledger()
  const name = `${process.pid}-${run}`
  if (!rates.length) return closedLoop(writers.length, seconds, (writer, n) => write(writers[writer], `${name}-${writer}-${n}`))
  return openLoop(rates, seconds, (n) => write(writers[n % writers.length], `${name}-${n}`))
}

async function wholeHistory({ session, token }) {
  const messages = []
  for (let more = true; more;) {
    const path = `/api/chat/sessions/${session}/messages?after_seq=${messages.at(-1)?.seq ?? 0}&limit=${PAGE}`
    const page = await call(url, path, { method: 'GET', token })
    messages.push(...page.messages)
    more = page.has_more
  }
  return messages
}

/** Every history as both sides read it now, against the books. */
async function readBack(readers) {
  const faults = await many(readers.length, 10, async (index) =>
    ledger.history(readers[index].session, readers[index].role, await wholeHistory(readers[index])))
  return { read_back: readers.length, stored: total(faults) }
}

const login = (email) => call(url, '/api/auth/login', { body: { email, password: given.password } })

/** Agents who are online, each with room for as many sessions as one may have. */
async function goOnline(count) {
  const admin = await login(given.email)
  await many(count, 5, async (number) => {
    const email = `load-${process.pid}-${number}@example.com`
    const body = { name: `load ${number}`, email, password: given.password, capacity: 100 }
    await call(url, '/api/agents', { body, token: admin.token })
    const { token } = await login(email)
    await Client.open(url, '/agent', token)
    await call(url, '/api/agents/me/status', { method: 'PUT', body: { status: 'online' }, token })
  })
}

/** Open sessions as fast as they are opened. */
async function opening() {
  const ms = []
  await goOnline(+given.online)
  console.log('begin')
  const elapsed = await closedLoop(pairs, seconds, async () => {
    const begun = performance.now()
    await openSession()
    ms.push(performance.now() - begun)
  })
  console.log('end')
  if (+given.online) await pause(+given.grace).then(() => console.log('settled'))
  ms.sort((a, b) => a - b)
  return {
    pairs, calls_per_s: Math.round(ms.length / elapsed), acked: ms.length,
    ack_p50_ms: quantile(ms, 0.5), ack_p99_ms: quantile(ms, 0.99),
  }
}

async function conversations() {
  const sessions = await many(pairs, 20, openSession)
  const { token } = await login(given.email)
  const visitors = await many(pairs, 50, (index) => openVisitor(sessions[index]))
  const agents = (await many(Math.ceil(pairs / perAgent), 20, (number) =>
    openAgent(token, number, sessions.slice(number * perAgent, (number + 1) * perAgent)))).flat()
  const writers = given.answers ? [...visitors, ...agents] : visitors
  return { readers: [...visitors, ...agents], writers }
}

/** Among sockets that only listen: the rate before them, and what they cost. */
async function amongIdle(writers) {
  const elapsed = await load(writers, 'without')
  const without = Math.round(ledger.acked / elapsed)
  return { ...(await openIdle(+given.idle)), without }
}

async function messaging() {
  const { readers, writers } = await conversations()
  const idle = +given.idle ? await amongIdle(writers) : null
  console.log('begin')
  const elapsed = await load(writers, 'run')
  console.log('end')
  const inTime = ledger.acked
  await pause(+given.grace)
  const { faults, ackMs, deliveryMs } = ledger.pushes()
  const rate = Math.round(inTime / elapsed)
  return {
    pairs, rate: rates.length > 1 ? rates : (rates[0] ?? 0), [given.rest ? 'calls_per_s' : 'messages_per_s']: rate,
    acked: ledger.acked, refused: ledger.refused, ...faults,
    ack_p50_ms: quantile(ackMs, 0.5), ack_p99_ms: quantile(ackMs, 0.99),
    delivery_p50_ms: quantile(deliveryMs, 0.5), delivery_p99_ms: quantile(deliveryMs, 0.99),
    ...(given['read-back'] && (await readBack(readers))),
    ...(idle && {
      idle: +given.idle, ...idle.doors, idle_alive: idle.clients.filter((one) => one.alive).length,
      messages_per_s_without: idle.without, kept: +(rate / idle.without).toFixed(3),
    }),
  }
}

console.log(JSON.stringify(await (given.open ? opening() : messaging())))
process.exit(0)
