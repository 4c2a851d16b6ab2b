/** Runs one workload on one open client: verify, warm up, measure throughput and CPU, then sample latency. */

import { cpuNow, cpuSince } from './cpu.mjs'
import { percentile } from './statistics.mjs'

const MAX_SAMPLES = 200_000
// With several calls open, timing each of them would be a good part of a fast client's own cost.
const SAMPLE_EVERY = 4
// Fewer samples than this do not have a 99th percentile.
const MIN_SAMPLES = 100

/** Keeps `lanes` loops of `step` going for `ms` milliseconds; resolves when the last call has settled. */
async function runFor(ms, lanes, step) {
  let running = true
  const timer = setTimeout(() => (running = false), ms)
  const lane = async () => {
    while (running) await step()
  }
  try {
    await Promise.all(Array.from({ length: lanes }, lane))
  } finally {
    running = false
    clearTimeout(timer)
  }
}

async function throughput(workload, client, lanes, ms) {
  let calls = 0
  const cpuStart = cpuNow()
  const start = performance.now()
  await runFor(ms, lanes, () => workload.call(client, calls++))
  const seconds = (performance.now() - start) / 1000
  const cpu = cpuSince(cpuStart)
  const commands = calls * workload.commands
  return {
    commands,
    seconds,
    opsPerSecond: commands / seconds,
    cpuMicros: cpu.process / commands,
    jsThreadMicros: cpu.jsThread === null ? null : cpu.jsThread / commands,
  }
}

async function latency(workload, client, lanes, ms) {
  const samples = new Float64Array(MAX_SAMPLES)
  const every = lanes === 1 ? 1 : SAMPLE_EVERY
  let calls = 0
  let count = 0
  await runFor(ms, lanes, async () => {
    const index = calls++
    if (index % every !== 0 || count === MAX_SAMPLES) return workload.call(client, index)
    const start = performance.now()
    await workload.call(client, index)
    if (count < MAX_SAMPLES) samples[count++] = performance.now() - start
  })
  if (count === 0) return { p50Ms: null, p99Ms: null }
  const sorted = samples.subarray(0, count).sort()
  return { p50Ms: percentile(sorted, 0.5), p99Ms: count < MIN_SAMPLES ? null : percentile(sorted, 0.99) }
}

function collectGarbage() {
  if (globalThis.Bun) globalThis.Bun.gc(true)
  else globalThis.gc?.()
}

/**
 * Measures `workload` on `client`. `times` holds the milliseconds of each phase: warmUp, measure, latency.
 * Bursts have no latency of their own and report null.
 */
export async function measure(workload, client, times) {
  const lanes = workload.kind === 'closed' ? workload.inFlight : 1
  await workload.verify(client)
  collectGarbage()
  await runFor(times.warmUp, lanes, warmUpCall(workload, client))
  const rate = await throughput(workload, client, lanes, times.measure)
  if (workload.kind === 'burst') return { ...rate, p50Ms: null, p99Ms: null }
  return { ...rate, ...(await latency(workload, client, lanes, times.latency)) }
}

function warmUpCall(workload, client) {
  let calls = 0
  return () => workload.call(client, calls++)
}
