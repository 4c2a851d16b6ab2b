// Compiled, never run: streams, places, bitmaps, scripts and publishing.
import type {
  Commands,
  FunctionLibrary,
  FunctionStats,
  GeosearchOptions,
  PendingEntry,
  PendingSummary,
  StreamConsumer,
  StreamDetails,
  StreamGroup,
  StreamInfo,
  XreadOptions,
} from '../../types/commands'

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
/** Looser than `Equal`, which tells tuples apart by how they came about. */
type Mutual<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
type Expect<T extends true> = T

declare const redis: Commands
declare const buffers: Commands<Buffer>
declare const flag: boolean
declare const bytes: Uint8Array
declare const ids: string[]
declare const search: GeosearchOptions & { frommember: string; byradius: [number, 'km'] }
declare const read: XreadOptions

/** What a call's promise holds. */
type R<P> = P extends Promise<infer V> ? V : never
function reply<P>(_call: P): R<P> {
  throw new Error('compiled only')
}
type Entry = [id: string, fields: Record<string, string>]
type PairEntry = [id: string, fields: [string, string][]]
type ByteEntry = [id: string, fields: [Buffer, Buffer][]]

// Streams
const xadd = reply(redis.xadd('s', '*', { a: 1, b: bytes }))
const xaddRest = reply(redis.xadd('s', '*', 'a', 1, 'b', 2n))
const xaddPairs = reply(redis.xadd('s', '*', [['a', 1]], { maxlen: 100, approximate: true, limit: 5 }))
const xaddIfThere = reply(redis.xadd('s', '*', { a: 1 }, { nomkstream: true }))
const xaddMaybe = reply(redis.xadd('s', '*', { a: 1 }, { nomkstream: flag }))
const xrange = reply(redis.xrange('s', '-', '+', { count: 10 }))
const xrangeBuffers = reply(buffers.xrange('s', '-', '+'))
const xrevrange = reply(redis.xrevrange('s', '+', '-'))
const xread = reply(redis.xread({ s: '0', t: '$' }, { block: 5000, count: 10 }))
const xreadRest = reply(redis.xread('s', '0', { count: 1 }))
const xreadMap = reply(redis.xread(new Map([[bytes, '0']]), read))
const xreadBuffers = reply(buffers.xread([['s', '0']]))
const xrangePairs = reply(redis.xrange('s', '-', '+', { pairs: true, count: 2 }))
const xreadPairs = reply(redis.xread({ s: '0' }, { pairs: true }))
const xreadgroupPairs = reply(redis.xreadgroup('g', 'c', { s: '>' }, { pairs: true }))
const xautoclaimPairs = reply(redis.xautoclaim('s', 'g', 'c', 60_000, '0', { pairs: true }))
const hgetallPairs = reply(redis.hgetall('h', { pairs: true }))
const hgetallObject = reply(redis.hgetall('h', { pairs: false }))
const xreadgroup = reply(redis.xreadgroup('g', 'c', { s: '>' }, { noack: true }))
const xreadgroupClaim = reply(redis.xreadgroup('g', 'c', { s: '>' }, { claim: 1000 }))
const xautoclaim = reply(redis.xautoclaim('s', 'g', 'c', 60_000, '0'))
const xautoclaimIds = reply(redis.xautoclaim('s', 'g', 'c', 60_000, '0', { justid: true }))
const xclaim = reply(redis.xclaim('s', 'g', 'c', 60_000, '1-1', '1-2'))
const xclaimArray = reply(redis.xclaim('s', 'g', 'c', 60_000, ids, { time: new Date(), retrycount: 1 }))
const xclaimIds = reply(redis.xclaim('s', 'g', 'c', 60_000, ids, { justid: true }))
const xpending = reply(redis.xpending('s', 'g'))
const xpendingRange = reply(redis.xpending('s', 'g', '-', '+', 10))
const xpendingConsumer = reply(buffers.xpending('s', 'g', '-', '+', 10, 'c', { idle: 1000 }))
const xinfo = reply(redis.xinfoStream('s'))
const xinfoFull = reply(redis.xinfoStream('s', { full: true, count: 5 }))
const xinfoMaybe = reply(redis.xinfoStream('s', { full: flag }))
const xinfoGroups = reply(buffers.xinfoGroups('s'))
const xinfoConsumers = reply(redis.xinfoConsumers('s', 'g'))
const xack = reply(redis.xack('s', 'g', '1-1'))
const xackdel = reply(redis.xackdel('s', 'g', ids, { delref: true }))
const xgroupCreate = reply(redis.xgroupCreate('s', 'g', '$', { mkstream: true }))
const xgroupDestroy = reply(redis.xgroupDestroy('s', 'g'))
const xtrim = reply(redis.xtrim('s', { maxlen: 100, approximate: true }))
const xtrimById = reply(redis.xtrim('s', { minid: '5-0' }))

export type Streams = [
  Expect<Equal<typeof xadd, string>>,
  Expect<Equal<typeof xaddRest, string>>,
  Expect<Equal<typeof xaddPairs, string>>,
  Expect<Equal<typeof xaddIfThere, string | null>>,
  Expect<Equal<typeof xaddMaybe, string | null>>,
  Expect<Mutual<typeof xrange, Entry[]>>,
  Expect<Mutual<typeof xrangeBuffers, ByteEntry[]>>,
  Expect<Mutual<typeof xrevrange, Entry[]>>,
  Expect<Mutual<typeof xread, Record<string, Entry[]> | null>>,
  Expect<Mutual<typeof xreadRest, Record<string, Entry[]> | null>>,
  Expect<Mutual<typeof xreadMap, Record<string, Entry[]> | [string, PairEntry[]][] | null>>,
  Expect<Mutual<typeof xrangePairs, PairEntry[]>>,
  Expect<Mutual<typeof xreadPairs, [string, PairEntry[]][] | null>>,
  Expect<Mutual<typeof xreadgroupPairs, [string, [string, [string, string][] | null][]][] | null>>,
  Expect<Mutual<typeof xautoclaimPairs, [next: string, entries: PairEntry[], deleted: string[]]>>,
  Expect<Mutual<typeof hgetallPairs, [field: string, value: string][]>>,
  Expect<Mutual<typeof hgetallObject, Record<string, string>>>,
  Expect<Mutual<typeof xreadBuffers, [Buffer, ByteEntry[]][] | null>>,
  Expect<Mutual<typeof xreadgroup, Record<string, [string, Record<string, string> | null][]> | null>>,
  Expect<
    Mutual<
      typeof xreadgroupClaim,
      Record<string, [string, Record<string, string> | null, number, number][]> | null
    >
  >,
  Expect<Mutual<typeof xautoclaim, [next: string, entries: Entry[], deleted: string[]]>>,
  Expect<Mutual<typeof xautoclaimIds, [next: string, ids: string[], deleted: string[]]>>,
  Expect<Mutual<typeof xclaim, Entry[]>>,
  Expect<Mutual<typeof xclaimArray, Entry[]>>,
  Expect<Equal<typeof xclaimIds, string[]>>,
  Expect<Mutual<typeof xpending, PendingSummary>>,
  Expect<Mutual<typeof xpendingRange, PendingEntry[]>>,
  Expect<Equal<(typeof xpendingConsumer)[number]['consumer'], Buffer>>,
  Expect<Mutual<typeof xinfo, StreamInfo>>,
  Expect<Mutual<typeof xinfoFull, StreamDetails>>,
  Expect<Mutual<typeof xinfoMaybe, StreamInfo | StreamDetails>>,
  Expect<Mutual<typeof xinfoGroups, StreamGroup<Buffer>[]>>,
  Expect<Mutual<typeof xinfoConsumers, StreamConsumer[]>>,
  Expect<Equal<typeof xack, number>>,
  Expect<Equal<typeof xackdel, (1 | -1 | 2)[]>>,
  Expect<Equal<typeof xgroupCreate, 'OK'>>,
  Expect<Equal<typeof xgroupDestroy, boolean>>,
  Expect<Equal<typeof xtrim, number>>,
  Expect<Equal<typeof xtrimById, number>>,
]

// @ts-expect-error an entry has fields
void redis.xadd('s', '*')
// @ts-expect-error what is trimmed to is needed
void redis.xtrim('s', { approximate: true })
// @ts-expect-error streams have ids
void redis.xread({ s: null })
// @ts-expect-error a range has two ends and a count
void redis.xpending('s', 'g', '-')
// @ts-expect-error the name of the option is `count`
void redis.xrange('s', '-', '+', { COUNT: 1 })

// Places
const geoadd = reply(redis.geoadd('g', [[1, 2, 'm'], [3, 4, 'n']], { nx: true })) // prettier-ignore
const geoaddRest = reply(redis.geoadd('g', 1, 2, 'm'))
const geoaddObject = reply(redis.geoadd('g', { longitude: 1, latitude: '2', member: bytes }))
const geodist = reply(redis.geodist('g', 'a', 'b', 'km'))
const geopos = reply(redis.geopos('g', 'a'))
const found = reply(redis.geosearch('g', { frommember: 'm', byradius: [1, 'km'] }))
const foundAll = reply(
  buffers.geosearch('g', {
    fromlonlat: [1, 2],
    bybox: [1, 2, 'm'],
    withdist: true,
    withhash: true,
    withcoord: true,
  }),
)
const foundHash = reply(
  redis.geosearch('g', { ...search, withhash: true, withdist: false, withcoord: false }),
)
const around = reply(redis.georadius('g', 1, 2, 3, 'km', { withcoord: true }))
const stored = reply(redis.georadius('g', 1, 2, 3, 'km', { store: 'd' }))
const storedSearch = reply(redis.geosearchstore('d', 'g', { bypolygon: [[1, 2], [3, 4], [5, 6]], storedist: true })) // prettier-ignore

export type Places = [
  Expect<Equal<typeof geoadd, number>>,
  Expect<Equal<typeof geoaddRest, number>>,
  Expect<Equal<typeof geoaddObject, number>>,
  Expect<Equal<typeof geodist, number | null>>,
  Expect<Mutual<typeof geopos, ([number, number] | null)[]>>,
  Expect<Equal<typeof found, string[]>>,
  Expect<
    Mutual<
      typeof foundAll,
      { member: Buffer; distance: number; hash: number; coordinates: [number, number] }[]
    >
  >,
  Expect<Mutual<typeof foundHash, { member: string; hash: number }[]>>,
  Expect<Mutual<typeof around, { member: string; coordinates: [number, number] }[]>>,
  Expect<Equal<typeof stored, number>>,
  Expect<Equal<typeof storedSearch, number>>,
]

// @ts-expect-error a search starts somewhere
void redis.geosearch('g', { byradius: [1, 'km'] })
// @ts-expect-error a search covers something
void redis.geosearch('g', { frommember: 'm' })
// @ts-expect-error there is no such unit
void redis.geodist('g', 'a', 'b', 'miles')

// Bitmaps, scripts, publishing
const bitcount = reply(redis.bitcount('b', 0, -1, 'bit'))
const getbit = reply(redis.getbit('b', 5))
const bitop = reply(redis.bitop('diff1', 'd', 'a', 'b'))
const bitfield = reply(
  redis.bitfield('b', [{ overflow: 'sat' }, { incrby: ['u8', 0, 1] }, { get: ['u8', '#1'] }]),
)
const bitfieldOne = reply(redis.bitfield_ro('b', { get: ['i5', 3] }))
const pfadd = reply(redis.pfadd('h', 'a', 'b'))
const evaluated = reply(redis.eval('return 1', ['k'], ['a', 1]))
const functions = reply(buffers.functionList({ withcode: true }))
const functionStats = reply(redis.functionStats())
const scriptExists = reply(redis.scriptExists('a', 'b'))
const published = reply(redis.publish('c', bytes))
const channels = reply(buffers.pubsubChannels('c*'))
const numsub = reply(redis.pubsubNumsub('a', 'b'))
const numsubBuffers = reply(buffers.pubsubNumsub('a'))

export type Others = [
  Expect<Equal<typeof bitcount, number>>,
  Expect<Equal<typeof getbit, 0 | 1>>,
  Expect<Equal<typeof bitop, number>>,
  Expect<Equal<typeof bitfield, (number | null)[]>>,
  Expect<Equal<typeof bitfieldOne, number[]>>,
  Expect<Equal<typeof pfadd, boolean>>,
  Expect<Equal<typeof evaluated, unknown>>,
  Expect<Mutual<typeof functions, FunctionLibrary<Buffer>[]>>,
  Expect<Mutual<typeof functionStats, FunctionStats>>,
  Expect<Equal<typeof scriptExists, boolean[]>>,
  Expect<Equal<typeof published, number>>,
  Expect<Equal<typeof channels, Buffer[]>>,
  Expect<Equal<typeof numsub, Record<string, number>>>,
  Expect<Mutual<typeof numsubBuffers, [Buffer, number][]>>,
]

// @ts-expect-error there is no such operation
void redis.bitop('nand', 'd', 'a')
// @ts-expect-error a step has an encoding and an offset
void redis.bitfield('b', { get: ['u8'] })
// @ts-expect-error bits are counted in bytes or bits
void redis.bitcount('b', 0, -1, 'nibble')
