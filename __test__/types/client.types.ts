// Compiled, never run: the client, its views, events, options and errors.
import { once } from 'node:events'
import {
  AbortError,
  type CallSettings,
  ClosedError,
  type Commands,
  Redis,
  RedisError,
  type RedisOptions,
  type Reply,
  ReplyError,
  TimeoutError,
  type View,
} from '../../index.js'

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
type Expect<T extends true> = T

declare const url: string
declare const anyOptions: RedisOptions
declare const anySettings: CallSettings
declare const signal: AbortSignal
declare const failure: unknown

// Options choose what text replies are
const byEnvironment = new Redis()
const byUrl = new Redis(url)
const byUrlObject = new Redis(new URL(url))
const byMaybe = new Redis(process.env['SOME_URL'], { db: 1 })
const byOptions = new Redis({ host: 'localhost', port: 6379, db: 1, username: 'user', password: 'secret' })
const byVariable = new Redis(anyOptions)
const bytes = new Redis({ decodeResponses: false })
const bytesByUrl = new Redis(url, { decodeResponses: false, db: 1 })
const text = new Redis({ decodeResponses: true })
const fromUrl = Redis.fromUrl(url)
const fromUrlObject = Redis.fromUrl(new URL(url), { name: 'cache' })
const bytesFromUrl = Redis.fromUrl(url, { decodeResponses: false })

export type Clients = [
  Expect<Equal<typeof byEnvironment, Redis>>,
  Expect<Equal<typeof byUrl, Redis<string>>>,
  Expect<Equal<typeof byUrlObject, Redis>>,
  Expect<Equal<typeof byMaybe, Redis>>,
  Expect<Equal<typeof byOptions, Redis>>,
  Expect<Equal<typeof byVariable, Redis>>,
  Expect<Equal<typeof bytes, Redis<Buffer>>>,
  Expect<Equal<typeof bytesByUrl, Redis<Buffer>>>,
  Expect<Equal<typeof text, Redis>>,
  Expect<Equal<typeof fromUrl, Redis>>,
  Expect<Equal<typeof fromUrlObject, Redis>>,
  Expect<Equal<typeof bytesFromUrl, Redis<Buffer>>>,
]

// The class can be extended and asked for
class Cache extends Redis {
  async remember(key: string): Promise<string> {
    return (await this.get(key)) ?? ''
  }
}
const cache = new Cache({ db: 1 })
const asCommands: Commands = cache
const asView: View = byUrl
function isClient(value: unknown): value is Redis {
  return value instanceof Redis
}

// Views narrow, too
const patient = byUrl.with({ timeout: 200, signal, retry: 'idempotent' })
const binary = byUrl.with({ decodeResponses: false })
const patientBinary = binary.with({ timeout: 1 })
const textAgain = binary.with({ decodeResponses: true })
const hex = bytes.with({ encoding: 'hex' })
const byVariableSettings = bytes.with(anySettings)
const { buffers } = byUrl

export type Views = [
  Expect<Equal<typeof patient, View>>,
  Expect<Equal<typeof binary, View<Buffer>>>,
  Expect<Equal<typeof patientBinary, View<Buffer>>>,
  Expect<Equal<typeof textAgain, View<string>>>,
  Expect<Equal<typeof hex, View<string>>>,
  Expect<Equal<typeof byVariableSettings, View<string | Buffer>>>,
  Expect<Equal<typeof buffers, View<Buffer>>>,
]

export async function replies() {
  await using scoped = Redis.fromUrl(url)
  await scoped.connect()
  const got = await scoped.get('k')
  const gotBytes = await bytes.get('k')
  const gotFromView = await scoped.buffers.get('k')
  const raw = await scoped.executeCommand('GET', 'k')
  const called = await scoped.call<number>('INCR', ['k', 1n, new Uint8Array(1)])
  const closed = await scoped.close()
  const nested: Reply = [1, 'a', null, [2n, Buffer.from('b')], { field: [true, new ReplyError('ERR')] }]
  const answer: [
    Expect<Equal<typeof got, string | null>>,
    Expect<Equal<typeof gotBytes, Buffer | null>>,
    Expect<Equal<typeof gotFromView, Buffer | null>>,
    Expect<Equal<typeof raw, Reply>>,
    Expect<Equal<typeof called, number>>,
    Expect<Equal<typeof closed, void>>,
  ] = [true, true, true, true, true, true]
  return { nested, answer, asCommands, asView, isClient }
}

// Events carry what they say, and chain
byUrl
  .on('connect', () => {})
  .once('ready', () => {})
  .on('reconnecting', ({ attempt, delay }) => attempt.toFixed() + delay.toFixed())
  .on('close', (error) => error.code.toUpperCase())
  .on('error', (error) => error.maybeExecuted === true)
  .off('end', () => {})
  .ref()
  .unref()
export const emitted: boolean = byUrl.emit('reconnecting', { attempt: 1, delay: 50 })
export const ready: Promise<unknown[]> = once(byUrl, 'ready')
export const closed: PromiseLike<void> = byUrl[Symbol.asyncDispose]()
byUrl.destroy()

// Errors tell what they know
export function explain(): string | undefined {
  if (failure instanceof TimeoutError) {
    const phase: 'queue' | 'write' | 'server' = failure.phase
    return phase
  }
  if (failure instanceof AbortError || failure instanceof ClosedError) return failure.command
  return failure instanceof RedisError ? failure.code : undefined
}
export const made: RedisError = new TimeoutError('late', { command: 'GET', phase: 'server', cause: failure })

// Groups of options
new Redis({
  tls: {
    ca: [new Uint8Array(1), 'PEM'],
    servername: 'redis.example',
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
  },
  reconnect: { initialDelay: 1, maxAttempts: Infinity },
  offlineQueue: false,
  limits: { maxDepth: 10 },
  credentials: async () => ({ username: 'user', password: 'secret' }),
  protocol: 2,
  encoding: 'latin1',
})

new Redis({ tls: async () => ({ cert: 'PEM', key: 'PEM', passphrase: undefined }) })
new Redis({
  tls: { checkServerIdentity: (host, { subject }) => (subject.CN === host ? undefined : new Error()) },
})
new Redis({ credentials: () => ({ password: 'token', expiresAt: new Date() }) })
// @ts-expect-error a version that is not spoken
new Redis({ tls: { minVersion: 'TLSv1' } })

// What must not compile
// @ts-expect-error an unknown option
new Redis({ hots: 'localhost' })
// @ts-expect-error an unknown option beside known ones
new Redis({ host: 'localhost', decodeResponses: false, timeout: 5 })
// @ts-expect-error an unknown option behind a URL
Redis.fromUrl(url, { db: 1, maxConections: 5 })
// @ts-expect-error an unknown member of a group
new Redis({ reconnect: { delay: 5 } })
// @ts-expect-error a port is a number
new Redis({ port: '6379' })
// @ts-expect-error options stand behind a URL, or alone
new Redis({ db: 1 }, { db: 2 })
// @ts-expect-error a port is no URL
new Redis(6379)
new Redis({ keyPrefix: 'app:' })
// @ts-expect-error a prefix is text
new Redis({ keyPrefix: 1 })
// @ts-expect-error one of two versions
new Redis({ protocol: 4 })
// @ts-expect-error an encoding of the client
new Redis({ encoding: 'ucs2' })
// @ts-expect-error a URL is needed
Redis.fromUrl()
// @ts-expect-error the reply is a Buffer or null
export const asText: Promise<string | null> = bytes.get('k')
// @ts-expect-error an unknown setting
byUrl.with({ timeot: 5 })
// @ts-expect-error a setting of the wrong kind
byUrl.with({ retry: true })
// @ts-expect-error a setting that does not matter to a connection
byUrl.connect({ retry: false })
// @ts-expect-error views do not close
byUrl.with({ timeout: 5 }).close()
// @ts-expect-error the buffers of a view are read only
byUrl.buffers = bytes
// @ts-expect-error a name is a string
void byUrl.executeCommand(Buffer.from('GET'), 'k')
// @ts-expect-error objects are no arguments
void byUrl.executeCommand('SET', 'k', { ex: 1 })
// @ts-expect-error a raw reply may be anything
void byUrl.call('GET', 'k').then((value) => value.length)
// @ts-expect-error no such event
byUrl.on('message', () => {})
// @ts-expect-error the event has no such payload
byUrl.on('reconnecting', (next: string) => next)
// @ts-expect-error the event needs its payload
byUrl.emit('error')
// @ts-expect-error errors are not changed
made.code = 'OTHER'
// @ts-expect-error every error has a message
new RedisError()

export const connected: Promise<void> = byUrl
  .with({ timeout: 5 })
  .connect({ signal: new AbortController().signal })
