/**
 * One phase of the memory run, in a process of its own: does the work in equal steps and, after each and a garbage
 * collection, reports what the process holds.
 *
 * Arguments: the client's id, `commands` or `cycles`, how many, in how many steps. Environment: BENCH_URL.
 */

import { readdirSync } from 'node:fs'

import { readKeys, readValues, writeKeys, writeValue } from './dataset.mjs'
import { answer } from './protocol.mjs'

const IN_FLIGHT = 500
const MASK = readKeys.length - 1

const [id, phase, total, steps] = process.argv.slice(2)
const url = process.env.BENCH_URL
const adapter = await import(`../clients/${id}.mjs`)

/** Descriptors that are open now; null where the system has no such list. */
function openDescriptors() {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : null
}

async function sample(done) {
  if (globalThis.Bun) globalThis.Bun.gc(true)
  else globalThis.gc()
  await answer({ done, rss: process.memoryUsage.rss(), descriptors: openDescriptors() })
}

function getOrSet(client, index) {
  const slot = (index >> 1) & MASK
  return index % 2 === 0 ? client.get(readKeys[slot]) : client.set(writeKeys[slot], writeValue)
}

async function commands(count, client) {
  let issued = 0
  const lane = async () => {
    while (issued < count) await getOrSet(client, issued++)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
}

async function cycles(count) {
  for (let cycle = 0; cycle < count; cycle++) {
    const client = await adapter.open(url)
    const slot = cycle & MASK
    const value = await client.get(readKeys[slot])
    if (value !== readValues[slot]) throw new Error(`cycle ${cycle}: wrong value`)
    await client.close()
  }
}

async function inSteps(work) {
  const perStep = Math.ceil(total / steps)
  for (let done = 0; done < total;) {
    const count = Math.min(perStep, total - done)
    await work(count)
    done += count
    await sample(done)
  }
}

if (phase === 'commands') {
  const client = await adapter.open(url)
  await inSteps((count) => commands(count, client))
  await client.close()
} else {
  await inSteps(cycles)
}
process.exit(0)
