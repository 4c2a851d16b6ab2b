/** One caller of `mixture`: what it calls, how it changes its mind, and what it may be answered. */
import assert from 'node:assert/strict'
import type { Client, Failure } from '../__test__/support/client'
import type { Random } from '../__test__/support/random'
import { anyKey, DATABASES, hashOf, isValue, isWhole, keyOf, listOf, text } from './mixture-values'
import type { Watchdog } from './watchdog'

/** What all callers share. */
export interface Crowd {
  readonly random: Random
  readonly writes: Map<string, { word: 'done' | 'never' | 'maybe'; dbs: readonly number[] }>
  /** The key in which writes leave their marks. */
  log(): string
  sent: number
  givenUp: number
  lost: number
  /** A name that nobody else has. */
  id(): string
  goesOn(): boolean
  fail(error: unknown): void
}

type Outcome = { value: unknown; error?: undefined } | { error: Failure; value?: undefined }

/** A command: how it is called, on a client or a pipeline, and what its reply tells. */
interface Command {
  call(on: Client): any
  /** Whether the reply is its own. */
  isOwn(reply: unknown): boolean
  /** What becomes of it. */
  ends?(word: 'done' | 'never' | 'maybe'): void
}

/** An attempt to change the database of a lease. */
interface Change {
  readonly db: number
  /** Resolves with whether it was done; undefined: nobody knows. */
  done: Promise<boolean | undefined>
}

const TOGETHER = 48
const PIPELINE = 24
const LONG_PIPELINE = 700
const LEASE_STEPS = 8
/** How often a caller changes its mind. */
const FICKLE = 0.3
/** One in so many steps stops the server for a moment. */
const STALLS = 40
const STALL_SECONDS = '0.003'
const ALLOWED = /^(ABORTED|COMMAND_TIMEOUT|POOL_TIMEOUT|CONNECT_TIMEOUT|CONNECTION_[A-Z]+)$/

/** When a caller changes its mind. */
const MOMENTS: readonly ((abort: () => void) => unknown)[] = [
  (abort) => abort(),
  (abort) => queueMicrotask(abort),
  (abort) => process.nextTick(abort),
  (abort) => setImmediate(abort),
  (abort) => setImmediate(() => setImmediate(abort)),
  (abort) => setTimeout(abort, 1),
  (abort) => setTimeout(abort, 3),
]

export class Caller {
  readonly #random: Random

  /** `lonely`: it goes step by step. */
  constructor(
    private readonly crowd: Crowd,
    private readonly redis: Client,
    private readonly lonely: boolean,
    private readonly number: number,
  ) {
    this.#random = crowd.random
  }

  async all(watchdog: Watchdog): Promise<void> {
    const acts = [
      ...Array.from({ length: 5 }, () => () => this.#singles()),
      ...Array.from({ length: 4 }, () => () => this.#pipelines()),
      () => this.#pops(),
      () => this.#pops(),
      () => this.#lease(),
      () => this.#lease(),
      () => this.#transaction(),
    ]
    while (this.crowd.goesOn()) {
      const act = this.#pick(acts)
      watchdog.waits(this.number, String(act))
      try {
        const stall = this.#random.integer(1, STALLS) === 1
        await Promise.all([act(), stall && this.#stall()])
      } catch (error) {
        this.crowd.fail(error)
      }
    }
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random.integer(0, list.length - 1)]!
  }

  #some(most: number): number {
    return this.lonely ? this.#random.integer(1, 2) : this.#random.integer(1, most)
  }

  async #stall(): Promise<void> {
    await this.redis
      .executeCommand('DEBUG', 'SLEEP', STALL_SECONDS)
      .catch((error: unknown) => this.#allow(error))
  }

  #allow(error: unknown): Failure {
    const failure = error as Failure
    if (error instanceof assert.AssertionError || !ALLOWED.test(failure.code)) throw error
    assert.equal(typeof failure.maybeExecuted, 'boolean', failure.stack)
    if (failure.code.startsWith('CONNECTION')) this.crowd.lost += 1
    else this.crowd.givenUp += 1
    return failure
  }

  /** Makes a call of so many commands, and perhaps gives it up. */
  async #call(on: Client, commands: number, call: (view: Client) => Promise<unknown>): Promise<Outcome> {
    this.crowd.sent += commands
    let view = on
    let settled = false
    if (this.#random.next() < FICKLE) {
      if (this.#random.integer(0, 2) === 0) {
        view = on.with({ timeout: this.#random.integer(1, 5) })
      } else {
        const controller = new AbortController()
        view = on.with({ signal: controller.signal })
        const moment = this.#pick(MOMENTS)
        const called = call(view)
        moment(() => settled || controller.abort())
        return this.#settle(called).finally(() => (settled = true))
      }
    }
    return this.#settle(call(view))
  }

  async #settle(called: Promise<unknown>): Promise<Outcome> {
    try {
      return { value: await called }
    } catch (error) {
      return { error: this.#allow(error) }
    }
  }

  #echo(): Command {
    const value = text(this.#random, this.crowd.id())
    return { call: (on) => on.echo(value), isOwn: (reply) => same(reply, value) }
  }

  /** `db`: where the caller's connection is. */
  #get(db: number): Command {
    const number = anyKey(this.#random)
    switch (this.#random.integer(0, 5)) {
      case 0:
        return {
          call: (on) => on.lrange(listOf(number), 0, -1),
          isOwn: (reply) => isWhole(db, number, reply),
        }
      case 1:
        return { call: (on) => on.hgetall(hashOf(number)), isOwn: (reply) => isWhole(db, number, reply) }
      default:
        return { call: (on) => on.get(keyOf(number)), isOwn: (reply) => isValue(db, number, reply) }
    }
  }

  #write(dbs: readonly number[]): Command {
    const field = this.crowd.id()
    const key = this.crowd.log()
    const { writes } = this.crowd
    writes.set(field, { word: 'maybe', dbs })
    return {
      call: (on) => on.hincrby(key, field, 1),
      isOwn: (reply) => reply === 1,
      ends: (word) => writes.set(field, { word, dbs }),
    }
  }

  #any(): Command {
    const kind = this.#random.integer(0, 9)
    return kind < 4 ? this.#echo() : kind < 7 ? this.#get(0) : this.#write([0])
  }

  #own(command: Command, reply: unknown): void {
    if (!command.isOwn(reply)) {
      const sent: unknown[] = []
      command.call(
        new Proxy(
          {},
          {
            get:
              (_, name) =>
              (...words: unknown[]) =>
                sent.push(name, ...words),
          },
        ),
      )
      assert.fail(`${brief(sent)} was answered ${brief(reply)}`)
    }
    command.ends?.('done')
  }

  async #one(on: Client, command: Command): Promise<void> {
    const { error, value } = await this.#call(on, 1, (view) => command.call(view))
    if (error === undefined) this.#own(command, value)
    else command.ends?.(error.maybeExecuted === false ? 'never' : 'maybe')
  }

  async #singles(): Promise<void> {
    const view = this.#random.integer(0, 4) === 0 ? this.redis.buffers : this.redis
    const commands = Array.from({ length: this.#some(TOGETHER) }, () => {
      // Of a hash, Buffers come as pairs.
      return view === this.redis ? this.#any() : this.#echo()
    })
    await Promise.all(commands.map((command) => this.#one(view, command)))
  }

  async #unit(on: Client, commands: readonly Command[], transaction: boolean): Promise<void> {
    const { error, value } = await this.#call(on, commands.length, (view) => {
      const pipeline = view.pipeline({ transaction })
      for (const command of commands) command.call(pipeline)
      return pipeline.execute()
    })
    const replies = (error === undefined ? value : (error.results ?? [])) as unknown[]
    for (const [at, command] of commands.entries()) {
      if (at < replies.length) this.#own(command, replies[at])
      else command.ends?.(error?.maybeExecuted === false ? 'never' : 'maybe')
    }
    if (error === undefined) assert.equal(replies.length, commands.length)
  }

  async #pipelines(): Promise<void> {
    const one = (): Promise<void> => {
      const long = this.#random.integer(0, 40) === 0
      const count = long ? this.#random.integer(PIPELINE, LONG_PIPELINE) : this.#random.integer(1, PIPELINE)
      // Small ones only, so that many are in one read.
      const kind = this.#random.integer(0, 3)
      const commands = Array.from({ length: count }, () => (kind === 0 ? this.#write([0]) : this.#any()))
      return this.#unit(this.redis, commands, this.#random.next() < 0.5)
    }
    await Promise.all(Array.from({ length: this.#some(4) }, one))
  }

  /** Elements reach those who wait for them, and nobody else. */
  async #pops(): Promise<void> {
    const one = async (): Promise<void> => {
      const [key, value] = [`mixture:queue:${this.crowd.id()}`, text(this.#random, this.crowd.id())]
      const popped = this.#call(this.redis, 1, (view) =>
        view.blpop(key, this.#random.next() < 0.3 ? 0.002 : 1),
      )
      const push: Command = { call: (on) => on.rpush(key, value), isOwn: (reply) => reply === 1 }
      if (this.#random.next() < 0.5) await new Promise((resolve) => setImmediate(resolve))
      const [outcome] = await Promise.all([popped, this.#one(this.redis, push)])
      if (outcome.error !== undefined || outcome.value === null) {
        await this.#call(this.redis, 1, (view) => view.del(key))
        return
      }
      const [from, element] = outcome.value as [string, string]
      if (from !== key || !same(element, value))
        assert.fail(`blpop ${key} was answered ${brief(outcome.value)}`)
    }
    await Promise.all(Array.from({ length: this.#some(4) }, one))
  }

  /** A lease whose database changes, by every way that leads there. */
  async #lease(): Promise<void> {
    const { error, value: lease } = (await this.#call(this.redis, 0, (view) => view.client())) as any
    if (error !== undefined) return
    const changes: Change[] = []
    // A lease has the settings that it was taken with.
    const conn: Client = lease.with({ timeout: 60_000 })
    const work: Promise<void>[] = []
    for (let step = this.#random.integer(1, LEASE_STEPS); step > 0; step--) {
      const kind = this.#random.integer(0, 9)
      if (kind < 3) work.push(this.#select(conn, changes))
      else if (kind < 6) work.push(this.#read(conn, [...changes]))
      else if (kind < 8) work.push(this.#mark(conn, [...changes]))
      else if (kind < 9) work.push(this.#one(conn, this.#echo()))
      else
        work.push(this.#call(conn, 1, (view) => view.blpop(`mixture:queue:${this.crowd.id()}`, 0.001)).then())
      if (this.#random.next() < 0.4) await Promise.all(work)
    }
    if (this.#random.next() < 0.5) {
      await Promise.all(work).finally(() => lease.release())
    } else {
      lease.release()
      await Promise.all(work)
    }
  }

  async #select(conn: Client, changes: Change[]): Promise<void> {
    const db = this.#random.integer(0, DATABASES - 1)
    const ways: readonly ((view: Client) => Promise<unknown>)[] = [
      (view) => view.select(db),
      (view) => view.executeCommand('select', db),
      (view) => view.pipeline({ transaction: false }).executeCommand('SELECT', db).execute(),
      (view) => view.pipeline().executeCommand('SELECT', db).execute(),
    ]
    const called = this.#call(conn, 1, this.#pick(ways))
    const change = {
      db,
      done: called.then(({ error }) =>
        error === undefined ? true : error.maybeExecuted ? undefined : false,
      ),
    }
    changes.push(change)
    const { error, value } = await called
    if (error === undefined) assert.equal(String(value), 'OK')
  }

  async #read(conn: Client, changes: readonly Change[]): Promise<void> {
    const number = anyKey(this.#random)
    const { error, value } = await this.#call(conn, 1, (view) => view.get(keyOf(number)))
    if (error !== undefined) return
    const dbs = await possible(changes)
    const isOwn = dbs.some((db) => isValue(db, number, value))
    assert.ok(isOwn, `get ${number} in one of the databases ${dbs} was answered ${brief(value)}`)
  }

  async #mark(conn: Client, changes: readonly Change[]): Promise<void> {
    const field = this.crowd.id()
    const key = this.crowd.log()
    const { writes } = this.crowd
    writes.set(field, { word: 'maybe', dbs: [0, 1, 2, 3] })
    const { error, value } = await this.#call(conn, 1, (view) => view.hincrby(key, field, 1))
    if (error === undefined && value !== 1) assert.fail(`hincrby ${field} was answered ${brief(value)}`)
    const word = error === undefined ? 'done' : error.maybeExecuted ? 'maybe' : 'never'
    writes.set(field, { word, dbs: await possible(changes) })
  }

  async #transaction(): Promise<void> {
    const [read, write, echo] = [this.#get(0), this.#write([0]), this.#echo()]
    const { error, value } = await this.#call(this.redis, 4, (view) =>
      view.transaction(
        async (tx: Client) => {
          this.#own(read, await read.call(tx))
          const pipeline = tx.pipeline()
          for (const command of [write, echo]) command.call(pipeline)
          return pipeline
        },
        { watch: [keyOf(0)] },
      ),
    )
    if (error !== undefined) return write.ends?.(error.maybeExecuted === false ? 'never' : 'maybe')
    const [written, echoed] = value as unknown[]
    this.#own(write, written)
    this.#own(echo, echoed)
  }
}

/** The databases in which a connection may be after these changes. */
async function possible(changes: readonly Change[]): Promise<number[]> {
  let dbs = [0]
  for (const { db, done } of changes) {
    const outcome = await done
    if (outcome === true) dbs = [db]
    else if (outcome === undefined) dbs = [...dbs, db]
  }
  return dbs
}

function same(reply: unknown, value: string): boolean {
  return Buffer.isBuffer(reply) ? reply.equals(Buffer.from(value)) : reply === value
}

function brief(value: unknown): string {
  const text = JSON.stringify(value, (_, part) => (typeof part === 'string' ? part.slice(0, 60) : part))
  return text?.slice(0, 400) ?? String(value)
}
