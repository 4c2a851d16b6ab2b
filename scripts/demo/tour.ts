/** The steps of the demo. Each checks what it shows: a wrong answer ends the tour. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Redis } from 'oxidis'
import type { TestServer } from '../../__test__/support/server'
import type { Keys } from './keys'
import { heading, say, show, showFailure } from './stage'

const { version } = require('../../package.json') as { version: string }

const BURST = 100_000
const BURST_KEYS = 1000
/** Seconds after which a key of the demo is gone even when the demo could not delete it. */
const EXPIRY = 300

/** `server` is the demo's own, which may be killed; without it, somebody else's is used and left alone. */
export async function tour(redis: Redis, keys: Keys, server: TestServer | undefined): Promise<void> {
  say(`Oxidis ${version}, Node ${process.version}, ${process.platform}-${process.arch}`)
  await connect(redis, server)
  await commands(redis, keys)
  await bytes(redis, keys)
  await burst(redis, keys)
  await reconnect(redis, keys, server)
  await errors(redis, keys)
  say('\nDone.')
}

async function connect(redis: Redis, server: TestServer | undefined): Promise<void> {
  heading('Connect')
  const started = performance.now()
  await redis.connect()
  const took = (performance.now() - started).toFixed(1)
  const info = String(await redis.executeCommand('info', 'server'))
  const about = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
  const valkey = about('valkey_version')
  const what = valkey === undefined ? `Redis ${about('redis_version')}` : `Valkey ${valkey}`
  const where =
    server === undefined ? 'the server that REDIS_URL names' : `an ephemeral server, port ${server.port}`
  say(`  connected in ${took} ms to ${what} (${where})`)
}

async function commands(redis: Redis, keys: Keys): Promise<void> {
  heading('Typed commands')
  const [greeting, visits, large] = [keys.of('greeting'), keys.of('visits'), keys.of('large')]
  await show(
    "await redis.set('greeting', 'Hello', { ex: 300 })",
    redis.set(greeting, 'Hello', { ex: EXPIRY }),
    'OK',
  )
  await show("await redis.set('greeting', 'Hi', { nx: true })", redis.set(greeting, 'Hi', { nx: true }), null)
  await show("await redis.get('greeting')", redis.get(greeting), 'Hello')
  await show("await redis.set('visits', 41, { ex: 300 })", redis.set(visits, 41, { ex: EXPIRY }), 'OK')
  await show("await redis.incr('visits')", redis.incr(visits), 42)
  await show(
    "await redis.mget('greeting', 'visits', 'none')",
    redis.mget(greeting, visits, keys.of('none')),
    ['Hello', '42', null],
  )
  await redis.set(large, 9_007_199_254_740_992n, { ex: EXPIRY })
  // A bigint, because it is beyond 2^53: integers are never rounded.
  await show(
    "await redis.executeCommand('INCR', 'large')",
    redis.executeCommand('INCR', large),
    9_007_199_254_740_993n,
  )
  await show("await redis.expire('greeting', 60)", redis.expire(greeting, 60), true)
  await show("await redis.ttl('greeting')", redis.ttl(greeting), 60)
}

async function bytes(redis: Redis, keys: Keys): Promise<void> {
  heading('Binary values')
  const key = keys.of('bytes')
  const value = Buffer.from([0x00, 0xff, 0x0d, 0x0a, 0xc3, 0x28])
  await show("await redis.set('bytes', buffer, { ex: 300 })", redis.set(key, value, { ex: EXPIRY }), 'OK')
  await show("await redis.buffers.get('bytes')", redis.buffers.get(key), value)
  await show("await redis.strlen('bytes')", redis.strlen(key), value.length)
  const text = 'Grüße, 世界 🎉'
  await redis.set(key, text, { ex: EXPIRY })
  await show("await redis.get('text')", redis.get(key), text)
}

/** Half of the burst counts, half of it reads what was just counted: a reply that reaches the wrong call would show. */
async function burst(redis: Redis, keys: Keys): Promise<void> {
  heading('A burst')
  const counters = Array.from({ length: BURST_KEYS }, (_, index) => keys.of(`counter:${index}`))
  await Promise.all(counters.map((key) => redis.set(key, 0, { ex: EXPIRY })))
  const pending: Promise<number | bigint | string | null>[] = []
  const started = performance.now()
  for (let pair = 0; pair < BURST / 2; pair += 1) {
    const key = counters[pair % BURST_KEYS]!
    pending.push(redis.incr(key), redis.get(key))
  }
  const replies = await Promise.all(pending)
  const seconds = (performance.now() - started) / 1000
  for (let index = 0; index < BURST; index += 1) {
    const count = Math.floor((index >> 1) / BURST_KEYS) + 1
    assert.equal(replies[index], index % 2 === 0 ? count : String(count))
  }
  const rate = Math.round(BURST / seconds / 1000)
  say(`  ${BURST.toLocaleString('en')} calls of INCR and GET at once, each awaited and checked`)
  say(
    `  ${(seconds * 1000).toFixed(0)} ms: ${rate.toLocaleString('en')} 000 commands per second on one connection`,
  )
}

async function reconnect(redis: Redis, keys: Keys, server: TestServer | undefined): Promise<void> {
  heading('A lost server')
  if (server === undefined) {
    say('  Skipped: this is not the demo’s own server, so it is not killed. Run without REDIS_URL to see it.')
    return
  }
  const visits = keys.of('visits')
  const closed = once(redis, 'close')
  const waiting = once(redis, 'reconnecting')
  await server.raw('SAVE')
  await server.kill()
  say('  the server is killed')
  const [error] = (await closed) as [Error & { code: string }]
  say(`  event 'close': ${error.message} (${error.code})`)
  const [{ attempt, delay }] = (await waiting) as [{ attempt: number; delay: number }]
  say(`  event 'reconnecting': attempt ${attempt} in ${delay} ms`)
  const answer = redis.incr(visits)
  say("  redis.incr('visits') is called, and waits")
  await server.restart({ keepData: true })
  say('  the server is started again')
  await show("await redis.incr('visits')", answer, 43)
}

async function errors(redis: Redis, keys: Keys): Promise<void> {
  heading('Readable errors')
  const greeting = keys.of('greeting')
  await showFailure("await redis.incr('greeting')", () => redis.incr(greeting))
  await showFailure("await redis.set('greeting', undefined)", () =>
    // What a program in plain JavaScript may do.
    redis.set(greeting, undefined as unknown as string),
  )
  const nowhere = new Redis({ host: '127.0.0.1', port: 1 })
  await showFailure("await new Redis({ host: '127.0.0.1', port: 1 }).connect()", () => nowhere.connect())
  nowhere.destroy()
}
