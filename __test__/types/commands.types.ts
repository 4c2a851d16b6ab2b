// Compiled, never run: what the commands take and answer.
import type { Arg, Commands, Iterators, SessionCommands, SetOptions } from '../../types/commands'

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
/** Looser than `Equal`, which tells tuples apart by how they came about. */
type Mutual<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
type Expect<T extends true> = T
type Matches = {
  matches: [first: [number, number], second: [number, number], length?: number][]
  len: number
}

declare const redis: Commands & Iterators
declare const buffers: Commands<Buffer> & Iterators<Buffer>
declare const session: SessionCommands
declare const bytes: Uint8Array
declare const flag: boolean
declare const options: SetOptions
declare const keys: string[]
declare const frozen: readonly Arg[]

/** What a call's promise holds. */
type R<P> = P extends Promise<infer V> ? V : never
function reply<P>(_call: P): R<P> {
  throw new Error('compiled only')
}

// Plain replies
const get = reply(redis.get('k'))
const getBuffer = reply(buffers.get('k'))
const append = reply(redis.append('k', 1n))
const incr = reply(redis.incr('k'))
const incrbyfloat = reply(redis.incrbyfloat('k', 0.5))
const getrange = reply(redis.getrange('k', 0, -1))
const fields = reply(redis.hgetall('h'))
const fieldsBuffer = reply(buffers.hgetall('h'))
const entries = reply(redis.xrange('s', '-', '+'))
const entriesBuffer = reply(buffers.xread({ s: '0' }))
const numsub = reply(redis.pubsubNumsub('a'))
const near = reply(redis.geosearch('g', { frommember: 'm', byradius: [1, 'km'], withdist: true }))
const slow = reply(buffers.slowlogGet(10))
const getrangeBuffer = reply(buffers.getrange('k', '0', 9n))
const strlen = reply(redis.strlen(bytes))
const setnx = reply(redis.setnx('k', 'v'))
const setex = reply(redis.setex('k', 5, 'v'))
const setrange = reply(redis.setrange('k', 5, 'v'))
const digest = reply(buffers.digest('k'))
const delifeq = reply(redis.delifeq('k', 'v'))
const delex = reply(redis.delex('k', { ifeq: 'v' }))
const dump = reply(redis.dump('k'))
const dumpBuffer = reply(buffers.dump('k'))
const type = reply(buffers.type('k'))
const ttl = reply(redis.ttl('k'))
const exists = reply(redis.exists('a', 'b'))
const persist = reply(redis.persist('k'))
const move = reply(redis.move('k', 1))
const copy = reply(redis.copy('a', 'b', { db: 1, replace: true }))
const rename = reply(redis.rename('a', 'b'))
const renamenx = reply(redis.renamenx('a', 'b'))
const randomkey = reply(redis.randomkey())
const randomkeyBuffer = reply(buffers.randomkey())
const encoding = reply(redis.objectEncoding('k'))
const idletime = reply(redis.objectIdletime('k'))
const keyNames = reply(buffers.keys('*'))
const migrate = reply(redis.migrate('h', 6379, ['a', 'b'], 0, 1000, { auth2: ['u', 'p'] }))
const restore = reply(redis.restore('k', 0, bytes, { replace: true }))
const wait = reply(session.wait(1, 100))
const waitaof = reply(session.waitaof(1, 0, 100))
const dbsize = reply(redis.dbsize())
const time = reply(redis.time())
const configGet = reply(buffers.configGet('max*', 'save'))
const info = reply(redis.info('server'))
const clientList = reply(redis.clientList({ id: [1, 2], type: 'normal' }))
const clientInfo = reply(redis.clientInfo())
const clientKill = reply(redis.clientKill({ addr: '127.0.0.1:1' }))
const clientUnblock = reply(redis.clientUnblock(1, 'error'))
const trackinginfo = reply(buffers.clientTrackinginfo())
const select = reply(session.select(1))
const watch = reply(session.watch('a', bytes))

export type PlainReplies = [
  Expect<Equal<typeof get, string | null>>,
  Expect<Equal<typeof getBuffer, Buffer | null>>,
  Expect<Equal<typeof append, number>>,
  Expect<Equal<typeof incr, number>>,
  Expect<Equal<typeof incrbyfloat, number>>,
  Expect<Equal<typeof getrange, string>>,
  Expect<Equal<typeof fields, Record<string, string>>>,
  Expect<Mutual<typeof fieldsBuffer, [name: Buffer, value: Buffer][]>>,
  Expect<Equal<typeof entries, [id: string, fields: Record<string, string>][]>>,
  Expect<
    Mutual<
      typeof entriesBuffer,
      [name: Buffer, value: [id: string, fields: [name: Buffer, value: Buffer][]][]][] | null
    >
  >,
  Expect<Equal<typeof numsub, Record<string, number>>>,
  Expect<Equal<typeof near, { member: string; distance: number }[]>>,
  Expect<Equal<(typeof slow)[number]['args'], Buffer[]>>,
  Expect<Equal<typeof getrangeBuffer, Buffer>>,
  Expect<Equal<typeof strlen, number>>,
  Expect<Equal<typeof setnx, boolean>>,
  Expect<Equal<typeof setex, 'OK'>>,
  Expect<Equal<typeof setrange, number>>,
  Expect<Equal<typeof digest, string | null>>,
  Expect<Equal<typeof delifeq, boolean>>,
  Expect<Equal<typeof delex, boolean>>,
  Expect<Equal<typeof dump, Buffer | null>>,
  Expect<Equal<typeof dumpBuffer, Buffer | null>>,
  Expect<Equal<typeof type, string>>,
  Expect<Equal<typeof ttl, number>>,
  Expect<Equal<typeof exists, number>>,
  Expect<Equal<typeof persist, boolean>>,
  Expect<Equal<typeof move, boolean>>,
  Expect<Equal<typeof copy, boolean>>,
  Expect<Equal<typeof rename, 'OK'>>,
  Expect<Equal<typeof renamenx, boolean>>,
  Expect<Equal<typeof randomkey, string | null>>,
  Expect<Equal<typeof randomkeyBuffer, Buffer | null>>,
  Expect<Equal<typeof encoding, string | null>>,
  Expect<Equal<typeof idletime, number | null>>,
  Expect<Equal<typeof keyNames, Buffer[]>>,
  Expect<Equal<typeof migrate, 'OK' | 'NOKEY'>>,
  Expect<Equal<typeof restore, 'OK'>>,
  Expect<Equal<typeof wait, number>>,
  Expect<Equal<typeof waitaof, [local: number, replicas: number]>>,
  Expect<Equal<typeof dbsize, number>>,
  Expect<Equal<typeof time, [seconds: number, microseconds: number]>>,
  Expect<Equal<typeof configGet, Record<string, string>>>,
  Expect<Equal<typeof info, Record<string, Record<string, string>>>>,
  Expect<Equal<typeof clientList, Record<string, string>[]>>,
  Expect<Equal<typeof clientInfo, Record<string, string>>>,
  Expect<Equal<typeof clientKill, number>>,
  Expect<Equal<typeof clientUnblock, boolean>>,
  Expect<Equal<typeof trackinginfo, { flags: string[]; redirect: number; prefixes: Buffer[] }>>,
  Expect<Equal<typeof select, 'OK'>>,
  Expect<Equal<typeof watch, 'OK'>>,
]

// Lists and pairs, in every form
const mget = reply(redis.mget('a', 'b'))
const mgetArray = reply(buffers.mget(keys))
const mgetFrozen = reply(redis.mget(frozen))
const mgetSpread = reply(redis.mget(...keys))
const del = reply(redis.del(['a', bytes, 1]))
const deleted = reply(redis.delete('a'))
const mset = reply(redis.mset({ a: 1, b: 'x', c: bytes }))
const msetMap = reply(redis.mset(new Map([['a', 1]])))
const msetMapOfBytes = reply(redis.mset(new Map([[bytes, 1n]])))
const msetPairs = reply(
  redis.mset([
    ['a', 1],
    [bytes, 'x'],
  ]),
)
const msetFlat = reply(redis.mset('a', 1, 'b', 2))
const msetnx = reply(redis.msetnx(['a', 1, 'b', 2]))
const msetex = reply(redis.msetex({ a: 1 }, { ex: 5, nx: true }))
const configSet = reply(redis.configSet({ maxmemory: 0 }))

export type ListReplies = [
  Expect<Equal<typeof mget, (string | null)[]>>,
  Expect<Equal<typeof mgetArray, (Buffer | null)[]>>,
  Expect<Equal<typeof mgetFrozen, (string | null)[]>>,
  Expect<Equal<typeof mgetSpread, (string | null)[]>>,
  Expect<Equal<typeof del, number>>,
  Expect<Equal<typeof deleted, number>>,
  Expect<Equal<typeof mset, 'OK'>>,
  Expect<Equal<typeof msetMap, 'OK'>>,
  Expect<Equal<typeof msetMapOfBytes, 'OK'>>,
  Expect<Equal<typeof msetPairs, 'OK'>>,
  Expect<Equal<typeof msetFlat, 'OK'>>,
  Expect<Equal<typeof msetnx, boolean>>,
  Expect<Equal<typeof msetex, boolean>>,
  Expect<Equal<typeof configSet, 'OK'>>,
]

// Options narrow the reply
const set = reply(redis.set('k', 'v'))
const setEx = reply(redis.set('k', 'v', { ex: 60 }))
const setAt = reply(redis.set('k', 'v', { pxat: new Date() }))
const setNx = reply(redis.set('k', 'v', { nx: true }))
const setNxEx = reply(redis.set('k', 'v', { nx: true, ex: 60 }))
const setIfeq = reply(redis.set('k', 'v', { ifeq: 'old' }))
const setNotNx = reply(redis.set('k', 'v', { nx: false, keepttl: true }))
const setGet = reply(redis.set('k', 'v', { get: true }))
const setGetNx = reply(redis.set('k', 'v', { get: true, nx: true }))
const setGetBuffer = reply(buffers.set('k', 'v', { get: true }))
const setMaybeNx = reply(redis.set('k', 'v', { nx: flag }))
const setMaybeGet = reply(redis.set('k', 'v', { get: flag }))
const setAny = reply(redis.set('k', 'v', options))
const lcs = reply(redis.lcs('a', 'b'))
const lcsLen = reply(redis.lcs('a', 'b', { len: true }))
const lcsIdx = reply(redis.lcs('a', 'b', { idx: true, withmatchlen: true }))
const sort = reply(
  redis.sort('l', { by: 'w_*', get: ['#', 'o_*'], limit: [0, 5], order: 'desc', alpha: true }),
)
const sortStore = reply(redis.sort('l', { store: 'd' }))
const sortBuffer = reply(buffers.sort_ro('l', { get: '#' }))
const expire = reply(redis.expire('k', 5, { nx: true }))
const expireat = reply(redis.expireat('k', new Date(), { gt: true }))
const getex = reply(redis.getex('k', { persist: true }))
const ping = reply(redis.ping())
const pingMessage = reply(redis.ping('x'))
const pingBuffer = reply(buffers.ping('x'))
const scan = reply(redis.scan('0', { match: 'a*', count: 100, type: 'hash' }))
const scanBuffer = reply(buffers.scan(0))
const iterator = redis.scanIter({ match: 'a*' })
const iteratorBuffer = buffers.scanIter()

export type NarrowedReplies = [
  Expect<Equal<typeof set, 'OK'>>,
  Expect<Equal<typeof setEx, 'OK'>>,
  Expect<Equal<typeof setAt, 'OK'>>,
  Expect<Equal<typeof setNx, 'OK' | null>>,
  Expect<Equal<typeof setNxEx, 'OK' | null>>,
  Expect<Equal<typeof setIfeq, 'OK' | null>>,
  Expect<Equal<typeof setNotNx, 'OK'>>,
  Expect<Equal<typeof setGet, string | null>>,
  Expect<Equal<typeof setGetNx, string | null>>,
  Expect<Equal<typeof setGetBuffer, Buffer | null>>,
  Expect<Equal<typeof setMaybeNx, 'OK' | null>>,
  Expect<Equal<typeof setMaybeGet, string | null>>,
  Expect<Equal<typeof setAny, string | null>>,
  Expect<Equal<typeof lcs, string>>,
  Expect<Equal<typeof lcsLen, number>>,
  Expect<Equal<typeof lcsIdx, Matches>>,
  Expect<Equal<typeof sort, (string | null)[]>>,
  Expect<Equal<typeof sortStore, number>>,
  Expect<Equal<typeof sortBuffer, (Buffer | null)[]>>,
  Expect<Equal<typeof expire, boolean>>,
  Expect<Equal<typeof expireat, boolean>>,
  Expect<Equal<typeof getex, string | null>>,
  Expect<Equal<typeof ping, 'PONG'>>,
  Expect<Equal<typeof pingMessage, string>>,
  Expect<Equal<typeof pingBuffer, Buffer>>,
  Expect<Equal<typeof scan, [cursor: string, keys: string[]]>>,
  Expect<Equal<typeof scanBuffer, [cursor: string, keys: Buffer[]]>>,
  Expect<Equal<typeof iterator, AsyncIterableIterator<string>>>,
  Expect<Equal<typeof iteratorBuffer, AsyncIterableIterator<Buffer>>>,
]

// What must not compile
// @ts-expect-error an unknown option
void redis.set('k', 'v', { exx: 5 })
// @ts-expect-error an unknown option beside a known one
void redis.set('k', 'v', { get: true, foo: true })
// @ts-expect-error an option of the wrong kind
void redis.set('k', 'v', { ex: true })
// @ts-expect-error options are an object
void redis.set('k', 'v', 'NX')
// @ts-expect-error a missing argument
void redis.set('k')
// @ts-expect-error an argument too many
void redis.get('a', 'b')
// @ts-expect-error null is no argument
void redis.get(null)
// @ts-expect-error undefined is no argument
void redis.get(undefined)
// @ts-expect-error an object is no argument
void redis.append('k', {})
// @ts-expect-error a boolean is no argument
void redis.append('k', true)
// @ts-expect-error a date is a time, not a value
void redis.append('k', new Date())
// @ts-expect-error bytes are no number
void redis.incrby('k', bytes)
// @ts-expect-error lists are not nested
void redis.mget([['a']])
// @ts-expect-error one array, or rest
void redis.mget(['a'], 'b')
// @ts-expect-error pairs are arrays of two
void redis.mset([['a', 1, 2]])
// @ts-expect-error values are arguments
void redis.mset({ a: null })
// @ts-expect-error a direction is one of two words
void redis.sort('l', { order: 'up' })
// @ts-expect-error a limit has two numbers
void redis.sort('l', { limit: [1] })
// @ts-expect-error this one stores nothing
void redis.sort_ro('l', { store: 'd' })
// @ts-expect-error a filter is needed
void redis.clientKill()
// @ts-expect-error one of two words
void redis.flushdb('later')
// @ts-expect-error a command of leased connections
void redis.select(1)
// @ts-expect-error counts the writes of a connection of its own
void redis.wait(1, 100)
// @ts-expect-error stands for a transaction, which is a class of its own
void session.multi()
// @ts-expect-error a command that breaks a connection
void session.hello(3)
// @ts-expect-error a text reply may be null
get.length
// @ts-expect-error replies of the buffers view are no strings
getBuffer?.toUpperCase()
