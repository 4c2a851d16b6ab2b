import { setTimeout as delay } from 'node:timers/promises'
import { type Deployment, monitor } from './deployment'
import type { RawClient } from './raw-client'
import type { TestServer } from './server'

/** Between two calls of a writer, and of a reader: 100 a second. */
const PERIOD_MS = 10

/** What is called over and over. Each write appends a value of its own to a list by `RPUSH`. */
export interface Caller {
  /** Tells callers apart in the servers' logs. */
  readonly name: string
  append(list: string, value: string): Promise<unknown>
  read(list: string): Promise<unknown>
}

/** How one call went. Times are those of `Date.now()`. */
export interface Call {
  readonly value: string
  readonly begun: number
  settled?: number
  error?: Error & { code?: string; maybeExecuted?: boolean }
}

interface Waiter {
  readonly moment: number
  readonly found: (call: Call) => void
}

/** A writer and a reader at 100 Hz, and what each call came to. */
export class Traffic {
  readonly writes: Call[] = []
  readonly reads: Call[] = []
  readonly list: string
  #running = true
  #waiters: Waiter[] = []
  readonly #loops: Promise<void>[]
  readonly #pending = new Set<Promise<void>>()

  constructor(
    private readonly caller: Caller,
    label: string,
  ) {
    this.list = `traffic:${label}:${caller.name}`
    this.#loops = [
      this.#repeat(this.writes, async (call) => {
        await this.#observe(call, caller.append(this.list, call.value))
        this.#tell(call)
      }),
      this.#repeat(this.reads, (call) => this.#observe(call, caller.read(this.list))),
    ]
  }

  /** Ends when all calls are settled. */
  async stop(): Promise<void> {
    this.#running = false
    await Promise.all(this.#loops)
    await Promise.all(this.#pending)
  }

  /** The first write that is answered, and well, after `moment`. */
  firstWriteAfter(moment: number): Promise<Call> {
    const found = this.writes.find((call) => isGoodAfter(call, moment))
    if (found !== undefined) return Promise.resolve(found)
    return new Promise((found) => this.#waiters.push({ moment, found }))
  }

  /** How many writes were begun after `moment`, and answered well. */
  good(moment = 0): number {
    return this.writes.filter((call) => call.begun > moment && isGoodAfter(call, moment)).length
  }

  async #repeat(calls: Call[], make: (call: Call) => Promise<void>): Promise<void> {
    for (let number = 0; this.#running; number += 1) {
      const call: Call = { value: `${this.caller.name}-${number}`, begun: Date.now() }
      calls.push(call)
      // Callers do not wait for each other: the next one comes while this one is in trouble.
      const pending = make(call)
      this.#pending.add(pending)
      void pending.then(() => this.#pending.delete(pending))
      await delay(PERIOD_MS)
    }
  }

  async #observe(call: Call, made: Promise<unknown>): Promise<void> {
    try {
      await made
    } catch (error) {
      call.error = error as Error
    }
    call.settled = Date.now()
  }

  #tell(call: Call): void {
    for (const { moment, found } of this.#waiters) if (isGoodAfter(call, moment)) found(call)
    this.#waiters = this.#waiters.filter(({ moment }) => !isGoodAfter(call, moment))
  }
}

function isGoodAfter({ settled, error }: Call, moment: number): boolean {
  return settled !== undefined && settled > moment && error === undefined
}

/** Which servers ran which writes for clients, by their own word (`MONITOR`). */
export class Executions {
  readonly #servers = new Map<string, TestServer[]>()
  readonly #monitors = new Map<TestServer, RawClient>()

  private constructor(private readonly deployment: Deployment) {}

  static async of(deployment: Deployment): Promise<Executions> {
    const executions = new Executions(deployment)
    for (const server of deployment.servers) await executions.listen(server)
    return executions
  }

  /** Listens to a server; to be called again after it was restarted. */
  async listen(server: TestServer): Promise<void> {
    // What comes over the link to a master carries the master's own port, and what a script does none.
    const ports = new Set(this.deployment.servers.map((one) => this.deployment.portOf(one)))
    const heard = (line: string): void => {
      const found = /^[\d.]+ \[\d+ (?:\S+:(\d+)|lua)\] "rpush" "[^"]+" "([^"]+)"/i.exec(line)
      if (found === null || ports.has(Number(found[1]))) return
      const value = found[2] as string
      this.#servers.set(value, [...this.of(value), server])
    }
    const { pid } = server
    const client = await monitor(server, heard, () => {
      if (this.#monitors.get(server) === client) void this.#listenAgain(server, pid)
    })
    this.#monitors.get(server)?.close()
    this.#monitors.set(server, client)
  }

  /** Sentinels have a server whose role they change hang up on everybody. One that was killed is not listened to again. */
  async #listenAgain(server: TestServer, pid: number): Promise<void> {
    while (server.isRunning && server.pid === pid && this.#monitors.has(server)) {
      try {
        return await this.listen(server)
      } catch {
        // It takes a moment to be known that a process has ended.
        await delay(PERIOD_MS)
      }
    }
  }

  /** The servers that ran the write of `value`, once for each time. */
  of(value: string): readonly TestServer[] {
    return this.#servers.get(value) ?? []
  }

  /** How many writes were run. */
  get size(): number {
    return this.#servers.size
  }

  close(): void {
    const monitors = [...this.#monitors.values()]
    this.#monitors.clear()
    for (const client of monitors) client.close()
  }
}

export interface Verdict {
  /** What callers were told that is not so, in words: nothing, if all is well. */
  readonly wrong: readonly string[]
  /** Writes that were acknowledged and that the master does not have: it was promoted before it had heard of them. */
  readonly lost: readonly Call[]
  /** Writes that failed and may have been executed, as their callers were told. */
  readonly uncertain: readonly Call[]
  /** Writes that were executed more than once. */
  readonly twice: readonly Call[]
  /** What the master has. */
  readonly kept: ReadonlySet<string>
}

/**
 * Compares what callers were told with what the servers did, and with what `master` has. Reads are to
 * succeed, but for those that waited for `patience`, in milliseconds, because there was no server for so long.
 */
export async function verdict(
  { list, writes, reads }: Traffic,
  executions: Executions,
  master: TestServer,
  { patience = Infinity } = {},
): Promise<Verdict> {
  const wrong: string[] = []
  const kept = ((await master.raw('LRANGE', list, 0, -1)) as Buffer[]).map(String)
  const times = new Map<string, number>()
  for (const value of kept) times.set(value, (times.get(value) ?? 0) + 1)
  const twice: Call[] = []
  for (const write of writes) {
    const { value, settled, error } = write
    const ran = executions.of(value).length
    const has = times.get(value) ?? 0
    if (settled === undefined) wrong.push(`${value} was never settled`)
    if (ran > 1 || has > 1) {
      twice.push(write)
      wrong.push(`${value} was executed twice`)
    }
    if (error === undefined && ran === 0 && has === 0) {
      wrong.push(`${value} was acknowledged, and no server executed it`)
    }
    if (error?.maybeExecuted === false && (ran > 0 || has > 0)) {
      wrong.push(`${value} was executed, and its caller told that it was not`)
    }
    if (error !== undefined && error.maybeExecuted === undefined) {
      wrong.push(`${value} failed without a word on whether it was executed: ${error.message}`)
    }
    if (/READONLY|MASTERDOWN|UNBLOCKED|LOADING/.test(error?.message ?? '')) {
      wrong.push(`${value} failed with ${error?.message}`)
    }
  }
  for (const { value, begun, settled = begun, error } of reads) {
    if (error !== undefined && settled - begun < patience)
      wrong.push(`a read (${value}) failed: ${error.message}`)
  }
  const known = new Set(writes.map(({ value }) => value))
  for (const value of times.keys()) if (!known.has(value)) wrong.push(`${value} is nobody's`)
  return {
    wrong,
    lost: writes.filter(({ value, error }) => error === undefined && !times.has(value)),
    uncertain: writes.filter(({ error }) => error?.maybeExecuted === true),
    twice,
    kept: new Set(kept),
  }
}
