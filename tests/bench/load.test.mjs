// The generator against a server that is right, and against one that is wrong once: the checker
// that cannot find a planted fault is worth nothing.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { FAULTS } from '../../bench/ledger.mjs'
import { startFakeServer } from './fake_server.mjs'

const LOAD = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../bench/load.mjs')
const none = Object.fromEntries(FAULTS.map((name) => [name, 0]))
const only = (faults) => ({ ...none, ...faults })

/** One run against a server with a fault; what the generator saw. */
async function run(words, plant) {
  const server = await startFakeServer(plant)
  const argv = [LOAD, '--url', server.url, '--pairs', '2', '--seconds', '0.5', '--grace', '200', ...words]
  const lines = await new Promise((resolve, reject) =>
    execFile(process.execPath, argv, (error, stdout) => (error ? reject(error) : resolve(stdout.trim().split('\n')))))
  server.stop()
  const seen = JSON.parse(lines.at(-1))
  return { marks: lines.slice(0, -1), seen, pushes: Object.fromEntries(FAULTS.map((name) => [name, seen[name]])) }
}

const CHECKED = ['--rate', '200', '--answers', '--read-back']

/** Do `fault(message)` once, to the tenth message that passes a place. */
function once(where, fault) {
  let passed = 0
  return (place, message) => (place === where && ++passed === 10 ? fault(message) : [message])
}

test('a right server has no faults, in closed and open loop, over socket and REST', { concurrency: true }, async (t) => {
  const ways = [[], CHECKED, ['--rest', '--read-back'], ['--rate', '100,300', '--read-back']]
  await Promise.all(ways.map((words) => t.test(words.join(' '), async () => {
    const { seen, pushes, marks } = await run(words)
    assert.deepEqual(marks, ['begin', 'end'])
    assert.ok(seen.acked > 50 && seen.refused === 0)
    assert.deepEqual(pushes, none)
    if (words.includes('--read-back')) assert.deepEqual(seen.stored, none)
  })))
})

test('a rate is kept, and agents write half of it', async () => {
  const heard = { visitor: 0, agent: 0 }
  const { seen } = await run(CHECKED, (place, message) => {
    if (place === 'stored') heard[message.sender.kind]++
    return [message]
  })
  assert.ok(Math.abs(seen.acked - 100) <= 3, `${seen.acked} messages at 200/s in half a second`)
  assert.ok(Math.abs(heard.visitor - heard.agent) <= 2)
})

test('sessions are opened and counted', async () => {
  const { seen } = await run(['--open'])
  assert.ok(seen.calls_per_s > 50 && seen.ack_p99_ms > 0)
})

test('idle sockets are counted beside two loads', async () => {
  const { seen, marks } = await run(['--idle', '5'])
  assert.deepEqual(marks, ['empty', 'full', 'begin', 'end'])
  assert.ok(seen.idle_alive === 5 && seen.messages_per_s_without > 50 && seen.connects_per_s > 0)
})

const other = (message) => ({ ...message, body: `${message.body}!` })
const again = (message) => ({ ...message, id: `${message.id}-again`, seq: message.seq + 1 })
let kept
const PLANTED = [
  ['a push that is lost', once('pushed', () => []), only({ lost: 1 }), none],
  ['a push that comes twice', once('pushed', (one) => [one, one]), only({ doubled: 1 }), none],
  ['a push with another text', once('pushed', (one) => [other(one)]), only({ changed: 1 }), none],
  ['a push that nobody sent', once('pushed', (one) => [one, { ...other(one), id: 'm0' }]), only({ foreign: 1 }), none],
  ['a stored message that is lost', once('stored', () => []), none, { lost: 2 }],
  ['a stored text that changed', once('stored', (one) => [other(one)]), none, only({ changed: 2 })],
  ['an acknowledgement of another text', once('acked', (one) => [other(one)]), only({ changed: 1 }), none],
  ['a message that was refused, heard and stored', once('acked', () => []), only({ foreign: 1 }), only({ foreign: 2 })],
]
test('found', { concurrency: true }, async (t) => {
  await Promise.all(PLANTED.map(([name, plant, pushes, stored]) => t.test(name, async () => {
    const found = await run(CHECKED, plant)
    assert.deepEqual(found.pushes, pushes)
    for (const [fault, times] of Object.entries(stored)) assert.equal(found.seen.stored[fault], times, fault)
  })))
})

test('found: pushes in another order', async () => {
  const late = (place, message) => {
    if (place !== 'pushed' || message.session_id !== 's1' || message.sender.kind !== 'visitor') return [message]
    if (kept === undefined) return (kept = message) && []
    const both = kept && [message, kept]
    kept = null
    return both || [message]
  }
  const { pushes, seen } = await run(CHECKED, late)
  assert.deepEqual(pushes, only({ disordered: 1 }))
  assert.deepEqual(seen.stored, none)
})

test('found: a message that is stored twice', async () => {
  const { seen, pushes } = await run(CHECKED, once('stored', (one) => [one, again(one)]))
  assert.deepEqual(pushes, none)
  assert.deepEqual(seen.stored, only({ doubled: 2 }))
})
