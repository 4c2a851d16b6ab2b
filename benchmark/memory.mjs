/** `node benchmark/memory.mjs`: is the memory of a process flat over many commands, and over many connections? */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { CLIENTS, OURS } from './clients/index.mjs'
import { withDataset } from './harness/admin.mjs'
import { findRuntimes, installPeers } from './harness/peers.mjs'
import { parseAnswer } from './harness/protocol.mjs'
import { exitOnSignals, startServer } from './harness/server.mjs'
import { median } from './harness/statistics.mjs'
import { runtimeCommand } from './harness/worker-process.mjs'

const USAGE = `Usage: node benchmark/memory.mjs [options]

  --client name   one of ${CLIENTS.map(({ id }) => id).join(', ')} (default ${OURS})
  --commands n    GET and SET in turn, 500 in flight (default 20000000; 0 leaves the phase out)
  --cycles n      connect, one GET, close (default 10000; 0 leaves the phase out)`

const PHASE = fileURLToPath(new URL('./harness/memory-phase.mjs', import.meta.url))
const STEPS = 40
const MIB = 1024 * 1024

// The first quarter fills pools, caches and compiled code and is not looked at. Between the second quarter and the last
// one, garbage collectors and allocators move a process by a few MiB; a leak of 2 bytes per command is 20 MiB.
const TOLERANCE = { share: 0.05, bytes: 4 * MIB, descriptors: 2 }

const quarter = (samples, number) =>
  samples.slice(Math.floor(((number - 1) * samples.length) / 4), Math.floor((number * samples.length) / 4))

/** Compares the last quarter of the samples with the second one. */
function judge(samples) {
  const middle = (number, measure) => median(quarter(samples, number).map((sample) => sample[measure]))
  const before = middle(2, 'rss')
  const after = middle(4, 'rss')
  const allowed = Math.max(TOLERANCE.bytes, TOLERANCE.share * before)
  const descriptors =
    samples[0].descriptors === null ? 0 : middle(4, 'descriptors') - middle(2, 'descriptors')
  return {
    flat: after - before <= allowed && descriptors <= TOLERANCE.descriptors,
    text:
      `RSS ${(before / MIB).toFixed(1)} MiB in the second quarter, ${(after / MIB).toFixed(1)} MiB in the last ` +
      `(at most ${(allowed / MIB).toFixed(1)} MiB more allowed); ${descriptors} more descriptors ` +
      `(at most ${TOLERANCE.descriptors})`,
  }
}

function print({ done, rss, descriptors }, phase) {
  const held = `${(rss / MIB).toFixed(1).padStart(8)} MiB  ${descriptors ?? '?'} descriptors`
  console.log(`${phase}  ${String(done).padStart(9)}  ${held}`)
}

/** Runs one phase in a process of its own; resolves to whether it stayed flat. */
async function runPhase(client, runtimes, url, phase, total) {
  const [command, ...args] = runtimeCommand(client, runtimes, PHASE, client.id, phase, total, String(STEPS))
  const child = spawn(command, args, {
    env: { ...process.env, BENCH_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.once('exit', () => child.kill('SIGKILL'))
  const closed = once(child, 'close')
  const samples = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    const sample = parseAnswer(line)
    if (sample === null) return process.stderr.write(`${line}\n`)
    samples.push(sample)
    print(sample, phase)
  })
  const [code] = await closed
  if (code !== 0) throw new Error(`The phase "${phase}" ended with exit code ${code}`)
  if (samples.length < 4) throw new Error(`The phase "${phase}" is too short for a verdict`)
  const { flat, text } = judge(samples)
  console.log(`${flat ? 'flat' : 'GROWS'}: ${client.label}, ${total} ${phase}: ${text}\n`)
  return flat
}

function parseOptions() {
  const { values } = parseArgs({
    options: {
      client: { type: 'string', default: OURS },
      commands: { type: 'string', default: '20000000' },
      cycles: { type: 'string', default: '10000' },
      help: { type: 'boolean', default: false },
    },
  })
  const client = CLIENTS.find(({ id }) => id === values.client)
  if (!client) throw new Error(`--client: there is no client "${values.client}"`)
  for (const name of ['commands', 'cycles']) {
    if (!/^\d+$/.test(values[name])) throw new Error(`--${name} takes a whole number, not "${values[name]}"`)
  }
  return { client, phases: { commands: values.commands, cycles: values.cycles }, help: values.help }
}

async function main() {
  const { client, phases, help } = parseOptions()
  if (help) return console.log(USAGE)
  exitOnSignals()
  installPeers()
  const { node, bun } = findRuntimes()
  const runtimes = { node, bun: bun?.path }
  const server = await startServer()
  try {
    await withDataset(server.url, async () => {
      for (const [phase, total] of Object.entries(phases)) {
        if (Number(total) === 0) continue
        if (!(await runPhase(client, runtimes, server.url, phase, total))) process.exitCode = 1
      }
    })
  } finally {
    await server.stop()
  }
}

try {
  await main()
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
