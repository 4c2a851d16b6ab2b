// Compiled, never run: hashes, lists, sets, sorted sets and keys.
import type { Arg, Commands, Iterators, SessionCommands, ZrangebyscoreOptions } from '../../types/commands'

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
type Expect<T extends true> = T

declare const redis: Commands & Iterators
declare const buffers: Commands<Buffer> & Iterators<Buffer>
declare const session: SessionCommands
declare const bytes: Uint8Array
declare const flag: boolean
declare const range: ZrangebyscoreOptions
declare const names: string[]
declare const frozen: readonly Arg[]
declare const record: Record<string, number>

/** What a call's promise holds. */
type R<P> = P extends Promise<infer V> ? V : never
function reply<P>(_call: P): R<P> {
  throw new Error('compiled only')
}
type Entry<I> = I extends AsyncIterableIterator<infer E> ? E : never
type Scored<T = string> = [member: T, score: number][]

// Hashes
const hset = reply(redis.hset('h', 'f', 'v'))
const hsetObject = reply(redis.hset('h', { f: 1, g: bytes, h: 2n }))
const hsetMap = reply(redis.hset('h', new Map([['f', 1]])))
const hsetPairs = reply(redis.hset('h', [['f', 1], ['g', 'x']])) // prettier-ignore
const hget = reply(redis.hget('h', 'f'))
const hgetBuffer = reply(buffers.hget('h', 'f'))
const hgetall = reply(redis.hgetall('h'))
const hmget = reply(redis.hmget('h', 'f', 'g'))
const hmgetArray = reply(buffers.hmget('h', names))
const hexists = reply(redis.hexists('h', 'f'))
const hkeys = reply(buffers.hkeys('h'))
const hincrby = reply(redis.hincrby('h', 'f', 1n))
const hincrbyfloat = reply(redis.hincrbyfloat('h', 'f', 0.5))
const hrandfield = reply(redis.hrandfield('h'))
const hrandfieldCount = reply(redis.hrandfield('h', 2))
const hrandfieldValues = reply(redis.hrandfield('h', 2, { withvalues: true }))
const hrandfieldMaybe = reply(redis.hrandfield('h', 2, { withvalues: flag }))
const hscan = reply(redis.hscan('h', 0, { match: 'a*' }))
const hscanNames = reply(redis.hscan('h', 0, { novalues: true }))
const hexpire = reply(redis.hexpire('h', 60, ['f'], { nx: true }))
const hexpireRest = reply(redis.hexpire('h', 60, 'f', 'g'))
const hexpireat = reply(redis.hexpireat('h', new Date(), 'f'))
const hgetex = reply(redis.hgetex('h', ['f'], { ex: 60 }))
const hgetdel = reply(buffers.hgetdel('h', 'f'))
const hsetex = reply(redis.hsetex('h', { f: 1 }, { px: 60, fnx: true }))
const hsetexRest = reply(redis.hsetex('h', [['f', 1]]))
const httl = reply(redis.httl('h', 'f', 'g'))
const hpersist = reply(redis.hpersist('h', names))
const hscanIter = redis.hscanIter('h', { match: 'a*' })
const hscanIterNames = redis.hscanIter('h', { novalues: true })
const hscanIterBuffer = buffers.hscanIter('h')

export type Hashes = [
  Expect<Equal<typeof hset, number>>,
  Expect<Equal<typeof hsetObject, number>>,
  Expect<Equal<typeof hsetMap, number>>,
  Expect<Equal<typeof hsetPairs, number>>,
  Expect<Equal<typeof hget, string | null>>,
  Expect<Equal<typeof hgetBuffer, Buffer | null>>,
  Expect<Equal<typeof hgetall, Record<string, string>>>,
  Expect<Equal<typeof hmget, (string | null)[]>>,
  Expect<Equal<typeof hmgetArray, (Buffer | null)[]>>,
  Expect<Equal<typeof hexists, boolean>>,
  Expect<Equal<typeof hkeys, Buffer[]>>,
  Expect<Equal<typeof hincrby, number>>,
  Expect<Equal<typeof hincrbyfloat, number>>,
  Expect<Equal<typeof hrandfield, string | null>>,
  Expect<Equal<typeof hrandfieldCount, string[]>>,
  Expect<Equal<typeof hrandfieldValues, [string, string][]>>,
  Expect<Equal<typeof hrandfieldMaybe, [string, string][] | string[]>>,
  Expect<Equal<typeof hscan, [cursor: string, entries: [field: string, value: string][]]>>,
  Expect<Equal<typeof hscanNames, [cursor: string, fields: string[]]>>,
  Expect<Equal<typeof hexpire, number[]>>,
  Expect<Equal<typeof hexpireRest, number[]>>,
  Expect<Equal<typeof hexpireat, number[]>>,
  Expect<Equal<typeof hgetex, (string | null)[]>>,
  Expect<Equal<typeof hgetdel, (Buffer | null)[]>>,
  Expect<Equal<typeof hsetex, boolean>>,
  Expect<Equal<typeof hsetexRest, boolean>>,
  Expect<Equal<typeof httl, number[]>>,
  Expect<Equal<typeof hpersist, number[]>>,
  Expect<Equal<typeof hscanIter, AsyncIterableIterator<[string, string]>>>,
  Expect<Equal<typeof hscanIterNames, AsyncIterableIterator<string>>>,
  Expect<Equal<Entry<typeof hscanIterBuffer>[0], Buffer>>,
  Expect<Equal<Entry<typeof hscanIterBuffer>[1], Buffer>>,
]

// Lists and sets
const lpush = reply(redis.lpush('l', 'a', 1, 2n, bytes))
const lpop = reply(redis.lpop('l'))
const lpopCount = reply(redis.lpop('l', 2))
const rpopBuffer = reply(buffers.rpop('l', 2))
const lrange = reply(redis.lrange('l', 0, -1))
const linsert = reply(redis.linsert('l', 'before', 'a', 'b'))
const lpos = reply(redis.lpos('l', 'a'))
const lposCount = reply(redis.lpos('l', 'a', { count: 0, rank: -1 }))
const lmove = reply(redis.lmove('a', 'b', 'left', 'right'))
const lmpop = reply(redis.lmpop(['a', 'b'], 'left', { count: 2 }))
const lmpopRest = reply(buffers.lmpop('a', 'b', 'left'))
const blpop = reply(redis.blpop('a', 'b', 0))
const blpopArray = reply(buffers.blpop(['a', 'b'], 1.5))
const blmove = reply(redis.blmove('a', 'b', 'left', 'right', 0))
const blmpop = reply(redis.blmpop(0, names, 'right', { count: 1 }))
const sadd = reply(redis.sadd('s', ...names))
const saddFrozen = reply(redis.sadd('s', frozen))
const smembers = reply(buffers.smembers('s'))
const sismember = reply(redis.sismember('s', 'a'))
const smismember = reply(redis.smismember('s', 'a', 'b'))
const spop = reply(redis.spop('s'))
const spopCount = reply(redis.spop('s', 2))
const srandmember = reply(buffers.srandmember('s'))
const srandmemberCount = reply(redis.srandmember('s', -2))
const sintercard = reply(redis.sintercard('a', 'b'))
const sintercardLimit = reply(redis.sintercard(['a', 'b'], { limit: 5 }))
const sscanIter = redis.sscanIter('s', { count: 100 })

export type ListsAndSets = [
  Expect<Equal<typeof lpush, number>>,
  Expect<Equal<typeof lpop, string | null>>,
  Expect<Equal<typeof lpopCount, string[] | null>>,
  Expect<Equal<typeof rpopBuffer, Buffer[] | null>>,
  Expect<Equal<typeof lrange, string[]>>,
  Expect<Equal<typeof linsert, number>>,
  Expect<Equal<typeof lpos, number | null>>,
  Expect<Equal<typeof lposCount, number[]>>,
  Expect<Equal<typeof lmove, string | null>>,
  Expect<Equal<typeof lmpop, [key: string, elements: string[]] | null>>,
  Expect<Equal<typeof lmpopRest, [key: Buffer, elements: Buffer[]] | null>>,
  Expect<Equal<typeof blpop, [key: string, element: string] | null>>,
  Expect<Equal<NonNullable<typeof blpopArray>[0], Buffer>>,
  Expect<Equal<NonNullable<typeof blpopArray>[1], Buffer>>,
  Expect<Equal<Extract<typeof blpopArray, null>, null>>,
  Expect<Equal<typeof blmove, string | null>>,
  Expect<Equal<typeof blmpop, [key: string, elements: string[]] | null>>,
  Expect<Equal<typeof sadd, number>>,
  Expect<Equal<typeof saddFrozen, number>>,
  Expect<Equal<typeof smembers, Buffer[]>>,
  Expect<Equal<typeof sismember, boolean>>,
  Expect<Equal<typeof smismember, boolean[]>>,
  Expect<Equal<typeof spop, string | null>>,
  Expect<Equal<typeof spopCount, string[]>>,
  Expect<Equal<typeof srandmember, Buffer | null>>,
  Expect<Equal<typeof srandmemberCount, string[]>>,
  Expect<Equal<typeof sintercard, number>>,
  Expect<Equal<typeof sintercardLimit, number>>,
  Expect<Equal<typeof sscanIter, AsyncIterableIterator<string>>>,
]

// Sorted sets
const zadd = reply(redis.zadd('z', 1, 'a', 2, 'b'))
const zaddObject = reply(redis.zadd('z', { a: 1, b: '2' }, { ch: true }))
const zaddRecord = reply(redis.zadd('z', record))
const zaddPairs = reply(redis.zadd('z', [['a', 1], [bytes, Infinity]], { gt: true })) // prettier-ignore
const zaddMap = reply(redis.zadd('z', new Map([['a', 1]]), { nx: true }))
const zaddIncr = reply(redis.zadd('z', { a: 1 }, { incr: true }))
const zaddIncrNx = reply(redis.zadd('z', { a: 1 }, { incr: true, nx: true }))
const zaddMaybe = reply(redis.zadd('z', { a: 1 }, { incr: flag }))
const zrange = reply(redis.zrange('z', 0, -1))
const zrangeScores = reply(redis.zrange('z', 0, -1, { withscores: true }))
const zrangeBuffer = reply(buffers.zrange('z', 0, -1, { withscores: true, rev: true }))
const zrangeMaybe = reply(redis.zrange('z', 0, -1, { withscores: flag }))
const zrangeBy = reply(redis.zrange('z', 1, Infinity, { byscore: true, exclude: 'start', limit: [0, 5] }))
const zrangebyscore = reply(redis.zrangebyscore('z', 1, 5, { exclude: 'min', offset: 0, count: 10 }))
const zrangebyscoreScores = reply(redis.zrangebyscore('z', '(1', '+inf', { withscores: true }))
const zrangebyscoreAny = reply(redis.zrangebyscore('z', 1, 5, range))
const zrangebylex = reply(redis.zrangebylex('z', '[a', '(c', { limit: [0, 5] }))
const zcount = reply(redis.zcount('z', -Infinity, Infinity, { exclude: 'both' }))
const zscore = reply(redis.zscore('z', 'a'))
const zmscore = reply(redis.zmscore('z', 'a', 'b'))
const zrank = reply(redis.zrank('z', 'a'))
const zrankScore = reply(redis.zrank('z', 'a', { withscore: true }))
const zincrby = reply(redis.zincrby('z', 0.5, 'a'))
const zpopmin = reply(redis.zpopmin('z'))
const zpopmaxBuffer = reply(buffers.zpopmax('z', 2))
const zrandmember = reply(redis.zrandmember('z'))
const zrandmemberCount = reply(redis.zrandmember('z', 2))
const zrandmemberScores = reply(redis.zrandmember('z', 2, { withscores: true }))
const zunion = reply(redis.zunion('a', 'b'))
const zunionScores = reply(redis.zunion(['a', ['b', 2]], { withscores: true, aggregate: 'max' }))
const zinter = reply(buffers.zinter({ a: 1, b: 2 }))
const zdiff = reply(redis.zdiff(['a', 'b'], { withscores: true }))
const zunionstore = reply(redis.zunionstore('d', [['a', 2], ['b', 1]], { aggregate: 'min' })) // prettier-ignore
const zunionstoreRest = reply(redis.zunionstore('d', 'a', 'b'))
const zinterstore = reply(redis.zinterstore('d', new Map([['a', 2]])))
const zmpop = reply(redis.zmpop(['a', 'b'], 'min', { count: 2 }))
const bzmpop = reply(buffers.bzmpop(0, 'a', 'b', 'max'))
const bzpopmin = reply(redis.bzpopmin('a', 'b', 0))
const zscanIter = redis.zscanIter('z')

export type SortedSets = [
  Expect<Equal<typeof zadd, number>>,
  Expect<Equal<typeof zaddObject, number>>,
  Expect<Equal<typeof zaddRecord, number>>,
  Expect<Equal<typeof zaddPairs, number>>,
  Expect<Equal<typeof zaddMap, number>>,
  Expect<Equal<typeof zaddIncr, number>>,
  Expect<Equal<typeof zaddIncrNx, number | null>>,
  Expect<Equal<typeof zaddMaybe, number>>,
  Expect<Equal<typeof zrange, string[]>>,
  Expect<Equal<typeof zrangeScores, Scored>>,
  Expect<Equal<typeof zrangeBuffer, Scored<Buffer>>>,
  Expect<Equal<typeof zrangeMaybe, Scored | string[]>>,
  Expect<Equal<typeof zrangeBy, string[]>>,
  Expect<Equal<typeof zrangebyscore, string[]>>,
  Expect<Equal<typeof zrangebyscoreScores, Scored>>,
  Expect<Equal<typeof zrangebyscoreAny, Scored | string[]>>,
  Expect<Equal<typeof zrangebylex, string[]>>,
  Expect<Equal<typeof zcount, number>>,
  Expect<Equal<typeof zscore, number | null>>,
  Expect<Equal<typeof zmscore, (number | null)[]>>,
  Expect<Equal<typeof zrank, number | null>>,
  Expect<Equal<typeof zrankScore, [rank: number, score: number] | null>>,
  Expect<Equal<typeof zincrby, number>>,
  Expect<Equal<typeof zpopmin, Scored>>,
  Expect<Equal<typeof zpopmaxBuffer, Scored<Buffer>>>,
  Expect<Equal<typeof zrandmember, string | null>>,
  Expect<Equal<typeof zrandmemberCount, string[]>>,
  Expect<Equal<typeof zrandmemberScores, Scored>>,
  Expect<Equal<typeof zunion, string[]>>,
  Expect<Equal<typeof zunionScores, Scored>>,
  Expect<Equal<typeof zinter, Buffer[]>>,
  Expect<Equal<typeof zdiff, Scored>>,
  Expect<Equal<typeof zunionstore, number>>,
  Expect<Equal<typeof zunionstoreRest, number>>,
  Expect<Equal<typeof zinterstore, number>>,
  Expect<Equal<typeof zmpop, [key: string, entries: Scored] | null>>,
  Expect<Equal<typeof bzmpop, [key: Buffer, entries: Scored<Buffer>] | null>>,
  Expect<Equal<typeof bzpopmin, [key: string, member: string, score: number] | null>>,
  Expect<Equal<typeof zscanIter, AsyncIterableIterator<[string, number]>>>,
]

// New servers
const argrep = reply(redis.argrep('a', '-', '+', { match: ['x', 'y'] }))
const argrepValues = reply(redis.argrep('a', '-', '+', { match: 'x', withvalues: true }))
const armget = reply(buffers.armget('a', 0, 1))
const increx = reply(redis.increx('k', { byint: 1, ubound: 10 }))
const watched = reply(session.watch(names))

export type NewServers = [
  Expect<Equal<typeof argrep, number[]>>,
  Expect<Equal<typeof argrepValues, [index: number, value: string][]>>,
  Expect<Equal<typeof armget, (Buffer | null)[]>>,
  Expect<Equal<typeof increx, [result: number, added: number]>>,
  Expect<Equal<typeof watched, 'OK'>>,
]

// What must not compile
// @ts-expect-error a field without a value
void redis.hset('h', 'f', null)
// @ts-expect-error scores are numbers
void redis.zadd('z', { a: true })
void redis.zadd('z', reply(redis.zrange('y', 0, -1, { withscores: true })))
void redis.zadd('z', reply(buffers.zpopmin('y', 2)), { gt: true })
void redis.zunionstore('d', ['a', 1, ['b', 2]])
// @ts-expect-error a member stands before its score
void redis.zadd('z', [[1, 'a']])
// @ts-expect-error text is no score in a pair
void redis.zadd('z', [['a', '1']])
// @ts-expect-error a number is no member in a pair
void redis.zadd('z', [[1, 2]])
// @ts-expect-error one by one, the score stands before the member
void redis.zadd('z', 'a', 1)
// @ts-expect-error one by one, a number is no member
void redis.zadd('z', 1, 2)
// @ts-expect-error the increment stands before the member
void redis.zincrby('z', 'a', 1)
// @ts-expect-error a number is no member beside an increment
void redis.zincrby('z', 1, 2)
// @ts-expect-error a key stands before its weight
void redis.zunion([[2, 'a']])
// @ts-expect-error a position stands before the member
void redis.geoadd('g', 'm', 1, 2)
// @ts-expect-error a position stands before the member
void redis.geoadd('g', [['m', 1, 2]])
// @ts-expect-error keys are not counted
void redis.eval('return 1', 1, 'k')
// @ts-expect-error keys are not counted
void redis.fcall_ro('f', 0)
// @ts-expect-error keys are not counted
void redis.zinter(2, 'a', 'b')
// @ts-expect-error keys are not counted
void redis.zunionstore('d', 2, 'a', 'b')
// @ts-expect-error keys are not counted
void redis.sintercard(2, 's', 't')
// @ts-expect-error keys are not counted
void redis.lmpop(2, 'a', 'b', 'left')
// @ts-expect-error keys are not counted
void redis.bzmpop(0, 1, 'a', 'min')
// @ts-expect-error fields are not counted
void redis.hexpire('h', 60, 'FIELDS', 1, 'f')
// @ts-expect-error pairs are not counted
void redis.msetex(1, 'a', 1)
// @ts-expect-error a member without a score
void redis.zadd('z', 1)
// @ts-expect-error a key alone
void redis.zadd('z')
// @ts-expect-error an unknown option
void redis.zadd('z', { a: 1 }, { xy: true })
// @ts-expect-error options are not strings
void redis.zadd('z', { a: 1 }, 'NX')
// @ts-expect-error an end by its own name
void redis.zrangebyscore('z', 1, 5, { exclude: 'start' })
// @ts-expect-error an end by its own name
void redis.zrange('z', 1, 5, { byscore: true, exclude: 'min' })
// @ts-expect-error a limit has two numbers
void redis.zrangebyscore('z', 1, 5, { limit: 5 })
// @ts-expect-error ranges of names have no scores
void redis.zrangebylex('z', '-', '+', { withscores: true })
// @ts-expect-error one of four words
void redis.zunionstore('d', ['a'], { aggregate: 'avg' })
// @ts-expect-error a weight is a number
void redis.zunionstore('d', { a: true })
// @ts-expect-error one of two sides
void redis.lmove('a', 'b', 'up', 'down')
// @ts-expect-error before or after
void redis.linsert('l', 'beside', 'a', 'b')
// @ts-expect-error a blocking call says how long
void redis.blpop()
// @ts-expect-error the timeout is a number
void redis.blpop(['a'], bytes)
// @ts-expect-error a count before values
void redis.hrandfield('h', { withvalues: true })
// @ts-expect-error fields are one list
void redis.hexpire('h', 60, ['f'], ['g'])
// @ts-expect-error a date is no number of seconds
void redis.hexpire('h', new Date(), 'f')
// @ts-expect-error an option of another command
void redis.hgetex('h', ['f'], { keepttl: true })
// @ts-expect-error a number is no list of fields
void redis.hgetdel()
// @ts-expect-error an entry is a pair
void (async () => { for await (const [a, b, c] of redis.hscanIter('h')) void [a, b, c] })() // prettier-ignore
// @ts-expect-error the cursor is kept by the iterator
void redis.sscanIter('s', 0)
// @ts-expect-error a predicate is needed
void redis.argrep('a', 0, 1)
// @ts-expect-error a command of leased connections
void redis.watch('k')
// @ts-expect-error a score may be missing
zscore.toFixed()
// @ts-expect-error Buffers are no strings
hkeys[0]?.toUpperCase()
