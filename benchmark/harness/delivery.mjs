/**
 * Deliveries: the server publishes as fast as it can, and the client counts what its listeners get. A workload of kind `delivery`
 * subscribes, waits for the flood, and measures messages instead of calls.
 */

import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

import { cpuNow, cpuSince } from './cpu.mjs'
import { VALUE_BYTES } from './dataset.mjs'

/** Publishing commands of one write. */
const BATCH = 1000
/** Commands on their way: enough that the server never waits for the publisher. */
const MAX_OUTSTANDING = 8 * BATCH
/** Each reply to a PUBLISH is one line. */
const LINE_FEED = 10

const bulk = (text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`
const publish = (channel, data) => `*3\r\n${bulk('PUBLISH')}${bulk(channel)}${bulk(data)}`

/** Floods `channels` in turn until it is stopped. Runs in the runner: its CPU is nobody's. */
export class Flood {
  #socket
  #block
  #outstanding = 0
  #running = true

  static async start(url, channels) {
    const { hostname, port, username, password } = new URL(url)
    const socket = connect(Number(port || 6379), hostname)
    await once(socket, 'connect')
    const credentials = [username, password].filter((part) => part !== '').map(decodeURIComponent)
    if (credentials.length > 0) {
      socket.write(`*${credentials.length + 1}\r\n${bulk('AUTH')}${credentials.map(bulk).join('')}`)
      await once(socket, 'data')
    }
    return new Flood(socket, channels)
  }

  constructor(socket, channels) {
    this.#socket = socket
    const data = 'm'.repeat(VALUE_BYTES)
    const command = (_, index) => publish(channels[index % channels.length], data)
    this.#block = Buffer.from(Array.from({ length: BATCH }, command).join(''))
    socket.on('data', (chunk) => {
      for (const byte of chunk) if (byte === LINE_FEED) this.#outstanding -= 1
      this.#write()
    })
    // The server may be stopped first.
    socket.on('error', () => this.stop())
    this.#write()
  }

  #write() {
    while (this.#running && this.#outstanding <= MAX_OUTSTANDING - BATCH) {
      this.#outstanding += BATCH
      this.#socket.write(this.#block)
    }
  }

  stop() {
    this.#running = false
    this.#socket.destroy()
  }
}

/** Measures one delivery workload on one open client. */
export async function measureDelivery(workload, client, times) {
  let messages = 0
  let wrong = 0
  const listener = (data) => {
    messages += 1
    if (data.length !== VALUE_BYTES) wrong += 1
  }
  const stop = await client.listen(workload.names, workload.byPattern, listener)
  try {
    const result = await countFor(times, () => messages)
    if (wrong > 0) throw new Error(`${wrong} messages are not ${VALUE_BYTES} characters long`)
    return result
  } finally {
    await stop()
  }
}

/** Counts what arrives in the measured time. */
async function countFor(times, count) {
  await sleep(times.warmUp)
  if (count() === 0) throw new Error('no message arrived')
  const first = count()
  const cpuStart = cpuNow()
  const start = performance.now()
  await sleep(times.measure)
  const seconds = (performance.now() - start) / 1000
  const cpu = cpuSince(cpuStart)
  const commands = count() - first
  return {
    commands,
    seconds,
    opsPerSecond: commands / seconds,
    cpuMicros: cpu.process / commands,
    jsThreadMicros: cpu.jsThread === null ? null : cpu.jsThread / commands,
    p50Ms: null,
    p99Ms: null,
  }
}
