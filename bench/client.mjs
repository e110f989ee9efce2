// A client that speaks Engine.IO 4 and Socket.IO 5 over a bare WebSocket: so little that the
// generator stays cheaper than any server it loads.
import { Agent, request } from 'node:http'
import { WebSocket } from 'ws'

// As browsers and proxies do: connections are kept. Node's own `fetch` costs four times as much.
const connections = new Agent({ keepAlive: true, maxSockets: 100 })

/** Call a REST address; throws with the server's words when it refuses. */
export function call(url, path, { method = 'POST', body, token } = {}) {
  const sent = body === undefined ? undefined : JSON.stringify(body)
  const headers = {
    ...(sent && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
    ...(token && { authorization: `Bearer ${token}` }),
  }
  return new Promise((resolve, reject) => {
    const asked = request(url + path, { method, headers, agent: connections }, (response) => {
      const parts = []
      response.on('data', (part) => parts.push(part)).on('error', reject).on('end', () => {
        const text = Buffer.concat(parts).toString()
        if (response.statusCode < 300) resolve(JSON.parse(text))
        else reject(new Error(`${path}: ${response.statusCode} ${text}`))
      })
    })
    asked.on('error', reject).end(sent)
  })
}

/** A socket in one namespace. Offers permessage-deflate, as browsers do. */
export class Client {
  #socket
  #namespace
  #next = 0
  #waiting = new Map()
  #heard

  /** Connect and identify; resolves once the server has accepted the token. */
  static open(url, namespace, token, heard = () => {}) {
    return new Promise((resolve, reject) => {
      const client = new Client()
      client.#namespace = `${namespace},`
      client.#heard = heard
      const address = `${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`
      const socket = (client.#socket = new WebSocket(address, { origin: url }))
      socket.on('error', reject)
      socket.on('close', () => reject(new Error('the server closed the connection')))
      socket.on('message', (bytes) => client.#take(bytes.toString(), token, resolve, reject))
    })
  }

  /** True while the connection stands. */
  get alive() {
    return this.#socket.readyState === WebSocket.OPEN
  }

  /** Send an event; resolves with its acknowledgement. */
  emit(name, data) {
    return new Promise((resolve) => {
      const id = this.#next++
      this.#waiting.set(id, resolve)
      this.#socket.send(`42${this.#namespace}${id}${JSON.stringify([name, data])}`)
    })
  }

  /** As `emit`; throws when the acknowledgement is a refusal. */
  async ask(name, data) {
    const answer = await this.emit(name, data)
    if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(answer.error)}`)
    return answer
  }

  /** End the connection. */
  close() {
    this.#socket.terminate()
  }

  #take(text, token, resolve, reject) {
    const prefix = this.#namespace
    if (text === '2') this.#socket.send('3')
    else if (text.startsWith(`43${prefix}`)) this.#acknowledge(text.slice(2 + prefix.length))
    else if (text.startsWith(`42${prefix}`)) this.#heard(...JSON.parse(text.slice(2 + prefix.length)))
    else if (text[0] === '0') this.#socket.send(`40${prefix}${JSON.stringify({ token })}`)
    else if (text.startsWith(`40${prefix}`)) resolve(this)
    else if (text.startsWith('44')) reject(new Error(text))
  }

  #acknowledge(rest) {
    const begin = rest.indexOf('[')
    const id = +rest.slice(0, begin)
    this.#waiting.get(id)?.(JSON.parse(rest.slice(begin))[0])
    this.#waiting.delete(id)
  }
}
