// A server that keeps everything in memory and, asked to, does one thing wrong with one message.
import http from 'node:http'
import { WebSocketServer } from 'ws'

/** Starts it; `plant(place, message)` may return several, none, or another message for a place:
 * `stored` (kept for the history), `pushed` (to the other side) or `acked` (told to the sender). */
export function startFakeServer(plant = (_, message) => [message]) {
  const sessions = new Map(), rooms = new Map()
  let count = 0

  function open() {
    const id = `s${++count}`
    sessions.set(id, [])
    rooms.set(id, new Set())
    return { session: { id }, visitor_token: `visitor ${id}` }
  }

  function append(session_id, role, { client_msg_id, body }, sender) {
    const history = sessions.get(session_id)
    const seq = (history.at(-1)?.seq ?? 0) + 1
    const message = { id: `m${++count}`, session_id, seq, client_msg_id, kind: 'text', sender: { kind: role }, body }
    history.push(...plant('stored', message))
    for (const pushed of plant('pushed', message)) {
      for (const socket of rooms.get(session_id)) {
        if (socket !== sender) socket.send(`42${socket.namespace},${JSON.stringify(['message_created', { message: pushed }])}`)
      }
    }
    const [acked] = plant('acked', message)
    return acked ? { ok: true, message: acked } : { ok: false, error: { code: 'planted' } }
  }

  function rest(path, method, body, token = '') {
    if (path === '/api/auth/login') return [200, { token: 'agent' }]
    if (path === '/api/chat/sessions') return [201, open()]
    const [, session, query] = /^\/api\/chat\/sessions\/(\w+)\/messages(?:\?after_seq=(\d+))?/.exec(path)
    const { ok, ...answer } = method === 'POST' ? append(session, token.split(' ')[1], body) : {}
    if (method === 'POST') return [ok ? 201 : 422, answer]
    const rest = sessions.get(session).filter(({ seq }) => seq > +query)
    return [200, { messages: rest.slice(0, 20), has_more: rest.length > 20 }]
  }

  function answer(socket, [name, data]) {
    if (name === 'send_message') return append(data.session_id, socket.namespace.slice(1), data, socket)
    rooms.get(data.session_id).add(socket)
    return { ok: true, messages: [] }
  }

  const server = http.createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += part
    const [status, body] = rest(request.url, request.method, text && JSON.parse(text), request.headers.authorization)
    response.writeHead(status).end(JSON.stringify(body))
  })
  new WebSocketServer({ server }).on('connection', (socket) => {
    socket.send('0{}')
    socket.on('message', (bytes) => {
      const [, kind, namespace, id, rest] = /^(4\d)(\/\w+),(\d*)(.*)$/s.exec(bytes.toString())
      socket.namespace = namespace
      if (kind === '40') socket.send(`40${namespace},{}`)
      else socket.send(`43${namespace},${id}${JSON.stringify([answer(socket, JSON.parse(rest))])}`)
    })
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => (server.closeAllConnections(), server.close()),
  })))
}
