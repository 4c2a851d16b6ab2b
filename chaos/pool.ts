/**
 * Leases, blocking commands, transactions, subscriptions and others of several handles on a small pool, through a proxy that cuts connections at random, with callers
 * who change their minds. Owns the workload and what must not happen: a reply or an element that is another caller's, a connection
 * that remembers its last user, a write that runs twice or against its error's word, a call that never settles, a place in the pool
 * that is lost.
 */
import assert from 'node:assert/strict'
import { certificates } from '../__test__/support/certificates'
import { type Client, ConnectionPool, type Failure, failure, Redis } from '../__test__/support/client'
import { FaultProxy } from '../__test__/support/proxy'
import { Random } from '../__test__/support/random'
import { type ServerKind, TestServer } from '../__test__/support/server'
import { Watchdog } from './watchdog'

export interface PoolChaos {
  readonly seed: number
  readonly actions: number
  readonly cuts: number
  /** Default: 3. */
  readonly protocol?: 2 | 3
  /** Default: Redis. */
  readonly server?: ServerKind
  /** Default: false. */
  readonly tls?: boolean
}

const CALLERS = 24
const CONNECTIONS = 8
const COUNTERS = 4
const NAME = 'chaos'
const MANNERS = ['fin', 'rst'] as const

/** Each handle on the pool has one of these, each caller a handle. */
const PREFIXES = ['', 'a:', 'b:']

type Act = (caller: number) => Promise<void>

class Run {
  readonly #random: Random
  readonly #watchdog = new Watchdog()
  /** What the server must have for each counter: at least the first number, at most both. */
  readonly #counters = Array.from({ length: COUNTERS }, () => ({ done: 0, maybe: 0 }))
  #done = 0
  #cuts = 0
  #ended = 0
  #next = 0

  constructor(
    private readonly options: PoolChaos,
    private readonly pool: Client,
    private readonly handles: readonly Client[],
    private readonly proxy: FaultProxy,
    private readonly server: TestServer,
  ) {
    this.#random = new Random(options.seed)
  }

  /** Runs the workload, and looks at what it has left behind. */
  async all(): Promise<string> {
    const callers = Array.from({ length: CALLERS }, (_, caller) => this.#caller(caller))
    const work = Promise.all(callers).then(() => this.#rest())
    await this.#watchdog.over(work, async () =>
      [
        JSON.stringify({ ...this.pool.stats(), throughProxy: this.proxy.openConnectionCount }),
        String(await this.server.raw('CLIENT', 'LIST')),
      ].join('\n'),
    )
    return `${this.#done} actions, ${this.#cuts} cuts, ${this.#ended} calls ended early`
  }

  #redis(caller: number): Client {
    return this.handles[caller % this.handles.length]
  }

  async #caller(caller: number): Promise<void> {
    const { actions, cuts } = this.options
    // With the errors that each may end with, beside that of a lost connection.
    const acts: readonly (readonly [Act, ...string[]])[] = [
      [(caller) => this.#echoes(caller)],
      [(caller) => this.#lease(caller)],
      [(caller) => this.#lease(caller)],
      [() => this.#increment()],
      [(caller) => this.#subscribes(caller)],
      [(caller) => this.#pop(caller)],
      [(caller) => this.#abortedPop(caller), 'ABORTED'],
      [(caller) => this.#contestedPop(caller), 'ABORTED'],
      [(caller) => this.#hastyPop(caller), 'COMMAND_TIMEOUT'],
      [(caller) => this.#abortedLease(caller), 'ABORTED'],
    ]
    while (this.#done < actions) {
      const [act, ...ends] = acts[this.#random.integer(0, acts.length - 1)]!
      this.#watchdog.waits(caller, String(act))
      try {
        await act(caller)
      } catch (error) {
        assert.ok(['CONNECTION_LOST', ...ends].includes((error as Failure).code), error as Error)
        this.#ended += 1
      }
      this.#done += 1
      if (this.#cuts < Math.min(cuts, Math.floor((this.#done / actions) * cuts))) {
        this.#watchdog.waits(caller, 'a cut')
        await this.#cut()
      }
    }
    this.#watchdog.waits(caller, 'nothing more')
  }

  /** Cuts all connections, or each with the same chance. */
  async #cut(): Promise<void> {
    this.#cuts += 1
    const manner = MANNERS[this.#random.integer(0, 1)]
    const chance = this.#random.integer(0, 1) === 0 ? 1 : this.#random.next()
    await this.proxy.cutAll(manner, () => this.#random.next() < chance)
  }

  #unique(): string {
    return `${this.#next++}`
  }

  async #says(on: Client): Promise<void> {
    const word = this.#unique()
    assert.equal(await on.echo(word), word)
  }

  async #echoes(caller: number): Promise<void> {
    await Promise.all(Array.from({ length: 5 }, () => this.#says(this.#redis(caller))))
  }

  /** A connection that nobody has left anything on, and on which something is left. */
  async #lease(caller: number): Promise<void> {
    await this.#redis(caller).client(async (conn: Client) => {
      const info = String(await conn.executeCommand('CLIENT', 'INFO'))
      for (const clean of [/ db=0 /, new RegExp(` name=${NAME} `), / flags=N /, / sub=0 /])
        assert.match(info, clean)
      const marks: readonly (() => unknown)[] = [
        () => this.#says(conn),
        () => conn.select(this.#random.integer(1, 9)),
        () => conn.clientSetname('mine'),
        () => conn.watch(`chaos:${this.#random.integer(0, 9)}`),
        () => conn.executeCommand('MULTI'),
        async () => {
          await conn.executeCommand('MULTI')
          assert.equal(await conn.echo('queued'), 'QUEUED')
          assert.deepEqual(await conn.executeCommand('EXEC'), ['queued'])
        },
        // Left without an answer, and with one that is late.
        () => void conn.echo('late').catch(() => {}),
        () => void conn.blpop('chaos:late', 0.01).catch(() => {}),
        // Given up, while the server goes on waiting.
        () => failure(conn.with({ timeout: 2 }).blpop('chaos:none', 0)),
        () => failure(conn.with({ signal: AbortSignal.timeout(2) }).blpop('chaos:none', 0)),
      ]
      await marks[this.#random.integer(0, marks.length - 1)]!()
    })
  }

  /** Reads and writes a number that others change meanwhile. */
  async #increment(): Promise<void> {
    const at = this.#random.integer(0, COUNTERS - 1)
    const key = `chaos:counter:${at}`
    const work = async (tx: Client): Promise<Client> =>
      tx.pipeline().set(key, Number((await tx.get(key)) ?? 0) + 1)
    try {
      await this.#redis(at).transaction(work, { watch: [key], attempts: 1000, backoff: () => 0 })
      this.#counters[at]!.done += 1
    } catch (error) {
      if ((error as Failure).maybeExecuted !== false) this.#counters[at]!.maybe += 1
      throw error
    }
  }

  async #subscribes(caller: number): Promise<void> {
    const [channel, word] = [`chaos:channel:${caller}`, this.#unique()]
    const subscriber: Client = this.#redis(caller).pubsub()
    try {
      await subscriber.subscribe(channel)
      await this.#redis(caller).publish(channel, word)
      // A message that a cut takes away does not come again.
      const message = await subscriber.getMessage({ timeout: 200, ignoreSubscribeMessages: true })
      if (message !== null) assert.deepEqual([message.channel, message.data], [channel, word])
    } finally {
      await subscriber.close()
    }
  }

  async #pop(caller: number): Promise<void> {
    const [key, word] = [`chaos:list:${caller}`, `${caller}:${this.#unique()}`]
    const popped: Promise<[string, string] | null> = this.#redis(caller).blpop(key, 2)
    popped.catch(() => {})
    await this.#redis(caller).rpush(key, word)
    const reply = await popped
    // A cut may have taken an earlier element or its answer; none may come from another's list.
    if (reply !== null) assert.ok(reply[0] === key && reply[1].startsWith(`${caller}:`), String(reply))
    await this.#redis(caller).del(key)
  }

  /** Somebody who gives up, at about the time at which he would get what he asked for. */
  async #contestedPop(caller: number): Promise<void> {
    // A key of its own: the server may hold an earlier caller's connection for a moment longer than he does.
    const word = `${caller}:${this.#unique()}`
    const key = `chaos:contested:${word}`
    const controller = new AbortController()
    const popped: Promise<unknown> = this.#redis(caller).with({ signal: controller.signal }).blpop(key, 0)
    popped.catch(() => {})
    const pushed: Promise<number> = this.#redis(caller).rpush(key, word)
    pushed.catch(() => {})
    await this.#turns()
    controller.abort()
    await pushed
    try {
      assert.deepEqual(await popped, [key, word])
    } catch (error) {
      if ((error as Failure).maybeExecuted === false) assert.equal(await this.#redis(caller).lpop(key), word)
      throw error
    }
  }

  async #abortedPop(caller: number): Promise<void> {
    const controller = new AbortController()
    const popped = this.#redis(caller).with({ signal: controller.signal }).blpop(`chaos:none:${caller}`, 0)
    popped.catch(() => {})
    await this.#turns()
    controller.abort()
    await popped
  }

  async #hastyPop(caller: number): Promise<void> {
    await this.#redis(caller)
      .with({ timeout: this.#random.integer(1, 5) })
      .blpop(`chaos:none:${caller}`, 0)
  }

  async #abortedLease(caller: number): Promise<void> {
    const controller = new AbortController()
    const leased = this.#redis(caller)
      .with({ signal: controller.signal })
      .client((conn: Client) => this.#says(conn))
    leased.catch(() => {})
    await this.#turns()
    controller.abort()
    await leased
  }

  /** Lets others work for a while. */
  async #turns(): Promise<void> {
    for (let turn = this.#random.integer(0, 20); turn > 0; turn -= 1) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Nobody has a connection any more, every place can be had at once, and the counters are what callers were told. */
  async #rest(): Promise<void> {
    for (;;) {
      const { leased, blocking, subscribed, waiting, inFlight, queuedBytes, open } = this.pool.stats()
      assert.ok(open <= CONNECTIONS, `${open} connections`)
      if (leased + blocking + subscribed + waiting + inFlight + queuedBytes === 0) break
      await new Promise((resolve) => setImmediate(resolve))
    }
    const places = CONNECTIONS - 1
    const all: Client[] = await Promise.all(Array.from({ length: places }, () => this.#redis(0).client()))
    assert.deepEqual(await Promise.all(all.map((conn) => conn.ping())), Array(places).fill('PONG'))
    for (const conn of all) conn.release()
    for (const [at, { done, maybe }] of this.#counters.entries()) {
      const value = Number((await this.#redis(at).get(`chaos:counter:${at}`)) ?? 0)
      assert.ok(value >= done && value <= done + maybe, `${value} increments: ${done} done, ${maybe} unknown`)
    }
  }
}

/** Runs the workload on a server of its own. Answers what was done. */
export async function runPool(options: PoolChaos): Promise<string> {
  const { tls = false } = options
  const server = await TestServer.start({ kind: options.server ?? 'redis', tls })
  const target = { port: tls ? server.tlsPort : server.port }
  const proxy = await FaultProxy.start({ target, frames: !tls })
  const pool: Client = new (ConnectionPool as Client)(tls ? `rediss://localhost:${proxy.port}` : proxy.url, {
    ...(tls && { tls: { ca: (await certificates()).ca.cert } }),
    ...{ protocol: options.protocol ?? 3, maxConnections: CONNECTIONS, clientName: NAME },
    ...{ acquireTimeout: 60_000, commandTimeout: 60_000, reconnect: { initialDelay: 1, maxDelay: 20 } },
  })
  pool.on('error', () => {})
  try {
    const done = await new Run(
      options,
      pool,
      PREFIXES.map((keyPrefix) => new (Redis as Client)({ connectionPool: pool, keyPrefix })),
      proxy,
      server,
    ).all()
    await pool.close()
    return done
  } finally {
    pool.destroy()
    await proxy.close()
    await server.close()
  }
}
