// Compiled, never run: the forms of arguments, and what options make of the reply. Also compiled with exactOptionalPropertyTypes.
import {
  type CallSettings,
  ConnectionPool,
  type KeyspaceOptions,
  type Lease,
  type PubSub,
  Redis,
  type RedisOptions,
  Sentinel,
  type SetOptions,
  type View,
  type ZaddOptions,
  type ZrangeOptions,
} from '../../index.js'

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
type Expect<T extends true> = T

interface User {
  name: string
  age: number
}
interface Sparse {
  a?: string
  b: number
}
interface Board {
  ada: number
  bob: bigint
}
interface Offsets {
  jobs: string
}

declare const redis: Redis
declare const bytes: Redis<Buffer>
declare const lease: Lease
declare const pubsub: PubSub
declare const user: User
declare const sparse: Sparse
declare const board: Board
declare const offsets: Offsets
declare const flag: boolean
declare const count: number | undefined
declare const names: string[]
declare const frozen: readonly (string | number)[]
declare const nobody: undefined

/** What a call's promise holds. */
type R<P> = P extends Promise<infer V> ? V : never
function reply<P>(_call: P): R<P> {
  throw new Error('compiled only')
}

// An object of values may have any type
void redis.hset('k', user)
void redis.hset('k', sparse)
void redis.hmset('k', user)
void redis.hsetex('k', user, { ex: 5 })
void redis.mset(user)
void redis.msetnx(user)
void redis.msetex(user, { px: 5 })
void redis.xadd('s', '*', user, { maxlen: 5 })
void redis.xread(offsets, { count: 1 })
void redis.xreadgroup('g', 'c', offsets)
void redis.zadd('z', board, { nx: true })
void redis.zunion(board, { withscores: true })
void redis.zinterstore('d', board)
void redis.configSet(user)
void redis.pipeline().hset('k', user).zadd('z', board).execute()
void lease.hset('k', user)
// @ts-expect-error a method is no value
void redis.hset('k', new Date())
// @ts-expect-error bytes are no object of values
void redis.hset('k', Buffer.from('f'))
// @ts-expect-error a name is no score
void redis.zadd('z', { ada: true })
// @ts-expect-error a value that may be undefined
void redis.hset('k', process.env)
// @ts-expect-error null is no value
void redis.hset('k', { a: null })

// Options may follow a list that is given one by one, and a list may come out of arrays
const zaddRest = reply(redis.zadd('z', 1, 'a', 2, 'b', { nx: true, ch: true }))
const zaddRestIncr = reply(redis.zadd('z', 1, 'a', { incr: true, nx: true }))
const zinterRest = reply(redis.zinter('a', 'b', { withscores: true }))
const zdiffSpread = reply(redis.zdiff(...names, { withscores: true }))
const xclaimRest = reply(redis.xclaim('s', 'g', 'c', 0, '1-1', '1-2', { justid: true }))
const lmpopRest = reply(redis.lmpop('a', 'b', 'left', { count: 2 }))
void redis.xread('s', '0', { count: 1 })
void redis.xreadgroup('g', 'c', 's', '>', { count: 1 })
void redis.xadd('s', '*', 'f', 'v', { maxlen: 5, approximate: true })
void redis.geoadd('g', 1, 2, 'x', { nx: true })
void redis.sintercard('a', 'b', { limit: 1 })
void redis.hexpire('h', 60, 'f', 'g', { nx: true })
void redis.hsetex('h', 'f', 'v', { ex: 5 })
void redis.msetex('a', 1, 'b', 2, { ex: 5 })
void redis.del(...names)
void redis.del('a', ...names)
void redis.del(frozen)
void redis.mget(...frozen)
void redis.blpop(...names, 0)
void redis.blpop('a', ...names, 0)
void redis.hset('h', ...names)
void redis.sadd('s', ...names)

// An optional argument may be undefined, and then the reply may be either
const lpop = reply(redis.lpop('l', undefined))
const lpopMaybe = reply(redis.lpop('l', count))
const spopMaybe = reply(redis.spop('s', count))
const pingMaybe = reply(bytes.ping(nobody))
void redis.zpopmin('z', count)
void redis.bitcount('k', 0, undefined)
void redis.set('k', 'v', undefined)
void redis.set('k', 'v', { ex: undefined, nx: undefined, get: undefined })
void redis.eval('return 1', undefined, ['x'])
redis.scanIter(undefined)
redis.scanIter({ match: undefined, count: undefined })
// @ts-expect-error the end needs the start
void redis.bitcount('k', undefined, 5)

// Where not given is meant, undefined will do
new Redis({
  host: undefined,
  password: undefined,
  tls: undefined,
  decodeResponses: undefined,
  limits: undefined,
})
new Redis(undefined, undefined)
new Redis({
  tls: { ca: undefined },
  reconnect: { maxAttempts: undefined },
  offlineQueue: { maxBytes: undefined },
})
new ConnectionPool({ maxConnections: undefined })
new Sentinel([{ host: 'h', port: undefined, password: undefined }], { sentinel: undefined, db: undefined })
redis.with({ timeout: undefined, signal: undefined, retry: undefined })
redis.pubsub({ maxBacklog: { messages: undefined }, overflow: undefined, signal: undefined })
redis.keyspace({ events: undefined, pattern: undefined, db: undefined } satisfies KeyspaceOptions)
redis.pipeline({ transaction: undefined }).execute({ raiseOnError: undefined })
void redis.connect({ timeout: undefined, signal: undefined })
void pubsub.getMessage({ timeout: undefined, ignoreSubscribeMessages: undefined, gaps: undefined })
pubsub.messages({ signal: undefined, close: undefined, gaps: undefined })

// Too few arguments
// @ts-expect-error no key
void redis.del()
// @ts-expect-error no key
void redis.mget()
// @ts-expect-error no key
void redis.blpop('q')
// @ts-expect-error no key
void redis.blpop(0)
// @ts-expect-error no member
void redis.sadd('s')
// @ts-expect-error no pair
void redis.hset('h')
// @ts-expect-error no value
void redis.hset('h', 'f')
// @ts-expect-error no pair
void redis.mset()
// @ts-expect-error no pair, but options
void redis.zadd('z', { nx: true })
// @ts-expect-error no key, but options
void redis.zdiff({ withscores: true })
// @ts-expect-error no where
void redis.lmpop('a')
// @ts-expect-error no id
void redis.xread('s')
// @ts-expect-error no channel
void pubsub.subscribe()
void pubsub.subscribe(...names)
void pubsub.unsubscribe()

// What excludes each other, needs another or must be given
// @ts-expect-error two ways to expire
void redis.set('k', 'v', { ex: 1, px: 1 })
// @ts-expect-error two ways to expire
void redis.getex('k', { ex: 1, persist: true })
// @ts-expect-error two conditions
void redis.set('k', 'v', { nx: true, xx: true })
// @ts-expect-error two conditions of one list
void redis.zadd('z', 1, 'a', { nx: true, gt: true })
// @ts-expect-error two conditions
void redis.zadd('z', { a: 1 }, { gt: true, lt: true })
// @ts-expect-error two conditions
void redis.expire('k', 5, { nx: true, gt: true })
// @ts-expect-error two ranges
void redis.zrange('z', 0, 1, { byscore: true, bylex: true })
// @ts-expect-error one limit in two forms
void redis.sort('l', { limit: [0, 1], count: 1 })
// @ts-expect-error an offset needs a count
void redis.sort('l', { offset: 1 })
// @ts-expect-error nothing is trimmed
void redis.xadd('s', '*', { a: 1 }, { approximate: true })
// @ts-expect-error one of two thresholds
void redis.xtrim('s', { maxlen: 1, minid: '1' })
// @ts-expect-error a threshold is needed
void redis.xtrim('s', {})
// @ts-expect-error a center is needed
void redis.geosearch('g', { byradius: [1, 'km'] })
// @ts-expect-error an area is needed
void redis.geosearch('g', { frommember: 'm' })
// @ts-expect-error two centers
void redis.geosearch('g', { frommember: 'm', fromlonlat: [1, 2], byradius: [1, 'km'] })
// @ts-expect-error a filter is needed
void redis.clientKill({})
void redis.set('k', 'v', { nx: true, xx: false, ex: 1, px: undefined })
void redis.zadd('z', { a: 1 }, { xx: true, gt: true })
void redis.geosearch('g', { fromlonlat: [1, 2], bybox: [1, 2, 'm'], count: 5, any: true })
void redis.sort('l', { count: 1, offset: 1 })
void redis.xadd('s', '*', { a: 1 }, { maxlen: 1, approximate: true, limit: 5 })

// Options of a type that the run time narrows give the union of what can come
const some = { ex: 60, nx: true }
const annotated: SetOptions = { ex: 60, nx: true }
declare const any: SetOptions
declare const anyZadd: ZaddOptions
declare const anyRange: ZrangeOptions
const setSome = reply(redis.set('k', 'v', some))
const setAnnotated = reply(redis.set('k', 'v', annotated))
const setAny = reply(bytes.set('k', 'v', any))
const setMaybeGet = reply(bytes.set('k', 'v', { get: flag }))
const setMaybeNx = reply(bytes.set('k', 'v', { nx: flag }))
const setGetMaybeNx = reply(bytes.set('k', 'v', { nx: flag, get: true }))
const zaddAny = reply(redis.zadd('z', board, anyZadd))
const zrangeAny = reply(redis.zrange('z', 0, -1, anyRange))
const lcsMaybeLen = reply(redis.lcs('a', 'b', { len: flag }))
const lposMaybe = reply(redis.lpos('l', 'a', { count }))
const sortMaybe = reply(redis.sort('l', flag ? { store: 'd' } : {}))
const within = { frommember: 'm', byradius: [1, 'km'] } as const
const near = reply(redis.geosearch('g', within))
const nearDistance = reply(redis.geosearch('g', { ...within, withdist: true }))
const nearMaybe = reply(redis.geosearch('g', { ...within, withdist: flag }))
const nearAll = reply(redis.geosearch('g', { ...within, withdist: true, withhash: true, withcoord: true }))
const stored = reply(redis.georadius('g', 1, 2, 3, 'm', { store: 'd' }))
const hscanMaybe = redis.hscanIter('h', { novalues: flag })
const piped = reply(
  redis.pipeline().set('k', 'v', some).zadd('z', 1, 'a', { ch: flag }).lpop('l', count).execute(),
)

export type Replies = [
  Expect<Equal<typeof zaddRest, number>>,
  Expect<Equal<typeof zaddRestIncr, number | null>>,
  Expect<Equal<(typeof zinterRest)[number][1], number>>,
  Expect<Equal<(typeof zdiffSpread)[number][0], string>>,
  Expect<Equal<typeof xclaimRest, string[]>>,
  Expect<Equal<Exclude<typeof lmpopRest, null>[1], string[]>>,
  Expect<Equal<typeof lpop, string | null>>,
  Expect<Equal<typeof lpopMaybe, string | string[] | null>>,
  Expect<Equal<typeof spopMaybe, string | string[] | null>>,
  Expect<Equal<typeof pingMaybe, 'PONG'>>,
  Expect<Equal<typeof setSome, 'OK' | null>>,
  Expect<Equal<typeof setAnnotated, 'OK' | null>>,
  Expect<Equal<typeof setAny, 'OK' | Buffer | null>>,
  Expect<Equal<typeof setMaybeGet, 'OK' | Buffer | null>>,
  Expect<Equal<typeof setMaybeNx, 'OK' | null>>,
  Expect<Equal<typeof setGetMaybeNx, Buffer | null>>,
  Expect<Equal<typeof zaddAny, number | null>>,
  Expect<Equal<typeof zrangeAny, string[] | [member: string, score: number][]>>,
  Expect<Equal<typeof lcsMaybeLen, string | number>>,
  Expect<Equal<typeof lposMaybe, number | number[] | null>>,
  Expect<Equal<typeof sortMaybe, number | (string | null)[]>>,
  Expect<Equal<typeof near, string[]>>,
  Expect<Equal<typeof nearDistance, { member: string; distance: number }[]>>,
  Expect<Equal<typeof nearMaybe, string[] | { member: string; distance: number }[]>>,
  Expect<Equal<(typeof nearAll)[number]['hash'], number>>,
  Expect<Equal<typeof stored, number>>,
  Expect<Equal<typeof hscanMaybe, AsyncIterableIterator<string | [string, string]>>>,
  Expect<Equal<typeof piped, ['OK' | null, number, string | string[] | null]>>,
]

// What a text reply is where only the run time knows
declare const anyOptions: RedisOptions
declare const openOptions: RedisOptions<boolean>
declare const bytesOptions: RedisOptions<false>
declare const anySettings: CallSettings
declare const encoding: 'hex' | undefined
const either = new Redis({ decodeResponses: flag })
const eitherByUrl = Redis.fromUrl('redis://h', { decodeResponses: flag })
const byOptions = new Redis(anyOptions)
const byOpenOptions = new Redis(openOptions)
const byBytesOptions = new Redis(bytesOptions)
const eitherGot = reply(either.get('k'))
const eitherAll = reply(either.hgetall('k'))
const pool = new ConnectionPool({ decodeResponses: false })
const onPool = new Redis({ connectionPool: pool })
const onPoolText = new Redis({ connectionPool: pool, decodeResponses: true })
const onPoolEither = new Redis({
  connectionPool: ConnectionPool.fromUrl('redis://h', { decodeResponses: flag }),
})
const onPlainPool = new Redis({ connectionPool: new ConnectionPool() })
const sentinel = new Sentinel(['redis://h'], { decodeResponses: false })
const master = sentinel.masterFor('m')
const masterText = sentinel.masterFor('m', { decodeResponses: true, db: 1 })
const replicaEither = new Sentinel(['redis://h']).replicaFor('m', { decodeResponses: flag })
const withNothing = bytes.with({ timeout: 5 })
const withFlag = redis.with({ decodeResponses: flag })
const withEncoding = bytes.with({ encoding: 'hex' })
const withMaybeEncoding = bytes.with({ encoding })
const withAny = bytes.with(anySettings)
const leaseWithFlag = lease.with({ decodeResponses: flag })

export type Texts = [
  Expect<Equal<typeof either, Redis<string | Buffer>>>,
  Expect<Equal<typeof eitherByUrl, Redis<string | Buffer>>>,
  Expect<Equal<typeof byOptions, Redis>>,
  Expect<Equal<typeof byOpenOptions, Redis<string | Buffer>>>,
  Expect<Equal<typeof byBytesOptions, Redis<Buffer>>>,
  Expect<Equal<typeof eitherGot, string | Buffer | null>>,
  Expect<Equal<typeof eitherAll, Record<string, string | Buffer> | [name: Buffer, value: string | Buffer][]>>,
  Expect<Equal<typeof onPool, Redis<Buffer>>>,
  Expect<Equal<typeof onPoolText, Redis>>,
  Expect<Equal<typeof onPoolEither, Redis<string | Buffer>>>,
  Expect<Equal<typeof onPlainPool, Redis>>,
  Expect<Equal<typeof master, Redis<Buffer>>>,
  Expect<Equal<typeof masterText, Redis>>,
  Expect<Equal<typeof replicaEither, Redis<string | Buffer>>>,
  Expect<Equal<typeof withNothing, View<Buffer>>>,
  Expect<Equal<typeof withFlag, View<string | Buffer>>>,
  Expect<Equal<typeof withEncoding, View<string>>>,
  Expect<Equal<typeof withMaybeEncoding, View<string | Buffer>>>,
  Expect<Equal<typeof withAny, View<string | Buffer>>>,
  Expect<Equal<ReturnType<typeof leaseWithFlag.get>, Promise<string | Buffer | null>>>,
]
// @ts-expect-error these options decode
export const wrong: RedisOptions = { decodeResponses: false }

export async function iterated() {
  const keys: string[] = []
  for await (const key of redis.scanIter({ match: 'a*' })) keys.push(key)
  for await (const [field, value] of bytes.hscanIter('h')) keys.push(field.toString() + value.toString())
  for await (const message of pubsub) keys.push(message.data)
  for await (const event of redis.keyspace()) keys.push(event.key)
  return keys
}
