/**
 * Start-up cost, always in fresh processes. This file is both sides: the runner imports `measureStartup`, which spawns
 * it as the process that is timed.
 *
 * - load: milliseconds for requiring the library, on the clock of the process itself
 * - reply: require, connect and first reply, on the same clock
 * - wall: life of a process that only requires the library; the report subtracts that of an empty one
 */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { answer, parseAnswer } from './protocol.mjs'
import { runtimeCommand } from './worker-process.mjs'

const SELF = fileURLToPath(import.meta.url)
const TIMEOUT_MS = 20_000

function run(client, runtimes, url, mode) {
  const [command, ...args] = runtimeCommand(client, runtimes, SELF, client.id, mode)
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, BENCH_URL: url },
    timeout: TIMEOUT_MS,
  })
  const wallMs = performance.now() - start
  if (status !== 0) throw new Error(`start-up of ${client.label} failed: ${stderr.trim().split('\n').at(-1)}`)
  return { wallMs, ...stdout.split('\n').map(parseAnswer).find(Boolean) }
}

/** One sample: three processes of the client's runtime, one after the other. */
export function measureStartup(client, runtimes, url) {
  const empty = run(client, runtimes, url, 'empty')
  const load = run(client, runtimes, url, 'load')
  const reply = run(client, runtimes, url, 'reply')
  return {
    loadMs: load.loadMs,
    replyMs: reply.replyMs,
    aboveEmptyMs: load.wallMs - empty.wallMs,
    emptyMs: empty.wallMs,
  }
}

async function child(id, mode) {
  const adapter = await import(`../clients/${id}.mjs`)
  const start = performance.now()
  if (mode !== 'empty') adapter.load()
  const loadMs = performance.now() - start
  let replyMs = null
  if (mode === 'reply') {
    const client = await adapter.open(process.env.BENCH_URL)
    await client.get('oxidis-bench:read:0')
    replyMs = performance.now() - start
    await client.close()
  }
  await answer({ loadMs, replyMs })
}

if (process.argv[1] === SELF) {
  const [id, mode] = process.argv.slice(2)
  await child(id, mode)
  process.exit(0)
}
