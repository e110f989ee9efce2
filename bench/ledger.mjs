// The history checker: what was sent, acknowledged, heard and stored, and where these differ.
//
// Every message has a body of its own and one reader on the other side. What counts as wrong:
//   lost        acknowledged, and the other side never heard of it, or the history lacks it
//   doubled     heard or stored more than once
//   disordered  heard after a later number; stored in another order than its sender sent it
//   changed     another text, number, sender or conversation than what was sent and acknowledged
//   foreign     heard or stored, and nobody sent it (what was sent and never answered may be stored)
//   holes       a number that the history leaves out
export const FAULTS = ['lost', 'doubled', 'disordered', 'changed', 'foreign', 'holes']

const noFaults = () => Object.fromEntries(FAULTS.map((name) => [name, 0]))
const LENGTH = 64
const FILLER = 'Hello, my order 12345 has not arrived, can you please help me? ok'

/** A text of 64 characters that no other message has. */
export const bodyOf = (id) => `${id} ${FILLER}`.slice(0, Math.max(LENGTH, id.length))

export class Ledger {
  #sent = new Map() // client_msg_id → what its sender knows of it
  #heard = new Map() // message id → what arrived on the other side
  #last = new Map() // reader and session → the last number heard there
  #late = 0
  acked = 0
  refused = 0

  /** A message leaves for the server. */
  send(id, session, role, body, at) {
    this.#sent.set(id, { id, session, role, body, at, message: null, ackMs: null, refused: false })
  }

  /** The server has acknowledged it; `message` is what it says it stored. */
  ack(id, message, at) {
    const record = this.#sent.get(id)
    record.message = message
    record.ackMs = at - record.at
    this.acked++
  }

  /** The server has refused it: nobody may hear of it. */
  refuse(id) {
    this.#sent.get(id).refused = true
    this.refused++
  }

  /** A socket hears a message of the other side. */
  hear(reader, message, at) {
    if (message.kind === 'system') return
    const before = this.#heard.get(message.id)
    if (before !== undefined) {
      before.times++
      return
    }
    this.#heard.set(message.id, { message, at, times: 1 })
    const place = `${reader} ${message.session_id}`
    if (message.seq < this.#last.get(place)) this.#late++
    else this.#last.set(place, message.seq)
  }

  /** What was pushed, against what was sent and acknowledged. */
  pushes() {
    const faults = { ...noFaults(), disordered: this.#late }
    const ackMs = [], deliveryMs = []
    const known = new Set()
    for (const record of this.#acknowledged()) {
      known.add(record.message.id)
      ackMs.push(record.ackMs)
      const heard = this.#heard.get(record.message.id)
      if (differs(record, record.message)) faults.changed++
      if (heard === undefined) faults.lost++
      else {
        deliveryMs.push(heard.at - record.at)
        if (heard.times > 1) faults.doubled++
        if (differs(record, heard.message)) faults.changed++
      }
    }
    const open = this.#unanswered()
    for (const [id, { message }] of this.#heard) if (!known.has(id) && !open.has(message.body)) faults.foreign++
    const rising = (a, b) => a - b
    return { faults, ackMs: ackMs.sort(rising), deliveryMs: deliveryMs.sort(rising) }
  }

  /** What one side reads of a session afterwards, from its first message to its last. */
  history(session, role, messages) {
    const faults = noFaults()
    const stored = this.#byId(messages, faults)
    const known = new Set()
    const last = {}
    for (const record of this.#acknowledged()) {
      if (record.session !== session) continue
      known.add(record.message.id)
      const message = stored.get(record.message.id)
      if (message === undefined) faults.lost++
      else {
        if (differs(record, message) || (role === record.role && message.seq !== record.message.seq)) faults.changed++
        if (message.seq <= last[record.role]) faults.disordered++
        last[record.role] = message.seq
      }
    }
    this.#strangers(stored, known, faults)
    return faults
  }

  #byId(messages, faults) {
    const stored = new Map()
    messages.forEach(({ seq }, index) => {
      const before = index ? messages[index - 1].seq : 0
      if (seq > before + 1) faults.holes += seq - before - 1
      else if (seq <= before) faults.disordered++
    })
    for (const message of messages) {
      if (stored.has(message.id)) faults.doubled++
      stored.set(message.id, message)
    }
    return stored
  }

  /** A text that is there under two ids was stored twice; one that nobody sent is foreign. */
  #strangers(stored, known, faults) {
    const open = this.#unanswered()
    const texts = new Set([...stored.values()].filter(({ id }) => known.has(id)).map(({ body }) => body))
    for (const message of stored.values()) {
      if (message.kind === 'system' || known.has(message.id)) continue
      if (texts.has(message.body)) faults.doubled++
      else if (!open.has(message.body)) faults.foreign++
      texts.add(message.body)
    }
  }

  /** The records in the order in which they were sent. */
  *#acknowledged() {
    for (const record of this.#sent.values()) if (record.message !== null) yield record
  }

  #unanswered() {
    const open = [...this.#sent.values()].filter(({ message, refused }) => message === null && !refused)
    return new Set(open.map(({ body }) => body))
  }
}

/** Whether a message is another one than what was sent, as far as this reader is told. */
function differs(record, message) {
  return (
    message.body !== record.body || message.session_id !== record.session || message.sender.kind !== record.role ||
    (message.client_msg_id != null && message.client_msg_id !== record.id)
  )
}

/** The faults of several checks together. */
export function total(all) {
  const sum = noFaults()
  for (const faults of all) for (const name of FAULTS) sum[name] += faults[name]
  return sum
}

/** The value below which the share `q` of sorted values lies, with one digit; null without any. */
export const quantile = (sorted, q) =>
  sorted.length ? +sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))].toFixed(1) : null
