/**
 * Everything at once on one client: single calls, pipelines, transactions, leases that change their database, blocking commands;
 * callers that change their minds at every moment; connections that are cut, sliced and held up. Owns the workload and the one
 * question: does a call ever get a reply that is not its own, or is an acknowledged write ever missing. Every value names its owner.
 */
// First: it has to be there before the client.
import { slotHistory } from './slot-history'
import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '../__test__/support/client'
import { Random } from '../__test__/support/random'
import { type ServerKind, TestServer } from '../__test__/support/server'
import { Caller, type Crowd } from './mixture-callers'
import type { Order } from './mixture-proxy'
import { DATABASES, fill } from './mixture-values'
import { Watchdog } from './watchdog'

export interface MixtureChaos {
  readonly seed: number
  readonly calls: number
  /** Default: 3. */
  readonly protocol?: 2 | 3
  /** Default: Redis. */
  readonly server?: ServerKind
}

/** Inside of the package: how many promises wait for the engine. */
const { slotsInUse }: { slotsInUse: () => number } = createRequire(__filename)(
  '../lib/reply/pending-calls.js',
)

const CONNECTIONS = 24
const PATIENCE = 60_000
/** A part of the run has a client, a network and a crowd of its own. What was written in it is compared at its end. */
const PART = 100_000
/** Where one or two callers go step by step, replies are read on JavaScript's thread, and calls are few. */
const LONELY_PART = 5_000
const CROWDS = [1, 2, 24, 24, 24, 48]
const SHARED = [1, 1, 2, 4]
/** One in so many parts has a network without faults. */
const PEACE = 4

class Run implements Crowd {
  readonly random: Random
  readonly writes = new Map<string, { word: 'done' | 'never' | 'maybe'; dbs: readonly number[] }>()
  readonly log = () => `mixture:log:${this.#part}`
  sent = 0
  givenUp = 0
  lost = 0
  #part = 0
  #next = 0
  #end = 0
  #compared = 0
  #failure: unknown

  constructor(
    private readonly options: MixtureChaos,
    private readonly server: TestServer,
    private readonly network: ChildProcess,
  ) {
    this.random = new Random(options.seed)
  }

  id(): string {
    return `${this.options.seed.toString(36)}-${this.#next++}`
  }

  goesOn(): boolean {
    return this.#failure === undefined && this.sent < this.#end
  }

  /** The first failure keeps what led to it. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    const path = join(tmpdir(), `oxidis-mixture-${this.options.seed}.log`)
    writeFileSync(path, slotHistory())
    console.error(`the history of all slots: ${path}`, error)
  }

  async all(): Promise<string> {
    await fill(this.server)
    while (this.sent < this.options.calls) await this.#runPart()
    const parts = `${this.#part} parts, ${this.#compared} writes compared`
    return `${this.sent} calls, ${this.givenUp} given up, ${this.lost} lost; ${parts}`
  }

  async #runPart(): Promise<void> {
    const { random } = this
    const count = CROWDS[random.integer(0, CROWDS.length - 1)]!
    this.#end = Math.min(this.sent + (count < 3 ? LONELY_PART : PART), this.options.calls)
    const before = slotsInUse()
    const client = createClient(await this.#url(), {
      protocol: this.options.protocol ?? 3,
      maxConnections: CONNECTIONS,
      sharedConnections: SHARED[random.integer(0, SHARED.length - 1)],
      reconnect: { initialDelay: 1, maxDelay: 5 },
      commandTimeout: PATIENCE,
      acquireTimeout: PATIENCE,
      connectTimeout: PATIENCE,
    })
    const watchdog = new Watchdog()
    const callers = Array.from({ length: count }, (_, number) => new Caller(this, client, count < 3, number))
    await watchdog.over(
      Promise.all(callers.map((caller) => caller.all(watchdog))),
      async () => `${JSON.stringify(client.stats?.() ?? {})}, ${slotsInUse()} slots`,
    )
    await client.drained()
    await client.close()
    if (this.#failure === undefined) await this.#compare().catch((error: unknown) => this.fail(error))
    if (this.#failure !== undefined) throw this.#failure
    assert.equal(slotsInUse(), before, 'slots are lost')
    this.writes.clear()
    this.#part += 1
  }

  /** Where the next client connects. */
  async #url(): Promise<string> {
    if (this.random.integer(1, PEACE) === 1) return this.server.url
    const order: Order = { port: this.server.port, seed: this.random.integer(0, 1 << 30) }
    this.network.send(order)
    const [port] = (await once(this.network, 'message')) as [number]
    return `redis://127.0.0.1:${port}`
  }

  /** Compares what callers were told of their writes with what the server has of them. */
  async #compare(): Promise<void> {
    const found = new Map<string, number>()
    using admin = await this.server.client()
    for (let db = 0; db < DATABASES; db++) {
      await admin.call('SELECT', db)
      const flat = (await admin.call('HGETALL', this.log())) as unknown[]
      for (let at = 0; at < flat.length; at += 2) {
        const [field, times] = [String(flat[at]), String(flat[at + 1])]
        assert.ok(!found.has(field) && times === '1', `write ${field} ran more than once`)
        found.set(field, db)
      }
      await admin.call('DEL', this.log())
    }
    for (const [field, { word, dbs }] of this.writes) {
      const db = found.get(field)
      if (word === 'done') assert.ok(db !== undefined, `write ${field} was acknowledged and never ran`)
      if (word === 'never') assert.equal(db, undefined, `write ${field} ran, although it was said not to`)
      if (db !== undefined)
        assert.ok(dbs.includes(db), `write ${field} ran in database ${db} instead of ${dbs}`)
      this.#compared += 1
    }
    for (const field of found.keys()) assert.ok(this.writes.has(field), `nobody wrote ${field}`)
  }
}

/** Runs the workload; resolves with its figures. */
export async function runMixture(options: MixtureChaos): Promise<string> {
  await using server = await TestServer.start({ kind: options.server ?? 'redis' })
  const network = fork(join(__dirname, 'mixture-proxy.ts'))
  try {
    return await new Run(options, server, network).all()
  } finally {
    network.disconnect()
  }
}
