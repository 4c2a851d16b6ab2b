import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AbortError,
  type Client,
  ConnectionError,
  forBothProtocols,
  next,
  openClient,
  type Outcome,
  outcome,
  ProtocolError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { Random } from '../support/random'
import { TestServer } from '../support/server'

/** Of each protocol, over all clients. */
const CASES = 5000
const CLIENTS = 5
const MOST_CALLS = 8

const MALFORMED = [
  '?1\r\n',
  '$x\r\n',
  '$-2\r\n',
  '$3\r\nabcd\r\n',
  '+a\nb\r\n',
  ':1.5\r\n',
  '*1\r\n@\r\n',
  '%-1\r\n',
  ',1.2.3\r\n',
  '#y\r\n',
  '(1a\r\n',
  '\r\n',
  '\0\0\0\0\r\n',
]

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** One client that goes from case to case; a number of its own is in every word that it sends. */
class Subject {
  #calls = 0

  constructor(
    readonly client: Client,
    readonly proxy: FaultProxy,
    readonly random: Random,
    readonly name: string,
  ) {}

  async run(cases: number): Promise<void> {
    const kinds = [
      this.clean,
      this.sliced,
      this.announced,
      this.abandoned,
      this.abandoned,
      this.clean,
      this.malformed,
      this.malformedBefore,
      this.truncated,
      this.surplusBehind,
      this.surplusIdle,
      this.cut,
    ]
    for (let index = 0; index < cases; index += 1) {
      const kind = kinds[this.random.integer(0, kinds.length - 1)] as () => Promise<void>
      await kind.call(this)
    }
  }

  /** Some calls at once, each with a word that no other call has. */
  #send(view: Client = this.client): { words: string[]; calls: Promise<Outcome>[] } {
    const words = Array.from({ length: this.random.integer(1, MOST_CALLS) }, () => {
      this.#calls += 1
      return `${this.name}.${this.#calls}.${'x'.repeat(this.random.integer(0, 60))}`
    })
    return { words, calls: words.map((word) => outcome(view.echo(word))) }
  }

  /** Awaits calls of which those from `broken` on fail with an error of the class `type`. */
  async #settles(
    { words, calls }: { words: string[]; calls: Promise<Outcome>[] },
    broken = words.length,
    type: Function = ProtocolError,
  ): Promise<void> {
    const outcomes = await Promise.all(calls)
    for (const [index, { value, error }] of outcomes.entries()) {
      if (index < broken) assert.equal(value, words[index])
      else assert.ok(error instanceof type, `${error} instead of ${type.name}`)
    }
  }

  /** Which of `count` frames, from 1. */
  #pick(count: number): number {
    return this.random.integer(1, count)
  }

  async clean(): Promise<void> {
    await this.#settles(this.#send())
  }

  async sliced(): Promise<void> {
    this.proxy.slice({ mostBytes: this.random.integer(1, 40), seed: this.random.integer(0, 1 << 30) })
    await this.#settles(this.#send())
    this.proxy.unslice()
  }

  /** What belongs to no call, or to the reply behind it. */
  async announced(): Promise<void> {
    const sent = this.#send()
    const what = this.random.next() < 0.5 ? '>2\r\n+invalidate\r\n*1\r\n+k\r\n' : '|1\r\n+ttl\r\n:60\r\n'
    this.proxy.inject({ next: this.#pick(sent.words.length) }, 'before', what)
    await this.#settles(sent)
  }

  /** Calls that nobody waits for any more, between others that are waited for. */
  async abandoned(): Promise<void> {
    const controller = new AbortController()
    const first = this.#send()
    const given = this.#send(this.client.with({ signal: controller.signal }))
    const last = this.#send()
    if (this.random.next() < 0.5) await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    await Promise.all([this.#settles(first), this.#settles(last)])
    for (const [index, { value, error }] of (await Promise.all(given.calls)).entries()) {
      if (error === undefined) assert.equal(value, given.words[index])
      else assert.ok(error instanceof AbortError)
    }
  }

  /** Runs a case after which the connection is another one. */
  async #retires(fault: () => Promise<void>): Promise<void> {
    const ready = next(this.client, 'ready')
    await fault()
    await ready
    this.proxy.disarm()
  }

  malformed(): Promise<void> {
    return this.#retires(async () => {
      const sent = this.#send()
      const at = this.#pick(sent.words.length)
      this.proxy.replace({ next: at }, MALFORMED[this.random.integer(0, MALFORMED.length - 1)] as string)
      await this.#settles(sent, at - 1)
    })
  }

  malformedBefore(): Promise<void> {
    return this.#retires(async () => {
      const sent = this.#send()
      const at = this.#pick(sent.words.length)
      const bytes = MALFORMED[this.random.integer(0, MALFORMED.length - 1)] as string
      this.proxy.inject({ next: at }, 'before', bytes)
      await this.#settles(sent, at - 1)
    })
  }

  /** A reply that lacks some of its bytes, so that its call would swallow a part of the next one. */
  truncated(): Promise<void> {
    return this.#retires(async () => {
      const sent = this.#send()
      const at = this.#pick(sent.words.length)
      const frame = `$${sent.words[at - 1]?.length}\r\n${sent.words[at - 1]}\r\n`
      // What follows must be more than what is missing: a connection that waits for more has nothing to complain of.
      const short = frame.slice(0, frame.length - this.random.integer(1, 8))
      this.proxy.replace({ next: at }, `${short}+${'y'.repeat(20)}\r\n`)
      await this.#settles(sent, at - 1)
    })
  }

  surplusBehind(): Promise<void> {
    return this.#retires(async () => {
      const sent = this.#send()
      this.proxy.inject({ next: sent.words.length }, 'after', '$6\r\nnobody\r\n')
      await this.#settles(sent)
    })
  }

  surplusIdle(): Promise<void> {
    return this.#retires(async () => {
      await this.#settles(this.#send())
      const connection = await this.proxy.connection(this.proxy.connectionCount)
      await connection.inject('reply', '+OK\r\n')
    })
  }

  cut(): Promise<void> {
    return this.#retires(async () => {
      const sent = this.#send(this.client.with({ retry: false }))
      const at = this.#pick(sent.words.length)
      this.proxy.cut({ next: at }, { where: { inside: this.random.integer(1, 8) } })
      await this.#settles(sent, at - 1, ConnectionError)
    })
  }
}

forBothProtocols((protocol) => {
  test(`no caller gets the reply of another one in ${CASES} random cases`, async (t) => {
    const seed = 7_000_000 + protocol
    t.diagnostic(`seed ${seed}`)
    const subjects = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, index) => {
        const proxy = await FaultProxy.start({ target: server })
        t.after(() => proxy.close())
        const reconnect = { initialDelay: 0, maxDelay: 0 }
        const client = openClient(t, proxy.url, { protocol, reconnect, commandTimeout: 30_000 })
        await client.connect()
        return new Subject(client, proxy, new Random(seed * 10 + index), `c${index}`)
      }),
    )
    await Promise.all(subjects.map((subject) => subject.run(CASES / CLIENTS)))
    // Every second kind of case ends its connection.
    for (const { proxy } of subjects) assert.ok(proxy.connectionCount > CASES / CLIENTS / 3)
  })
})
