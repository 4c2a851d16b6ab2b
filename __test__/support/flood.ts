import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** A flood from a thread of its own: this one may block meanwhile. */
export interface Flood {
  /** Blocks this thread until the server has answered every message. */
  waitBlocked(): void
  /** Resolves when the thread has ended. */
  ended: Promise<unknown>
}

/** Publishes `count` messages of `bytes` bytes, which begin with their numbers and a space, as fast as the server takes them. */
export async function flood(
  port: number,
  channel: string,
  { count, bytes }: { count: number; bytes: number },
): Promise<Flood> {
  const shared = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(SOURCE, { eval: true, workerData: { port, channel, count, bytes, shared } })
  const ended = once(worker, 'exit')
  await once(worker, 'message')
  return {
    waitBlocked() {
      if (Atomics.wait(shared, 0, 0, 60_000) === 'timed-out') throw new Error('the flood did not end')
    },
    ended,
  }
}

const SOURCE = `
const { connect } = require('node:net')
const { parentPort, workerData } = require('node:worker_threads')
const { port, channel, count, bytes, shared } = workerData
const socket = connect({ port, host: '127.0.0.1' })
const filler = 'x'.repeat(bytes)
let next = 0
let answers = 0
function write() {
  while (next < count) {
    const data = (next++ + ' ' + filler).slice(0, bytes)
    const head = '*3\\r\\n$7\\r\\nPUBLISH\\r\\n$' + channel.length + '\\r\\n' + channel + '\\r\\n$'
    if (!socket.write(head + bytes + '\\r\\n' + data + '\\r\\n')) return
  }
}
socket.on('connect', () => {
  parentPort.postMessage('connected')
  write()
})
socket.on('drain', write)
socket.on('data', (chunk) => {
  for (const byte of chunk) if (byte === 10) answers += 1
  if (answers < count) return
  Atomics.store(shared, 0, 1)
  Atomics.notify(shared, 0)
  socket.destroy()
})
`
