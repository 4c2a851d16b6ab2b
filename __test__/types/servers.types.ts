// Compiled, never run: what is asked about servers, their users and their cluster.
import type {
  AclDenial,
  AclUser,
  ClusterShard,
  CommandDetails,
  CommandDocumentation,
  Commands,
  LatencyHistogram,
  LatencyPeak,
  SessionCommands,
  SlowlogEntry,
} from '../../types/commands'

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
type Mutual<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
type Expect<T extends true> = T

declare const redis: Commands
declare const buffers: Commands<Buffer>
declare const session: SessionCommands

type R<P> = P extends Promise<infer V> ? V : never
function reply<P>(_call: P): R<P> {
  throw new Error('compiled only')
}

const info = reply(redis.info('server'))
const infoBuffers = reply(buffers.info())
const config = reply(buffers.configGet('max*'))
const role = reply(redis.role())
const clients = reply(redis.clientList({ type: 'normal', id: [1, 2] }))
const tracking = reply(redis.clientTrackinginfo())
const user = reply(redis.aclGetuser('ann'))
const denials = reply(redis.aclLog({ count: 5 }))
const emptied = reply(redis.aclLog({ reset: true }))
const docs = reply(redis.commandDocs('get'))
const details = reply(redis.commandInfo('get'))
const keysAndFlags = reply(buffers.commandGetkeysandflags('set', 'k', 'v'))
const slow = reply(buffers.slowlogGet(5))
const peaks = reply(redis.latencyLatest())
const histogram = reply(redis.latencyHistogram('get'))
const memory = reply(redis.memoryStats())
const usage = reply(redis.memoryUsage('k', { samples: 0 }))
const shards = reply(redis.clusterShards())
const slots = reply(redis.clusterSlots())
const state = reply(redis.clusterInfo())
const imported = reply(redis.clusterMigration({ import: [0, 10] }))
const cancelled = reply(redis.clusterMigration({ cancelAll: true }))
const hot = reply(redis.hotkeysStart('cpu', 'net'))
const selected = reply(session.select(1))

export type Servers = [
  Expect<Equal<typeof info, Record<string, Record<string, string>>>>,
  Expect<Equal<typeof infoBuffers, Record<string, Record<string, string>>>>,
  Expect<Equal<typeof config, Record<string, string>>>,
  Expect<Equal<(typeof role)['role'], 'master' | 'slave' | 'sentinel'>>,
  Expect<Equal<typeof clients, Record<string, string>[]>>,
  Expect<Equal<(typeof tracking)['redirect'], number>>,
  Expect<Mutual<typeof user, AclUser | null>>,
  Expect<Mutual<typeof denials, AclDenial[]>>,
  Expect<Equal<typeof emptied, 'OK'>>,
  Expect<Mutual<typeof docs, Record<string, CommandDocumentation>>>,
  Expect<Mutual<typeof details, (CommandDetails | null)[]>>,
  Expect<Mutual<typeof keysAndFlags, [Buffer, string[]][]>>,
  Expect<Mutual<typeof slow, SlowlogEntry<Buffer>[]>>,
  Expect<Mutual<typeof peaks, LatencyPeak[]>>,
  Expect<Mutual<typeof histogram, Record<string, LatencyHistogram>>>,
  Expect<Equal<typeof memory, Record<string, number | Record<string, number>>>>,
  Expect<Equal<typeof usage, number | null>>,
  Expect<Mutual<typeof shards, ClusterShard[]>>,
  Expect<Equal<(typeof slots)[number]['start'], number>>,
  Expect<Equal<typeof state, Record<string, string>>>,
  Expect<Equal<typeof imported, string>>,
  Expect<Equal<typeof cancelled, number>>,
  Expect<Equal<typeof hot, 'OK'>>,
  Expect<Equal<typeof selected, 'OK'>>,
]

// A reply's role tells which of them it is.
if (role.role === 'slave') role.port satisfies number
if (role.role === 'master') role.replicas[0]?.offset satisfies number | undefined

// @ts-expect-error only a leased connection changes its database
void redis.select(1)
// @ts-expect-error a filter is needed
void redis.clientKill()
// @ts-expect-error there is no such log
void redis.commandlogGet(5, 'fast')
// @ts-expect-error where a slot is, or that it stays
void redis.clusterSetslot(1, { timeout: 5 })
// @ts-expect-error a mode is a word
void redis.flushall(true)
// @ts-expect-error metrics are words
void redis.hotkeysStart('disk')
