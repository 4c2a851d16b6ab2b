/**
 * Calls of every kind whose callers change their minds, at every moment between the call and its reply. Owns the workload and what
 * must not happen: a reply that is another call's, a call that was run although it was said not to be, a slot, a listener or a
 * connection that is never given back.
 */
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { createRequire } from 'node:module'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Client, ConnectionPool, type Failure, Redis } from '../__test__/support/client'
import { Random } from '../__test__/support/random'
import { type ServerKind, TestServer } from '../__test__/support/server'
import { Watchdog } from './watchdog'

export interface CancelChaos {
  readonly seed: number
  readonly commands: number
  readonly cancellations: number
  /** Default: 3. */
  readonly protocol?: 2 | 3
  /** Default: Redis. */
  readonly server?: ServerKind
}

/** Inside of the package: how many promises wait for the engine. */
const { slotsInUse }: { slotsInUse: () => number } = createRequire(__filename)(
  '../lib/reply/pending-calls.js',
)

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const CALLERS = 16
const CONNECTIONS = 8
/** Longer than anything here takes, in milliseconds. */
const PATIENCE = 60_000
const TOGETHER = 64
const PIPELINE = 16
/** One in so many steps stops the server for a moment, so that times run out. */
const STALLS = 20
const STALL_SECONDS = '0.004'
/**
 * What a run may take up at its end beyond what it took at half time, in MiB: V8's heap, which is exact after a collection, and all of
 * the process, to which V8 gives pages back as it likes (Node 24: 66 MiB in a million commands that leave nothing).
 */
const HEAP_SLACK = 8
const RSS_SLACK = 128
/** Memory outside of the heap is given back in a later turn of the event loop than the collection that finds it unused. */
const COLLECTIONS = 10

interface Memory {
  readonly heap: number
  readonly rss: number
}

/** How a call ends whose time is over: on its way, in line for a connection, while that is made. */
const TIMEOUTS = ['COMMAND_TIMEOUT', 'POOL_TIMEOUT', 'CONNECT_TIMEOUT']

/** When a caller changes its mind. */
const MOMENTS: readonly ((abort: () => void) => void)[] = [
  (abort) => abort(),
  (abort) => process.nextTick(abort),
  (abort) => setImmediate(abort),
  (abort) => setTimeout(abort, 1),
  (abort) => setTimeout(abort, 3),
]

class Run {
  readonly #random: Random
  readonly #watchdog = new Watchdog()
  /** In MiB, without garbage: at half time. */
  #middle: Memory | undefined
  #sent = 0
  #cancelled = 0
  #never = 0
  #next = 0
  /** What ends the run, once each caller is through with what it does. */
  #failure: unknown

  constructor(
    private readonly options: CancelChaos,
    private readonly pool: Client,
    private readonly redis: Client,
  ) {
    this.#random = new Random(options.seed)
  }

  /** Runs the workload, and looks at what it has left behind. */
  async all(): Promise<string> {
    const callers = Array.from({ length: CALLERS }, (_, caller) => this.#caller(caller))
    await this.#watchdog.over(
      Promise.all(callers).then(() => this.#rest()),
      async () => `${JSON.stringify(this.pool.stats())}, ${slotsInUse()} slots`,
    )
    const middle = this.#middle ?? memory()
    const end = await memoryWithin(middle)
    const grown = `memory grew from ${JSON.stringify(middle)} to ${JSON.stringify(end)} MiB`
    assert.ok(isWithin(end, middle), grown)
    const told = `${this.#cancelled} cancelled, ${this.#never} of them certainly before they were run`
    return `${this.#sent} commands, ${told}; RSS ${middle.rss} MiB at half time, ${end.rss} MiB at the end, heap ${middle.heap} and ${end.heap}`
  }

  async #caller(caller: number): Promise<void> {
    const { commands, cancellations } = this.options
    const acts = [
      ...Array.from({ length: 6 }, () => () => this.#singles()),
      ...Array.from({ length: 4 }, () => () => this.#pipelines()),
      () => this.#writes(),
      () => this.#pops(),
      () => this.#lease(),
    ]
    const goesOn = (): boolean =>
      this.#failure === undefined && (this.#sent < commands || this.#cancelled < cancellations)
    for (let step = 0; goesOn(); step++) {
      const act = acts[this.#random.integer(0, acts.length - 1)]!
      this.#watchdog.waits(caller, String(act))
      const isStalled = step % STALLS === 0
      try {
        await Promise.all([act(), isStalled && this.redis.executeCommand('DEBUG', 'SLEEP', STALL_SECONDS)])
      } catch (error) {
        this.#failure ??= error
      }
      if (this.#sent > commands / 2) this.#middle ??= memory()
    }
    this.#watchdog.waits(caller, 'nothing more')
  }

  /** Whether the next call is one that is given up: as many as are left to be, among the commands that are left. */
  get #fickle(): boolean {
    const { commands, cancellations } = this.options
    const left = Math.max(commands - this.#sent, TOGETHER)
    return this.#random.next() < (cancellations - this.#cancelled) / left
  }

  #id(): string {
    return `${this.#next++}`
  }

  /**
   * Makes a call of so many commands, and perhaps gives it up. Resolves with the reply, or with the error of having been given up.
   */
  async #call<T>(on: Client, commands: number, call: (view: Client) => Promise<T>): Promise<T | Failure> {
    this.#sent += commands
    if (!this.#fickle) return call(on)
    const controller = new AbortController()
    let settled = false
    const bySignal = this.#random.integer(0, 3) > 0
    const called = call(bySignal ? on.with({ signal: controller.signal }) : on.with({ timeout: 1 }))
    if (bySignal) MOMENTS[this.#random.integer(0, MOMENTS.length - 1)]!(() => settled || controller.abort())
    try {
      return await called
    } catch (error) {
      const failure = error as Failure
      assert.ok((bySignal ? ['ABORTED'] : TIMEOUTS).includes(failure.code), failure.stack)
      assert.equal(typeof failure.maybeExecuted, 'boolean', failure.stack)
      this.#cancelled += 1
      if (failure.maybeExecuted === false) this.#never += 1
      return failure
    } finally {
      settled = true
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
    }
  }

  /** Like `#call`, of which only the reply can be wrong. */
  async #expect(
    on: Client,
    commands: number,
    call: (view: Client) => Promise<unknown>,
    reply: unknown,
  ): Promise<void> {
    const outcome = await this.#call(on, commands, call)
    if (!(outcome instanceof Error)) assert.deepEqual(outcome, reply)
  }

  async #singles(): Promise<void> {
    const one = (): Promise<void> => {
      const id = this.#id()
      return this.#expect(this.redis, 1, (view) => view.echo(id), id)
    }
    await Promise.all(Array.from({ length: TOGETHER }, one))
  }

  async #pipelines(): Promise<void> {
    const one = (transaction: boolean): Promise<void> => {
      const ids = Array.from({ length: PIPELINE }, () => this.#id())
      const call = (view: Client): Promise<unknown> => {
        const pipeline = view.pipeline({ transaction })
        for (const id of ids) pipeline.echo(id)
        return pipeline.execute()
      }
      return this.#expect(this.redis, PIPELINE, call, ids)
    }
    await Promise.all([one(true), one(false), one(true), one(false)])
  }

  /** What was said never to run did not, and nothing ran twice. */
  async #writes(): Promise<void> {
    const key = `cancel:writes:${this.#id()}`
    const fields = Array.from({ length: TOGETHER }, () => this.#id())
    const outcomes = await Promise.all(
      fields.map((field) => this.#call(this.redis, 1, (view) => view.hincrby(key, field, 1))),
    )
    const counts = await this.redis.hmget(key, ...fields)
    for (const [at, outcome] of outcomes.entries()) {
      const count = counts[at]
      if (outcome === 1) assert.equal(count, '1')
      else if ((outcome as Failure).maybeExecuted === false) assert.equal(count, null)
      else assert.ok(count === null || count === '1', `a write ran ${count} times`)
    }
    await this.redis.del(key)
  }

  /** Elements reach those who wait for them, or stay where they are; connections of those who gave up are freed. */
  async #pops(): Promise<void> {
    const one = async (): Promise<void> => {
      const [key, id] = [`cancel:list:${this.#id()}`, this.#id()]
      const popped = this.#call(this.redis, 1, (view) => view.blpop(key, 30))
      const [outcome] = await Promise.all([popped, this.redis.rpush(key, id)])
      if (!(outcome instanceof Error)) return assert.deepEqual(outcome, [key, id])
      if ((outcome as Failure).maybeExecuted === false) assert.equal(await this.redis.lpop(key), id)
      else await this.redis.del(key)
    }
    await Promise.all([one(), one(), one(), one()])
  }

  async #lease(): Promise<void> {
    const lease = (await this.#call(this.redis, 0, (view) => view.client())) as Client
    if (lease instanceof Error) return
    try {
      // A lease has the settings that it was taken with.
      const conn = lease.with({ timeout: PATIENCE })
      const ids = Array.from({ length: PIPELINE }, () => this.#id())
      await Promise.all(ids.map((id) => this.#expect(conn, 1, (view) => view.echo(id), id)))
      await this.#call(conn, 1, (view) => view.blpop('cancel:nobody', 0.001))
    } finally {
      lease.release()
    }
  }

  /** When nobody calls any more, nothing is held by anybody. */
  async #rest(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    await this.redis.drained()
    for (let stats = this.pool.stats(); ; stats = this.pool.stats()) {
      const { leased, blocking, waiting, inFlight, queuedBytes } = stats
      if (leased + blocking + waiting + inFlight + queuedBytes === 0) break
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.equal(await this.redis.echo('last'), 'last')
  }
}

/** What the process takes up without garbage, in MiB. */
function memory(): Memory {
  collectGarbage()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: Math.round((heapUsed + external) / 2 ** 20), rss: Math.round(rss / 2 ** 20) }
}

const isWithin = (end: Memory, middle: Memory): boolean =>
  end.heap < middle.heap + HEAP_SLACK && end.rss < middle.rss + RSS_SLACK

/** The memory when it is no more than at half time, or what it still is after some collections: what V8 frees late was not kept. */
async function memoryWithin(middle: Memory): Promise<Memory> {
  let end = memory()
  for (let collection = 1; collection < COLLECTIONS && !isWithin(end, middle); collection += 1) {
    await turn()
    end = memory()
  }
  return end
}

/** Runs the workload; resolves with its figures. */
export async function runCancel(options: CancelChaos): Promise<string> {
  await using server = await TestServer.start({ kind: options.server ?? 'redis' })
  const before = slotsInUse()
  const pool: Client = new (ConnectionPool as Client)(server.url, {
    protocol: options.protocol ?? 3,
    maxConnections: CONNECTIONS,
    acquireTimeout: PATIENCE,
    commandTimeout: PATIENCE,
  })
  const redis: Client = new (Redis as Client)({ connectionPool: pool })
  pool.on('error', () => {})
  try {
    const figures = await new Run(options, pool, redis).all()
    await redis.close()
    await pool.close()
    assert.equal(slotsInUse(), before, 'slots are lost')
    return figures
  } finally {
    pool.destroy()
  }
}
