/**
 * A subscriber whose connection is killed again and again while messages are published at a steady rate. What was published while
 * it was subscribed has to arrive once and in order; each outage has to be told by one gap, and everything be subscribed to again
 * within the backoff and 200 ms.
 */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { openClient } from '../__test__/support/client'
import { FaultProxy } from '../__test__/support/proxy'
import { Random } from '../__test__/support/random'
import type { RawClient } from '../__test__/support/raw-client'
import { type ServerKind, TestServer } from '../__test__/support/server'

export interface PubSubChaos {
  seed?: number
  /** Default: 120. */
  seconds?: number
  /** Messages a second. Default: 50 000. */
  rate?: number
  /** Milliseconds between two kills. Default: 2000. */
  interval?: number
  protocol?: 2 | 3
  /** Default: Redis. */
  server?: ServerKind
}

export interface PubSubChaosOutcome {
  seed: number
  published: number
  received: number
  /** Messages that came although an earlier outage had begun, and were published when the subscription was in place. */
  lost: number
  duplicated: number
  kills: number
  gaps: number
  /** Milliseconds from a kill until everything was subscribed to again, at most. */
  slowest: number
}

const CHANNEL = 'chaos:pubsub'
const BACKOFF = 50
/** What restoring may take beyond the backoff, in milliseconds. */
const GRACE = 200
/** Milliseconds between two batches of messages. */
const TICK = 10

/** Publishes the next numbers and notes how many subscribers the server had for each: its own word for who had to get it. */
class Publisher {
  next = 0
  /** For each message, whether somebody was subscribed. */
  readonly heard: boolean[] = []

  constructor(private readonly raw: RawClient) {}

  async publish(count: number): Promise<void> {
    let batch = ''
    for (let index = 0; index < count; index += 1) batch += `PUBLISH ${CHANNEL} ${this.next++}\r\n`
    this.raw.write(batch)
    for (let index = 0; index < count; index += 1) this.heard.push((await this.raw.read()) === 1)
  }
}

/** One run. Throws when a promise is broken; how long restoring took is for the caller to judge. */
export async function run(options: PubSubChaos = {}): Promise<PubSubChaosOutcome> {
  const { seconds = 120, rate = 50_000, interval = 2000, protocol = 3 } = options
  const random = new Random(options.seed)
  const cleanUp: (() => unknown)[] = []
  const test = { after: (action: () => unknown) => void cleanUp.unshift(action) }
  try {
    const server = await TestServer.start({ kind: options.server ?? 'redis' })
    test.after(() => server.close())
    const proxy = await FaultProxy.start({ target: server, frames: false })
    test.after(() => proxy.close())
    const raw = await server.client()
    test.after(() => raw.close())
    const reconnect = { initialDelay: BACKOFF, maxDelay: BACKOFF }
    const ps = openClient(test, proxy.url, { protocol, reconnect }).pubsub()
    const got: number[] = []
    /** Where in `got` each gap stands. */
    const gaps: number[] = []
    let restored = () => {}
    ps.on('gap', () => {
      gaps.push(got.length)
      restored()
    })
    await ps.subscribe(CHANNEL, (data: string) => got.push(Number(data)))
    await ps.psubscribe('chaos:quiet:*', () => assert.fail('nothing is published there'))
    await ps.ssubscribe('chaos:shard', () => assert.fail('nothing is published there'))

    const publisher = new Publisher(raw)
    const end = performance.now() + seconds * 1000
    let slowest = 0
    let kills = 0
    const killing = (async () => {
      // The last outage is over well before the end.
      while (performance.now() < end - interval) {
        await delay(interval * (0.75 + random.integer(0, 500) / 1000))
        const back = new Promise<void>((resolve) => (restored = resolve))
        const before = performance.now()
        kills += 1
        await proxy.cutAll(random.integer(0, 1) === 0 ? 'rst' : 'fin')
        await back
        slowest = Math.max(slowest, performance.now() - before)
      }
    })()
    const start = performance.now()
    while (performance.now() < end) {
      const due = Math.floor(((performance.now() - start) / 1000) * rate) - publisher.next
      if (due > 0) await publisher.publish(Math.min(due, rate))
      await delay(TICK)
    }
    await killing
    const last = publisher.next
    await publisher.publish(1)
    while (got.at(-1) !== last) await delay(TICK)
    await ps.close()

    const counted = judge(got, gaps, publisher.heard)
    return { seed: random.seed, published: publisher.next, received: got.length, kills, slowest, ...counted }
  } finally {
    for (const action of cleanUp) await action()
  }
}

/**
 * What is missing and what came twice. At a gap those messages may be missing that the server had written to a connection which
 * was already dead: they are the ones right before it. Anywhere else each message has to follow the one before.
 */
function judge(
  got: readonly number[],
  gaps: readonly number[],
  heard: readonly boolean[],
): { lost: number; duplicated: number; gaps: number } {
  const atGap = new Set(gaps)
  let lost = 0
  let duplicated = 0
  for (let index = 1; index < got.length; index += 1) {
    const [before, after] = [got[index - 1] as number, got[index] as number]
    if (after <= before) duplicated += 1
    else if (after > before + 1 && !atGap.has(index)) lost += after - before - 1
  }
  // What nobody was subscribed for cannot have come.
  for (const number of got) if (heard[number] !== true) duplicated += 1
  return { lost, duplicated, gaps: gaps.length }
}

/** The full form. Throws when a promise is broken; answers what it found. */
export async function runPubSub(options: PubSubChaos): Promise<string> {
  const { published, received, lost, duplicated, kills, gaps, slowest } = await run(options)
  assert.deepEqual({ lost, duplicated, gaps }, { lost: 0, duplicated: 0, gaps: kills })
  assert.ok(slowest <= BACKOFF + GRACE, `restoring took ${slowest} ms, not ${BACKOFF + GRACE}`)
  return (
    `${published} messages, ${received} received, ${kills} kills, one gap each, none lost while connected, none twice, ` +
    `restored within ${slowest.toFixed(0)} ms`
  )
}
