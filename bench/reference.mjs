// What Cland Chat is measured against: the smallest honest Node server on the same parts, which
// are Socket.IO with its Redis adapter and PostgreSQL. One statement and one commit a message; no
// authorisation, no duplicates recognised before the database refuses them, no outbox.
//
//   DB_DSN=postgresql://… REDIS_ADDR=unix://… node reference.mjs PORT
import http from 'node:http'
import { randomUUID } from 'node:crypto'
import { createAdapter } from '@socket.io/redis-adapter'
import pg from 'pg'
import { createClient } from 'redis'
import { Server } from 'socket.io'

const TABLES = `
  create table if not exists ref_session (id uuid primary key, last_seq bigint not null default 0);
  create table if not exists ref_message (
    id bigserial primary key, session_id uuid not null, seq bigint not null,
    client_msg_id text not null, sender text not null, body text not null,
    created_at timestamptz not null default now(),
    unique (session_id, seq), unique (session_id, client_msg_id))`
const APPEND = {
  name: 'append',
  text: `with numbered as (update ref_session set last_seq = last_seq + 1 where id = $1 returning last_seq)
    insert into ref_message (session_id, seq, client_msg_id, sender, body)
    select $1, last_seq, $2, $3, $4 from numbered returning id, seq, created_at`,
}

const database = new pg.Pool({ connectionString: process.env.DB_DSN, max: 20 })
await database.query(TABLES)

const place = process.env.REDIS_ADDR
const redis = createClient(place.startsWith('unix://') ? { socket: { path: place.slice(7) } } : { url: place })
const listening = redis.duplicate()
await Promise.all([redis.connect(), listening.connect()])

async function bodyOf(request) {
  const parts = []
  for await (const part of request) parts.push(part)
  return JSON.parse(Buffer.concat(parts).toString())
}

async function route(request) {
  if (request.url === '/readyz') return [200, { status: 'ready' }]
  if (request.method === 'POST' && request.url === '/api/auth/login') return [200, { token: 'anybody' }]
  if (request.method === 'POST' && request.url === '/api/chat/sessions') {
    const id = randomUUID()
    await database.query('insert into ref_session (id) values ($1)', [id])
    return [201, { session: { id }, visitor_token: id }]
  }
  const [, session] = /^\/api\/chat\/sessions\/([^/]+)\/messages$/.exec(request.url) ?? []
  if (request.method === 'POST' && session) {
    const { ok, ...answer } = await append(null, 'visitor', { session_id: session, ...(await bodyOf(request)) })
    return [ok ? 201 : 422, answer]
  }
  return [404, {}]
}

const server = http.createServer(async (request, response) => {
  const [status, body] = await route(request)
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
})
const io = new Server(server, { adapter: createAdapter(redis, listening) })

async function append(socket, role, { session_id, client_msg_id, body }) {
  if (typeof body !== 'string' || !body || body.length > 4000) return { ok: false, error: { code: 'validation' } }
  const { rows: [row] } = await database.query(APPEND, [session_id, client_msg_id, role, body])
  const message = {
    id: row.id, session_id, seq: +row.seq, client_msg_id, kind: 'text', sender: { kind: role }, body,
    created_at: row.created_at,
  }
  const room = `s:${session_id}`
  const others = (namespace) => (socket ? io.of(namespace).to(room).except(socket.id) : io.of(namespace).to(room))
  others('/visitor').emit('message_created', { message })
  others('/agent').emit('message_created', { message })
  return { ok: true, message }
}

for (const role of ['visitor', 'agent']) {
  io.of(`/${role}`).on('connection', (socket) => {
    socket.on('join_session', async ({ session_id }, answer) => {
      await socket.join(`s:${session_id}`)
      answer({ ok: true, messages: [], last_seq: 0 })
    })
    socket.on('send_message', async (data, answer) => {
      try {
        answer(await append(socket, role, data))
      } catch (error) {
        answer({ ok: false, error: { code: 'unavailable', message: error.message } })
      }
    })
  })
}
server.listen(+process.argv[2], '127.0.0.1')
