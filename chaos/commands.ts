/**
 * Commands of every kind through a proxy that cuts connections at random. Owns the workload and the three things that must not
 * happen: a reply that is another command's, a call that never settles, a write that runs twice or against its error's word.
 */
import assert from 'node:assert/strict'
import { type Client, createClient, type Failure } from '../__test__/support/client'
import { FaultProxy } from '../__test__/support/proxy'
import { Random } from '../__test__/support/random'
import { type ServerKind, TestServer } from '../__test__/support/server'

export interface CommandChaos {
  readonly seed: number
  readonly commands: number
  readonly cuts: number
  /** Default: 3. */
  readonly protocol?: 2 | 3
  /** Default: Redis. */
  readonly server?: ServerKind
}

const CALLERS = 16
const PIPELINE = 64
const TRANSACTION = 8
const MANNERS = ['fin', 'rst'] as const

/** What the caller was told of a write. */
type Word = 'done' | 'never' | 'maybe'

class Run {
  readonly #random: Random
  readonly #words: Map<string, Word>[] = Array.from({ length: CALLERS }, () => new Map())
  /** Writes that run together or not at all. */
  readonly #transactions: [caller: number, ids: string[]][] = []
  #sent = 0
  #cuts = 0
  #lost = 0
  #next = 0

  constructor(
    private readonly options: CommandChaos,
    private readonly client: Client,
    private readonly proxy: FaultProxy,
  ) {
    this.#random = new Random(options.seed)
  }

  async all(): Promise<void> {
    await Promise.all(this.#words.map((_, caller) => this.#caller(caller)))
  }

  /** Compares what callers were told with what the server has. */
  async verify(server: TestServer): Promise<string> {
    let writes = 0
    for (const [caller, words] of this.#words.entries()) {
      const flat = (await server.raw('HGETALL', key(caller))) as unknown[]
      const counts = new Map<string, number>()
      for (let at = 0; at < flat.length; at += 2) counts.set(String(flat[at]), Number(flat[at + 1]))
      for (const [id, word] of words) {
        const count = counts.get(id) ?? 0
        assert.ok(count <= 1, `write ${id} of caller ${caller} ran ${count} times`)
        if (word === 'done') assert.equal(count, 1, `write ${id} of caller ${caller} was acknowledged`)
        if (word === 'never') assert.equal(count, 0, `write ${id} of caller ${caller} was said never to run`)
      }
      for (const id of counts.keys()) assert.ok(words.has(id), `nobody wrote ${id}`)
      writes += words.size
    }
    for (const [caller, ids] of this.#transactions) {
      const values = (await server.raw('HMGET', key(caller), ...ids)) as unknown[]
      const ran = values.filter((value) => value !== null).length
      assert.ok(ran === 0 || ran === ids.length, `a transaction ran in part: ${ran} of ${ids.length}`)
    }
    return `${this.#sent} commands, ${writes} writes, ${this.#cuts} cuts, ${this.#lost} calls lost`
  }

  async #caller(caller: number): Promise<void> {
    const { commands } = this.options
    while (this.#sent < commands) {
      const kind = this.#random.integer(0, 9)
      if (kind < 4) await this.#singles(caller)
      else if (kind < 7) await this.#pipeline(caller)
      else if (kind < 9) await this.#transaction(caller)
      else await this.#blocking(caller)
    }
  }

  async #count(commands: number): Promise<void> {
    this.#sent += commands
    const due = Math.floor((this.#sent / this.options.commands) * this.options.cuts)
    if (this.#cuts >= Math.min(due, this.options.cuts)) return
    this.#cuts += 1
    await this.proxy.cutAll(MANNERS[this.#random.integer(0, 1)])
  }

  #id(): string {
    return `${this.#next++}`
  }

  /** The only errors that there may be are those of a lost connection. */
  #allow(error: unknown): Failure {
    const failure = error as Failure
    assert.match(failure.code ?? String(error), /^CONNECTION_/, failure.stack)
    this.#lost += 1
    return failure
  }

  #told(caller: number, ids: readonly string[], word: Word): void {
    for (const id of ids) this.#words[caller]?.set(id, word)
  }

  async #singles(caller: number): Promise<void> {
    const calls = Array.from({ length: 16 }, async (_, at) => {
      const id = this.#id()
      try {
        if (at % 2 === 0) return assert.equal(await this.client.echo(id), id)
        this.#told(caller, [id], 'maybe')
        assert.equal(await this.client.hincrby(key(caller), id, 1), 1)
        this.#told(caller, [id], 'done')
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error
        const { maybeExecuted } = this.#allow(error)
        if (at % 2 === 1 && maybeExecuted === false) this.#told(caller, [id], 'never')
      }
    })
    await this.#count(calls.length)
    await Promise.all(calls)
  }

  async #pipeline(caller: number): Promise<void> {
    const pipeline = this.client.pipeline({ transaction: false })
    const ids = Array.from({ length: PIPELINE }, () => this.#id())
    for (const [at, id] of ids.entries()) {
      if (at % 2 === 0) pipeline.echo(id)
      else pipeline.hincrby(key(caller), id, 1)
    }
    const written = (list: readonly string[]): string[] => list.filter((_, at) => at % 2 === 1)
    const check = (results: readonly unknown[]): void => {
      for (const [at, result] of results.entries()) assert.equal(result, at % 2 === 0 ? ids[at] : 1)
      this.#told(caller, written(ids.slice(0, results.length)), 'done')
    }
    this.#told(caller, written(ids), 'maybe')
    const call: Promise<unknown[]> = pipeline.execute()
    await this.#count(PIPELINE)
    try {
      check(await call)
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      const { maybeExecuted, results = [] } = this.#allow(error)
      check(results)
      if (maybeExecuted === false) this.#told(caller, written(ids), 'never')
    }
  }

  async #transaction(caller: number): Promise<void> {
    const ids = Array.from({ length: TRANSACTION }, () => this.#id())
    const pipeline = this.client.pipeline()
    for (const id of ids) pipeline.hincrby(key(caller), id, 1)
    this.#told(caller, ids, 'maybe')
    this.#transactions.push([caller, ids])
    const call: Promise<unknown[]> = pipeline.execute()
    await this.#count(TRANSACTION + 2)
    try {
      assert.deepEqual(
        await call,
        ids.map(() => 1),
      )
      this.#told(caller, ids, 'done')
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      if (this.#allow(error).maybeExecuted === false) this.#told(caller, ids, 'never')
    }
  }

  async #blocking(caller: number): Promise<void> {
    const id = this.#id()
    const list = `queue:${caller}:${id}`
    const call: Promise<unknown> = this.client.blpop(list, 1)
    const push: Promise<unknown> = this.client.rpush(list, id)
    await this.#count(2)
    const [popped] = await Promise.allSettled([call, push])
    if (popped.status === 'rejected') this.#allow(popped.reason)
    else if (popped.value !== null) assert.deepEqual(popped.value, [list, id])
  }
}

function key(caller: number): string {
  return `writes:${caller}`
}

/** Runs it, and says in a line what was done. Throws where something happened that must not. */
export async function runCommands(options: CommandChaos): Promise<string> {
  const server = await TestServer.start({ kind: options.server ?? 'redis' })
  const proxy = await FaultProxy.start({ target: server })
  const reconnect = { initialDelay: 1, maxDelay: 5 }
  const client = createClient(proxy.url, {
    reconnect,
    commandTimeout: 60_000,
    protocol: options.protocol ?? 3,
  })
  try {
    const run = new Run(options, client, proxy)
    await run.all()
    return await run.verify(server)
  } finally {
    client.destroy()
    await proxy.close()
    await server.close()
  }
}
