// Printed from the command table by `npm run generate`. Do not edit.
/// <reference types="node" />
import type { Pipeline } from '../index'

/** What a command takes as key, value, member, ... */
export type Arg = string | number | bigint | Uint8Array

/** Any number of these. */
export type Args = readonly Arg[]

/** Text or bytes, where a number could be taken for something else. */
export type Text = string | Uint8Array

/** A vector. A `Float32Array` is sent as its bytes, an array as decimal text. */
export type Vector = readonly number[] | Float32Array | Float64Array

/** A number, or its decimal text. */
export type Num = number | bigint | string

/** A Unix time in the unit that the command says, or a `Date`. */
export type Time = Num | Date

/** An object of values by name. Any type of object, also an `interface`; a value that is undefined is refused by its name. */
export type Named<O, V = Arg> = object & { readonly [K in keyof O]: V }

/** Pairs that are no object: a `Map`, an array of pairs, or one flat array. */
export type PairList = ReadonlyMap<Arg, Arg> | readonly (readonly [Arg, Arg])[] | Args

/** Pairs: an object, a `Map`, an array of pairs, or one flat array. */
export type Pairs = { readonly [name: string]: Arg } | PairList

/** An object, or an array of pairs where names are Buffers. */
export type Fields<T, V = T> = T extends string ? Record<string, V> : [name: T, value: V][]

/** Scores that are no object: a `Map` of scores by member, or an array of [member, score], as replies have them. */
export type ScoreList = ReadonlyMap<Arg, Num> | readonly (readonly [member: Text, score: number | bigint])[]

/** Members with scores: an object or a `Map` of scores by member, or an array of [member, score], as replies have them. */
export type Scores = { readonly [member: string]: Num } | ScoreList

/** Keys, each with a weight if it is a pair: one, an array of them, or a `Map` of weights by key. */
export type WeightedList =
  | Text
  | readonly (Arg | readonly [key: Text, weight: number | bigint])[]
  | ReadonlyMap<Arg, Num>

/** Keys, each with a weight if it is a pair: one, an array of them, an object or a `Map` of weights by key. */
export type Weighted = { readonly [key: string]: Num } | WeightedList

/** None of these options. */
export type Without<K extends string> = { [P in K]?: false | undefined }

/** Arguments `K`, of which some may come out of spread arrays. Where the first one is known, they are as `H` and then `E`s. */
export type Spread<K, H extends List, E = Arg> = K extends readonly [] | readonly [unknown, ...List] ? [...H, ...E[]] : K

/** Any values. */
export type List = readonly unknown[]

/** What a method answers: a promise of the reply `X`, or in a pipeline with the replies `R`, the pipeline with one more. */
export type Out<T, R, X> = R extends readonly unknown[] ? Pipeline<T, [...R, X]> : Promise<X>

export interface AclDenial {
  count: number
  reason: string
  context: string
  object: string
  username: string
  'age-seconds': number
  'client-info': Record<string, string>
  'entry-id': number
  'timestamp-created': number
  'timestamp-last-updated': number
}

export interface AclUser {
  flags: string[]
  passwords: string[]
  commands: string
  keys: string
  channels: string
  databases?: string
  selectors: { commands: string; keys: string; channels: string; databases?: string }[]
}

export interface ArrayInfo {
  count: number
  len: number
  'next-insert-index': number
  slices: number
  'directory-size': number
  'super-dir-entries': number
  'slice-size': number
  'dense-slices'?: number
  'sparse-slices'?: number
  'avg-dense-size'?: number
  'avg-dense-fill'?: number
  'avg-sparse-size'?: number
}

export interface BackupStatus {
  state: 'idle' | 'pending' | 'snapshotting' | 'incrementing' | 'sealed' | 'failed'
  error: string
  start_time: number
  end_time: number
}

export type ClaimedStreamEntry<T = string> = [id: string, fields: Fields<T> | null, idle: number, deliveries: number]

export type ClaimedStreamEntryPairs<T = string> = [id: string, fields: [name: T, value: T][] | null, idle: number, deliveries: number]

export interface ClusterLink {
  direction: 'to' | 'from'
  node: string
  'create-time': number
  events: string
  'send-buffer-allocated': number
  'send-buffer-used': number
}

export interface ClusterMigrationTask {
  id: string
  slots: string
  source: string
  dest: string
  operation: string
  state: string
  last_error: string
  retries: number
  create_time: number
  start_time: number
  end_time: number
  write_pause_ms: number
}

export interface ClusterShard {
  id?: string
  slots: [number, number][]
  nodes: { id: string; port?: number; 'tls-port'?: number; ip: string; endpoint: string | null; hostname?: string; role: string; 'replication-offset': number; health: string; 'availability-zone'?: string }[]
}

export interface ClusterSlotMigration {
  name: string
  operation: string
  slot_ranges: string
  target_node: string
  source_node: string
  create_time: number
  last_update_time: number
  last_ack_time: number
  state: string
  message: string
  cow_size: number
  remaining_repl_size: number
}

export interface ClusterSlotNode {
  host: string | null
  port: number
  id: string
  metadata: Record<string, string>
}

export interface CommandArgument {
  name: string
  type: string
  display_text?: string
  key_spec_index?: number
  token?: string
  summary?: string
  since?: string
  deprecated_since?: string
  flags?: string[]
  arguments?: CommandArgument[]
}

export interface CommandDetails {
  name: string
  arity: number
  flags: string[]
  firstKey: number
  lastKey: number
  keyStep: number
  aclCategories: string[]
  tips: string[]
  keySpecifications: CommandKeySpecification[]
  subcommands: CommandDetails[]
}

export interface CommandDocumentation {
  summary: string
  since: string
  group: string
  complexity?: string
  module?: string
  doc_flags?: string[]
  deprecated_since?: string
  replaced_by?: string
  history?: [string, string][]
  arguments?: CommandArgument[]
  subcommands?: Record<string, CommandDocumentation>
}

export interface CommandKeySpecification {
  notes?: string
  flags: string[]
  begin_search: { type: string; spec: Record<string, string | number> }
  find_keys: { type: string; spec: Record<string, string | number> }
}

export interface CommandlogEntry<T = string> {
  id: number
  timestamp: number
  value: number
  args: T[]
  clientAddress: string
  clientName: string
}

export interface FunctionLibrary<T = string> {
  library_name: string
  engine: string
  functions: { name: string; description: string | null; flags: string[] }[]
  library_code?: T
}

export interface FunctionStats<T = string> {
  running_script: { name: string; command: T[]; duration_ms: number } | null
  engines: Record<string, { libraries_count: number; functions_count: number }>
}

export interface HotKeys<T = string> {
  'tracking-active': boolean
  'sample-ratio': number
  'selected-slots': [start: number, end?: number][]
  'all-commands-all-slots-us': number
  'net-bytes-all-commands-all-slots': number
  'collection-start-time-unix-ms': number
  'collection-duration-ms': number
  'total-cpu-time-user-ms'?: number
  'total-cpu-time-sys-ms'?: number
  'total-net-bytes'?: number
  'by-cpu-time-us'?: [T, number][]
  'by-net-bytes'?: [T, number][]
}

export interface LatencyHistogram {
  calls: number
  histogram_usec: Record<string, number>
}

export interface LatencyPeak {
  event: string
  timestamp: number
  latest: number
  max: number
  sum?: number
  count?: number
}

export interface LatencySample {
  timestamp: number
  latency: number
}

export interface LoadedModule {
  name: string
  ver: number
  path: string
  args: string[]
}

export interface PendingEntry<T = string> {
  id: string
  consumer: T
  idle: number
  deliveries: number
}

export type PendingStreamEntry<T = string> = [id: string, fields: Fields<T> | null]

export type PendingStreamEntryPairs<T = string> = [id: string, fields: [name: T, value: T][] | null]

export interface PendingSummary<T = string> {
  count: number
  min: string | null
  max: string | null
  consumers: [T, number][]
}

export interface SentinelMaster {
  name: string
  ip: string
  port: number
  flags: string
  runid?: string
  'link-pending-commands'?: number
  'link-refcount'?: number
  'last-ping-sent'?: number
  'last-ok-ping-reply'?: number
  'last-ping-reply'?: number
  's-down-time'?: number
  'o-down-time'?: number
  'down-after-milliseconds'?: number
  'info-refresh'?: number
  'role-reported'?: string
  'role-reported-time'?: number
  'config-epoch'?: number
  'num-slaves'?: number
  'num-other-sentinels'?: number
  quorum?: number
  'failover-timeout'?: number
  'failover-state'?: string
  'parallel-syncs'?: number
}

export interface SentinelPeer {
  name: string
  ip: string
  port: number
  flags: string
  runid?: string
  'link-pending-commands'?: number
  'link-refcount'?: number
  'last-ping-sent'?: number
  'last-ok-ping-reply'?: number
  'last-ping-reply'?: number
  's-down-time'?: number
  'down-after-milliseconds'?: number
  'last-hello-message'?: number
  'voted-leader'?: string
  'voted-leader-epoch'?: number
}

export interface SentinelReplica {
  name: string
  ip: string
  port: number
  flags: string
  runid?: string
  'link-pending-commands'?: number
  'link-refcount'?: number
  'last-ping-sent'?: number
  'last-ok-ping-reply'?: number
  'last-ping-reply'?: number
  's-down-time'?: number
  'o-down-time'?: number
  'down-after-milliseconds'?: number
  'info-refresh'?: number
  'role-reported'?: string
  'role-reported-time'?: number
  'master-link-down-time'?: number
  'master-link-status'?: string
  'master-host'?: string
  'master-port'?: number
  'slave-priority'?: number
  'slave-repl-offset'?: number
  'replica-announced'?: number
}

export interface SlowlogEntry<T = string> {
  id: number
  timestamp: number
  duration: number
  args: T[]
  clientAddress: string
  clientName: string
}

export interface StreamConsumer<T = string> {
  name: T
  pending: number
  idle: number
  inactive?: number
}

export interface StreamDetails<T = string> {
  length: number
  'radix-tree-keys': number
  'radix-tree-nodes': number
  'last-generated-id': string
  'max-deleted-entry-id': string
  'entries-added': number
  'recorded-first-entry-id': string
  entries: StreamEntry<T>[]
  groups: StreamGroupDetails<T>[]
}

export type StreamEntry<T = string> = [id: string, fields: Fields<T>]

export type StreamEntryPairs<T = string> = [id: string, fields: [name: T, value: T][]]

export interface StreamGroup<T = string> {
  name: T
  consumers: number
  pending: number
  'last-delivered-id': string
  'entries-read': number | null
  lag: number | null
}

export interface StreamGroupDetails<T = string> {
  name: T
  'last-delivered-id': string
  'entries-read': number | null
  lag: number | null
  'pel-count': number
  pending: { id: string; consumer: T; time: number; deliveries: number }[]
  consumers: { name: T; 'seen-time': number; 'active-time'?: number; 'pel-count': number; pending: { id: string; time: number; deliveries: number }[] }[]
}

export interface StreamInfo<T = string> {
  length: number
  'radix-tree-keys': number
  'radix-tree-nodes': number
  'last-generated-id': string
  'max-deleted-entry-id': string
  'entries-added': number
  'recorded-first-entry-id': string
  'idmp-duration'?: number
  'idmp-maxsize'?: number
  'pids-tracked'?: number
  'iids-tracked'?: number
  'iids-added'?: number
  'iids-duplicates'?: number
  groups: number
  'first-entry': StreamEntry<T> | null
  'last-entry': StreamEntry<T> | null
}

export interface VectorSetInfo {
  'quant-type': string
  'hnsw-m': number
  'vector-dim': number
  'projection-input-dim': number
  size: number
  'max-level': number
  'attributes-count': number
  'vset-uid': number
  'hnsw-max-node-uid': number
}

export interface DelexOptionsBase {
  /** Only if the value is this (Valkey 8.1, Redis 8.4). Excludes `ifne`, `ifdeq`, `ifdne`. */
  ifeq?: Arg | undefined
  /** Only if the value is not this (Redis 8.4). Excludes `ifeq`, `ifdeq`, `ifdne`. */
  ifne?: Arg | undefined
  /** Only if the value's digest is this (Redis 8.4). Excludes `ifeq`, `ifne`, `ifdne`. */
  ifdeq?: Arg | undefined
  /** Only if the value's digest is not this (Redis 8.4). Excludes `ifeq`, `ifne`, `ifdeq`. */
  ifdne?: Arg | undefined
}

export type DelexOptions = DelexOptionsBase
  & (Without<'ifne' | 'ifdeq' | 'ifdne'> | Without<'ifeq' | 'ifdeq' | 'ifdne'> | Without<'ifeq' | 'ifne' | 'ifdne'> | Without<'ifeq' | 'ifne' | 'ifdeq'>)

export interface GetexOptionsBase {
  /** Expires after this many seconds. Excludes `px`, `exat`, `pxat`, `persist`. */
  ex?: Num | undefined
  /** Expires after this many milliseconds. Excludes `ex`, `exat`, `pxat`, `persist`. */
  px?: Num | undefined
  /** Expires at this Unix time in seconds, or `Date`. Excludes `ex`, `px`, `pxat`, `persist`. */
  exat?: Time | undefined
  /** Expires at this Unix time in milliseconds, or `Date`. Excludes `ex`, `px`, `exat`, `persist`. */
  pxat?: Time | undefined
  /** Takes the time to live away. Excludes `ex`, `px`, `exat`, `pxat`. */
  persist?: boolean | undefined
}

export type GetexOptions = GetexOptionsBase
  & (Without<'px' | 'exat' | 'pxat' | 'persist'> | Without<'ex' | 'exat' | 'pxat' | 'persist'> | Without<'ex' | 'px' | 'pxat' | 'persist'> | Without<'ex' | 'px' | 'exat' | 'persist'> | Without<'ex' | 'px' | 'exat' | 'pxat'>)

export interface IncrexOptionsBase {
  /** What to add; 1 by default. Excludes `byfloat`. */
  byint?: Num | undefined
  /** What to add, with a fraction. Excludes `byint`. */
  byfloat?: Num | undefined
  /** The lowest result allowed. */
  lbound?: Num | undefined
  /** The highest result allowed. */
  ubound?: Num | undefined
  /** Stops at the bound instead of adding nothing. */
  saturate?: boolean | undefined
  /** Expires after this many seconds. Excludes `px`, `exat`, `pxat`, `persist`. */
  ex?: Num | undefined
  /** Expires after this many milliseconds. Excludes `ex`, `exat`, `pxat`, `persist`. */
  px?: Num | undefined
  /** Expires at this Unix time in seconds, or `Date`. Excludes `ex`, `px`, `pxat`, `persist`. */
  exat?: Time | undefined
  /** Expires at this Unix time in milliseconds, or `Date`. Excludes `ex`, `px`, `exat`, `persist`. */
  pxat?: Time | undefined
  /** Takes the time to live away. Excludes `ex`, `px`, `exat`, `pxat`. */
  persist?: boolean | undefined
  /** Sets the time to live only if there is none. */
  enx?: boolean | undefined
  /** Only if the key does not exist (Valkey). Excludes `xx`. */
  nx?: boolean | undefined
  /** Only if the key exists (Valkey). Excludes `nx`. */
  xx?: boolean | undefined
}

export type IncrexOptions = IncrexOptionsBase
  & (Without<'byfloat'> | Without<'byint'>)
  & (Without<'px' | 'exat' | 'pxat' | 'persist'> | Without<'ex' | 'exat' | 'pxat' | 'persist'> | Without<'ex' | 'px' | 'pxat' | 'persist'> | Without<'ex' | 'px' | 'exat' | 'persist'> | Without<'ex' | 'px' | 'exat' | 'pxat'>)
  & (Without<'xx'> | Without<'nx'>)

export interface LcsOptionsBase {
  /** Answers its length only. Excludes `idx`. */
  len?: boolean | undefined
  /** Answers where the matches are. Excludes `len`. */
  idx?: boolean | undefined
  /** With `idx`: leaves shorter matches out. */
  minmatchlen?: Num | undefined
  /** With `idx`: adds the length of each match. */
  withmatchlen?: boolean | undefined
}

export type LcsOptions = LcsOptionsBase
  & (Without<'idx'> | Without<'len'>)

export interface MsetexOptionsBase {
  /** Only if the key does not exist. Excludes `xx`. */
  nx?: boolean | undefined
  /** Only if the key exists. Excludes `nx`. */
  xx?: boolean | undefined
  /** Expires after this many seconds. Excludes `px`, `exat`, `pxat`, `keepttl`. */
  ex?: Num | undefined
  /** Expires after this many milliseconds. Excludes `ex`, `exat`, `pxat`, `keepttl`. */
  px?: Num | undefined
  /** Expires at this Unix time in seconds, or `Date`. Excludes `ex`, `px`, `pxat`, `keepttl`. */
  exat?: Time | undefined
  /** Expires at this Unix time in milliseconds, or `Date`. Excludes `ex`, `px`, `exat`, `keepttl`. */
  pxat?: Time | undefined
  /** Keeps the time to live that the key has. Excludes `ex`, `px`, `exat`, `pxat`. */
  keepttl?: boolean | undefined
}

export type MsetexOptions = MsetexOptionsBase
  & (Without<'xx'> | Without<'nx'>)
  & (Without<'px' | 'exat' | 'pxat' | 'keepttl'> | Without<'ex' | 'exat' | 'pxat' | 'keepttl'> | Without<'ex' | 'px' | 'pxat' | 'keepttl'> | Without<'ex' | 'px' | 'exat' | 'keepttl'> | Without<'ex' | 'px' | 'exat' | 'pxat'>)

export interface SetOptionsBase {
  /** Expires after this many seconds. Excludes `px`, `exat`, `pxat`, `keepttl`. */
  ex?: Num | undefined
  /** Expires after this many milliseconds. Excludes `ex`, `exat`, `pxat`, `keepttl`. */
  px?: Num | undefined
  /** Expires at this Unix time in seconds, or `Date`. Excludes `ex`, `px`, `pxat`, `keepttl`. */
  exat?: Time | undefined
  /** Expires at this Unix time in milliseconds, or `Date`. Excludes `ex`, `px`, `exat`, `keepttl`. */
  pxat?: Time | undefined
  /** Keeps the time to live that the key has. Excludes `ex`, `px`, `exat`, `pxat`. */
  keepttl?: boolean | undefined
  /** Only if the key does not exist. Excludes `xx`, `ifeq`, `ifne`, `ifdeq`, `ifdne`. */
  nx?: boolean | undefined
  /** Only if the key exists. Excludes `nx`, `ifeq`, `ifne`, `ifdeq`, `ifdne`. */
  xx?: boolean | undefined
  /** Only if the value is this (Valkey 8.1, Redis 8.4). Excludes `nx`, `xx`, `ifne`, `ifdeq`, `ifdne`. */
  ifeq?: Arg | undefined
  /** Only if the value is not this (Redis 8.4). Excludes `nx`, `xx`, `ifeq`, `ifdeq`, `ifdne`. */
  ifne?: Arg | undefined
  /** Only if the value's digest is this (Redis 8.4). Excludes `nx`, `xx`, `ifeq`, `ifne`, `ifdne`. */
  ifdeq?: Arg | undefined
  /** Only if the value's digest is not this (Redis 8.4). Excludes `nx`, `xx`, `ifeq`, `ifne`, `ifdeq`. */
  ifdne?: Arg | undefined
  /** Answers the old value, or null. */
  get?: boolean | undefined
}

export type SetOptions = SetOptionsBase
  & (Without<'px' | 'exat' | 'pxat' | 'keepttl'> | Without<'ex' | 'exat' | 'pxat' | 'keepttl'> | Without<'ex' | 'px' | 'pxat' | 'keepttl'> | Without<'ex' | 'px' | 'exat' | 'keepttl'> | Without<'ex' | 'px' | 'exat' | 'pxat'>)
  & (Without<'xx' | 'ifeq' | 'ifne' | 'ifdeq' | 'ifdne'> | Without<'nx' | 'ifeq' | 'ifne' | 'ifdeq' | 'ifdne'> | Without<'nx' | 'xx' | 'ifne' | 'ifdeq' | 'ifdne'> | Without<'nx' | 'xx' | 'ifeq' | 'ifdeq' | 'ifdne'> | Without<'nx' | 'xx' | 'ifeq' | 'ifne' | 'ifdne'> | Without<'nx' | 'xx' | 'ifeq' | 'ifne' | 'ifdeq'>)
  & ({ get: true } | Without<'get'>)

export interface HexpireOptionsBase {
  /** Only if the field has no time to live. Excludes `xx`, `gt`, `lt`. */
  nx?: boolean | undefined
  /** Only if the field has a time to live. Excludes `nx`, `gt`, `lt`. */
  xx?: boolean | undefined
  /** Only if the new time is later. Excludes `nx`, `xx`, `lt`. */
  gt?: boolean | undefined
  /** Only if the new time is earlier. Excludes `nx`, `xx`, `gt`. */
  lt?: boolean | undefined
}

export type HexpireOptions = HexpireOptionsBase
  & (Without<'xx' | 'gt' | 'lt'> | Without<'nx' | 'gt' | 'lt'> | Without<'nx' | 'xx' | 'lt'> | Without<'nx' | 'xx' | 'gt'>)

export interface HgetallOptionsBase {
  /** Returns [name, value] pairs instead of objects, which sort names like numbers and cannot repeat names. */
  pairs?: boolean | undefined
}

export type HgetallOptions = HgetallOptionsBase
  & ({ pairs: true } | Without<'pairs'>)

export interface HrandfieldOptionsBase {
  /** With a count: answers [field, value] pairs. */
  withvalues?: boolean | undefined
}

export type HrandfieldOptions = HrandfieldOptionsBase
  & ({ withvalues: true } | Without<'withvalues'>)

export interface HscanOptionsBase {
  /** Only fields whose names match this pattern. */
  match?: Arg | undefined
  /** About how many to look at for one page. */
  count?: Num | undefined
  /** Answers the names only (Redis 7.4, Valkey 8.0). */
  novalues?: boolean | undefined
}

export type HscanOptions = HscanOptionsBase
  & ({ novalues: true } | Without<'novalues'>)

export interface HsetexOptionsBase {
  /** Only if the hash does not exist (Valkey). Excludes `xx`. */
  nx?: boolean | undefined
  /** Only if the hash exists (Valkey). Excludes `nx`. */
  xx?: boolean | undefined
  /** Only if none of the fields exists. Excludes `fxx`. */
  fnx?: boolean | undefined
  /** Only if all of the fields exist. Excludes `fnx`. */
  fxx?: boolean | undefined
  /** Expires after this many seconds. Excludes `px`, `exat`, `pxat`, `keepttl`. */
  ex?: Num | undefined
  /** Expires after this many milliseconds. Excludes `ex`, `exat`, `pxat`, `keepttl`. */
  px?: Num | undefined
  /** Expires at this Unix time in seconds, or `Date`. Excludes `ex`, `px`, `pxat`, `keepttl`. */
  exat?: Time | undefined
  /** Expires at this Unix time in milliseconds, or `Date`. Excludes `ex`, `px`, `exat`, `keepttl`. */
  pxat?: Time | undefined
  /** Keeps the time to live that a field has. Excludes `ex`, `px`, `exat`, `pxat`. */
  keepttl?: boolean | undefined
}

export type HsetexOptions = HsetexOptionsBase
  & (Without<'xx'> | Without<'nx'>)
  & (Without<'fxx'> | Without<'fnx'>)
  & (Without<'px' | 'exat' | 'pxat' | 'keepttl'> | Without<'ex' | 'exat' | 'pxat' | 'keepttl'> | Without<'ex' | 'px' | 'pxat' | 'keepttl'> | Without<'ex' | 'px' | 'exat' | 'keepttl'> | Without<'ex' | 'px' | 'exat' | 'pxat'>)

export interface BlmovemOptionsBase {
  /** Moves so many elements at most; 1 by default. Excludes `exactly`. */
  count?: Num | undefined
  /** Moves so many elements or none. Excludes `count`. */
  exactly?: Num | undefined
  /** With `count` or `exactly`: 'bulk' keeps their order and is the default, 'obo' moves one by one. */
  order?: 'bulk' | 'obo' | undefined
}

export type BlmovemOptions = BlmovemOptionsBase
  & (Without<'exactly' | 'order'> | { count: Num } & Without<'exactly'> | Without<'count' | 'order'> | { exactly: Num } & Without<'count'>)

export interface BlmpopOptions {
  /** How many to take at most; 1 by default. */
  count?: Num | undefined
}

export interface LposOptionsBase {
  /** Which match to begin with; negative from the end. */
  rank?: Num | undefined
  /** How many to return, 0 for all. */
  count?: Num | undefined
  /** How many elements to look at, 0 for all. */
  maxlen?: Num | undefined
}

export type LposOptions = LposOptionsBase
  & ({ count: Num } | Without<'count'>)

export interface SdiffcardOptions {
  /** Stops counting here, 0 for never. */
  limit?: Num | undefined
}

export interface SscanOptions {
  /** Only members that match this pattern. */
  match?: Arg | undefined
  /** About how many to look at for one page. */
  count?: Num | undefined
}

export interface SunioncardOptions {
  /** Estimates the number. */
  approx?: boolean | undefined
  /** Stops counting here, 0 for never. */
  limit?: Num | undefined
}

export interface ZaddOptionsBase {
  /** Only adds members. Excludes `xx`, `gt`, `lt`. */
  nx?: boolean | undefined
  /** Only changes members that exist. Excludes `nx`. */
  xx?: boolean | undefined
  /** Only raises scores; adds members, too. Excludes `nx`, `lt`. */
  gt?: boolean | undefined
  /** Only lowers scores; adds members, too. Excludes `nx`, `gt`. */
  lt?: boolean | undefined
  /** Counts members whose score changed, too. */
  ch?: boolean | undefined
  /** Adds to the score of one member and answers it, or null if a condition fails. */
  incr?: boolean | undefined
}

export type ZaddOptions = ZaddOptionsBase
  & (Without<'xx' | 'gt' | 'lt'> | Without<'nx' | 'lt'> | Without<'nx' | 'gt'>)
  & ({ incr: true } | Without<'incr'>)

export interface ZcountOptions {
  /** Leaves this end of the range out. */
  exclude?: 'min' | 'max' | 'both' | undefined
}

export interface ZdiffOptionsBase {
  /** Answers [member, score] pairs. */
  withscores?: boolean | undefined
}

export type ZdiffOptions = ZdiffOptionsBase
  & ({ withscores: true } | Without<'withscores'>)

export interface ZinterOptionsBase {
  /** What a member's scores become; 'count' since Redis 8.8. */
  aggregate?: 'sum' | 'min' | 'max' | 'count' | undefined
  /** Answers [member, score] pairs. */
  withscores?: boolean | undefined
}

export type ZinterOptions = ZinterOptionsBase
  & ({ withscores: true } | Without<'withscores'>)

export interface ZinterstoreOptions {
  /** What a member's scores become; 'count' since Redis 8.8. */
  aggregate?: 'sum' | 'min' | 'max' | 'count' | undefined
}

export interface ZrandmemberOptionsBase {
  /** With a count: answers [member, score] pairs. */
  withscores?: boolean | undefined
}

export type ZrandmemberOptions = ZrandmemberOptionsBase
  & ({ withscores: true } | Without<'withscores'>)

export interface ZrangeOptionsBase {
  /** The range is one of scores. Excludes `bylex`. */
  byscore?: boolean | undefined
  /** The range is one of members: '[a', '(a', '-' or '+'. Excludes `byscore`. */
  bylex?: boolean | undefined
  /** From the highest to the lowest; the range begins with its higher end. */
  rev?: boolean | undefined
  /** Answers a part of the result: how many to skip, how many to take. Excludes `count`. */
  limit?: readonly [offset: Num, count: Num] | undefined
  /** With `count`: how many to skip. */
  offset?: Num | undefined
  /** How many to take. Excludes `limit`. */
  count?: Num | undefined
  /** With `byscore`: leaves this end of the range out. */
  exclude?: 'start' | 'stop' | 'both' | undefined
  /** Answers [member, score] pairs. */
  withscores?: boolean | undefined
}

export type ZrangeOptions = ZrangeOptionsBase
  & (Without<'bylex'> | Without<'byscore'>)
  & (Without<'offset' | 'count'> | Without<'limit' | 'offset'> | { count: Num } & Without<'limit'>)

export interface ZrangebylexOptionsBase {
  /** Answers a part of the result: how many to skip, how many to take. Excludes `count`. */
  limit?: readonly [offset: Num, count: Num] | undefined
  /** With `count`: how many to skip. */
  offset?: Num | undefined
  /** How many to take. Excludes `limit`. */
  count?: Num | undefined
}

export type ZrangebylexOptions = ZrangebylexOptionsBase
  & (Without<'offset' | 'count'> | Without<'limit' | 'offset'> | { count: Num } & Without<'limit'>)

export interface ZrangebyscoreOptionsBase {
  /** Leaves this end of the range out. */
  exclude?: 'min' | 'max' | 'both' | undefined
  /** Answers [member, score] pairs. */
  withscores?: boolean | undefined
  /** Answers a part of the result: how many to skip, how many to take. Excludes `count`. */
  limit?: readonly [offset: Num, count: Num] | undefined
  /** With `count`: how many to skip. */
  offset?: Num | undefined
  /** How many to take. Excludes `limit`. */
  count?: Num | undefined
}

export type ZrangebyscoreOptions = ZrangebyscoreOptionsBase
  & (Without<'offset' | 'count'> | Without<'limit' | 'offset'> | { count: Num } & Without<'limit'>)

export interface ZrangestoreOptionsBase {
  /** The range is one of scores. Excludes `bylex`. */
  byscore?: boolean | undefined
  /** The range is one of members: '[a', '(a', '-' or '+'. Excludes `byscore`. */
  bylex?: boolean | undefined
  /** From the highest to the lowest; the range begins with its higher end. */
  rev?: boolean | undefined
  /** Answers a part of the result: how many to skip, how many to take. Excludes `count`. */
  limit?: readonly [offset: Num, count: Num] | undefined
  /** With `count`: how many to skip. */
  offset?: Num | undefined
  /** How many to take. Excludes `limit`. */
  count?: Num | undefined
  /** With `byscore`: leaves this end of the range out. */
  exclude?: 'start' | 'stop' | 'both' | undefined
}

export type ZrangestoreOptions = ZrangestoreOptionsBase
  & (Without<'bylex'> | Without<'byscore'>)
  & (Without<'offset' | 'count'> | Without<'limit' | 'offset'> | { count: Num } & Without<'limit'>)

export interface ZrankOptionsBase {
  /** Answers [rank, score] (7.2). */
  withscore?: boolean | undefined
}

export type ZrankOptions = ZrankOptionsBase
  & ({ withscore: true } | Without<'withscore'>)

export interface ZrevrangebyscoreOptionsBase {
  /** Leaves this end of the range out. */
  exclude?: 'max' | 'min' | 'both' | undefined
  /** Answers [member, score] pairs. */
  withscores?: boolean | undefined
  /** Answers a part of the result: how many to skip, how many to take. Excludes `count`. */
  limit?: readonly [offset: Num, count: Num] | undefined
  /** With `count`: how many to skip. */
  offset?: Num | undefined
  /** How many to take. Excludes `limit`. */
  count?: Num | undefined
}

export type ZrevrangebyscoreOptions = ZrevrangebyscoreOptionsBase
  & (Without<'offset' | 'count'> | Without<'limit' | 'offset'> | { count: Num } & Without<'limit'>)

export interface ZscanOptionsBase {
  /** Only members that match this pattern. */
  match?: Arg | undefined
  /** About how many to look at for one page. */
  count?: Num | undefined
  /** Answers the members only (Valkey 8.1). */
  noscores?: boolean | undefined
}

export type ZscanOptions = ZscanOptionsBase
  & ({ noscores: true } | Without<'noscores'>)

export interface XaddOptionsBase {
  /** Only if the stream exists; answers null otherwise. */
  nomkstream?: boolean | undefined
  /** Consumer groups keep their references to what is deleted (Redis 8.2, Valkey 9.2). Excludes `delref`, `acked`. */
  keepref?: boolean | undefined
  /** Consumer groups lose their references to what is deleted (Redis 8.2, Valkey 9.2). Excludes `keepref`, `acked`. */
  delref?: boolean | undefined
  /** Deletes only what every consumer group has acknowledged (Redis 8.2, Valkey 9.2). Excludes `keepref`, `delref`. */
  acked?: boolean | undefined
  /** The producer: its entry is added once, told by its content (Redis 8.6). Excludes `idmp`. */
  idmpauto?: Arg | undefined
  /** The producer and an id of its own: the entry is added once (Redis 8.6). Excludes `idmpauto`. */
  idmp?: readonly [producerId: Arg, idempotentId: Arg] | undefined
  /** Trims the stream to this many entries. Excludes `minid`. */
  maxlen?: Arg | undefined
  /** Trims the entries before this id. Excludes `maxlen`. */
  minid?: Arg | undefined
  /** With `maxlen` or `minid`: trims whole nodes only, which is cheaper. */
  approximate?: boolean | undefined
  /** With `approximate`: trims so many entries at most. */
  limit?: Num | undefined
}

export type XaddOptions = XaddOptionsBase
  & (Without<'delref' | 'acked'> | Without<'keepref' | 'acked'> | Without<'keepref' | 'delref'>)
  & (Without<'idmp'> | Without<'idmpauto'>)
  & (Without<'minid' | 'approximate' | 'limit'> | { maxlen: Arg } & Without<'minid'> | Without<'maxlen' | 'approximate' | 'limit'> | { minid: Arg } & Without<'maxlen'>)

export interface XcfgsetOptionsBase {
  /** For this many seconds. */
  idmpDuration?: Num | undefined
  /** This many of each producer. */
  idmpMaxsize?: Num | undefined
}

export type XcfgsetOptions = XcfgsetOptionsBase
  & ({ idmpDuration: Num } | { idmpMaxsize: Num })

export interface XdelexOptionsBase {
  /** Consumer groups keep their references to what is deleted (Redis 8.2, Valkey 9.2). Excludes `delref`, `acked`. */
  keepref?: boolean | undefined
  /** Consumer groups lose their references to what is deleted (Redis 8.2, Valkey 9.2). Excludes `keepref`, `acked`. */
  delref?: boolean | undefined
  /** Deletes only what every consumer group has acknowledged (Redis 8.2, Valkey 9.2). Excludes `keepref`, `delref`. */
  acked?: boolean | undefined
}

export type XdelexOptions = XdelexOptionsBase
  & (Without<'delref' | 'acked'> | Without<'keepref' | 'acked'> | Without<'keepref' | 'delref'>)

export interface XinfoStreamOptionsBase {
  /** Adds entries, groups, their consumers and what is pending. */
  full?: boolean | undefined
  /** With `full`: how many of each; 0 all, 10 by default. */
  count?: Num | undefined
}

export type XinfoStreamOptions = XinfoStreamOptionsBase
  & (Without<'count'> | { full: true })

export interface XrangeOptionsBase {
  /** How many entries at most. */
  count?: Num | undefined
  /** Returns [name, value] pairs instead of objects, which sort names like numbers and cannot repeat names. */
  pairs?: boolean | undefined
}

export type XrangeOptions = XrangeOptionsBase
  & ({ pairs: true } | Without<'pairs'>)

export interface XreadOptionsBase {
  /** How many entries of each stream at most. */
  count?: Num | undefined
  /** How many entries of all streams at most (Redis 8.10). */
  maxcount?: Num | undefined
  /** How many bytes of entries at most (Redis 8.10). */
  maxsize?: Num | undefined
  /** Waits for entries so many milliseconds, 0 for ever, on a connection of its own. */
  block?: Num | undefined
  /** Returns [name, value] pairs instead of objects, which sort names like numbers and cannot repeat names. */
  pairs?: boolean | undefined
}

export type XreadOptions = XreadOptionsBase
  & ({ pairs: true } | Without<'pairs'>)

export interface XsetidOptions {
  /** How many entries were ever added (7.0). */
  entriesadded?: Num | undefined
  /** The highest id that was ever deleted (7.0). */
  maxdeletedid?: Arg | undefined
}

export interface XtrimOptionsBase {
  /** Trims the stream to this many entries. Excludes `minid`. */
  maxlen?: Arg | undefined
  /** Trims the entries before this id. Excludes `maxlen`. */
  minid?: Arg | undefined
  /** With `maxlen` or `minid`: trims whole nodes only, which is cheaper. */
  approximate?: boolean | undefined
  /** With `approximate`: trims so many entries at most. */
  limit?: Num | undefined
  /** Consumer groups keep their references to what is deleted (Redis 8.2, Valkey 9.2). Excludes `delref`, `acked`. */
  keepref?: boolean | undefined
  /** Consumer groups lose their references to what is deleted (Redis 8.2, Valkey 9.2). Excludes `keepref`, `acked`. */
  delref?: boolean | undefined
  /** Deletes only what every consumer group has acknowledged (Redis 8.2, Valkey 9.2). Excludes `keepref`, `delref`. */
  acked?: boolean | undefined
}

export type XtrimOptions = XtrimOptionsBase
  & ({ maxlen: Arg } & Without<'minid'> | { minid: Arg } & Without<'maxlen'>)
  & (Without<'delref' | 'acked'> | Without<'keepref' | 'acked'> | Without<'keepref' | 'delref'>)

export interface XautoclaimOptionsBase {
  /** How many entries at most. */
  count?: Num | undefined
  /** Answers ids alone, and does not count it as a delivery. Excludes `pairs`. */
  justid?: boolean | undefined
  /** Returns [name, value] pairs instead of objects, which sort names like numbers and cannot repeat names. Excludes `justid`. */
  pairs?: boolean | undefined
}

export type XautoclaimOptions = XautoclaimOptionsBase
  & (Without<'pairs'> | Without<'justid'>)

export interface XclaimOptionsBase {
  /** Pretends that they were delivered this many milliseconds ago. Excludes `time`. */
  idle?: Num | undefined
  /** Pretends that they were delivered at this Unix time, or `Date`. Excludes `idle`. */
  time?: Time | undefined
  /** Pretends that they were delivered this often. */
  retrycount?: Num | undefined
  /** Even those that are not pending. */
  force?: boolean | undefined
  /** Answers ids alone, and does not count it as a delivery. Excludes `pairs`. */
  justid?: boolean | undefined
  /** Raises the group's last delivered id to this one. */
  lastid?: Arg | undefined
  /** Returns [name, value] pairs instead of objects, which sort names like numbers and cannot repeat names. Excludes `justid`. */
  pairs?: boolean | undefined
}

export type XclaimOptions = XclaimOptionsBase
  & (Without<'time'> | Without<'idle'>)
  & (Without<'pairs'> | Without<'justid'>)

export interface XgroupCreateOptions {
  /** Creates the stream if there is none. */
  mkstream?: boolean | undefined
  /** How many entries the group has read, so that its lag is known (7.0). */
  entriesread?: Num | undefined
}

export interface XgroupSetidOptions {
  /** How many entries the group has read, so that its lag is known (7.0). */
  entriesread?: Num | undefined
}

export interface XnackOptions {
  /** Pretends that they were delivered this often. */
  retrycount?: Num | undefined
  /** Even those that are not pending. */
  force?: boolean | undefined
}

export interface XpendingOptions {
  /** With a range: only what is idle for so many milliseconds (6.2). */
  idle?: Num | undefined
}

export interface XreadgroupOptions {
  /** How many entries of each stream at most. */
  count?: Num | undefined
  /** How many entries of all streams at most (Redis 8.10). */
  maxcount?: Num | undefined
  /** How many bytes of entries at most (Redis 8.10). */
  maxsize?: Num | undefined
  /** Waits for entries so many milliseconds, 0 for ever, on a connection of its own. */
  block?: Num | undefined
  /** Takes over what is idle for so many milliseconds first; adds deliveries to entries (Redis 8.4). */
  claim?: Num | undefined
  /** Entries count as acknowledged. */
  noack?: boolean | undefined
  /** Returns [name, value] pairs instead of objects, which sort names like numbers and cannot repeat names. */
  pairs?: boolean | undefined
}

export interface ArgrepOptionsBase {
  /** Elements that are this. */
  exact?: Arg | readonly Arg[] | undefined
  /** Elements that contain this. */
  match?: Arg | readonly Arg[] | undefined
  /** Elements that match this glob-style pattern. */
  glob?: Arg | readonly Arg[] | undefined
  /** Elements that match this regular expression. */
  re?: Arg | readonly Arg[] | undefined
  /** Whether all predicates must hold, or any; 'or' by default. */
  combine?: 'and' | 'or' | undefined
  /** Takes upper and lower case for the same. */
  nocase?: boolean | undefined
  /** Stops after so many matches. */
  limit?: Num | undefined
  /** Answers [index, value] pairs. */
  withvalues?: boolean | undefined
}

export type ArgrepOptions = ArgrepOptionsBase
  & ({ exact: Arg | readonly Arg[] } | { match: Arg | readonly Arg[] } | { glob: Arg | readonly Arg[] } | { re: Arg | readonly Arg[] } | { combine: 'and' | 'or' } | { nocase: true } | { limit: Num } | { withvalues: true })

export interface ArinfoOptions {
  /** Adds statistics, which takes time. */
  full?: boolean | undefined
}

export interface ArlastitemsOptions {
  /** The newest first. */
  rev?: boolean | undefined
}

export interface ArscanOptions {
  /** How many at most. */
  limit?: Num | undefined
}

export interface VaddOptions {
  /** Projects the vectors of a new set to this many dimensions. */
  reduce?: Num | undefined
  /** Looks for neighbours on another thread. */
  cas?: boolean | undefined
  /** How a new set keeps vectors; 'q8' by default. */
  quantization?: 'noquant' | 'q8' | 'bin' | undefined
  /** How many candidates for neighbours to look at; 200 by default. */
  ef?: Num | undefined
  /** Attributes of the element, as JSON text. */
  setattr?: Arg | undefined
  /** How many neighbours each element of a new set has; 16 by default. */
  m?: Num | undefined
}

export interface VlinksOptionsBase {
  /** Returns [element, score] pairs. */
  withscores?: boolean | undefined
}

export type VlinksOptions = VlinksOptionsBase
  & ({ withscores: true } | Without<'withscores'>)

export interface VsimOptions {
  /** Adds to each how similar it is, from 0 to 1. */
  withscores?: boolean | undefined
  /** Adds to each its attributes as JSON text, or null (8.2). */
  withattribs?: boolean | undefined
  /** How many at most; 10 by default. */
  count?: Num | undefined
  /** How far from the vector at most, from 0 to 1 (8.2). */
  epsilon?: Num | undefined
  /** How many candidates to look at; more take longer and find more. */
  ef?: Num | undefined
  /** Only elements whose attributes fit, such as '.year > 1950'. */
  filter?: Arg | undefined
  /** How many elements to look at for a filter at most. */
  filteref?: Num | undefined
  /** Compares with all elements: exact and slow. */
  truth?: boolean | undefined
  /** Searches on the server's main thread. */
  nothread?: boolean | undefined
}

export interface CopyOptions {
  /** The destination's database. */
  db?: Num | undefined
  /** Overwrites the destination. */
  replace?: boolean | undefined
}

export interface ExpireOptionsBase {
  /** Only if the key has no time to live. Excludes `xx`, `gt`, `lt`. */
  nx?: boolean | undefined
  /** Only if the key has a time to live. Excludes `nx`. */
  xx?: boolean | undefined
  /** Only if the new time is later. Excludes `nx`, `lt`. */
  gt?: boolean | undefined
  /** Only if the new time is earlier. Excludes `nx`, `gt`. */
  lt?: boolean | undefined
}

export type ExpireOptions = ExpireOptionsBase
  & (Without<'xx' | 'gt' | 'lt'> | Without<'nx' | 'lt'> | Without<'nx' | 'gt'>)

export interface MigrateOptionsBase {
  /** Keeps the keys here. */
  copy?: boolean | undefined
  /** Overwrites keys there. */
  replace?: boolean | undefined
  /** The password there. Excludes `auth2`. */
  auth?: Arg | undefined
  /** The user and the password there. Excludes `auth`. */
  auth2?: readonly [username: Arg, password: Arg] | undefined
}

export type MigrateOptions = MigrateOptionsBase
  & (Without<'auth2'> | Without<'auth'>)

export interface RestoreOptions {
  /** Overwrites the key. */
  replace?: boolean | undefined
  /** The time to live is a Unix time in milliseconds, or `Date`. */
  absttl?: boolean | undefined
  /** Pretends that the key was used this many seconds ago. */
  idletime?: Num | undefined
  /** Pretends that the key is used this often. */
  freq?: Num | undefined
}

export interface ScanOptions {
  /** Only names that match this pattern. */
  match?: Arg | undefined
  /** About how many to look at for one page. */
  count?: Num | undefined
  /** Only keys of this type (6.0). */
  type?: Arg | undefined
}

export interface SortOptionsBase {
  /** Sorts by the values of these keys or fields instead. */
  by?: Arg | undefined
  /** Answers a part of the result: how many to skip, how many to take. Excludes `count`. */
  limit?: readonly [offset: Num, count: Num] | undefined
  /** With `count`: how many to skip. */
  offset?: Num | undefined
  /** How many to take. Excludes `limit`. */
  count?: Num | undefined
  /** Answers these keys or fields; `#` is the element itself. */
  get?: Arg | readonly Arg[] | undefined
  /** The direction. */
  order?: 'asc' | 'desc' | undefined
  /** Sorts as text instead of numbers. */
  alpha?: boolean | undefined
  /** Stores the result as a list here; answers its length. */
  store?: Arg | undefined
}

export type SortOptions = SortOptionsBase
  & (Without<'offset' | 'count'> | Without<'limit' | 'offset'> | { count: Num } & Without<'limit'>)

export interface SortRoOptionsBase {
  /** Sorts by the values of these keys or fields instead. */
  by?: Arg | undefined
  /** Answers a part of the result: how many to skip, how many to take. Excludes `count`. */
  limit?: readonly [offset: Num, count: Num] | undefined
  /** With `count`: how many to skip. */
  offset?: Num | undefined
  /** How many to take. Excludes `limit`. */
  count?: Num | undefined
  /** Answers these keys or fields; `#` is the element itself. */
  get?: Arg | readonly Arg[] | undefined
  /** The direction. */
  order?: 'asc' | 'desc' | undefined
  /** Sorts as text instead of numbers. */
  alpha?: boolean | undefined
}

export type SortRoOptions = SortRoOptionsBase
  & (Without<'offset' | 'count'> | Without<'limit' | 'offset'> | { count: Num } & Without<'limit'>)

export interface BitfieldStep {
  /** Reads an integer: encoding such as 'u8', offset such as 0 or '#1'. */
  get?: readonly [encoding: Arg, offset: Arg] | undefined
  /** Sets it; answers the old one. */
  set?: readonly [encoding: Arg, offset: Arg, value: Num] | undefined
  /** Adds to it; answers the new one. */
  incrby?: readonly [encoding: Arg, offset: Arg, increment: Num] | undefined
  /** What happens to results that do not fit, from here on. */
  overflow?: 'wrap' | 'sat' | 'fail' | undefined
}

export interface BitfieldRoStep {
  /** Reads an integer: encoding such as 'u8', offset such as 0 or '#1'. */
  get?: readonly [encoding: Arg, offset: Arg] | undefined
}

export interface GeoaddOptionsBase {
  /** Moves none (6.2). Excludes `xx`. */
  nx?: boolean | undefined
  /** Adds none (6.2). Excludes `nx`. */
  xx?: boolean | undefined
  /** Counts those that were moved, too (6.2). */
  ch?: boolean | undefined
}

export type GeoaddOptions = GeoaddOptionsBase
  & (Without<'xx'> | Without<'nx'>)

export interface GeoradiusOptionsBase {
  /** Adds the coordinates. */
  withcoord?: boolean | undefined
  /** Adds the distance from the center. */
  withdist?: boolean | undefined
  /** Adds the position as the server's 52-bit integer. */
  withhash?: boolean | undefined
  /** How many at most. */
  count?: Num | undefined
  /** With `count`: the first that are found instead of the nearest. */
  any?: boolean | undefined
  /** From the nearest or from the farthest. */
  order?: 'asc' | 'desc' | undefined
  /** Stores the matches here; answers how many. Excludes `storedist`. */
  store?: Arg | undefined
  /** Stores the matches here with their distances as scores; answers how many. Excludes `store`. */
  storedist?: Arg | undefined
}

export type GeoradiusOptions = GeoradiusOptionsBase
  & (Without<'any'> | { count: Num })
  & (Without<'storedist'> | Without<'store'>)

export interface GeoradiusbymemberRoOptionsBase {
  /** Adds the coordinates. */
  withcoord?: boolean | undefined
  /** Adds the distance from the center. */
  withdist?: boolean | undefined
  /** Adds the position as the server's 52-bit integer. */
  withhash?: boolean | undefined
  /** How many at most. */
  count?: Num | undefined
  /** With `count`: the first that are found instead of the nearest. */
  any?: boolean | undefined
  /** From the nearest or from the farthest. */
  order?: 'asc' | 'desc' | undefined
}

export type GeoradiusbymemberRoOptions = GeoradiusbymemberRoOptionsBase
  & (Without<'any'> | { count: Num })

export interface GeosearchOptionsBase {
  /** From this member. Excludes `fromlonlat`, `bypolygon`. */
  frommember?: Arg | undefined
  /** From this position. Excludes `frommember`, `bypolygon`. */
  fromlonlat?: readonly [longitude: Num, latitude: Num] | undefined
  /** Within this distance. Excludes `bybox`, `bypolygon`. */
  byradius?: readonly [radius: Num, unit: 'm' | 'km' | 'ft' | 'mi'] | undefined
  /** Within this box around it. Excludes `byradius`, `bypolygon`. */
  bybox?: readonly [width: Num, height: Num, unit: 'm' | 'km' | 'ft' | 'mi'] | undefined
  /** Within this polygon of three corners or more (Valkey 9.0). Excludes `frommember`, `fromlonlat`, `byradius`, `bybox`. */
  bypolygon?: readonly (readonly [longitude: Num, latitude: Num])[] | readonly { longitude: Num; latitude: Num }[] | { longitude: Num; latitude: Num } | Args | undefined
  /** From the nearest or from the farthest. */
  order?: 'asc' | 'desc' | undefined
  /** How many at most. */
  count?: Num | undefined
  /** With `count`: the first that are found instead of the nearest. */
  any?: boolean | undefined
  /** Adds the coordinates. */
  withcoord?: boolean | undefined
  /** Adds the distance from the center. */
  withdist?: boolean | undefined
  /** Adds the position as the server's 52-bit integer. */
  withhash?: boolean | undefined
}

export type GeosearchOptions = GeosearchOptionsBase
  & ({ frommember: Arg; byradius: readonly [radius: Num, unit: 'm' | 'km' | 'ft' | 'mi'] } & Without<'fromlonlat' | 'bybox' | 'bypolygon'> | { fromlonlat: readonly [longitude: Num, latitude: Num]; byradius: readonly [radius: Num, unit: 'm' | 'km' | 'ft' | 'mi'] } & Without<'frommember' | 'bybox' | 'bypolygon'> | { frommember: Arg; bybox: readonly [width: Num, height: Num, unit: 'm' | 'km' | 'ft' | 'mi'] } & Without<'fromlonlat' | 'byradius' | 'bypolygon'> | { fromlonlat: readonly [longitude: Num, latitude: Num]; bybox: readonly [width: Num, height: Num, unit: 'm' | 'km' | 'ft' | 'mi'] } & Without<'frommember' | 'byradius' | 'bypolygon'> | { bypolygon: readonly (readonly [longitude: Num, latitude: Num])[] | readonly { longitude: Num; latitude: Num }[] | { longitude: Num; latitude: Num } | Args } & Without<'frommember' | 'fromlonlat' | 'byradius' | 'bybox'>)
  & (Without<'any'> | { count: Num })

export interface GeosearchstoreOptionsBase {
  /** From this member. Excludes `fromlonlat`, `bypolygon`. */
  frommember?: Arg | undefined
  /** From this position. Excludes `frommember`, `bypolygon`. */
  fromlonlat?: readonly [longitude: Num, latitude: Num] | undefined
  /** Within this distance. Excludes `bybox`, `bypolygon`. */
  byradius?: readonly [radius: Num, unit: 'm' | 'km' | 'ft' | 'mi'] | undefined
  /** Within this box around it. Excludes `byradius`, `bypolygon`. */
  bybox?: readonly [width: Num, height: Num, unit: 'm' | 'km' | 'ft' | 'mi'] | undefined
  /** Within this polygon of three corners or more (Valkey 9.0). Excludes `frommember`, `fromlonlat`, `byradius`, `bybox`. */
  bypolygon?: readonly (readonly [longitude: Num, latitude: Num])[] | readonly { longitude: Num; latitude: Num }[] | { longitude: Num; latitude: Num } | Args | undefined
  /** From the nearest or from the farthest. */
  order?: 'asc' | 'desc' | undefined
  /** How many at most. */
  count?: Num | undefined
  /** With `count`: the first that are found instead of the nearest. */
  any?: boolean | undefined
  /** The scores are the distances. */
  storedist?: boolean | undefined
}

export type GeosearchstoreOptions = GeosearchstoreOptionsBase
  & ({ frommember: Arg; byradius: readonly [radius: Num, unit: 'm' | 'km' | 'ft' | 'mi'] } & Without<'fromlonlat' | 'bybox' | 'bypolygon'> | { fromlonlat: readonly [longitude: Num, latitude: Num]; byradius: readonly [radius: Num, unit: 'm' | 'km' | 'ft' | 'mi'] } & Without<'frommember' | 'bybox' | 'bypolygon'> | { frommember: Arg; bybox: readonly [width: Num, height: Num, unit: 'm' | 'km' | 'ft' | 'mi'] } & Without<'fromlonlat' | 'byradius' | 'bypolygon'> | { fromlonlat: readonly [longitude: Num, latitude: Num]; bybox: readonly [width: Num, height: Num, unit: 'm' | 'km' | 'ft' | 'mi'] } & Without<'frommember' | 'byradius' | 'bypolygon'> | { bypolygon: readonly (readonly [longitude: Num, latitude: Num])[] | readonly { longitude: Num; latitude: Num }[] | { longitude: Num; latitude: Num } | Args } & Without<'frommember' | 'fromlonlat' | 'byradius' | 'bybox'>)
  & (Without<'any'> | { count: Num })

export interface FunctionListOptions {
  /** Only libraries that match this pattern. */
  libraryname?: Arg | undefined
  /** Adds the libraries' code. */
  withcode?: boolean | undefined
}

export interface FunctionLoadOptions {
  /** Overwrites a library of the same name. */
  replace?: boolean | undefined
}

export interface ClientKillOptionsBase {
  /** Only these client ids. */
  id?: Num | readonly Num[] | undefined
  /** Only clients of this kind. */
  type?: 'normal' | 'master' | 'primary' | 'replica' | 'slave' | 'pubsub' | undefined
  /** Only clients of this user. */
  user?: Arg | undefined
  /** Only the client at this address, `ip:port`. */
  addr?: Arg | undefined
  /** Only clients connected to this address of the server, `ip:port`. */
  laddr?: Arg | undefined
  /** Leaves the calling connection out. */
  skipme?: boolean | undefined
  /** Only clients connected for at least this many seconds (Redis 7.4, Valkey 8.0). */
  maxage?: Num | undefined
  /** Only clients of this name (Valkey 9.0). */
  name?: Arg | undefined
  /** Only clients idle for at least this many seconds (Valkey 9.0). */
  idle?: Num | undefined
  /** Only clients with all of these flags (Valkey 9.0). */
  flags?: Arg | undefined
  /** Only clients of this library (Valkey 9.0). */
  libName?: Arg | undefined
  /** Only clients of this library version (Valkey 9.0). */
  libVer?: Arg | undefined
  /** Only clients on this database (Valkey 9.0). */
  db?: Num | undefined
  /** Only clients with this capability (Valkey 9.0). */
  capa?: Arg | undefined
  /** Only clients at this IP address (Valkey 9.0). */
  ip?: Arg | undefined
  /** Not these client ids (Valkey 9.0). */
  notId?: Num | readonly Num[] | undefined
  /** Not clients of this kind (Valkey 9.0). */
  notType?: 'normal' | 'master' | 'primary' | 'replica' | 'slave' | 'pubsub' | undefined
  /** Not clients of this user (Valkey 9.0). */
  notUser?: Arg | undefined
  /** Not the client at this address (Valkey 9.0). */
  notAddr?: Arg | undefined
  /** Not clients connected to this address (Valkey 9.0). */
  notLaddr?: Arg | undefined
  /** Not clients of this name (Valkey 9.0). */
  notName?: Arg | undefined
  /** Not clients with any of these flags (Valkey 9.0). */
  notFlags?: Arg | undefined
  /** Not clients of this library (Valkey 9.0). */
  notLibName?: Arg | undefined
  /** Not clients of this library version (Valkey 9.0). */
  notLibVer?: Arg | undefined
  /** Not clients on this database (Valkey 9.0). */
  notDb?: Num | undefined
  /** Not clients with this capability (Valkey 9.0). */
  notCapa?: Arg | undefined
  /** Not clients at this IP address (Valkey 9.0). */
  notIp?: Arg | undefined
}

export type ClientKillOptions = ClientKillOptionsBase
  & ({ id: Num | readonly Num[] } | { type: 'normal' | 'master' | 'primary' | 'replica' | 'slave' | 'pubsub' } | { user: Arg } | { addr: Arg } | { laddr: Arg } | { skipme: boolean } | { maxage: Num } | { name: Arg } | { idle: Num } | { flags: Arg } | { libName: Arg } | { libVer: Arg } | { db: Num } | { capa: Arg } | { ip: Arg } | { notId: Num | readonly Num[] } | { notType: 'normal' | 'master' | 'primary' | 'replica' | 'slave' | 'pubsub' } | { notUser: Arg } | { notAddr: Arg } | { notLaddr: Arg } | { notName: Arg } | { notFlags: Arg } | { notLibName: Arg } | { notLibVer: Arg } | { notDb: Num } | { notCapa: Arg } | { notIp: Arg })

export interface ClientListOptions {
  /** Only these client ids. */
  id?: Num | readonly Num[] | undefined
  /** Only clients of this kind. */
  type?: 'normal' | 'master' | 'primary' | 'replica' | 'slave' | 'pubsub' | undefined
  /** Only clients of this user. */
  user?: Arg | undefined
  /** Only the client at this address, `ip:port`. */
  addr?: Arg | undefined
  /** Only clients connected to this address of the server, `ip:port`. */
  laddr?: Arg | undefined
  /** Leaves the calling connection out. */
  skipme?: boolean | undefined
  /** Only clients connected for at least this many seconds (Redis 7.4, Valkey 8.0). */
  maxage?: Num | undefined
  /** Only clients of this name (Valkey 9.0). */
  name?: Arg | undefined
  /** Only clients idle for at least this many seconds (Valkey 9.0). */
  idle?: Num | undefined
  /** Only clients with all of these flags (Valkey 9.0). */
  flags?: Arg | undefined
  /** Only clients of this library (Valkey 9.0). */
  libName?: Arg | undefined
  /** Only clients of this library version (Valkey 9.0). */
  libVer?: Arg | undefined
  /** Only clients on this database (Valkey 9.0). */
  db?: Num | undefined
  /** Only clients with this capability (Valkey 9.0). */
  capa?: Arg | undefined
  /** Only clients at this IP address (Valkey 9.0). */
  ip?: Arg | undefined
  /** Not these client ids (Valkey 9.0). */
  notId?: Num | readonly Num[] | undefined
  /** Not clients of this kind (Valkey 9.0). */
  notType?: 'normal' | 'master' | 'primary' | 'replica' | 'slave' | 'pubsub' | undefined
  /** Not clients of this user (Valkey 9.0). */
  notUser?: Arg | undefined
  /** Not the client at this address (Valkey 9.0). */
  notAddr?: Arg | undefined
  /** Not clients connected to this address (Valkey 9.0). */
  notLaddr?: Arg | undefined
  /** Not clients of this name (Valkey 9.0). */
  notName?: Arg | undefined
  /** Not clients with any of these flags (Valkey 9.0). */
  notFlags?: Arg | undefined
  /** Not clients of this library (Valkey 9.0). */
  notLibName?: Arg | undefined
  /** Not clients of this library version (Valkey 9.0). */
  notLibVer?: Arg | undefined
  /** Not clients on this database (Valkey 9.0). */
  notDb?: Num | undefined
  /** Not clients with this capability (Valkey 9.0). */
  notCapa?: Arg | undefined
  /** Not clients at this IP address (Valkey 9.0). */
  notIp?: Arg | undefined
}

export interface BgsaveOptionsBase {
  /** Waits for a rewrite of the append-only file that is under way. Excludes `cancel`. */
  schedule?: boolean | undefined
  /** Ends or forgets the save instead (Valkey 8.1). Excludes `schedule`. */
  cancel?: boolean | undefined
}

export type BgsaveOptions = BgsaveOptionsBase
  & (Without<'cancel'> | Without<'schedule'>)

export interface FailoverOptions {
  /** The replica; any if left out. */
  to?: readonly [host: Arg, port: Num] | undefined
  /** With `to` and `timeout`: even if the replica has not caught up by then. */
  force?: boolean | undefined
  /** Ends a failover that is under way instead. */
  abort?: boolean | undefined
  /** Gives up after this many milliseconds. */
  timeout?: Num | undefined
}

export interface LolwutOptions {
  /** The version whose art is wanted. */
  version?: Num | undefined
  /** Numbers that the art is made of. */
  args?: Num | readonly Num[] | undefined
}

export interface ModuleLoadexOptions {
  /** Parameters of the module. */
  config?: Pairs | undefined
  /** Arguments of the module. */
  args?: Arg | readonly Arg[] | undefined
}

export interface ShutdownOptionsBase {
  /** Does not save the data, even if save points are configured. Excludes `save`. */
  nosave?: boolean | undefined
  /** Saves the data, even if no save points are configured. Excludes `nosave`. */
  save?: boolean | undefined
  /** Does not wait for replicas that lag behind (7.0). */
  now?: boolean | undefined
  /** Ignores errors such as a failed save (7.0). */
  force?: boolean | undefined
  /** Ends a shutdown that is under way instead (7.0). */
  abort?: boolean | undefined
  /** Refuses where the server is a cluster's voting primary (Valkey 9.0). */
  safe?: boolean | undefined
  /** Lets a replica take over first (Valkey 9.0). */
  failover?: boolean | undefined
}

export type ShutdownOptions = ShutdownOptionsBase
  & (Without<'save'> | Without<'nosave'>)

export interface AclLogOptionsBase {
  /** How many entries at most; 10 by default. Excludes `reset`. */
  count?: Num | undefined
  /** Empties the log instead. Excludes `count`. */
  reset?: boolean | undefined
}

export type AclLogOptions = AclLogOptionsBase
  & (Without<'reset'> | Without<'count'>)

export interface CommandListOptionsBase {
  /** Only commands of this module. Excludes `aclcat`, `pattern`. */
  module?: Arg | undefined
  /** Only commands of this ACL category. Excludes `module`, `pattern`. */
  aclcat?: Arg | undefined
  /** Only names that match this pattern. Excludes `module`, `aclcat`. */
  pattern?: Arg | undefined
}

export type CommandListOptions = CommandListOptionsBase
  & (Without<'aclcat' | 'pattern'> | Without<'module' | 'pattern'> | Without<'module' | 'aclcat'>)

export interface MemoryUsageOptions {
  /** How many elements to look at; 0 all, 5 by default. */
  samples?: Num | undefined
}

export interface HotkeysStartOptions {
  /** How many keys. */
  count?: Num | undefined
  /** Stops after this many seconds. */
  duration?: Num | undefined
  /** Looks at one of so many commands. */
  sample?: Num | undefined
  /** Only keys of these slots. */
  slots?: readonly (readonly [slot: Num])[] | readonly { slot: Num }[] | { slot: Num } | Args | undefined
}

export interface ClusterMigrateslotsStep {
  /** First and last slot of each range, one behind the other. */
  slotsrange?: Num | readonly Num[] | undefined
  /** Where they go. */
  node?: Arg | undefined
}

export interface ClusterMigrationOptionsBase {
  /** First and last slot of each range; answers the task's id. Excludes `cancel`, `cancelAll`, `status`, `statusAll`. */
  import?: Num | readonly Num[] | undefined
  /** Ends this task; answers how many were ended. Excludes `import`, `cancelAll`, `status`, `statusAll`. */
  cancel?: Arg | undefined
  /** Ends all tasks; answers how many. Excludes `import`, `cancel`, `status`, `statusAll`. */
  cancelAll?: boolean | undefined
  /** Shows this task. Excludes `import`, `cancel`, `cancelAll`, `statusAll`. */
  status?: Arg | undefined
  /** Shows all tasks. Excludes `import`, `cancel`, `cancelAll`, `status`. */
  statusAll?: boolean | undefined
}

export type ClusterMigrationOptions = ClusterMigrationOptionsBase
  & ({ import: Num | readonly Num[] } & Without<'cancel' | 'cancelAll' | 'status' | 'statusAll'> | { cancel: Arg } & Without<'import' | 'cancelAll' | 'status' | 'statusAll'> | { cancelAll: true } & Without<'import' | 'cancel' | 'status' | 'statusAll'> | { status: Arg } & Without<'import' | 'cancel' | 'cancelAll' | 'statusAll'> | { statusAll: true } & Without<'import' | 'cancel' | 'cancelAll' | 'status'>)

export interface ClusterSetslotOptionsBase {
  /** This node takes it from that one. Excludes `migrating`, `node`, `stable`. */
  importing?: Arg | undefined
  /** This node gives it to that one. Excludes `importing`, `node`, `stable`. */
  migrating?: Arg | undefined
  /** It belongs to that node. Excludes `importing`, `migrating`, `stable`. */
  node?: Arg | undefined
  /** It stays where it is. Excludes `importing`, `migrating`, `node`. */
  stable?: boolean | undefined
  /** How many milliseconds replicas may take (Valkey 8.0). */
  timeout?: Num | undefined
}

export type ClusterSetslotOptions = ClusterSetslotOptionsBase
  & ({ importing: Arg } & Without<'migrating' | 'node' | 'stable'> | { migrating: Arg } & Without<'importing' | 'node' | 'stable'> | { node: Arg } & Without<'importing' | 'migrating' | 'stable'> | { stable: true } & Without<'importing' | 'migrating' | 'node'>)

export interface ClusterSlotStatsOptionsBase {
  /** Of the slots from one to another. Excludes `orderby`. */
  slotsrange?: readonly [start: Num, end: Num] | undefined
  /** Of all, sorted by this statistic such as 'key-count'. Excludes `slotsrange`. */
  orderby?: Arg | undefined
  /** With `orderby`: how many at most. */
  limit?: Num | undefined
  /** With `orderby`: the direction. */
  order?: 'asc' | 'desc' | undefined
}

export type ClusterSlotStatsOptions = ClusterSlotStatsOptionsBase
  & ({ slotsrange: readonly [start: Num, end: Num] } & Without<'orderby' | 'limit' | 'order'> | { orderby: Arg } & Without<'slotsrange'>)

export interface ClusterscanOptions {
  /** Only names that match this pattern. */
  match?: Arg | undefined
  /** About how many to look at for one page. */
  count?: Num | undefined
  /** Only keys of this type. */
  type?: Arg | undefined
  /** Only keys of this slot. */
  slot?: Num | undefined
}

export interface ClientTrackingOptionsBase {
  /** Sends invalidations to this client id. */
  redirect?: Num | undefined
  /** With `bcast`: only keys that start with this. */
  prefix?: Arg | readonly Arg[] | undefined
  /** Tracks all keys instead of those read. */
  bcast?: boolean | undefined
  /** Tracks only what follows `clientCaching(true)`. Excludes `optout`. */
  optin?: boolean | undefined
  /** Tracks all but what follows `clientCaching(false)`. Excludes `optin`. */
  optout?: boolean | undefined
  /** Says nothing about this connection's own changes. */
  noloop?: boolean | undefined
}

export type ClientTrackingOptions = ClientTrackingOptionsBase
  & (Without<'optout'> | Without<'optin'>)

/** The reply, by the options that are true; a boolean gives both. */
export type GeoradiusReply<T, Withcoord = false, Withdist = false, Withhash = false> = Withcoord extends true ? Withdist extends true ? Withhash extends true ? { member: T; distance: number; hash: number; coordinates: [longitude: number, latitude: number] }[] : { member: T; distance: number; coordinates: [longitude: number, latitude: number] }[] : Withhash extends true ? { member: T; hash: number; coordinates: [longitude: number, latitude: number] }[] : { member: T; coordinates: [longitude: number, latitude: number] }[] : Withdist extends true ? Withhash extends true ? { member: T; distance: number; hash: number }[] : { member: T; distance: number }[] : Withhash extends true ? { member: T; hash: number }[] : T[]

/**
 * The commands that any handle and any pipeline has.
 *
 * `T` is what a text reply is: a string, or a Buffer where replies are not decoded. `R` are the replies so far in a pipeline,
 * null elsewhere. Integers beyond 2^53, typed as numbers here, come as bigint.
 */
export interface Commands<T = string, R extends readonly unknown[] | null = null> {
  /** Appends to a string, which is created if missing. Returns its new length.
   * @since 2.0.0 */
  append(key: Arg, value: Arg): Out<T, R, number>

  /** Decrements the integer value of a key by one. Returns the new value.
   * @since 1.0.0 */
  decr(key: Arg): Out<T, R, number>

  /** Subtracts from the integer value of a key. Returns the new value.
   * @since 1.0.0 */
  decrby(key: Arg, decrement: Num): Out<T, R, number>

  /** Deletes a key if its value meets a condition.
   * @since Redis 8.4.0 */
  delex(key: Arg, options?: DelexOptions): Out<T, R, boolean>

  /** Deletes a key if its value equals the given one.
   * @since Valkey 9.0.0 */
  delifeq(key: Arg, value: Arg): Out<T, R, boolean>

  /** Returns the digest of a string in hexadecimal.
   * @since Redis 8.4.0 */
  digest(key: Arg): Out<T, R, string | null>

  /** Returns the string value of a key, or null.
   * @since 1.0.0 */
  get(key: Arg): Out<T, R, T | null>

  /** Returns the string value of a key and deletes the key.
   * @since 6.2.0 */
  getdel(key: Arg): Out<T, R, T | null>

  /** Returns the string value of a key and sets or removes its expiry.
   * @since 6.2.0 */
  getex(key: Arg, options?: GetexOptions): Out<T, R, T | null>

  /** Returns a substring of a string value.
   * @since 2.4.0 */
  getrange(key: Arg, start: Num, end: Num): Out<T, R, T>

  /** Sets a string value and returns the previous one. Prefer `set` with `get`.
   * @since 1.0.0 */
  getset(key: Arg, value: Arg): Out<T, R, T | null>

  /** Increments the integer value of a key by one. Returns the new value.
   * @since 1.0.0 */
  incr(key: Arg): Out<T, R, number>

  /** Adds to the integer value of a key. Returns the new value.
   * @since 1.0.0 */
  incrby(key: Arg, increment: Num): Out<T, R, number>

  /** Adds to the number in a key. Returns the new value.
   * @since 2.6.0 */
  incrbyfloat(key: Arg, increment: Num): Out<T, R, number>

  /** Adds to a number within bounds and sets its expiry. Returns the new value and what was added.
   * @since Redis 8.8.0, Valkey 9.2.0 */
  increx(key: Arg, options?: IncrexOptions): Out<T, R, [result: number, added: number]>

  /** Returns the longest common subsequence of two strings.
   * @since 7.0.0 */
  lcs(key1: Arg, key2: Arg, options?: LcsOptions & Without<'len' | 'idx'>): Out<T, R, T>
  /** Returns the longest common subsequence of two strings.
   * @since 7.0.0 */
  lcs(key1: Arg, key2: Arg, options: LcsOptions & { idx: true }): Out<T, R, { matches: [first: [number, number], second: [number, number], length?: number][]; len: number }>
  /** Returns the longest common subsequence of two strings.
   * @since 7.0.0 */
  lcs(key1: Arg, key2: Arg, options: LcsOptions & { len: true }): Out<T, R, number>
  /** Returns the longest common subsequence of two strings.
   * @since 7.0.0 */
  lcs(key1: Arg, key2: Arg, options?: LcsOptions & Without<'idx'>): Out<T, R, T | number>
  /** Returns the longest common subsequence of two strings.
   * @since 7.0.0 */
  lcs(key1: Arg, key2: Arg, options?: LcsOptions & Without<'len'>): Out<T, R, T | { matches: [first: [number, number], second: [number, number], length?: number][]; len: number }>
  /** Returns the longest common subsequence of two strings.
   * @since 7.0.0 */
  lcs(key1: Arg, key2: Arg, options?: LcsOptions): Out<T, R, T | number | { matches: [first: [number, number], second: [number, number], length?: number][]; len: number }>

  /** Returns the string values of several keys, null for each missing one.
   * @since 1.0.0 */
  mget(key: Arg, ...keys: Arg[]): Out<T, R, (T | null)[]>
  /** Returns the string values of several keys, null for each missing one.
   * @since 1.0.0 */
  mget<const K extends Args>(...keys: Spread<K, [key: Arg]> | [keys: Args]): Out<T, R, (T | null)[]>

  /** Sets the string values of several keys atomically.
   * @since 1.0.1 */
  mset<O extends Named<O>>(pairs: O | PairList): Out<T, R, 'OK'>
  /** Sets the string values of several keys atomically.
   * @since 1.0.1 */
  mset(key: Arg, value: Arg, ...more: Arg[]): Out<T, R, 'OK'>
  /** Sets the string values of several keys atomically.
   * @since 1.0.1 */
  mset<const K extends Args>(...pairs: Spread<K, [key: Arg, value: Arg]>): Out<T, R, 'OK'>

  /** Sets the string values of several keys atomically, with a common expiry.
   * @since Redis 8.4.0, Valkey 9.1.0 */
  msetex(key: Text, value: Arg, ...more: Arg[]): Out<T, R, boolean>
  /** Sets the string values of several keys atomically, with a common expiry.
   * @since Redis 8.4.0, Valkey 9.1.0 */
  msetex<const K extends Args>(...pairs: Spread<K, [key: Text, value: Arg]>): Out<T, R, boolean>
  /** Sets the string values of several keys atomically, with a common expiry.
   * @since Redis 8.4.0, Valkey 9.1.0 */
  msetex<const K extends Args>(...args: [...pairs: Spread<K, [key: Text, value: Arg]>, options: MsetexOptions | undefined]): Out<T, R, boolean>
  /** Sets the string values of several keys atomically, with a common expiry.
   * @since Redis 8.4.0, Valkey 9.1.0 */
  msetex<O extends Named<O>>(pairs: O | PairList, options?: MsetexOptions): Out<T, R, boolean>

  /** Sets the string values of several keys only if none of them exists.
   * @since 1.0.1 */
  msetnx<O extends Named<O>>(pairs: O | PairList): Out<T, R, boolean>
  /** Sets the string values of several keys only if none of them exists.
   * @since 1.0.1 */
  msetnx(key: Arg, value: Arg, ...more: Arg[]): Out<T, R, boolean>
  /** Sets the string values of several keys only if none of them exists.
   * @since 1.0.1 */
  msetnx<const K extends Args>(...pairs: Spread<K, [key: Arg, value: Arg]>): Out<T, R, boolean>

  /** Sets a string value and its time to live in milliseconds. Prefer `set` with `px`.
   * @since 2.6.0 */
  psetex(key: Arg, milliseconds: Num, value: Arg): Out<T, R, 'OK'>

  /** Sets the string value of a key and overwrites any previous value.
   * @since 1.0.0 */
  set(key: Arg, value: Arg, options?: SetOptions & Without<'nx' | 'xx' | 'ifeq' | 'ifne' | 'ifdeq' | 'ifdne' | 'get'>): Out<T, R, 'OK'>
  /** Sets the string value of a key and overwrites any previous value.
   * @since 1.0.0 */
  set(key: Arg, value: Arg, options?: SetOptions & Without<'get'>): Out<T, R, 'OK' | null>
  /** Sets the string value of a key and overwrites any previous value.
   * @since 1.0.0 */
  set(key: Arg, value: Arg, options: SetOptions & { get: true }): Out<T, R, T | null>
  /** Sets the string value of a key and overwrites any previous value.
   * @since 1.0.0 */
  set(key: Arg, value: Arg, options?: SetOptions): Out<T, R, 'OK' | T | null>

  /** Sets a string value and its time to live in seconds. Prefer `set` with `ex`.
   * @since 2.0.0 */
  setex(key: Arg, seconds: Num, value: Arg): Out<T, R, 'OK'>

  /** Sets a string value only if the key does not exist.
   * @since 1.0.0 */
  setnx(key: Arg, value: Arg): Out<T, R, boolean>

  /** Overwrites part of a string value at an offset. Returns its new length.
   * @since 2.2.0 */
  setrange(key: Arg, offset: Num, value: Arg): Out<T, R, number>

  /** Returns the length of a string value in bytes, or 0 if there is no such key.
   * @since 2.2.0 */
  strlen(key: Arg): Out<T, R, number>

  /** Returns a substring of a string value. The old name of `getrange`.
   * @since 1.0.0 */
  substr(key: Arg, start: Num, end: Num): Out<T, R, T>

  /** Deletes fields of a hash. Returns the number of deleted fields.
   * @since 2.0.0 */
  hdel(key: Arg, field: Arg, ...fields: Arg[]): Out<T, R, number>
  /** Deletes fields of a hash. Returns the number of deleted fields.
   * @since 2.0.0 */
  hdel<const K extends Args>(key: Arg, ...fields: Spread<K, [field: Arg]> | [fields: Args]): Out<T, R, number>

  /** Checks whether a hash has a field.
   * @since 2.0.0 */
  hexists(key: Arg, field: Arg): Out<T, R, boolean>

  /** Sets the time to live of fields in seconds. Returns for each field: 1 set, 0 condition not met, 2 deleted, -2 no such field.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hexpire(key: Arg, seconds: Num, field: Text, ...fields: Text[]): Out<T, R, number[]>
  /** Sets the time to live of fields in seconds. Returns for each field: 1 set, 0 condition not met, 2 deleted, -2 no such field.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hexpire<const K extends readonly Text[]>(key: Arg, seconds: Num, ...fields: Spread<K, [field: Text], Text>): Out<T, R, number[]>
  /** Sets the time to live of fields in seconds. Returns for each field: 1 set, 0 condition not met, 2 deleted, -2 no such field.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hexpire<const K extends readonly Text[]>(key: Arg, seconds: Num, ...args: [...fields: Spread<K, [field: Text], Text>, options: HexpireOptions | undefined]): Out<T, R, number[]>
  /** Sets the time to live of fields in seconds. Returns for each field: 1 set, 0 condition not met, 2 deleted, -2 no such field.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hexpire(key: Arg, seconds: Num, fields: Text | Args, options?: HexpireOptions): Out<T, R, number[]>

  /** Sets the time at which fields expire: a Unix time in seconds, or a `Date`. Returns what `hexpire` returns.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hexpireat(key: Arg, time: Time, field: Text, ...fields: Text[]): Out<T, R, number[]>
  /** Sets the time at which fields expire: a Unix time in seconds, or a `Date`. Returns what `hexpire` returns.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hexpireat<const K extends readonly Text[]>(key: Arg, time: Time, ...fields: Spread<K, [field: Text], Text>): Out<T, R, number[]>
  /** Sets the time at which fields expire: a Unix time in seconds, or a `Date`. Returns what `hexpire` returns.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hexpireat<const K extends readonly Text[]>(key: Arg, time: Time, ...args: [...fields: Spread<K, [field: Text], Text>, options: HexpireOptions | undefined]): Out<T, R, number[]>
  /** Sets the time at which fields expire: a Unix time in seconds, or a `Date`. Returns what `hexpire` returns.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hexpireat(key: Arg, time: Time, fields: Text | Args, options?: HexpireOptions): Out<T, R, number[]>

  /** Returns the Unix time in seconds at which fields expire. -1 means never, -2 that there is no such field.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hexpiretime(key: Arg, field: Text, ...fields: Text[]): Out<T, R, number[]>
  /** Returns the Unix time in seconds at which fields expire. -1 means never, -2 that there is no such field.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hexpiretime<const K extends readonly Text[]>(key: Arg, ...fields: Spread<K, [field: Text], Text> | [fields: Args]): Out<T, R, number[]>

  /** Returns the value of a field, or null.
   * @since 2.0.0 */
  hget(key: Arg, field: Arg): Out<T, R, T | null>

  /** Returns all fields and values of a hash, or an empty object if there is no such key.
   * @since 2.0.0 */
  hgetall(key: Arg, options?: HgetallOptions & Without<'pairs'>): Out<T, R, Fields<T>>
  /** Returns all fields and values of a hash, or an empty object if there is no such key.
   * @since 2.0.0 */
  hgetall(key: Arg, options: HgetallOptions & { pairs: true }): Out<T, R, [field: T, value: T][]>
  /** Returns all fields and values of a hash, or an empty object if there is no such key.
   * @since 2.0.0 */
  hgetall(key: Arg, options?: HgetallOptions): Out<T, R, Fields<T> | [field: T, value: T][]>

  /** Returns the values of fields and deletes them.
   * @since Redis 8.0.0, Valkey 9.1.0 */
  hgetdel(key: Arg, field: Text, ...fields: Text[]): Out<T, R, (T | null)[]>
  /** Returns the values of fields and deletes them.
   * @since Redis 8.0.0, Valkey 9.1.0 */
  hgetdel<const K extends readonly Text[]>(key: Arg, ...fields: Spread<K, [field: Text], Text> | [fields: Args]): Out<T, R, (T | null)[]>

  /** Returns the values of fields and sets or removes their expiry.
   * @since Redis 8.0.0, Valkey 9.0.0 */
  hgetex(key: Arg, field: Text, ...fields: Text[]): Out<T, R, (T | null)[]>
  /** Returns the values of fields and sets or removes their expiry.
   * @since Redis 8.0.0, Valkey 9.0.0 */
  hgetex<const K extends readonly Text[]>(key: Arg, ...fields: Spread<K, [field: Text], Text>): Out<T, R, (T | null)[]>
  /** Returns the values of fields and sets or removes their expiry.
   * @since Redis 8.0.0, Valkey 9.0.0 */
  hgetex<const K extends readonly Text[]>(key: Arg, ...args: [...fields: Spread<K, [field: Text], Text>, options: GetexOptions | undefined]): Out<T, R, (T | null)[]>
  /** Returns the values of fields and sets or removes their expiry.
   * @since Redis 8.0.0, Valkey 9.0.0 */
  hgetex(key: Arg, fields: Text | Args, options?: GetexOptions): Out<T, R, (T | null)[]>

  /** Adds to the integer value of a field. Returns the new value.
   * @since 2.0.0 */
  hincrby(key: Arg, field: Arg, increment: Num): Out<T, R, number>

  /** Adds to the number in a field. Returns the new value.
   * @since 2.6.0 */
  hincrbyfloat(key: Arg, field: Arg, increment: Num): Out<T, R, number>

  /** Returns all field names of a hash.
   * @since 2.0.0 */
  hkeys(key: Arg): Out<T, R, T[]>

  /** Returns the number of fields of a hash.
   * @since 2.0.0 */
  hlen(key: Arg): Out<T, R, number>

  /** Returns the values of several fields, null for each missing one.
   * @since 2.0.0 */
  hmget(key: Arg, field: Arg, ...fields: Arg[]): Out<T, R, (T | null)[]>
  /** Returns the values of several fields, null for each missing one.
   * @since 2.0.0 */
  hmget<const K extends Args>(key: Arg, ...fields: Spread<K, [field: Arg]> | [fields: Args]): Out<T, R, (T | null)[]>

  /** Sets several fields of a hash. The old form of `hset`.
   * @since 2.0.0 */
  hmset<O extends Named<O>>(key: Arg, pairs: O | PairList): Out<T, R, 'OK'>
  /** Sets several fields of a hash. The old form of `hset`.
   * @since 2.0.0 */
  hmset(key: Arg, field: Arg, value: Arg, ...more: Arg[]): Out<T, R, 'OK'>
  /** Sets several fields of a hash. The old form of `hset`.
   * @since 2.0.0 */
  hmset<const K extends Args>(key: Arg, ...pairs: Spread<K, [field: Arg, value: Arg]>): Out<T, R, 'OK'>

  /** Removes the expiry of fields. Returns for each field: 1 removed, -1 no expiry, -2 no such field.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hpersist(key: Arg, field: Text, ...fields: Text[]): Out<T, R, number[]>
  /** Removes the expiry of fields. Returns for each field: 1 removed, -1 no expiry, -2 no such field.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hpersist<const K extends readonly Text[]>(key: Arg, ...fields: Spread<K, [field: Text], Text> | [fields: Args]): Out<T, R, number[]>

  /** Sets the time to live of fields in milliseconds. Returns what `hexpire` returns.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hpexpire(key: Arg, milliseconds: Num, field: Text, ...fields: Text[]): Out<T, R, number[]>
  /** Sets the time to live of fields in milliseconds. Returns what `hexpire` returns.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hpexpire<const K extends readonly Text[]>(key: Arg, milliseconds: Num, ...fields: Spread<K, [field: Text], Text>): Out<T, R, number[]>
  /** Sets the time to live of fields in milliseconds. Returns what `hexpire` returns.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hpexpire<const K extends readonly Text[]>(key: Arg, milliseconds: Num, ...args: [...fields: Spread<K, [field: Text], Text>, options: HexpireOptions | undefined]): Out<T, R, number[]>
  /** Sets the time to live of fields in milliseconds. Returns what `hexpire` returns.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hpexpire(key: Arg, milliseconds: Num, fields: Text | Args, options?: HexpireOptions): Out<T, R, number[]>

  /** Sets the time at which fields expire: a Unix time in milliseconds, or a `Date`. Returns what `hexpire` returns.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hpexpireat(key: Arg, time: Time, field: Text, ...fields: Text[]): Out<T, R, number[]>
  /** Sets the time at which fields expire: a Unix time in milliseconds, or a `Date`. Returns what `hexpire` returns.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hpexpireat<const K extends readonly Text[]>(key: Arg, time: Time, ...fields: Spread<K, [field: Text], Text>): Out<T, R, number[]>
  /** Sets the time at which fields expire: a Unix time in milliseconds, or a `Date`. Returns what `hexpire` returns.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hpexpireat<const K extends readonly Text[]>(key: Arg, time: Time, ...args: [...fields: Spread<K, [field: Text], Text>, options: HexpireOptions | undefined]): Out<T, R, number[]>
  /** Sets the time at which fields expire: a Unix time in milliseconds, or a `Date`. Returns what `hexpire` returns.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hpexpireat(key: Arg, time: Time, fields: Text | Args, options?: HexpireOptions): Out<T, R, number[]>

  /** Returns the Unix time in milliseconds at which fields expire. -1 means never, -2 that there is no such field.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hpexpiretime(key: Arg, field: Text, ...fields: Text[]): Out<T, R, number[]>
  /** Returns the Unix time in milliseconds at which fields expire. -1 means never, -2 that there is no such field.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hpexpiretime<const K extends readonly Text[]>(key: Arg, ...fields: Spread<K, [field: Text], Text> | [fields: Args]): Out<T, R, number[]>

  /** Returns the remaining time to live of fields in milliseconds. -1 means no expiry, -2 that there is no such field.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hpttl(key: Arg, field: Text, ...fields: Text[]): Out<T, R, number[]>
  /** Returns the remaining time to live of fields in milliseconds. -1 means no expiry, -2 that there is no such field.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  hpttl<const K extends readonly Text[]>(key: Arg, ...fields: Spread<K, [field: Text], Text> | [fields: Args]): Out<T, R, number[]>

  /** Returns one or more random fields of a hash. A negative count may repeat fields.
   * @since 6.2.0 */
  hrandfield(key: Arg, count?: undefined): Out<T, R, T | null>
  /** Returns one or more random fields of a hash. A negative count may repeat fields.
   * @since 6.2.0 */
  hrandfield(key: Arg, count: Num, options?: HrandfieldOptions & Without<'withvalues'>): Out<T, R, T[]>
  /** Returns one or more random fields of a hash. A negative count may repeat fields.
   * @since 6.2.0 */
  hrandfield(key: Arg, count: Num, options: HrandfieldOptions & { withvalues: true }): Out<T, R, [T, T][]>
  /** Returns one or more random fields of a hash. A negative count may repeat fields.
   * @since 6.2.0 */
  hrandfield(key: Arg, count: Num, options?: HrandfieldOptions): Out<T, R, T[] | [T, T][]>
  /** Returns one or more random fields of a hash. A negative count may repeat fields.
   * @since 6.2.0 */
  hrandfield(key: Arg, count?: Num): Out<T, R, T | T[] | null>

  /** Returns one page of [field, value] pairs and the next cursor. The cursor '0' ends the scan.
   * @since 2.8.0 */
  hscan(key: Arg, cursor: Arg, options?: HscanOptions & Without<'novalues'>): Out<T, R, [cursor: string, entries: [field: T, value: T][]]>
  /** Returns one page of [field, value] pairs and the next cursor. The cursor '0' ends the scan.
   * @since 2.8.0 */
  hscan(key: Arg, cursor: Arg, options: HscanOptions & { novalues: true }): Out<T, R, [cursor: string, fields: T[]]>
  /** Returns one page of [field, value] pairs and the next cursor. The cursor '0' ends the scan.
   * @since 2.8.0 */
  hscan(key: Arg, cursor: Arg, options?: HscanOptions): Out<T, R, [cursor: string, entries: [field: T, value: T][]] | [cursor: string, fields: T[]]>

  /** Sets fields of a hash. Returns the number of new fields.
   * @since 2.0.0 */
  hset<O extends Named<O>>(key: Arg, pairs: O | PairList): Out<T, R, number>
  /** Sets fields of a hash. Returns the number of new fields.
   * @since 2.0.0 */
  hset(key: Arg, field: Arg, value: Arg, ...more: Arg[]): Out<T, R, number>
  /** Sets fields of a hash. Returns the number of new fields.
   * @since 2.0.0 */
  hset<const K extends Args>(key: Arg, ...pairs: Spread<K, [field: Arg, value: Arg]>): Out<T, R, number>

  /** Sets fields of a hash together with their expiry. Returns whether they were set.
   * @since Redis 8.0.0, Valkey 9.0.0 */
  hsetex(key: Arg, field: Text, value: Arg, ...more: Arg[]): Out<T, R, boolean>
  /** Sets fields of a hash together with their expiry. Returns whether they were set.
   * @since Redis 8.0.0, Valkey 9.0.0 */
  hsetex<const K extends Args>(key: Arg, ...pairs: Spread<K, [field: Text, value: Arg]>): Out<T, R, boolean>
  /** Sets fields of a hash together with their expiry. Returns whether they were set.
   * @since Redis 8.0.0, Valkey 9.0.0 */
  hsetex<const K extends Args>(key: Arg, ...args: [...pairs: Spread<K, [field: Text, value: Arg]>, options: HsetexOptions | undefined]): Out<T, R, boolean>
  /** Sets fields of a hash together with their expiry. Returns whether they were set.
   * @since Redis 8.0.0, Valkey 9.0.0 */
  hsetex<O extends Named<O>>(key: Arg, pairs: O | PairList, options?: HsetexOptions): Out<T, R, boolean>

  /** Sets a field of a hash only if it does not exist.
   * @since 2.0.0 */
  hsetnx(key: Arg, field: Arg, value: Arg): Out<T, R, boolean>

  /** Returns the length of a field's value, or 0 if there is no such field.
   * @since 3.2.0 */
  hstrlen(key: Arg, field: Arg): Out<T, R, number>

  /** Returns the remaining time to live of fields in seconds. -1 means no expiry, -2 that there is no such field.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  httl(key: Arg, field: Text, ...fields: Text[]): Out<T, R, number[]>
  /** Returns the remaining time to live of fields in seconds. -1 means no expiry, -2 that there is no such field.
   * @since Redis 7.4.0, Valkey 9.0.0 */
  httl<const K extends readonly Text[]>(key: Arg, ...fields: Spread<K, [field: Text], Text> | [fields: Args]): Out<T, R, number[]>

  /** Returns all values of a hash.
   * @since 2.0.0 */
  hvals(key: Arg): Out<T, R, T[]>

  /** Moves an element from one list to another like `lmove`, and waits for one if needed. Returns null after the timeout in seconds.
   * @since 6.2.0 */
  blmove(source: Arg, destination: Arg, from: 'left' | 'right', to: 'left' | 'right', timeout: Num): Out<T, R, T | null>

  /** Moves elements like `lmovem`, and waits for enough of them if needed. Returns null after the timeout in seconds.
   * @since Redis 8.10.0 */
  blmovem(source: Arg, destination: Arg, from: 'left' | 'right', to: 'left' | 'right', timeout: Num, options?: BlmovemOptions): Out<T, R, T[] | null>

  /** Removes and returns elements like `lmpop`, and waits for some if needed. Returns null after the timeout in seconds.
   * @since 7.0.0 */
  blmpop(timeout: Num, key: Text, ...keys: [...keys: Text[], where: 'left' | 'right']): Out<T, R, [key: T, elements: T[]] | null>
  /** Removes and returns elements like `lmpop`, and waits for some if needed. Returns null after the timeout in seconds.
   * @since 7.0.0 */
  blmpop<const K extends readonly Text[]>(timeout: Num, ...keys: [...keys: Spread<K, [key: Text], Text>, where: 'left' | 'right']): Out<T, R, [key: T, elements: T[]] | null>
  /** Removes and returns elements like `lmpop`, and waits for some if needed. Returns null after the timeout in seconds.
   * @since 7.0.0 */
  blmpop<const K extends readonly Text[]>(timeout: Num, ...args: [...keys: Spread<K, [key: Text], Text>, where: 'left' | 'right', options: BlmpopOptions | undefined]): Out<T, R, [key: T, elements: T[]] | null>
  /** Removes and returns elements like `lmpop`, and waits for some if needed. Returns null after the timeout in seconds.
   * @since 7.0.0 */
  blmpop(timeout: Num, keys: Text | Args, where: 'left' | 'right', options?: BlmpopOptions): Out<T, R, [key: T, elements: T[]] | null>

  /** Removes and returns the first element of the first list that is not empty, and waits for one if needed. Returns null after the timeout in seconds.
   * @since 2.0.0 */
  blpop(key: Arg, ...keys: [...keys: Arg[], timeout: Num]): Out<T, R, [key: T, element: T] | null>
  /** Removes and returns the first element of the first list that is not empty, and waits for one if needed. Returns null after the timeout in seconds.
   * @since 2.0.0 */
  blpop<const K extends Args>(...keys: [...keys: Spread<K, [key: Arg]>, timeout: Num] | [keys: Args, timeout: Num]): Out<T, R, [key: T, element: T] | null>

  /** Removes and returns the last element of the first list that is not empty, and waits for one if needed. Returns null after the timeout in seconds.
   * @since 2.0.0 */
  brpop(key: Arg, ...keys: [...keys: Arg[], timeout: Num]): Out<T, R, [key: T, element: T] | null>
  /** Removes and returns the last element of the first list that is not empty, and waits for one if needed. Returns null after the timeout in seconds.
   * @since 2.0.0 */
  brpop<const K extends Args>(...keys: [...keys: Spread<K, [key: Arg]>, timeout: Num] | [keys: Args, timeout: Num]): Out<T, R, [key: T, element: T] | null>

  /** Moves an element like `rpoplpush`, and waits for one if needed. Returns null after the timeout in seconds.
   * @since 2.2.0 */
  brpoplpush(source: Arg, destination: Arg, timeout: Num): Out<T, R, T | null>

  /** Returns the element at an index, or null. -1 is the last element.
   * @since 1.0.0 */
  lindex(key: Arg, index: Num): Out<T, R, T | null>

  /** Inserts an element before or after another one. Returns the new length, -1 if there is no such element, or 0 if there is no such key.
   * @since 2.2.0 */
  linsert(key: Arg, where: 'before' | 'after', pivot: Arg, element: Arg): Out<T, R, number>

  /** Returns the length of a list.
   * @since 1.0.0 */
  llen(key: Arg): Out<T, R, number>

  /** Moves an element from one end of a list to one end of another. Returns the element, or null.
   * @since 6.2.0 */
  lmove(source: Arg, destination: Arg, from: 'left' | 'right', to: 'left' | 'right'): Out<T, R, T | null>

  /** Moves elements from one end of a list to one of another. Returns them, or null.
   * @since Redis 8.10.0 */
  lmovem(source: Arg, destination: Arg, from: 'left' | 'right', to: 'left' | 'right', options?: BlmovemOptions): Out<T, R, T[] | null>

  /** Removes and returns elements from one end of the first list that is not empty.
   * @since 7.0.0 */
  lmpop(key: Text, ...keys: [...keys: Text[], where: 'left' | 'right']): Out<T, R, [key: T, elements: T[]] | null>
  /** Removes and returns elements from one end of the first list that is not empty.
   * @since 7.0.0 */
  lmpop<const K extends readonly Text[]>(...keys: [...keys: Spread<K, [key: Text], Text>, where: 'left' | 'right']): Out<T, R, [key: T, elements: T[]] | null>
  /** Removes and returns elements from one end of the first list that is not empty.
   * @since 7.0.0 */
  lmpop<const K extends readonly Text[]>(...args: [...keys: Spread<K, [key: Text], Text>, where: 'left' | 'right', options: BlmpopOptions | undefined]): Out<T, R, [key: T, elements: T[]] | null>
  /** Removes and returns elements from one end of the first list that is not empty.
   * @since 7.0.0 */
  lmpop(keys: Text | Args, where: 'left' | 'right', options?: BlmpopOptions): Out<T, R, [key: T, elements: T[]] | null>

  /** Removes and returns the first element of a list, or the first few.
   * @since 1.0.0 */
  lpop(key: Arg, count?: undefined): Out<T, R, T | null>
  /** Removes and returns the first element of a list, or the first few.
   * @since 1.0.0 */
  lpop(key: Arg, count: Num): Out<T, R, T[] | null>
  /** Removes and returns the first element of a list, or the first few.
   * @since 1.0.0 */
  lpop(key: Arg, count?: Num): Out<T, R, T | T[] | null>

  /** Returns the index of an element, or null. With `count`, returns the indexes of several matches.
   * @since 6.0.6 */
  lpos(key: Arg, element: Arg, options?: LposOptions & Without<'count'>): Out<T, R, number | null>
  /** Returns the index of an element, or null. With `count`, returns the indexes of several matches.
   * @since 6.0.6 */
  lpos(key: Arg, element: Arg, options: LposOptions & { count: Num }): Out<T, R, number[]>
  /** Returns the index of an element, or null. With `count`, returns the indexes of several matches.
   * @since 6.0.6 */
  lpos(key: Arg, element: Arg, options?: LposOptions): Out<T, R, number | number[] | null>

  /** Prepends elements to a list. Returns its new length.
   * @since 1.0.0 */
  lpush(key: Arg, element: Arg, ...elements: Arg[]): Out<T, R, number>
  /** Prepends elements to a list. Returns its new length.
   * @since 1.0.0 */
  lpush<const K extends Args>(key: Arg, ...elements: Spread<K, [element: Arg]> | [elements: Args]): Out<T, R, number>

  /** Prepends elements only if the list exists. Returns its new length.
   * @since 2.2.0 */
  lpushx(key: Arg, element: Arg, ...elements: Arg[]): Out<T, R, number>
  /** Prepends elements only if the list exists. Returns its new length.
   * @since 2.2.0 */
  lpushx<const K extends Args>(key: Arg, ...elements: Spread<K, [element: Arg]> | [elements: Args]): Out<T, R, number>

  /** Returns a range of elements. The end is included, and -1 is the last element.
   * @since 1.0.0 */
  lrange(key: Arg, start: Num, stop: Num): Out<T, R, T[]>

  /** Removes elements that equal a value: up to `count` of them, all with 0, from the end if negative. Returns their number.
   * @since 1.0.0 */
  lrem(key: Arg, count: Num, element: Arg): Out<T, R, number>

  /** Replaces the element at an index.
   * @since 1.0.0 */
  lset(key: Arg, index: Num, value: Arg): Out<T, R, 'OK'>

  /** Trims a list to a range of elements. The end is included.
   * @since 1.0.0 */
  ltrim(key: Arg, start: Num, stop: Num): Out<T, R, 'OK'>

  /** Removes and returns the last element of a list, or the last few.
   * @since 1.0.0 */
  rpop(key: Arg, count?: undefined): Out<T, R, T | null>
  /** Removes and returns the last element of a list, or the last few.
   * @since 1.0.0 */
  rpop(key: Arg, count: Num): Out<T, R, T[] | null>
  /** Removes and returns the last element of a list, or the last few.
   * @since 1.0.0 */
  rpop(key: Arg, count?: Num): Out<T, R, T | T[] | null>

  /** Moves the last element of a list to the front of another. The old form of `lmove`.
   * @since 1.2.0 */
  rpoplpush(source: Arg, destination: Arg): Out<T, R, T | null>

  /** Appends elements to a list. Returns its new length.
   * @since 1.0.0 */
  rpush(key: Arg, element: Arg, ...elements: Arg[]): Out<T, R, number>
  /** Appends elements to a list. Returns its new length.
   * @since 1.0.0 */
  rpush<const K extends Args>(key: Arg, ...elements: Spread<K, [element: Arg]> | [elements: Args]): Out<T, R, number>

  /** Appends elements only if the list exists. Returns its new length.
   * @since 2.2.0 */
  rpushx(key: Arg, element: Arg, ...elements: Arg[]): Out<T, R, number>
  /** Appends elements only if the list exists. Returns its new length.
   * @since 2.2.0 */
  rpushx<const K extends Args>(key: Arg, ...elements: Spread<K, [element: Arg]> | [elements: Args]): Out<T, R, number>

  /** Adds members to a set. Returns the number of new members.
   * @since 1.0.0 */
  sadd(key: Arg, member: Arg, ...members: Arg[]): Out<T, R, number>
  /** Adds members to a set. Returns the number of new members.
   * @since 1.0.0 */
  sadd<const K extends Args>(key: Arg, ...members: Spread<K, [member: Arg]> | [members: Args]): Out<T, R, number>

  /** Returns the number of members of a set.
   * @since 1.0.0 */
  scard(key: Arg): Out<T, R, number>

  /** Returns the members of the first set that are in none of the others.
   * @since 1.0.0 */
  sdiff(key: Arg, ...keys: Arg[]): Out<T, R, T[]>
  /** Returns the members of the first set that are in none of the others.
   * @since 1.0.0 */
  sdiff<const K extends Args>(...keys: Spread<K, [key: Arg]> | [keys: Args]): Out<T, R, T[]>

  /** Returns the number of members of the first set that are in none of the others.
   * @since Redis 8.10.0 */
  sdiffcard(key: Text, ...keys: Text[]): Out<T, R, number>
  /** Returns the number of members of the first set that are in none of the others.
   * @since Redis 8.10.0 */
  sdiffcard<const K extends readonly Text[]>(...keys: Spread<K, [key: Text], Text>): Out<T, R, number>
  /** Returns the number of members of the first set that are in none of the others.
   * @since Redis 8.10.0 */
  sdiffcard<const K extends readonly Text[]>(...args: [...keys: Spread<K, [key: Text], Text>, options: SdiffcardOptions | undefined]): Out<T, R, number>
  /** Returns the number of members of the first set that are in none of the others.
   * @since Redis 8.10.0 */
  sdiffcard(keys: Text | Args, options?: SdiffcardOptions): Out<T, R, number>

  /** Stores the difference of sets. Returns its number of members.
   * @since 1.0.0 */
  sdiffstore(destination: Arg, key: Arg, ...keys: Arg[]): Out<T, R, number>
  /** Stores the difference of sets. Returns its number of members.
   * @since 1.0.0 */
  sdiffstore<const K extends Args>(destination: Arg, ...keys: Spread<K, [key: Arg]> | [keys: Args]): Out<T, R, number>

  /** Returns the members that are in all of the sets.
   * @since 1.0.0 */
  sinter(key: Arg, ...keys: Arg[]): Out<T, R, T[]>
  /** Returns the members that are in all of the sets.
   * @since 1.0.0 */
  sinter<const K extends Args>(...keys: Spread<K, [key: Arg]> | [keys: Args]): Out<T, R, T[]>

  /** Returns the number of members that are in all of the sets.
   * @since 7.0.0 */
  sintercard(key: Text, ...keys: Text[]): Out<T, R, number>
  /** Returns the number of members that are in all of the sets.
   * @since 7.0.0 */
  sintercard<const K extends readonly Text[]>(...keys: Spread<K, [key: Text], Text>): Out<T, R, number>
  /** Returns the number of members that are in all of the sets.
   * @since 7.0.0 */
  sintercard<const K extends readonly Text[]>(...args: [...keys: Spread<K, [key: Text], Text>, options: SdiffcardOptions | undefined]): Out<T, R, number>
  /** Returns the number of members that are in all of the sets.
   * @since 7.0.0 */
  sintercard(keys: Text | Args, options?: SdiffcardOptions): Out<T, R, number>

  /** Stores the intersection of sets. Returns its number of members.
   * @since 1.0.0 */
  sinterstore(destination: Arg, key: Arg, ...keys: Arg[]): Out<T, R, number>
  /** Stores the intersection of sets. Returns its number of members.
   * @since 1.0.0 */
  sinterstore<const K extends Args>(destination: Arg, ...keys: Spread<K, [key: Arg]> | [keys: Args]): Out<T, R, number>

  /** Checks whether a value is a member of a set.
   * @since 1.0.0 */
  sismember(key: Arg, member: Arg): Out<T, R, boolean>

  /** Returns all members of a set.
   * @since 1.0.0 */
  smembers(key: Arg): Out<T, R, T[]>

  /** Checks for each value whether it is a member of a set.
   * @since 6.2.0 */
  smismember(key: Arg, member: Arg, ...members: Arg[]): Out<T, R, boolean[]>
  /** Checks for each value whether it is a member of a set.
   * @since 6.2.0 */
  smismember<const K extends Args>(key: Arg, ...members: Spread<K, [member: Arg]> | [members: Args]): Out<T, R, boolean[]>

  /** Moves a member from one set to another. Returns whether it was there.
   * @since 1.0.0 */
  smove(source: Arg, destination: Arg, member: Arg): Out<T, R, boolean>

  /** Removes and returns one or more random members.
   * @since 1.0.0 */
  spop(key: Arg, count?: undefined): Out<T, R, T | null>
  /** Removes and returns one or more random members.
   * @since 1.0.0 */
  spop(key: Arg, count: Num): Out<T, R, T[]>
  /** Removes and returns one or more random members.
   * @since 1.0.0 */
  spop(key: Arg, count?: Num): Out<T, R, T | T[] | null>

  /** Returns one or more random members. A negative count may repeat members.
   * @since 1.0.0 */
  srandmember(key: Arg, count?: undefined): Out<T, R, T | null>
  /** Returns one or more random members. A negative count may repeat members.
   * @since 1.0.0 */
  srandmember(key: Arg, count: Num): Out<T, R, T[]>
  /** Returns one or more random members. A negative count may repeat members.
   * @since 1.0.0 */
  srandmember(key: Arg, count?: Num): Out<T, R, T | T[] | null>

  /** Removes members from a set. Returns the number of removed members.
   * @since 1.0.0 */
  srem(key: Arg, member: Arg, ...members: Arg[]): Out<T, R, number>
  /** Removes members from a set. Returns the number of removed members.
   * @since 1.0.0 */
  srem<const K extends Args>(key: Arg, ...members: Spread<K, [member: Arg]> | [members: Args]): Out<T, R, number>

  /** Returns one page of members and the next cursor. The cursor '0' ends the scan.
   * @since 2.8.0 */
  sscan(key: Arg, cursor: Arg, options?: SscanOptions): Out<T, R, [cursor: string, members: T[]]>

  /** Returns the members that are in any of the sets.
   * @since 1.0.0 */
  sunion(key: Arg, ...keys: Arg[]): Out<T, R, T[]>
  /** Returns the members that are in any of the sets.
   * @since 1.0.0 */
  sunion<const K extends Args>(...keys: Spread<K, [key: Arg]> | [keys: Args]): Out<T, R, T[]>

  /** Returns the number of members that are in any of the sets.
   * @since Redis 8.10.0 */
  sunioncard(key: Text, ...keys: Text[]): Out<T, R, number>
  /** Returns the number of members that are in any of the sets.
   * @since Redis 8.10.0 */
  sunioncard<const K extends readonly Text[]>(...keys: Spread<K, [key: Text], Text>): Out<T, R, number>
  /** Returns the number of members that are in any of the sets.
   * @since Redis 8.10.0 */
  sunioncard<const K extends readonly Text[]>(...args: [...keys: Spread<K, [key: Text], Text>, options: SunioncardOptions | undefined]): Out<T, R, number>
  /** Returns the number of members that are in any of the sets.
   * @since Redis 8.10.0 */
  sunioncard(keys: Text | Args, options?: SunioncardOptions): Out<T, R, number>

  /** Stores the union of sets. Returns its number of members.
   * @since 1.0.0 */
  sunionstore(destination: Arg, key: Arg, ...keys: Arg[]): Out<T, R, number>
  /** Stores the union of sets. Returns its number of members.
   * @since 1.0.0 */
  sunionstore<const K extends Args>(destination: Arg, ...keys: Spread<K, [key: Arg]> | [keys: Args]): Out<T, R, number>

  /** Removes and returns members like `zmpop`, and waits for some if needed. Returns null after the timeout in seconds.
   * @since 7.0.0 */
  bzmpop(timeout: Num, key: Text, ...keys: [...keys: Text[], where: 'min' | 'max']): Out<T, R, [key: T, entries: [member: T, score: number][]] | null>
  /** Removes and returns members like `zmpop`, and waits for some if needed. Returns null after the timeout in seconds.
   * @since 7.0.0 */
  bzmpop<const K extends readonly Text[]>(timeout: Num, ...keys: [...keys: Spread<K, [key: Text], Text>, where: 'min' | 'max']): Out<T, R, [key: T, entries: [member: T, score: number][]] | null>
  /** Removes and returns members like `zmpop`, and waits for some if needed. Returns null after the timeout in seconds.
   * @since 7.0.0 */
  bzmpop<const K extends readonly Text[]>(timeout: Num, ...args: [...keys: Spread<K, [key: Text], Text>, where: 'min' | 'max', options: BlmpopOptions | undefined]): Out<T, R, [key: T, entries: [member: T, score: number][]] | null>
  /** Removes and returns members like `zmpop`, and waits for some if needed. Returns null after the timeout in seconds.
   * @since 7.0.0 */
  bzmpop(timeout: Num, keys: Text | Args, where: 'min' | 'max', options?: BlmpopOptions): Out<T, R, [key: T, entries: [member: T, score: number][]] | null>

  /** Removes and returns the member with the highest score of the first sorted set that is not empty, and waits for one if needed. Returns null after the timeout in seconds.
   * @since 5.0.0 */
  bzpopmax(key: Arg, ...keys: [...keys: Arg[], timeout: Num]): Out<T, R, [key: T, member: T, score: number] | null>
  /** Removes and returns the member with the highest score of the first sorted set that is not empty, and waits for one if needed. Returns null after the timeout in seconds.
   * @since 5.0.0 */
  bzpopmax<const K extends Args>(...keys: [...keys: Spread<K, [key: Arg]>, timeout: Num] | [keys: Args, timeout: Num]): Out<T, R, [key: T, member: T, score: number] | null>

  /** Removes and returns the member with the lowest score of the first sorted set that is not empty, and waits for one if needed. Returns null after the timeout in seconds.
   * @since 5.0.0 */
  bzpopmin(key: Arg, ...keys: [...keys: Arg[], timeout: Num]): Out<T, R, [key: T, member: T, score: number] | null>
  /** Removes and returns the member with the lowest score of the first sorted set that is not empty, and waits for one if needed. Returns null after the timeout in seconds.
   * @since 5.0.0 */
  bzpopmin<const K extends Args>(...keys: [...keys: Spread<K, [key: Arg]>, timeout: Num] | [keys: Args, timeout: Num]): Out<T, R, [key: T, member: T, score: number] | null>

  /** Adds members with their scores to a sorted set, or updates scores. Returns the number of new members.
   * @since 1.2.0 */
  zadd(key: Arg, score: number | bigint, member: Text, ...more: Arg[]): Out<T, R, number>
  /** Adds members with their scores to a sorted set, or updates scores. Returns the number of new members.
   * @since 1.2.0 */
  zadd<const K extends Args>(key: Arg, ...pairs: Spread<K, [score: number | bigint, member: Text]>): Out<T, R, number>
  /** Adds members with their scores to a sorted set, or updates scores. Returns the number of new members.
   * @since 1.2.0 */
  zadd<const K extends Args>(key: Arg, ...args: [...pairs: Spread<K, [score: number | bigint, member: Text]>, options: ZaddOptions & Without<'nx' | 'xx' | 'gt' | 'lt'> | undefined]): Out<T, R, number>
  /** Adds members with their scores to a sorted set, or updates scores. Returns the number of new members.
   * @since 1.2.0 */
  zadd<O extends Named<O, Num>>(key: Arg, pairs: O | ScoreList, options?: ZaddOptions & Without<'nx' | 'xx' | 'gt' | 'lt'>): Out<T, R, number>
  /** Adds members with their scores to a sorted set, or updates scores. Returns the number of new members.
   * @since 1.2.0 */
  zadd<const K extends Args>(key: Arg, ...args: [...pairs: Spread<K, [score: number | bigint, member: Text]>, options: ZaddOptions & Without<'incr'> | undefined]): Out<T, R, number>
  /** Adds members with their scores to a sorted set, or updates scores. Returns the number of new members.
   * @since 1.2.0 */
  zadd<O extends Named<O, Num>>(key: Arg, pairs: O | ScoreList, options?: ZaddOptions & Without<'incr'>): Out<T, R, number>
  /** Adds members with their scores to a sorted set, or updates scores. Returns the number of new members.
   * @since 1.2.0 */
  zadd<const K extends Args>(key: Arg, ...args: [...pairs: Spread<K, [score: number | bigint, member: Text]>, options: ZaddOptions | undefined]): Out<T, R, number | null>
  /** Adds members with their scores to a sorted set, or updates scores. Returns the number of new members.
   * @since 1.2.0 */
  zadd<O extends Named<O, Num>>(key: Arg, pairs: O | ScoreList, options?: ZaddOptions): Out<T, R, number | null>

  /** Returns the number of members of a sorted set.
   * @since 1.2.0 */
  zcard(key: Arg): Out<T, R, number>

  /** Counts the members with scores in a range.
   * @since 2.0.0 */
  zcount(key: Arg, min: Arg, max: Arg, options?: ZcountOptions): Out<T, R, number>

  /** Returns the members of the first sorted set that are in none of the others.
   * @since 6.2.0 */
  zdiff(key: Text, ...keys: Text[]): Out<T, R, T[]>
  /** Returns the members of the first sorted set that are in none of the others.
   * @since 6.2.0 */
  zdiff<const K extends readonly Text[]>(...keys: Spread<K, [key: Text], Text>): Out<T, R, T[]>
  /** Returns the members of the first sorted set that are in none of the others.
   * @since 6.2.0 */
  zdiff<const K extends readonly Text[]>(...args: [...keys: Spread<K, [key: Text], Text>, options: ZdiffOptions & Without<'withscores'> | undefined]): Out<T, R, T[]>
  /** Returns the members of the first sorted set that are in none of the others.
   * @since 6.2.0 */
  zdiff(keys: Text | Args, options?: ZdiffOptions & Without<'withscores'>): Out<T, R, T[]>
  /** Returns the members of the first sorted set that are in none of the others.
   * @since 6.2.0 */
  zdiff<const K extends readonly Text[]>(...args: [...keys: Spread<K, [key: Text], Text>, options: ZdiffOptions & { withscores: true }]): Out<T, R, [member: T, score: number][]>
  /** Returns the members of the first sorted set that are in none of the others.
   * @since 6.2.0 */
  zdiff(keys: Text | Args, options: ZdiffOptions & { withscores: true }): Out<T, R, [member: T, score: number][]>
  /** Returns the members of the first sorted set that are in none of the others.
   * @since 6.2.0 */
  zdiff<const K extends readonly Text[]>(...args: [...keys: Spread<K, [key: Text], Text>, options: ZdiffOptions | undefined]): Out<T, R, T[] | [member: T, score: number][]>
  /** Returns the members of the first sorted set that are in none of the others.
   * @since 6.2.0 */
  zdiff(keys: Text | Args, options?: ZdiffOptions): Out<T, R, T[] | [member: T, score: number][]>

  /** Stores the difference of sorted sets. Returns its number of members.
   * @since 6.2.0 */
  zdiffstore(destination: Arg, key: Text, ...keys: Text[]): Out<T, R, number>
  /** Stores the difference of sorted sets. Returns its number of members.
   * @since 6.2.0 */
  zdiffstore<const K extends readonly Text[]>(destination: Arg, ...keys: Spread<K, [key: Text], Text> | [keys: Args]): Out<T, R, number>

  /** Adds to the score of a member. Returns the new score.
   * @since 1.2.0 */
  zincrby(key: Arg, increment: number | bigint, member: Text): Out<T, R, number>

  /** Returns the members that are in all of the sorted sets, with combined scores.
   * @since 6.2.0 */
  zinter(key: Text, ...keys: Text[]): Out<T, R, T[]>
  /** Returns the members that are in all of the sorted sets, with combined scores.
   * @since 6.2.0 */
  zinter<const K extends readonly Text[]>(...keys: Spread<K, [key: Text], Text>): Out<T, R, T[]>
  /** Returns the members that are in all of the sorted sets, with combined scores.
   * @since 6.2.0 */
  zinter<const K extends readonly Text[]>(...args: [...keys: Spread<K, [key: Text], Text>, options: ZinterOptions & Without<'withscores'> | undefined]): Out<T, R, T[]>
  /** Returns the members that are in all of the sorted sets, with combined scores.
   * @since 6.2.0 */
  zinter<O extends Named<O, Num>>(keys: O | WeightedList, options?: ZinterOptions & Without<'withscores'>): Out<T, R, T[]>
  /** Returns the members that are in all of the sorted sets, with combined scores.
   * @since 6.2.0 */
  zinter<const K extends readonly Text[]>(...args: [...keys: Spread<K, [key: Text], Text>, options: ZinterOptions & { withscores: true }]): Out<T, R, [member: T, score: number][]>
  /** Returns the members that are in all of the sorted sets, with combined scores.
   * @since 6.2.0 */
  zinter<O extends Named<O, Num>>(keys: O | WeightedList, options: ZinterOptions & { withscores: true }): Out<T, R, [member: T, score: number][]>
  /** Returns the members that are in all of the sorted sets, with combined scores.
   * @since 6.2.0 */
  zinter<const K extends readonly Text[]>(...args: [...keys: Spread<K, [key: Text], Text>, options: ZinterOptions | undefined]): Out<T, R, T[] | [member: T, score: number][]>
  /** Returns the members that are in all of the sorted sets, with combined scores.
   * @since 6.2.0 */
  zinter<O extends Named<O, Num>>(keys: O | WeightedList, options?: ZinterOptions): Out<T, R, T[] | [member: T, score: number][]>

  /** Returns the number of members that are in all of the sorted sets.
   * @since 7.0.0 */
  zintercard(key: Text, ...keys: Text[]): Out<T, R, number>
  /** Returns the number of members that are in all of the sorted sets.
   * @since 7.0.0 */
  zintercard<const K extends readonly Text[]>(...keys: Spread<K, [key: Text], Text>): Out<T, R, number>
  /** Returns the number of members that are in all of the sorted sets.
   * @since 7.0.0 */
  zintercard<const K extends readonly Text[]>(...args: [...keys: Spread<K, [key: Text], Text>, options: SdiffcardOptions | undefined]): Out<T, R, number>
  /** Returns the number of members that are in all of the sorted sets.
   * @since 7.0.0 */
  zintercard(keys: Text | Args, options?: SdiffcardOptions): Out<T, R, number>

  /** Stores the intersection of sorted sets. Returns its number of members.
   * @since 2.0.0 */
  zinterstore(destination: Arg, key: Text, ...keys: Text[]): Out<T, R, number>
  /** Stores the intersection of sorted sets. Returns its number of members.
   * @since 2.0.0 */
  zinterstore<const K extends readonly Text[]>(destination: Arg, ...keys: Spread<K, [key: Text], Text>): Out<T, R, number>
  /** Stores the intersection of sorted sets. Returns its number of members.
   * @since 2.0.0 */
  zinterstore<const K extends readonly Text[]>(destination: Arg, ...args: [...keys: Spread<K, [key: Text], Text>, options: ZinterstoreOptions | undefined]): Out<T, R, number>
  /** Stores the intersection of sorted sets. Returns its number of members.
   * @since 2.0.0 */
  zinterstore<O extends Named<O, Num>>(destination: Arg, keys: O | WeightedList, options?: ZinterstoreOptions): Out<T, R, number>

  /** Counts the members in a lexicographical range: '[a' includes a, '(a' excludes it, '-' and '+' are the ends.
   * @since 2.8.9 */
  zlexcount(key: Arg, min: Arg, max: Arg): Out<T, R, number>

  /** Removes and returns the members with the lowest or highest scores of the first sorted set that is not empty.
   * @since 7.0.0 */
  zmpop(key: Text, ...keys: [...keys: Text[], where: 'min' | 'max']): Out<T, R, [key: T, entries: [member: T, score: number][]] | null>
  /** Removes and returns the members with the lowest or highest scores of the first sorted set that is not empty.
   * @since 7.0.0 */
  zmpop<const K extends readonly Text[]>(...keys: [...keys: Spread<K, [key: Text], Text>, where: 'min' | 'max']): Out<T, R, [key: T, entries: [member: T, score: number][]] | null>
  /** Removes and returns the members with the lowest or highest scores of the first sorted set that is not empty.
   * @since 7.0.0 */
  zmpop<const K extends readonly Text[]>(...args: [...keys: Spread<K, [key: Text], Text>, where: 'min' | 'max', options: BlmpopOptions | undefined]): Out<T, R, [key: T, entries: [member: T, score: number][]] | null>
  /** Removes and returns the members with the lowest or highest scores of the first sorted set that is not empty.
   * @since 7.0.0 */
  zmpop(keys: Text | Args, where: 'min' | 'max', options?: BlmpopOptions): Out<T, R, [key: T, entries: [member: T, score: number][]] | null>

  /** Returns the scores of members, null for each missing one.
   * @since 6.2.0 */
  zmscore(key: Arg, member: Arg, ...members: Arg[]): Out<T, R, (number | null)[]>
  /** Returns the scores of members, null for each missing one.
   * @since 6.2.0 */
  zmscore<const K extends Args>(key: Arg, ...members: Spread<K, [member: Arg]> | [members: Args]): Out<T, R, (number | null)[]>

  /** Removes and returns the members with the highest scores.
   * @since 5.0.0 */
  zpopmax(key: Arg, count?: Num): Out<T, R, [member: T, score: number][]>

  /** Removes and returns the members with the lowest scores.
   * @since 5.0.0 */
  zpopmin(key: Arg, count?: Num): Out<T, R, [member: T, score: number][]>

  /** Returns one or more random members. A negative count may repeat members.
   * @since 6.2.0 */
  zrandmember(key: Arg, count?: undefined): Out<T, R, T | null>
  /** Returns one or more random members. A negative count may repeat members.
   * @since 6.2.0 */
  zrandmember(key: Arg, count: Num, options?: ZrandmemberOptions & Without<'withscores'>): Out<T, R, T[]>
  /** Returns one or more random members. A negative count may repeat members.
   * @since 6.2.0 */
  zrandmember(key: Arg, count: Num, options: ZrandmemberOptions & { withscores: true }): Out<T, R, [member: T, score: number][]>
  /** Returns one or more random members. A negative count may repeat members.
   * @since 6.2.0 */
  zrandmember(key: Arg, count: Num, options?: ZrandmemberOptions): Out<T, R, T[] | [member: T, score: number][]>
  /** Returns one or more random members. A negative count may repeat members.
   * @since 6.2.0 */
  zrandmember(key: Arg, count?: Num): Out<T, R, T | T[] | null>

  /** Returns a range of members by rank, by score or lexicographically, in either direction.
   * @since 1.2.0 */
  zrange(key: Arg, start: Arg, stop: Arg, options?: ZrangeOptions & Without<'withscores'>): Out<T, R, T[]>
  /** Returns a range of members by rank, by score or lexicographically, in either direction.
   * @since 1.2.0 */
  zrange(key: Arg, start: Arg, stop: Arg, options: ZrangeOptions & { withscores: true }): Out<T, R, [member: T, score: number][]>
  /** Returns a range of members by rank, by score or lexicographically, in either direction.
   * @since 1.2.0 */
  zrange(key: Arg, start: Arg, stop: Arg, options?: ZrangeOptions): Out<T, R, T[] | [member: T, score: number][]>

  /** Returns the members in a lexicographical range: '[a' includes a, '(a' excludes it, '-' and '+' are the ends.
   * @since 2.8.9 */
  zrangebylex(key: Arg, min: Arg, max: Arg, options?: ZrangebylexOptions): Out<T, R, T[]>

  /** Returns the members with scores in a range.
   * @since 1.0.5 */
  zrangebyscore(key: Arg, min: Arg, max: Arg, options?: ZrangebyscoreOptions & Without<'withscores'>): Out<T, R, T[]>
  /** Returns the members with scores in a range.
   * @since 1.0.5 */
  zrangebyscore(key: Arg, min: Arg, max: Arg, options: ZrangebyscoreOptions & { withscores: true }): Out<T, R, [member: T, score: number][]>
  /** Returns the members with scores in a range.
   * @since 1.0.5 */
  zrangebyscore(key: Arg, min: Arg, max: Arg, options?: ZrangebyscoreOptions): Out<T, R, T[] | [member: T, score: number][]>

  /** Stores the range that `zrange` returns. Returns its number of members.
   * @since 6.2.0 */
  zrangestore(destination: Arg, source: Arg, start: Arg, stop: Arg, options?: ZrangestoreOptions): Out<T, R, number>

  /** Returns the rank of a member by ascending score, from 0, or null.
   * @since 2.0.0 */
  zrank(key: Arg, member: Arg, options?: ZrankOptions & Without<'withscore'>): Out<T, R, number | null>
  /** Returns the rank of a member by ascending score, from 0, or null.
   * @since 2.0.0 */
  zrank(key: Arg, member: Arg, options: ZrankOptions & { withscore: true }): Out<T, R, [rank: number, score: number] | null>
  /** Returns the rank of a member by ascending score, from 0, or null.
   * @since 2.0.0 */
  zrank(key: Arg, member: Arg, options?: ZrankOptions): Out<T, R, number | [rank: number, score: number] | null>

  /** Removes members from a sorted set. Returns the number of removed members.
   * @since 1.2.0 */
  zrem(key: Arg, member: Arg, ...members: Arg[]): Out<T, R, number>
  /** Removes members from a sorted set. Returns the number of removed members.
   * @since 1.2.0 */
  zrem<const K extends Args>(key: Arg, ...members: Spread<K, [member: Arg]> | [members: Args]): Out<T, R, number>

  /** Removes the members in a lexicographical range. Returns their number.
   * @since 2.8.9 */
  zremrangebylex(key: Arg, min: Arg, max: Arg): Out<T, R, number>

  /** Removes the members in a range of ranks. Returns their number.
   * @since 2.0.0 */
  zremrangebyrank(key: Arg, start: Num, stop: Num): Out<T, R, number>

  /** Removes the members with scores in a range. Returns their number.
   * @since 1.2.0 */
  zremrangebyscore(key: Arg, min: Arg, max: Arg, options?: ZcountOptions): Out<T, R, number>

  /** Returns a range of members by rank, highest score first.
   * @since 1.2.0 */
  zrevrange(key: Arg, start: Num, stop: Num, options?: ZdiffOptions & Without<'withscores'>): Out<T, R, T[]>
  /** Returns a range of members by rank, highest score first.
   * @since 1.2.0 */
  zrevrange(key: Arg, start: Num, stop: Num, options: ZdiffOptions & { withscores: true }): Out<T, R, [member: T, score: number][]>
  /** Returns a range of members by rank, highest score first.
   * @since 1.2.0 */
  zrevrange(key: Arg, start: Num, stop: Num, options?: ZdiffOptions): Out<T, R, T[] | [member: T, score: number][]>

  /** Returns the members in a lexicographical range, in reverse order.
   * @since 2.8.9 */
  zrevrangebylex(key: Arg, max: Arg, min: Arg, options?: ZrangebylexOptions): Out<T, R, T[]>

  /** Returns the members with scores in a range, highest score first.
   * @since 2.2.0 */
  zrevrangebyscore(key: Arg, max: Arg, min: Arg, options?: ZrevrangebyscoreOptions & Without<'withscores'>): Out<T, R, T[]>
  /** Returns the members with scores in a range, highest score first.
   * @since 2.2.0 */
  zrevrangebyscore(key: Arg, max: Arg, min: Arg, options: ZrevrangebyscoreOptions & { withscores: true }): Out<T, R, [member: T, score: number][]>
  /** Returns the members with scores in a range, highest score first.
   * @since 2.2.0 */
  zrevrangebyscore(key: Arg, max: Arg, min: Arg, options?: ZrevrangebyscoreOptions): Out<T, R, T[] | [member: T, score: number][]>

  /** Returns the rank of a member by descending score, from 0, or null.
   * @since 2.0.0 */
  zrevrank(key: Arg, member: Arg, options?: ZrankOptions & Without<'withscore'>): Out<T, R, number | null>
  /** Returns the rank of a member by descending score, from 0, or null.
   * @since 2.0.0 */
  zrevrank(key: Arg, member: Arg, options: ZrankOptions & { withscore: true }): Out<T, R, [rank: number, score: number] | null>
  /** Returns the rank of a member by descending score, from 0, or null.
   * @since 2.0.0 */
  zrevrank(key: Arg, member: Arg, options?: ZrankOptions): Out<T, R, number | [rank: number, score: number] | null>

  /** Returns one page of [member, score] pairs and the next cursor. The cursor '0' ends the scan.
   * @since 2.8.0 */
  zscan(key: Arg, cursor: Arg, options?: ZscanOptions & Without<'noscores'>): Out<T, R, [cursor: string, entries: [member: T, score: number][]]>
  /** Returns one page of [member, score] pairs and the next cursor. The cursor '0' ends the scan.
   * @since 2.8.0 */
  zscan(key: Arg, cursor: Arg, options: ZscanOptions & { noscores: true }): Out<T, R, [cursor: string, members: T[]]>
  /** Returns one page of [member, score] pairs and the next cursor. The cursor '0' ends the scan.
   * @since 2.8.0 */
  zscan(key: Arg, cursor: Arg, options?: ZscanOptions): Out<T, R, [cursor: string, entries: [member: T, score: number][]] | [cursor: string, members: T[]]>

  /** Returns the score of a member, or null.
   * @since 1.2.0 */
  zscore(key: Arg, member: Arg): Out<T, R, number | null>

  /** Returns the members that are in any of the sorted sets, with combined scores.
   * @since 6.2.0 */
  zunion(key: Text, ...keys: Text[]): Out<T, R, T[]>
  /** Returns the members that are in any of the sorted sets, with combined scores.
   * @since 6.2.0 */
  zunion<const K extends readonly Text[]>(...keys: Spread<K, [key: Text], Text>): Out<T, R, T[]>
  /** Returns the members that are in any of the sorted sets, with combined scores.
   * @since 6.2.0 */
  zunion<const K extends readonly Text[]>(...args: [...keys: Spread<K, [key: Text], Text>, options: ZinterOptions & Without<'withscores'> | undefined]): Out<T, R, T[]>
  /** Returns the members that are in any of the sorted sets, with combined scores.
   * @since 6.2.0 */
  zunion<O extends Named<O, Num>>(keys: O | WeightedList, options?: ZinterOptions & Without<'withscores'>): Out<T, R, T[]>
  /** Returns the members that are in any of the sorted sets, with combined scores.
   * @since 6.2.0 */
  zunion<const K extends readonly Text[]>(...args: [...keys: Spread<K, [key: Text], Text>, options: ZinterOptions & { withscores: true }]): Out<T, R, [member: T, score: number][]>
  /** Returns the members that are in any of the sorted sets, with combined scores.
   * @since 6.2.0 */
  zunion<O extends Named<O, Num>>(keys: O | WeightedList, options: ZinterOptions & { withscores: true }): Out<T, R, [member: T, score: number][]>
  /** Returns the members that are in any of the sorted sets, with combined scores.
   * @since 6.2.0 */
  zunion<const K extends readonly Text[]>(...args: [...keys: Spread<K, [key: Text], Text>, options: ZinterOptions | undefined]): Out<T, R, T[] | [member: T, score: number][]>
  /** Returns the members that are in any of the sorted sets, with combined scores.
   * @since 6.2.0 */
  zunion<O extends Named<O, Num>>(keys: O | WeightedList, options?: ZinterOptions): Out<T, R, T[] | [member: T, score: number][]>

  /** Stores the union of sorted sets. Returns its number of members.
   * @since 2.0.0 */
  zunionstore(destination: Arg, key: Text, ...keys: Text[]): Out<T, R, number>
  /** Stores the union of sorted sets. Returns its number of members.
   * @since 2.0.0 */
  zunionstore<const K extends readonly Text[]>(destination: Arg, ...keys: Spread<K, [key: Text], Text>): Out<T, R, number>
  /** Stores the union of sorted sets. Returns its number of members.
   * @since 2.0.0 */
  zunionstore<const K extends readonly Text[]>(destination: Arg, ...args: [...keys: Spread<K, [key: Text], Text>, options: ZinterstoreOptions | undefined]): Out<T, R, number>
  /** Stores the union of sorted sets. Returns its number of members.
   * @since 2.0.0 */
  zunionstore<O extends Named<O, Num>>(destination: Arg, keys: O | WeightedList, options?: ZinterstoreOptions): Out<T, R, number>

  /** Appends an entry to a stream. With '*' the server chooses the id. Returns the id.
   * @since 5.0.0 */
  xadd(key: Arg, id: Arg, field: Arg, value: Arg, ...more: Arg[]): Out<T, R, string>
  /** Appends an entry to a stream. With '*' the server chooses the id. Returns the id.
   * @since 5.0.0 */
  xadd<const K extends Args>(key: Arg, id: Arg, ...pairs: Spread<K, [field: Arg, value: Arg]>): Out<T, R, string>
  /** Appends an entry to a stream. With '*' the server chooses the id. Returns the id.
   * @since 5.0.0 */
  xadd<const K extends Args>(key: Arg, id: Arg, ...args: [...pairs: Spread<K, [field: Arg, value: Arg]>, options: XaddOptions & Without<'nomkstream'> | undefined]): Out<T, R, string>
  /** Appends an entry to a stream. With '*' the server chooses the id. Returns the id.
   * @since 5.0.0 */
  xadd<O extends Named<O>>(key: Arg, id: Arg, pairs: O | PairList, options?: XaddOptions & Without<'nomkstream'>): Out<T, R, string>
  /** Appends an entry to a stream. With '*' the server chooses the id. Returns the id.
   * @since 5.0.0 */
  xadd<const K extends Args>(key: Arg, id: Arg, ...args: [...pairs: Spread<K, [field: Arg, value: Arg]>, options: XaddOptions | undefined]): Out<T, R, string | null>
  /** Appends an entry to a stream. With '*' the server chooses the id. Returns the id.
   * @since 5.0.0 */
  xadd<O extends Named<O>>(key: Arg, id: Arg, pairs: O | PairList, options?: XaddOptions): Out<T, R, string | null>

  /** Sets how long, and for how many ids, the stream remembers what its producers sent.
   * @since Redis 8.6.0 */
  xcfgset(key: Arg, options: XcfgsetOptions): Out<T, R, 'OK'>

  /** Deletes entries by id. Returns the number of deleted entries.
   * @since 5.0.0 */
  xdel(key: Arg, id: Arg, ...ids: Arg[]): Out<T, R, number>
  /** Deletes entries by id. Returns the number of deleted entries.
   * @since 5.0.0 */
  xdel<const K extends Args>(key: Arg, ...ids: Spread<K, [id: Arg]> | [ids: Args]): Out<T, R, number>

  /** Deletes entries by id. Returns for each id: 1 deleted, -1 no such entry, 2 still referenced.
   * @since Redis 8.2.0, Valkey 9.2.0 */
  xdelex(key: Arg, id: Text, ...ids: Text[]): Out<T, R, (1 | -1 | 2)[]>
  /** Deletes entries by id. Returns for each id: 1 deleted, -1 no such entry, 2 still referenced.
   * @since Redis 8.2.0, Valkey 9.2.0 */
  xdelex<const K extends readonly Text[]>(key: Arg, ...ids: Spread<K, [id: Text], Text>): Out<T, R, (1 | -1 | 2)[]>
  /** Deletes entries by id. Returns for each id: 1 deleted, -1 no such entry, 2 still referenced.
   * @since Redis 8.2.0, Valkey 9.2.0 */
  xdelex<const K extends readonly Text[]>(key: Arg, ...args: [...ids: Spread<K, [id: Text], Text>, options: XdelexOptions | undefined]): Out<T, R, (1 | -1 | 2)[]>
  /** Deletes entries by id. Returns for each id: 1 deleted, -1 no such entry, 2 still referenced.
   * @since Redis 8.2.0, Valkey 9.2.0 */
  xdelex(key: Arg, ids: Text | Args, options?: XdelexOptions): Out<T, R, (1 | -1 | 2)[]>

  /** Returns information about a stream.
   * @since 5.0.0 */
  xinfoStream(key: Arg, options?: XinfoStreamOptions & Without<'full'>): Out<T, R, StreamInfo<T>>
  /** Returns information about a stream.
   * @since 5.0.0 */
  xinfoStream(key: Arg, options: XinfoStreamOptions & { full: true }): Out<T, R, StreamDetails<T>>
  /** Returns information about a stream.
   * @since 5.0.0 */
  xinfoStream(key: Arg, options?: XinfoStreamOptions): Out<T, R, StreamInfo<T> | StreamDetails<T>>

  /** Returns the number of entries in a stream.
   * @since 5.0.0 */
  xlen(key: Arg): Out<T, R, number>

  /** Returns the entries with ids in a range. '-' and '+' are the ends.
   * @since 5.0.0 */
  xrange(key: Arg, start: Arg, end: Arg, options?: XrangeOptions & Without<'pairs'>): Out<T, R, StreamEntry<T>[]>
  /** Returns the entries with ids in a range. '-' and '+' are the ends.
   * @since 5.0.0 */
  xrange(key: Arg, start: Arg, end: Arg, options: XrangeOptions & { pairs: true }): Out<T, R, StreamEntryPairs<T>[]>
  /** Returns the entries with ids in a range. '-' and '+' are the ends.
   * @since 5.0.0 */
  xrange(key: Arg, start: Arg, end: Arg, options?: XrangeOptions): Out<T, R, StreamEntry<T>[] | StreamEntryPairs<T>[]>

  /** Returns entries with ids above the given ones, by stream, or null.
   * @since 5.0.0 */
  xread(stream: Arg, id: Arg): Out<T, R, Fields<T, StreamEntry<T>[]> | null>
  /** Returns entries with ids above the given ones, by stream, or null.
   * @since 5.0.0 */
  xread(stream: Arg, id: Arg, options: XreadOptions & Without<'pairs'> | undefined): Out<T, R, Fields<T, StreamEntry<T>[]> | null>
  /** Returns entries with ids above the given ones, by stream, or null.
   * @since 5.0.0 */
  xread<O extends Named<O>>(pairs: O | PairList, options?: XreadOptions & Without<'pairs'>): Out<T, R, Fields<T, StreamEntry<T>[]> | null>
  /** Returns entries with ids above the given ones, by stream, or null.
   * @since 5.0.0 */
  xread(stream: Arg, id: Arg, options: XreadOptions & { pairs: true }): Out<T, R, [T, StreamEntryPairs<T>[]][] | null>
  /** Returns entries with ids above the given ones, by stream, or null.
   * @since 5.0.0 */
  xread<O extends Named<O>>(pairs: O | PairList, options: XreadOptions & { pairs: true }): Out<T, R, [T, StreamEntryPairs<T>[]][] | null>
  /** Returns entries with ids above the given ones, by stream, or null.
   * @since 5.0.0 */
  xread(stream: Arg, id: Arg, options: XreadOptions | undefined): Out<T, R, Fields<T, StreamEntry<T>[]> | [T, StreamEntryPairs<T>[]][] | null>
  /** Returns entries with ids above the given ones, by stream, or null.
   * @since 5.0.0 */
  xread<O extends Named<O>>(pairs: O | PairList, options?: XreadOptions): Out<T, R, Fields<T, StreamEntry<T>[]> | [T, StreamEntryPairs<T>[]][] | null>

  /** Returns the entries with ids in a range, in reverse order. '+' and '-' are the ends.
   * @since 5.0.0 */
  xrevrange(key: Arg, end: Arg, start: Arg, options?: XrangeOptions & Without<'pairs'>): Out<T, R, StreamEntry<T>[]>
  /** Returns the entries with ids in a range, in reverse order. '+' and '-' are the ends.
   * @since 5.0.0 */
  xrevrange(key: Arg, end: Arg, start: Arg, options: XrangeOptions & { pairs: true }): Out<T, R, StreamEntryPairs<T>[]>
  /** Returns the entries with ids in a range, in reverse order. '+' and '-' are the ends.
   * @since 5.0.0 */
  xrevrange(key: Arg, end: Arg, start: Arg, options?: XrangeOptions): Out<T, R, StreamEntry<T>[] | StreamEntryPairs<T>[]>

  /** Sets the last id of a stream. Meant for replication.
   * @since 5.0.0 */
  xsetid(key: Arg, lastId: Arg, options?: XsetidOptions): Out<T, R, 'OK'>

  /** Deletes the oldest entries of a stream. Returns their number.
   * @since 5.0.0 */
  xtrim(key: Arg, options: XtrimOptions): Out<T, R, number>

  /** Acknowledges entries of a consumer group. Returns how many were pending.
   * @since 5.0.0 */
  xack(key: Arg, group: Arg, id: Arg, ...ids: Arg[]): Out<T, R, number>
  /** Acknowledges entries of a consumer group. Returns how many were pending.
   * @since 5.0.0 */
  xack<const K extends Args>(key: Arg, group: Arg, ...ids: Spread<K, [id: Arg]> | [ids: Args]): Out<T, R, number>

  /** Acknowledges and deletes entries. Returns for each id: 1 deleted, -1 no such entry, 2 still referenced.
   * @since Redis 8.2.0, Valkey 9.2.0 */
  xackdel(key: Arg, group: Arg, id: Text, ...ids: Text[]): Out<T, R, (1 | -1 | 2)[]>
  /** Acknowledges and deletes entries. Returns for each id: 1 deleted, -1 no such entry, 2 still referenced.
   * @since Redis 8.2.0, Valkey 9.2.0 */
  xackdel<const K extends readonly Text[]>(key: Arg, group: Arg, ...ids: Spread<K, [id: Text], Text>): Out<T, R, (1 | -1 | 2)[]>
  /** Acknowledges and deletes entries. Returns for each id: 1 deleted, -1 no such entry, 2 still referenced.
   * @since Redis 8.2.0, Valkey 9.2.0 */
  xackdel<const K extends readonly Text[]>(key: Arg, group: Arg, ...args: [...ids: Spread<K, [id: Text], Text>, options: XdelexOptions | undefined]): Out<T, R, (1 | -1 | 2)[]>
  /** Acknowledges and deletes entries. Returns for each id: 1 deleted, -1 no such entry, 2 still referenced.
   * @since Redis 8.2.0, Valkey 9.2.0 */
  xackdel(key: Arg, group: Arg, ids: Text | Args, options?: XdelexOptions): Out<T, R, (1 | -1 | 2)[]>

  /** Claims entries that have been pending for at least the given time. Returns the id to continue from, '0-0' at the end.
   * @since 6.2.0 */
  xautoclaim(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, start: Arg, options?: XautoclaimOptions & Without<'justid' | 'pairs'>): Out<T, R, [next: string, entries: StreamEntry<T>[], deleted: string[]]>
  /** Claims entries that have been pending for at least the given time. Returns the id to continue from, '0-0' at the end.
   * @since 6.2.0 */
  xautoclaim(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, start: Arg, options: XautoclaimOptions & { pairs: true }): Out<T, R, [next: string, entries: StreamEntryPairs<T>[], deleted: string[]]>
  /** Claims entries that have been pending for at least the given time. Returns the id to continue from, '0-0' at the end.
   * @since 6.2.0 */
  xautoclaim(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, start: Arg, options: XautoclaimOptions & { justid: true }): Out<T, R, [next: string, ids: string[], deleted: string[]]>
  /** Claims entries that have been pending for at least the given time. Returns the id to continue from, '0-0' at the end.
   * @since 6.2.0 */
  xautoclaim(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, start: Arg, options?: XautoclaimOptions & Without<'pairs'>): Out<T, R, [next: string, entries: StreamEntry<T>[], deleted: string[]] | [next: string, ids: string[], deleted: string[]]>
  /** Claims entries that have been pending for at least the given time. Returns the id to continue from, '0-0' at the end.
   * @since 6.2.0 */
  xautoclaim(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, start: Arg, options?: XautoclaimOptions & Without<'justid'>): Out<T, R, [next: string, entries: StreamEntry<T>[], deleted: string[]] | [next: string, entries: StreamEntryPairs<T>[], deleted: string[]]>
  /** Claims entries that have been pending for at least the given time. Returns the id to continue from, '0-0' at the end.
   * @since 6.2.0 */
  xautoclaim(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, start: Arg, options?: XautoclaimOptions): Out<T, R, [next: string, entries: StreamEntry<T>[], deleted: string[]] | [next: string, ids: string[], deleted: string[]] | [next: string, entries: StreamEntryPairs<T>[], deleted: string[]]>

  /** Claims the given entries if they have been pending for at least the given time.
   * @since 5.0.0 */
  xclaim(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, id: Arg, ...ids: Arg[]): Out<T, R, StreamEntry<T>[]>
  /** Claims the given entries if they have been pending for at least the given time.
   * @since 5.0.0 */
  xclaim<const K extends Args>(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, ...ids: Spread<K, [id: Arg]>): Out<T, R, StreamEntry<T>[]>
  /** Claims the given entries if they have been pending for at least the given time.
   * @since 5.0.0 */
  xclaim<const K extends Args>(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, ...args: [...ids: Spread<K, [id: Arg]>, options: XclaimOptions & Without<'justid' | 'pairs'> | undefined]): Out<T, R, StreamEntry<T>[]>
  /** Claims the given entries if they have been pending for at least the given time.
   * @since 5.0.0 */
  xclaim(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, ids: Arg | Args, options?: XclaimOptions & Without<'justid' | 'pairs'>): Out<T, R, StreamEntry<T>[]>
  /** Claims the given entries if they have been pending for at least the given time.
   * @since 5.0.0 */
  xclaim<const K extends Args>(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, ...args: [...ids: Spread<K, [id: Arg]>, options: XclaimOptions & { pairs: true }]): Out<T, R, StreamEntryPairs<T>[]>
  /** Claims the given entries if they have been pending for at least the given time.
   * @since 5.0.0 */
  xclaim(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, ids: Arg | Args, options: XclaimOptions & { pairs: true }): Out<T, R, StreamEntryPairs<T>[]>
  /** Claims the given entries if they have been pending for at least the given time.
   * @since 5.0.0 */
  xclaim<const K extends Args>(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, ...args: [...ids: Spread<K, [id: Arg]>, options: XclaimOptions & { justid: true }]): Out<T, R, string[]>
  /** Claims the given entries if they have been pending for at least the given time.
   * @since 5.0.0 */
  xclaim(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, ids: Arg | Args, options: XclaimOptions & { justid: true }): Out<T, R, string[]>
  /** Claims the given entries if they have been pending for at least the given time.
   * @since 5.0.0 */
  xclaim<const K extends Args>(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, ...args: [...ids: Spread<K, [id: Arg]>, options: XclaimOptions & Without<'pairs'> | undefined]): Out<T, R, StreamEntry<T>[] | string[]>
  /** Claims the given entries if they have been pending for at least the given time.
   * @since 5.0.0 */
  xclaim(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, ids: Arg | Args, options?: XclaimOptions & Without<'pairs'>): Out<T, R, StreamEntry<T>[] | string[]>
  /** Claims the given entries if they have been pending for at least the given time.
   * @since 5.0.0 */
  xclaim<const K extends Args>(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, ...args: [...ids: Spread<K, [id: Arg]>, options: XclaimOptions & Without<'justid'> | undefined]): Out<T, R, StreamEntry<T>[] | StreamEntryPairs<T>[]>
  /** Claims the given entries if they have been pending for at least the given time.
   * @since 5.0.0 */
  xclaim(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, ids: Arg | Args, options?: XclaimOptions & Without<'justid'>): Out<T, R, StreamEntry<T>[] | StreamEntryPairs<T>[]>
  /** Claims the given entries if they have been pending for at least the given time.
   * @since 5.0.0 */
  xclaim<const K extends Args>(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, ...args: [...ids: Spread<K, [id: Arg]>, options: XclaimOptions | undefined]): Out<T, R, StreamEntry<T>[] | string[] | StreamEntryPairs<T>[]>
  /** Claims the given entries if they have been pending for at least the given time.
   * @since 5.0.0 */
  xclaim(key: Arg, group: Arg, consumer: Arg, minIdleTime: Num, ids: Arg | Args, options?: XclaimOptions): Out<T, R, StreamEntry<T>[] | string[] | StreamEntryPairs<T>[]>

  /** Creates a consumer group that starts after an id. '$' is the end of the stream.
   * @since 5.0.0 */
  xgroupCreate(key: Arg, group: Arg, id: Arg, options?: XgroupCreateOptions): Out<T, R, 'OK'>

  /** Creates a consumer in a group. Returns false if it already exists.
   * @since 6.2.0 */
  xgroupCreateconsumer(key: Arg, group: Arg, consumer: Arg): Out<T, R, boolean>

  /** Deletes a consumer from a group. Returns the number of entries it had pending.
   * @since 5.0.0 */
  xgroupDelconsumer(key: Arg, group: Arg, consumer: Arg): Out<T, R, number>

  /** Deletes a consumer group. Returns false if there is no such group.
   * @since 5.0.0 */
  xgroupDestroy(key: Arg, group: Arg): Out<T, R, boolean>

  /** Sets the last delivered id of a consumer group.
   * @since 5.0.0 */
  xgroupSetid(key: Arg, group: Arg, id: Arg, options?: XgroupSetidOptions): Out<T, R, 'OK'>

  /** Returns the consumers of a group.
   * @since 5.0.0 */
  xinfoConsumers(key: Arg, group: Arg): Out<T, R, StreamConsumer<T>[]>

  /** Returns the consumer groups of a stream.
   * @since 5.0.0 */
  xinfoGroups(key: Arg): Out<T, R, StreamGroup<T>[]>

  /** Returns pending entries to the group for redelivery. Returns their number.
   * @since Redis 8.8.0 */
  xnack(key: Arg, group: Arg, mode: 'silent' | 'fail' | 'fatal', id: Text, ...ids: Text[]): Out<T, R, number>
  /** Returns pending entries to the group for redelivery. Returns their number.
   * @since Redis 8.8.0 */
  xnack<const K extends readonly Text[]>(key: Arg, group: Arg, mode: 'silent' | 'fail' | 'fatal', ...ids: Spread<K, [id: Text], Text>): Out<T, R, number>
  /** Returns pending entries to the group for redelivery. Returns their number.
   * @since Redis 8.8.0 */
  xnack<const K extends readonly Text[]>(key: Arg, group: Arg, mode: 'silent' | 'fail' | 'fatal', ...args: [...ids: Spread<K, [id: Text], Text>, options: XnackOptions | undefined]): Out<T, R, number>
  /** Returns pending entries to the group for redelivery. Returns their number.
   * @since Redis 8.8.0 */
  xnack(key: Arg, group: Arg, mode: 'silent' | 'fail' | 'fatal', ids: Text | Args, options?: XnackOptions): Out<T, R, number>

  /** Returns a summary of a group's pending entries, or the pending entries in a range.
   * @since 5.0.0 */
  xpending(key: Arg, group: Arg, start?: undefined, end?: undefined, count?: undefined): Out<T, R, PendingSummary<T>>
  /** Returns a summary of a group's pending entries, or the pending entries in a range.
   * @since 5.0.0 */
  xpending(key: Arg, group: Arg, start: Arg, end: Arg, count: Num, consumer?: Arg, options?: XpendingOptions): Out<T, R, PendingEntry<T>[]>

  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup(group: Arg, consumer: Arg, stream: Arg, id: Arg): Out<T, R, Fields<T, PendingStreamEntry<T>[]> | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup(group: Arg, consumer: Arg, stream: Arg, id: Arg, options: XreadgroupOptions & Without<'claim' | 'pairs'> | undefined): Out<T, R, Fields<T, PendingStreamEntry<T>[]> | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup<O extends Named<O>>(group: Arg, consumer: Arg, pairs: O | PairList, options?: XreadgroupOptions & Without<'claim' | 'pairs'>): Out<T, R, Fields<T, PendingStreamEntry<T>[]> | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup(group: Arg, consumer: Arg, stream: Arg, id: Arg, options: XreadgroupOptions & { claim: Num } & Without<'pairs'>): Out<T, R, Fields<T, ClaimedStreamEntry<T>[]> | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup<O extends Named<O>>(group: Arg, consumer: Arg, pairs: O | PairList, options: XreadgroupOptions & { claim: Num } & Without<'pairs'>): Out<T, R, Fields<T, ClaimedStreamEntry<T>[]> | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup(group: Arg, consumer: Arg, stream: Arg, id: Arg, options: XreadgroupOptions & { pairs: true } & Without<'claim'>): Out<T, R, [T, PendingStreamEntryPairs<T>[]][] | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup<O extends Named<O>>(group: Arg, consumer: Arg, pairs: O | PairList, options: XreadgroupOptions & { pairs: true } & Without<'claim'>): Out<T, R, [T, PendingStreamEntryPairs<T>[]][] | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup(group: Arg, consumer: Arg, stream: Arg, id: Arg, options: XreadgroupOptions & { claim: Num } & { pairs: true }): Out<T, R, [T, ClaimedStreamEntryPairs<T>[]][] | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup<O extends Named<O>>(group: Arg, consumer: Arg, pairs: O | PairList, options: XreadgroupOptions & { claim: Num } & { pairs: true }): Out<T, R, [T, ClaimedStreamEntryPairs<T>[]][] | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup(group: Arg, consumer: Arg, stream: Arg, id: Arg, options: XreadgroupOptions & Without<'pairs'> | undefined): Out<T, R, Fields<T, PendingStreamEntry<T>[]> | Fields<T, ClaimedStreamEntry<T>[]> | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup<O extends Named<O>>(group: Arg, consumer: Arg, pairs: O | PairList, options?: XreadgroupOptions & Without<'pairs'>): Out<T, R, Fields<T, PendingStreamEntry<T>[]> | Fields<T, ClaimedStreamEntry<T>[]> | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup(group: Arg, consumer: Arg, stream: Arg, id: Arg, options: XreadgroupOptions & Without<'claim'> | undefined): Out<T, R, Fields<T, PendingStreamEntry<T>[]> | [T, PendingStreamEntryPairs<T>[]][] | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup<O extends Named<O>>(group: Arg, consumer: Arg, pairs: O | PairList, options?: XreadgroupOptions & Without<'claim'>): Out<T, R, Fields<T, PendingStreamEntry<T>[]> | [T, PendingStreamEntryPairs<T>[]][] | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup(group: Arg, consumer: Arg, stream: Arg, id: Arg, options: XreadgroupOptions & { pairs: true }): Out<T, R, [T, PendingStreamEntryPairs<T>[]][] | [T, ClaimedStreamEntryPairs<T>[]][] | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup<O extends Named<O>>(group: Arg, consumer: Arg, pairs: O | PairList, options: XreadgroupOptions & { pairs: true }): Out<T, R, [T, PendingStreamEntryPairs<T>[]][] | [T, ClaimedStreamEntryPairs<T>[]][] | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup(group: Arg, consumer: Arg, stream: Arg, id: Arg, options: XreadgroupOptions & { claim: Num }): Out<T, R, Fields<T, ClaimedStreamEntry<T>[]> | [T, ClaimedStreamEntryPairs<T>[]][] | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup<O extends Named<O>>(group: Arg, consumer: Arg, pairs: O | PairList, options: XreadgroupOptions & { claim: Num }): Out<T, R, Fields<T, ClaimedStreamEntry<T>[]> | [T, ClaimedStreamEntryPairs<T>[]][] | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup(group: Arg, consumer: Arg, stream: Arg, id: Arg, options: XreadgroupOptions | undefined): Out<T, R, Fields<T, PendingStreamEntry<T>[]> | Fields<T, ClaimedStreamEntry<T>[]> | [T, PendingStreamEntryPairs<T>[]][] | [T, ClaimedStreamEntryPairs<T>[]][] | null>
  /** Returns new entries ('>') for a consumer of a group, or the consumer's pending ones, by stream, or null.
   * @since 5.0.0 */
  xreadgroup<O extends Named<O>>(group: Arg, consumer: Arg, pairs: O | PairList, options?: XreadgroupOptions): Out<T, R, Fields<T, PendingStreamEntry<T>[]> | Fields<T, ClaimedStreamEntry<T>[]> | [T, PendingStreamEntryPairs<T>[]][] | [T, ClaimedStreamEntryPairs<T>[]][] | null>

  /** Counts the elements of an array that hold a value.
   * @since Redis 8.8.0 */
  arcount(key: Arg): Out<T, R, number>

  /** Deletes elements by index; answers how many there were.
   * @since Redis 8.8.0 */
  ardel(key: Arg, index: Num, ...indices: Num[]): Out<T, R, number>
  /** Deletes elements by index; answers how many there were.
   * @since Redis 8.8.0 */
  ardel<const K extends readonly Num[]>(key: Arg, ...indices: Spread<K, [index: Num], Num> | [indices: readonly Num[]]): Out<T, R, number>

  /** Deletes ranges of elements, the ends included; answers how many there were.
   * @since Redis 8.8.0 */
  ardelrange<O extends Named<O>>(key: Arg, pairs: O | PairList): Out<T, R, number>
  /** Deletes ranges of elements, the ends included; answers how many there were.
   * @since Redis 8.8.0 */
  ardelrange(key: Arg, start: Num, end: Num, ...more: Arg[]): Out<T, R, number>
  /** Deletes ranges of elements, the ends included; answers how many there were.
   * @since Redis 8.8.0 */
  ardelrange<const K extends Args>(key: Arg, ...pairs: Spread<K, [start: Num, end: Num]>): Out<T, R, number>

  /** Returns an element of an array, or null.
   * @since Redis 8.8.0 */
  arget(key: Arg, index: Num): Out<T, R, T | null>

  /** Returns a range of elements, null for each that is missing.
   * @since Redis 8.8.0 */
  argetrange(key: Arg, start: Num, end: Num): Out<T, R, (T | null)[]>

  /** Returns the indices of the elements that predicates hold for.
   * @since Redis 8.8.0 */
  argrep(key: Arg, start: Num, end: Num, options: ArgrepOptions & Without<'withvalues'>): Out<T, R, number[]>
  /** Returns the indices of the elements that predicates hold for.
   * @since Redis 8.8.0 */
  argrep(key: Arg, start: Num, end: Num, options: ArgrepOptions & { withvalues: true }): Out<T, R, [index: number, value: T][]>
  /** Returns the indices of the elements that predicates hold for.
   * @since Redis 8.8.0 */
  argrep(key: Arg, start: Num, end: Num, options: ArgrepOptions): Out<T, R, number[] | [index: number, value: T][]>

  /** Returns what the server knows about an array.
   * @since Redis 8.8.0 */
  arinfo(key: Arg, options?: ArinfoOptions): Out<T, R, ArrayInfo>

  /** Appends values at the cursor; answers the last index.
   * @since Redis 8.8.0 */
  arinsert(key: Arg, value: Arg, ...values: Arg[]): Out<T, R, number>
  /** Appends values at the cursor; answers the last index.
   * @since Redis 8.8.0 */
  arinsert<const K extends Args>(key: Arg, ...values: Spread<K, [value: Arg]> | [values: Args]): Out<T, R, number>

  /** Returns the elements that were appended last, the oldest first.
   * @since Redis 8.8.0 */
  arlastitems(key: Arg, count: Num, options?: ArlastitemsOptions): Out<T, R, (T | null)[]>

  /** Returns the length of an array: its highest index and one.
   * @since Redis 8.8.0 */
  arlen(key: Arg): Out<T, R, number>

  /** Returns several elements by index, null for each that is missing.
   * @since Redis 8.8.0 */
  armget(key: Arg, index: Num, ...indices: Num[]): Out<T, R, (T | null)[]>
  /** Returns several elements by index, null for each that is missing.
   * @since Redis 8.8.0 */
  armget<const K extends readonly Num[]>(key: Arg, ...indices: Spread<K, [index: Num], Num> | [indices: readonly Num[]]): Out<T, R, (T | null)[]>

  /** Sets elements by index; answers how many are new.
   * @since Redis 8.8.0 */
  armset<O extends Named<O>>(key: Arg, pairs: O | PairList): Out<T, R, number>
  /** Sets elements by index; answers how many are new.
   * @since Redis 8.8.0 */
  armset(key: Arg, index: Num, value: Arg, ...more: Arg[]): Out<T, R, number>
  /** Sets elements by index; answers how many are new.
   * @since Redis 8.8.0 */
  armset<const K extends Args>(key: Arg, ...pairs: Spread<K, [index: Num, value: Arg]>): Out<T, R, number>

  /** Returns the index at which `arinsert` goes on, or null when there is none left.
   * @since Redis 8.8.0 */
  arnext(key: Arg): Out<T, R, number | null>

  /** Computes over a range of elements; null if no element counts.
   * @since Redis 8.8.0 */
  arop(key: Arg, start: Num, end: Num, operation: 'sum' | 'min' | 'max' | 'and' | 'or' | 'xor' | 'match' | 'used', value?: Arg): Out<T, R, number | null>

  /** Appends values to a ring of this size; answers the last index.
   * @since Redis 8.8.0 */
  arring(key: Arg, size: Num, value: Arg, ...values: Arg[]): Out<T, R, number>
  /** Appends values to a ring of this size; answers the last index.
   * @since Redis 8.8.0 */
  arring<const K extends Args>(key: Arg, size: Num, ...values: Spread<K, [value: Arg]> | [values: Args]): Out<T, R, number>

  /** Returns the elements in a range that hold a value, as [index, value] pairs.
   * @since Redis 8.8.0 */
  arscan(key: Arg, start: Num, end: Num, options?: ArscanOptions): Out<T, R, [index: number, value: T][]>

  /** Moves the cursor for appending; answers whether the array exists.
   * @since Redis 8.8.0 */
  arseek(key: Arg, index: Num): Out<T, R, boolean>

  /** Sets elements one behind the other from an index on; answers how many are new.
   * @since Redis 8.8.0 */
  arset(key: Arg, index: Num, value: Arg, ...values: Arg[]): Out<T, R, number>
  /** Sets elements one behind the other from an index on; answers how many are new.
   * @since Redis 8.8.0 */
  arset<const K extends Args>(key: Arg, index: Num, ...values: Spread<K, [value: Arg]> | [values: Args]): Out<T, R, number>

  /** Adds an element with its vector, or changes it. Returns whether the element is new.
   * @since Redis 8.0.0 */
  vadd(key: Arg, vector: Vector, element: Arg, options?: VaddOptions): Out<T, R, boolean>

  /** Returns the number of elements of a vector set.
   * @since Redis 8.0.0 */
  vcard(key: Arg): Out<T, R, number>

  /** Returns how many dimensions the vectors of a vector set have.
   * @since Redis 8.0.0 */
  vdim(key: Arg): Out<T, R, number>

  /** Returns the vector of an element, or null.
   * @since Redis 8.0.0 */
  vemb(key: Arg, element: Arg): Out<T, R, number[] | null>

  /** Returns the attributes of an element as JSON text, or null.
   * @since Redis 8.0.0 */
  vgetattr(key: Arg, element: Arg): Out<T, R, T | null>

  /** Returns what the server knows about a vector set, or null.
   * @since Redis 8.0.0 */
  vinfo(key: Arg): Out<T, R, VectorSetInfo | null>

  /** Says whether a vector set has an element.
   * @since Redis 8.0.0 */
  vismember(key: Arg, element: Arg): Out<T, R, boolean>

  /** Returns the neighbours of an element in each layer of the graph, or null.
   * @since Redis 8.0.0 */
  vlinks(key: Arg, element: Arg, options?: VlinksOptions & Without<'withscores'>): Out<T, R, T[][] | null>
  /** Returns the neighbours of an element in each layer of the graph, or null.
   * @since Redis 8.0.0 */
  vlinks(key: Arg, element: Arg, options: VlinksOptions & { withscores: true }): Out<T, R, [element: T, score: number][][] | null>
  /** Returns the neighbours of an element in each layer of the graph, or null.
   * @since Redis 8.0.0 */
  vlinks(key: Arg, element: Arg, options?: VlinksOptions): Out<T, R, T[][] | [element: T, score: number][][] | null>

  /** Returns a random element, or several; a negative count may repeat them.
   * @since Redis 8.0.0 */
  vrandmember(key: Arg, count?: undefined): Out<T, R, T | null>
  /** Returns a random element, or several; a negative count may repeat them.
   * @since Redis 8.0.0 */
  vrandmember(key: Arg, count: Num): Out<T, R, T[]>
  /** Returns a random element, or several; a negative count may repeat them.
   * @since Redis 8.0.0 */
  vrandmember(key: Arg, count?: Num): Out<T, R, T | T[] | null>

  /** Returns the elements in a lexicographical range: '[a' includes a, '(a' excludes it, '-' and '+' are the ends.
   * @since Redis 8.4.0 */
  vrange(key: Arg, start: Arg, end: Arg, count?: Num): Out<T, R, T[]>

  /** Removes an element. Returns whether the vector set had it.
   * @since Redis 8.0.0 */
  vrem(key: Arg, element: Arg): Out<T, R, boolean>

  /** Sets the attributes of an element, JSON text; '' removes them. Returns whether there is such an element.
   * @since Redis 8.0.0 */
  vsetattr(key: Arg, element: Arg, attributes: Arg): Out<T, R, boolean>

  /** Returns the elements whose vectors are most like a vector, or like that of an element of this name.
   * @since Redis 8.0.0 */
  vsim(key: Arg, query: Vector | Text, options?: VsimOptions & Without<'withscores' | 'withattribs'>): Out<T, R, T[]>
  /** Returns the elements whose vectors are most like a vector, or like that of an element of this name.
   * @since Redis 8.0.0 */
  vsim(key: Arg, query: Vector | Text, options: VsimOptions & { withscores: true } & Without<'withattribs'>): Out<T, R, [element: T, score: number][]>
  /** Returns the elements whose vectors are most like a vector, or like that of an element of this name.
   * @since Redis 8.0.0 */
  vsim(key: Arg, query: Vector | Text, options: VsimOptions & { withattribs: true } & Without<'withscores'>): Out<T, R, [element: T, attributes: T | null][]>
  /** Returns the elements whose vectors are most like a vector, or like that of an element of this name.
   * @since Redis 8.0.0 */
  vsim(key: Arg, query: Vector | Text, options: VsimOptions & { withscores: true } & { withattribs: true }): Out<T, R, [element: T, score: number, attributes: T | null][]>
  /** Returns the elements whose vectors are most like a vector, or like that of an element of this name.
   * @since Redis 8.0.0 */
  vsim(key: Arg, query: Vector | Text, options?: VsimOptions & Without<'withattribs'>): Out<T, R, T[] | [element: T, score: number][]>
  /** Returns the elements whose vectors are most like a vector, or like that of an element of this name.
   * @since Redis 8.0.0 */
  vsim(key: Arg, query: Vector | Text, options?: VsimOptions & Without<'withscores'>): Out<T, R, T[] | [element: T, attributes: T | null][]>
  /** Returns the elements whose vectors are most like a vector, or like that of an element of this name.
   * @since Redis 8.0.0 */
  vsim(key: Arg, query: Vector | Text, options: VsimOptions & { withattribs: true }): Out<T, R, [element: T, attributes: T | null][] | [element: T, score: number, attributes: T | null][]>
  /** Returns the elements whose vectors are most like a vector, or like that of an element of this name.
   * @since Redis 8.0.0 */
  vsim(key: Arg, query: Vector | Text, options: VsimOptions & { withscores: true }): Out<T, R, [element: T, score: number][] | [element: T, score: number, attributes: T | null][]>
  /** Returns the elements whose vectors are most like a vector, or like that of an element of this name.
   * @since Redis 8.0.0 */
  vsim(key: Arg, query: Vector | Text, options?: VsimOptions): Out<T, R, T[] | [element: T, score: number][] | [element: T, attributes: T | null][] | [element: T, score: number, attributes: T | null][]>

  /** Copies the value of a key to another key.
   * @since 6.2.0 */
  copy(source: Arg, destination: Arg, options?: CopyOptions): Out<T, R, boolean>

  /** Deletes keys. Returns the number of deleted keys.
   * @since 1.0.0 */
  del(key: Arg, ...keys: Arg[]): Out<T, R, number>
  /** Deletes keys. Returns the number of deleted keys.
   * @since 1.0.0 */
  del<const K extends Args>(...keys: Spread<K, [key: Arg]> | [keys: Args]): Out<T, R, number>
  /** Deletes keys. Returns the number of deleted keys.
   * @since 1.0.0 */
  delete(key: Arg, ...keys: Arg[]): Out<T, R, number>
  /** Deletes keys. Returns the number of deleted keys.
   * @since 1.0.0 */
  delete<const K extends Args>(...keys: Spread<K, [key: Arg]> | [keys: Args]): Out<T, R, number>

  /** Returns the value of a key in the server's serialized form, for `restore`.
   * @since 2.6.0 */
  dump(key: Arg): Out<T, R, Buffer | null>

  /** Counts how many of the given keys exist. A key given twice counts twice.
   * @since 1.0.0 */
  exists(key: Arg, ...keys: Arg[]): Out<T, R, number>
  /** Counts how many of the given keys exist. A key given twice counts twice.
   * @since 1.0.0 */
  exists<const K extends Args>(...keys: Spread<K, [key: Arg]> | [keys: Args]): Out<T, R, number>

  /** Sets the time to live of a key in seconds.
   * @since 1.0.0 */
  expire(key: Arg, seconds: Num, options?: ExpireOptions): Out<T, R, boolean>

  /** Sets the time at which a key expires: a Unix time in seconds, or a `Date`.
   * @since 1.2.0 */
  expireat(key: Arg, time: Time, options?: ExpireOptions): Out<T, R, boolean>

  /** Returns the Unix time in seconds at which a key expires. -1 means never, -2 that there is no such key.
   * @since 7.0.0 */
  expiretime(key: Arg): Out<T, R, number>

  /** Returns all keys that match a pattern. It blocks the server while it runs: prefer `scanIter` in production.
   * @since 1.0.0 */
  keys(pattern: Arg): Out<T, R, T[]>

  /** Moves keys atomically to another server.
   * @since 2.6.0 */
  migrate(host: Arg, port: Num, key: Arg | Args, db: Num, timeout: Num, options?: MigrateOptions): Out<T, R, 'OK' | 'NOKEY'>

  /** Moves a key to another database.
   * @since 1.0.0 */
  move(key: Arg, db: Num): Out<T, R, boolean>

  /** Returns the internal encoding of a value.
   * @since 2.2.3 */
  objectEncoding(key: Arg): Out<T, R, string | null>

  /** Returns the logarithmic access frequency counter of a key.
   * @since 4.0.0 */
  objectFreq(key: Arg): Out<T, R, number | null>

  /** Returns the number of seconds since the last access to a key.
   * @since 2.2.3 */
  objectIdletime(key: Arg): Out<T, R, number | null>

  /** Returns the reference count of a value.
   * @since 2.2.3 */
  objectRefcount(key: Arg): Out<T, R, number | null>

  /** Removes the expiry of a key.
   * @since 2.2.0 */
  persist(key: Arg): Out<T, R, boolean>

  /** Sets the time to live of a key in milliseconds.
   * @since 2.6.0 */
  pexpire(key: Arg, milliseconds: Num, options?: ExpireOptions): Out<T, R, boolean>

  /** Sets the time at which a key expires: a Unix time in milliseconds, or a `Date`.
   * @since 2.6.0 */
  pexpireat(key: Arg, time: Time, options?: ExpireOptions): Out<T, R, boolean>

  /** Returns the Unix time in milliseconds at which a key expires. -1 means never, -2 that there is no such key.
   * @since 7.0.0 */
  pexpiretime(key: Arg): Out<T, R, number>

  /** Returns the remaining time to live of a key in milliseconds. -1 means no expiry, -2 that there is no such key.
   * @since 2.6.0 */
  pttl(key: Arg): Out<T, R, number>

  /** Returns a random key, or null if the database is empty.
   * @since 1.0.0 */
  randomkey(): Out<T, R, T | null>

  /** Renames a key and overwrites the destination.
   * @since 1.0.0 */
  rename(key: Arg, newkey: Arg): Out<T, R, 'OK'>

  /** Renames a key only if the destination does not exist.
   * @since 1.0.0 */
  renamenx(key: Arg, newkey: Arg): Out<T, R, boolean>

  /** Creates a key from the serialized value that `dump` returned. A time to live of 0 means no expiry.
   * @since 2.6.0 */
  restore(key: Arg, ttl: Time, serialized: Arg, options?: RestoreOptions): Out<T, R, 'OK'>

  /** Returns one page of keys and the next cursor. The cursor '0' ends the scan.
   * @since 2.8.0 */
  scan(cursor: Arg, options?: ScanOptions): Out<T, R, [cursor: string, keys: T[]]>

  /** Sorts the elements of a list, a set or a sorted set. Returns or stores the result.
   * @since 1.0.0 */
  sort(key: Arg, options?: SortOptions & Without<'store'>): Out<T, R, (T | null)[]>
  /** Sorts the elements of a list, a set or a sorted set. Returns or stores the result.
   * @since 1.0.0 */
  sort(key: Arg, options: SortOptions & { store: Arg }): Out<T, R, number>
  /** Sorts the elements of a list, a set or a sorted set. Returns or stores the result.
   * @since 1.0.0 */
  sort(key: Arg, options?: SortOptions): Out<T, R, (T | null)[] | number>

  /** Returns the sorted elements of a list, a set or a sorted set. Works on replicas, too.
   * @since 7.0.0 */
  sort_ro(key: Arg, options?: SortRoOptions): Out<T, R, (T | null)[]>

  /** Updates the last access time of keys. Returns the number of keys that exist.
   * @since 3.2.1 */
  touch(key: Arg, ...keys: Arg[]): Out<T, R, number>
  /** Updates the last access time of keys. Returns the number of keys that exist.
   * @since 3.2.1 */
  touch<const K extends Args>(...keys: Spread<K, [key: Arg]> | [keys: Args]): Out<T, R, number>

  /** Returns the remaining time to live of a key in seconds. -1 means no expiry, -2 that there is no such key.
   * @since 1.0.0 */
  ttl(key: Arg): Out<T, R, number>

  /** Returns the type of a value ('string', 'hash', ...), or 'none'.
   * @since 1.0.0 */
  type(key: Arg): Out<T, R, string>

  /** Deletes keys and frees their memory in the background. Returns the number of deleted keys.
   * @since 4.0.0 */
  unlink(key: Arg, ...keys: Arg[]): Out<T, R, number>
  /** Deletes keys and frees their memory in the background. Returns the number of deleted keys.
   * @since 4.0.0 */
  unlink<const K extends Args>(...keys: Spread<K, [key: Arg]> | [keys: Args]): Out<T, R, number>

  /** Counts the set bits of a string, optionally within a range of bytes or bits.
   * @since 2.6.0 */
  bitcount(key: Arg, start?: Num, end?: undefined, unit?: undefined): Out<T, R, number>
  /** Counts the set bits of a string, optionally within a range of bytes or bits.
   * @since 2.6.0 */
  bitcount(key: Arg, start: Num, end?: Num, unit?: undefined): Out<T, R, number>
  /** Counts the set bits of a string, optionally within a range of bytes or bits.
   * @since 2.6.0 */
  bitcount(key: Arg, start: Num, end: Num, unit?: 'byte' | 'bit'): Out<T, R, number>

  /** Reads and changes integers of any width within a string, step by step. A step that `overflow: 'fail'` refuses returns null.
   * @since 3.2.0 */
  bitfield(key: Arg, steps: BitfieldStep | readonly BitfieldStep[]): Out<T, R, (number | null)[]>

  /** Reads integers of any width within a string.
   * @since 6.0.0 */
  bitfield_ro(key: Arg, steps: BitfieldRoStep | readonly BitfieldRoStep[]): Out<T, R, number[]>

  /** Runs a bitwise operation on strings and stores the result. Returns its length in bytes.
   * @since 2.6.0 */
  bitop(operation: 'and' | 'or' | 'xor' | 'not' | 'diff' | 'diff1' | 'andor' | 'one', destination: Arg, key: Arg, ...keys: Arg[]): Out<T, R, number>
  /** Runs a bitwise operation on strings and stores the result. Returns its length in bytes.
   * @since 2.6.0 */
  bitop<const K extends Args>(operation: 'and' | 'or' | 'xor' | 'not' | 'diff' | 'diff1' | 'andor' | 'one', destination: Arg, ...keys: Spread<K, [key: Arg]> | [keys: Args]): Out<T, R, number>

  /** Returns the position of the first bit with the given value, or -1 if there is none.
   * @since 2.8.7 */
  bitpos(key: Arg, bit: Num, start?: Num, end?: undefined, unit?: undefined): Out<T, R, number>
  /** Returns the position of the first bit with the given value, or -1 if there is none.
   * @since 2.8.7 */
  bitpos(key: Arg, bit: Num, start: Num, end?: Num, unit?: undefined): Out<T, R, number>
  /** Returns the position of the first bit with the given value, or -1 if there is none.
   * @since 2.8.7 */
  bitpos(key: Arg, bit: Num, start: Num, end: Num, unit?: 'byte' | 'bit'): Out<T, R, number>

  /** Returns the bit at an offset.
   * @since 2.2.0 */
  getbit(key: Arg, offset: Num): Out<T, R, 0 | 1>

  /** Sets the bit at an offset. Returns its previous value.
   * @since 2.2.0 */
  setbit(key: Arg, offset: Num, value: Num): Out<T, R, 0 | 1>

  /** Adds elements to a HyperLogLog. Returns whether the estimated count may have changed.
   * @since 2.8.9 */
  pfadd(key: Arg, ...elements: Arg[] | [elements: Args]): Out<T, R, boolean>

  /** Returns the estimated number of distinct elements in one or more HyperLogLogs together.
   * @since 2.8.9 */
  pfcount(key: Arg, ...keys: Arg[]): Out<T, R, number>
  /** Returns the estimated number of distinct elements in one or more HyperLogLogs together.
   * @since 2.8.9 */
  pfcount<const K extends Args>(...keys: Spread<K, [key: Arg]> | [keys: Args]): Out<T, R, number>

  /** Reads or changes the registers of a HyperLogLog. Meant for the server's own tests.
   * @since 2.8.9 */
  pfdebug(subcommand: Arg, key: Arg): Out<T, R, unknown>

  /** Merges HyperLogLogs into one.
   * @since 2.8.9 */
  pfmerge(destination: Arg, ...sources: Arg[] | [sources: Args]): Out<T, R, 'OK'>

  /** Runs the server's own test of its HyperLogLog implementation, which takes a while.
   * @since 2.8.9 */
  pfselftest(): Out<T, R, 'OK'>

  /** Adds members with their coordinates to a geospatial index, or moves them. Returns the number of new members.
   * @since 3.2.0 */
  geoadd(key: Arg, longitude: number | bigint, latitude: number | bigint, member: Text, ...more: Arg[]): Out<T, R, number>
  /** Adds members with their coordinates to a geospatial index, or moves them. Returns the number of new members.
   * @since 3.2.0 */
  geoadd<const K extends Args>(key: Arg, ...rows: Spread<K, [longitude: number | bigint, latitude: number | bigint, member: Text]>): Out<T, R, number>
  /** Adds members with their coordinates to a geospatial index, or moves them. Returns the number of new members.
   * @since 3.2.0 */
  geoadd<const K extends Args>(key: Arg, ...args: [...rows: Spread<K, [longitude: number | bigint, latitude: number | bigint, member: Text]>, options: GeoaddOptions | undefined]): Out<T, R, number>
  /** Adds members with their coordinates to a geospatial index, or moves them. Returns the number of new members.
   * @since 3.2.0 */
  geoadd(key: Arg, rows: readonly (readonly [longitude: number | bigint, latitude: number | bigint, member: Text])[] | readonly { longitude: Num; latitude: Num; member: Arg }[] | { longitude: Num; latitude: Num; member: Arg }, options?: GeoaddOptions): Out<T, R, number>

  /** Returns the distance between two members, in meters or another unit, or null if one is missing.
   * @since 3.2.0 */
  geodist(key: Arg, member1: Arg, member2: Arg, unit?: 'm' | 'km' | 'ft' | 'mi'): Out<T, R, number | null>

  /** Returns the Geohash string of each member, null for each missing one.
   * @since 3.2.0 */
  geohash(key: Arg, ...members: Arg[] | [members: Args]): Out<T, R, (string | null)[]>

  /** Returns the longitude and latitude of each member, null for each missing one.
   * @since 3.2.0 */
  geopos(key: Arg, ...members: Arg[] | [members: Args]): Out<T, R, ([longitude: number, latitude: number] | null)[]>

  /** Returns or stores the members within a radius of a position. Prefer `geosearch`.
   * @since 3.2.0 */
  georadius<Withcoord extends boolean = false, Withdist extends boolean = false, Withhash extends boolean = false>(key: Arg, longitude: Num, latitude: Num, radius: Num, unit: 'm' | 'km' | 'ft' | 'mi', options?: GeoradiusOptions & Without<'store' | 'storedist'> & { withcoord?: Withcoord | undefined; withdist?: Withdist | undefined; withhash?: Withhash | undefined }): Out<T, R, GeoradiusReply<T, Withcoord, Withdist, Withhash>>
  /** Returns or stores the members within a radius of a position. Prefer `geosearch`.
   * @since 3.2.0 */
  georadius<Withcoord extends boolean = false, Withdist extends boolean = false, Withhash extends boolean = false>(key: Arg, longitude: Num, latitude: Num, radius: Num, unit: 'm' | 'km' | 'ft' | 'mi', options: GeoradiusOptions & ({ store: Arg } | { storedist: Arg }) & { withcoord?: Withcoord | undefined; withdist?: Withdist | undefined; withhash?: Withhash | undefined }): Out<T, R, number>
  /** Returns or stores the members within a radius of a position. Prefer `geosearch`.
   * @since 3.2.0 */
  georadius<Withcoord extends boolean = false, Withdist extends boolean = false, Withhash extends boolean = false>(key: Arg, longitude: Num, latitude: Num, radius: Num, unit: 'm' | 'km' | 'ft' | 'mi', options?: GeoradiusOptions & { withcoord?: Withcoord | undefined; withdist?: Withdist | undefined; withhash?: Withhash | undefined }): Out<T, R, GeoradiusReply<T, Withcoord, Withdist, Withhash> | number>

  /** Returns or stores the members within a radius of another member. Prefer `geosearch`.
   * @since 3.2.0 */
  georadiusbymember<Withcoord extends boolean = false, Withdist extends boolean = false, Withhash extends boolean = false>(key: Arg, member: Arg, radius: Num, unit: 'm' | 'km' | 'ft' | 'mi', options?: GeoradiusOptions & Without<'store' | 'storedist'> & { withcoord?: Withcoord | undefined; withdist?: Withdist | undefined; withhash?: Withhash | undefined }): Out<T, R, GeoradiusReply<T, Withcoord, Withdist, Withhash>>
  /** Returns or stores the members within a radius of another member. Prefer `geosearch`.
   * @since 3.2.0 */
  georadiusbymember<Withcoord extends boolean = false, Withdist extends boolean = false, Withhash extends boolean = false>(key: Arg, member: Arg, radius: Num, unit: 'm' | 'km' | 'ft' | 'mi', options: GeoradiusOptions & ({ store: Arg } | { storedist: Arg }) & { withcoord?: Withcoord | undefined; withdist?: Withdist | undefined; withhash?: Withhash | undefined }): Out<T, R, number>
  /** Returns or stores the members within a radius of another member. Prefer `geosearch`.
   * @since 3.2.0 */
  georadiusbymember<Withcoord extends boolean = false, Withdist extends boolean = false, Withhash extends boolean = false>(key: Arg, member: Arg, radius: Num, unit: 'm' | 'km' | 'ft' | 'mi', options?: GeoradiusOptions & { withcoord?: Withcoord | undefined; withdist?: Withdist | undefined; withhash?: Withhash | undefined }): Out<T, R, GeoradiusReply<T, Withcoord, Withdist, Withhash> | number>

  /** Returns the members within a radius of another member. Prefer `geosearch`.
   * @since 3.2.10 */
  georadiusbymember_ro<Withcoord extends boolean = false, Withdist extends boolean = false, Withhash extends boolean = false>(key: Arg, member: Arg, radius: Num, unit: 'm' | 'km' | 'ft' | 'mi', options?: GeoradiusbymemberRoOptions & { withcoord?: Withcoord | undefined; withdist?: Withdist | undefined; withhash?: Withhash | undefined }): Out<T, R, GeoradiusReply<T, Withcoord, Withdist, Withhash>>

  /** Returns the members within a radius of a position. Prefer `geosearch`.
   * @since 3.2.10 */
  georadius_ro<Withcoord extends boolean = false, Withdist extends boolean = false, Withhash extends boolean = false>(key: Arg, longitude: Num, latitude: Num, radius: Num, unit: 'm' | 'km' | 'ft' | 'mi', options?: GeoradiusbymemberRoOptions & { withcoord?: Withcoord | undefined; withdist?: Withdist | undefined; withhash?: Withhash | undefined }): Out<T, R, GeoradiusReply<T, Withcoord, Withdist, Withhash>>

  /** Returns the members of a geospatial index within a circle, a box or a polygon.
   * @since 6.2.0 */
  geosearch<Withcoord extends boolean = false, Withdist extends boolean = false, Withhash extends boolean = false>(key: Arg, options: GeosearchOptions & { withcoord?: Withcoord | undefined; withdist?: Withdist | undefined; withhash?: Withhash | undefined }): Out<T, R, GeoradiusReply<T, Withcoord, Withdist, Withhash>>

  /** Stores the members within a circle, a box or a polygon. Returns their number.
   * @since 6.2.0 */
  geosearchstore(destination: Arg, source: Arg, options: GeosearchstoreOptions): Out<T, R, number>

  /** Publishes a message to a channel. Returns the number of clients that received it.
   * @since 2.0.0 */
  publish(channel: Arg, message: Arg): Out<T, R, number>

  /** Lists the channels that have subscribers. Pattern subscriptions do not count.
   * @since 2.8.0 */
  pubsubChannels(pattern?: Arg): Out<T, R, T[]>

  /** Returns the number of patterns that clients are subscribed to.
   * @since 2.8.0 */
  pubsubNumpat(): Out<T, R, number>

  /** Returns the number of subscribers of each channel.
   * @since 2.8.0 */
  pubsubNumsub(...channels: Arg[] | [channels: Args]): Out<T, R, Fields<T, number>>

  /** Lists the shard channels that have subscribers.
   * @since 7.0.0 */
  pubsubShardchannels(pattern?: Arg): Out<T, R, T[]>

  /** Returns the number of subscribers of each shard channel.
   * @since 7.0.0 */
  pubsubShardnumsub(...channels: Arg[] | [channels: Args]): Out<T, R, Fields<T, number>>

  /** Publishes a message to a shard channel. Returns the number of clients that received it.
   * @since 7.0.0 */
  spublish(channel: Arg, message: Arg): Out<T, R, number>

  /** Runs a Lua script with an array of keys and an array of arguments.
   * @since 2.6.0 */
  eval(script: Arg, keys?: Text | Args, args?: Arg | Args): Out<T, R, unknown>

  /** Runs a cached script by its SHA-1 digest.
   * @since 2.6.0 */
  evalsha(sha1: Arg, keys?: Text | Args, args?: Arg | Args): Out<T, R, unknown>

  /** Runs a cached read-only script by its SHA-1 digest.
   * @since 7.0.0 */
  evalsha_ro(sha1: Arg, keys?: Text | Args, args?: Arg | Args): Out<T, R, unknown>

  /** Runs a read-only Lua script.
   * @since 7.0.0 */
  eval_ro(script: Arg, keys?: Text | Args, args?: Arg | Args): Out<T, R, unknown>

  /** Calls a function with an array of keys and an array of arguments.
   * @since 7.0.0 */
  fcall(name: Arg, keys?: Text | Args, args?: Arg | Args): Out<T, R, unknown>

  /** Calls a read-only function.
   * @since 7.0.0 */
  fcall_ro(name: Arg, keys?: Text | Args, args?: Arg | Args): Out<T, R, unknown>

  /** Deletes a library and its functions.
   * @since 7.0.0 */
  functionDelete(library: Arg): Out<T, R, 'OK'>

  /** Returns all libraries in the server's serialized form.
   * @since 7.0.0 */
  functionDump(): Out<T, R, Buffer>

  /** Deletes all libraries.
   * @since 7.0.0 */
  functionFlush(mode?: 'async' | 'sync'): Out<T, R, 'OK'>

  /** Stops the function that is running, unless it has already written.
   * @since 7.0.0 */
  functionKill(): Out<T, R, 'OK'>

  /** Lists the libraries and their functions.
   * @since 7.0.0 */
  functionList(options?: FunctionListOptions): Out<T, R, FunctionLibrary<T>[]>

  /** Loads a library. Returns its name.
   * @since 7.0.0 */
  functionLoad(code: Arg, options?: FunctionLoadOptions): Out<T, R, string>

  /** Restores the libraries that `functionDump` returned.
   * @since 7.0.0 */
  functionRestore(serialized: Arg, policy?: 'flush' | 'append' | 'replace'): Out<T, R, 'OK'>

  /** Returns the function that is running, and the number of libraries and functions.
   * @since 7.0.0 */
  functionStats(): Out<T, R, FunctionStats<T>>

  /** Checks for each SHA-1 digest whether the script is cached.
   * @since 2.6.0 */
  scriptExists(sha1: Arg, ...sha1s: Arg[]): Out<T, R, boolean[]>
  /** Checks for each SHA-1 digest whether the script is cached.
   * @since 2.6.0 */
  scriptExists<const K extends Args>(...sha1s: Spread<K, [sha1: Arg]> | [sha1s: Args]): Out<T, R, boolean[]>

  /** Removes all scripts from the cache.
   * @since 2.6.0 */
  scriptFlush(mode?: 'async' | 'sync'): Out<T, R, 'OK'>

  /** Stops the script that is running, unless it has already written.
   * @since 2.6.0 */
  scriptKill(): Out<T, R, 'OK'>

  /** Loads a script into the cache. Returns its SHA-1 digest.
   * @since 2.6.0 */
  scriptLoad(script: Arg): Out<T, R, string>

  /** Returns the source of a cached script by its SHA-1 digest.
   * @since Valkey 8.0.0 */
  scriptShow(sha1: Arg): Out<T, R, T | null>

  /** Returns the name of this connection, or null if it has none.
   * @since 2.6.9 */
  clientGetname(): Out<T, R, string | null>

  /** Returns the client id that receives invalidation messages. 0 means no redirection, -1 that tracking is off.
   * @since 6.0.0 */
  clientGetredir(): Out<T, R, number>

  /** Returns the client id of this connection.
   * @since 5.0.0 */
  clientId(): Out<T, R, number>

  /** Returns information about this connection.
   * @since 6.2.0 */
  clientInfo(): Out<T, R, Record<string, string>>

  /** Closes the connections that match every filter. Returns their number.
   * @since 2.4.0 */
  clientKill(options: ClientKillOptions): Out<T, R, number>

  /** Lists the open connections of the server.
   * @since 2.4.0 */
  clientList(options?: ClientListOptions): Out<T, R, Record<string, string>[]>

  /** Suspends the commands of clients for a number of milliseconds.
   * @since 3.0.0 */
  clientPause(timeout: Num, mode?: 'write' | 'all'): Out<T, R, 'OK'>

  /** Returns the tracking state of this connection.
   * @since 6.2.0 */
  clientTrackinginfo(): Out<T, R, { flags: string[]; redirect: number; prefixes: T[] }>

  /** Unblocks another client that is waiting in a blocking command.
   * @since 5.0.0 */
  clientUnblock(clientId: Num, reason?: 'timeout' | 'error'): Out<T, R, boolean>

  /** Resumes the clients that `clientPause` suspended.
   * @since 6.2.0 */
  clientUnpause(): Out<T, R, 'OK'>

  /** Returns the given message.
   * @since 1.0.0 */
  echo(message: Arg): Out<T, R, T>

  /** Returns 'PONG', or the given message.
   * @since 1.0.0 */
  ping(message?: undefined): Out<T, R, 'PONG'>
  /** Returns 'PONG', or the given message.
   * @since 1.0.0 */
  ping(message: Arg): Out<T, R, T>
  /** Returns 'PONG', or the given message.
   * @since 1.0.0 */
  ping(message?: Arg): Out<T, R, 'PONG' | T>

  /** Rewrites the append-only file in the background.
   * @since 1.0.0 */
  bgrewriteaof(): Out<T, R, string>

  /** Saves the dataset to disk in the background.
   * @since 1.0.0 */
  bgsave(options?: BgsaveOptions): Out<T, R, string>

  /** Returns the configuration parameters that match the patterns.
   * @since 2.0.0 */
  configGet(pattern: Arg, ...patterns: Arg[]): Out<T, R, Record<string, string>>
  /** Returns the configuration parameters that match the patterns.
   * @since 2.0.0 */
  configGet<const K extends Args>(...patterns: Spread<K, [pattern: Arg]> | [patterns: Args]): Out<T, R, Record<string, string>>

  /** Resets the statistics of `info`.
   * @since 2.0.0 */
  configResetstat(): Out<T, R, 'OK'>

  /** Writes the current configuration to the configuration file.
   * @since 2.8.0 */
  configRewrite(): Out<T, R, 'OK'>

  /** Sets configuration parameters.
   * @since 2.0.0 */
  configSet<O extends Named<O>>(pairs: O | PairList): Out<T, R, 'OK'>
  /** Sets configuration parameters.
   * @since 2.0.0 */
  configSet(parameter: Arg, value: Arg, ...more: Arg[]): Out<T, R, 'OK'>
  /** Sets configuration parameters.
   * @since 2.0.0 */
  configSet<const K extends Args>(...pairs: Spread<K, [parameter: Arg, value: Arg]>): Out<T, R, 'OK'>

  /** Returns the number of keys in the database.
   * @since 1.0.0 */
  dbsize(): Out<T, R, number>

  /** Runs a debugging command of the server's developers. Some of them crash the server.
   * @since 1.0.0 */
  debug(arg: Arg, ...args: Arg[]): Out<T, R, unknown>
  /** Runs a debugging command of the server's developers. Some of them crash the server.
   * @since 1.0.0 */
  debug<const K extends Args>(...args: Spread<K, [arg: Arg]> | [args: Args]): Out<T, R, unknown>

  /** Starts a coordinated failover to a replica.
   * @since 6.2.0 */
  failover(options?: FailoverOptions): Out<T, R, 'OK'>

  /** Deletes all keys in all databases.
   * @since 1.0.0 */
  flushall(mode?: 'async' | 'sync'): Out<T, R, 'OK'>

  /** Deletes all keys in the database.
   * @since 1.0.0 */
  flushdb(mode?: 'async' | 'sync'): Out<T, R, 'OK'>

  /** Returns information and statistics about the server, by section in lower case.
   * @since 1.0.0 */
  info(...sections: Arg[] | [sections: Args]): Out<T, R, Record<string, Record<string, string>>>

  /** Returns the Unix time of the last successful save to disk.
   * @since 1.0.0 */
  lastsave(): Out<T, R, number>

  /** Returns the server version and a piece of computer art, as text.
   * @since 5.0.0 */
  lolwut(options?: LolwutOptions): Out<T, R, string>

  /** Lists the loaded modules.
   * @since 4.0.0 */
  moduleList(): Out<T, R, LoadedModule[]>

  /** Loads a module.
   * @since 4.0.0 */
  moduleLoad(path: Arg, ...args: Arg[] | [args: Args]): Out<T, R, 'OK'>

  /** Loads a module with its configuration.
   * @since 7.0.0 */
  moduleLoadex(path: Arg, options?: ModuleLoadexOptions): Out<T, R, 'OK'>

  /** Unloads a module.
   * @since 4.0.0 */
  moduleUnload(name: Arg): Out<T, R, 'OK'>

  /** Makes the server a replica of another one. 'no' and 'one' make it a master.
   * @since 5.0.0 */
  replicaof(host: Arg, port: Arg): Out<T, R, string>

  /** Returns the replication role of the server and its peers.
   * @since 2.8.12 */
  role(): Out<T, R, { role: 'master'; offset: number; replicas: { host: string; port: number; offset: number }[] } | { role: 'slave'; host: string; port: number; state: string; offset: number } | { role: 'sentinel'; masters: string[] }>

  /** Saves the dataset to disk and blocks the server meanwhile.
   * @since 1.0.0 */
  save(): Out<T, R, 'OK'>

  /** Shuts down the server. The call rejects because its connection is lost.
   * @since 1.0.0 */
  shutdown(options?: ShutdownOptions): Out<T, R, 'OK'>

  /** Makes the server a replica. The old name of `replicaof`.
   * @since 1.0.0 */
  slaveof(host: Arg, port: Arg): Out<T, R, string>

  /** Swaps two databases.
   * @since 4.0.0 */
  swapdb(index1: Num, index2: Num): Out<T, R, 'OK'>

  /** Returns the current Unix time of the server.
   * @since 2.6.0 */
  time(): Out<T, R, [seconds: number, microseconds: number]>

  /** Lists the ACL categories, or the commands in one category.
   * @since 6.0.0 */
  aclCat(category?: Arg): Out<T, R, string[]>

  /** Deletes users and closes their connections. Returns the number of deleted users.
   * @since 6.0.0 */
  aclDeluser(username: Arg, ...usernames: Arg[]): Out<T, R, number>
  /** Deletes users and closes their connections. Returns the number of deleted users.
   * @since 6.0.0 */
  aclDeluser<const K extends Args>(...usernames: Spread<K, [username: Arg]> | [usernames: Args]): Out<T, R, number>

  /** Checks whether a user may run a command, without running it. Returns 'OK' or the reason for the refusal.
   * @since 7.0.0 */
  aclDryrun(username: Arg, command: Arg, ...args: Arg[] | [args: Args]): Out<T, R, string>

  /** Generates a random password in hexadecimal, with 256 bits or the given number.
   * @since 6.0.0 */
  aclGenpass(bits?: Num): Out<T, R, string>

  /** Returns the rules of a user, or null if there is no such user.
   * @since 6.0.0 */
  aclGetuser(username: Arg): Out<T, R, AclUser | null>

  /** Returns the rules of all users in the format of an ACL file.
   * @since 6.0.0 */
  aclList(): Out<T, R, string[]>

  /** Reloads the users from the ACL file.
   * @since 6.0.0 */
  aclLoad(): Out<T, R, 'OK'>

  /** Returns recent ACL denials, newest first.
   * @since 6.0.0 */
  aclLog(options?: AclLogOptions & Without<'reset'>): Out<T, R, AclDenial[]>
  /** Returns recent ACL denials, newest first.
   * @since 6.0.0 */
  aclLog(options: AclLogOptions & { reset: true }): Out<T, R, 'OK'>
  /** Returns recent ACL denials, newest first.
   * @since 6.0.0 */
  aclLog(options?: AclLogOptions): Out<T, R, AclDenial[] | 'OK'>

  /** Saves the users to the ACL file.
   * @since 6.0.0 */
  aclSave(): Out<T, R, 'OK'>

  /** Creates a user or changes its rules.
   * @since 6.0.0 */
  aclSetuser(username: Arg, ...rules: Arg[] | [rules: Args]): Out<T, R, 'OK'>

  /** Lists the names of all users.
   * @since 6.0.0 */
  aclUsers(): Out<T, R, string[]>

  /** Returns the user name of this connection.
   * @since 6.0.0 */
  aclWhoami(): Out<T, R, string>

  /** Returns the number of commands that the server supports.
   * @since 2.8.13 */
  commandCount(): Out<T, R, number>

  /** Returns documentation of the given commands, or of all, by name.
   * @since 7.0.0 */
  commandDocs(...names: Arg[] | [names: Args]): Out<T, R, Record<string, CommandDocumentation>>

  /** Returns the keys of a full command call.
   * @since 2.8.13 */
  commandGetkeys(command: Arg, ...args: Arg[] | [args: Args]): Out<T, R, T[]>

  /** Returns the keys of a full command call, each with its access flags.
   * @since 7.0.0 */
  commandGetkeysandflags(command: Arg, ...args: Arg[] | [args: Args]): Out<T, R, [T, string[]][]>

  /** Returns details of the given commands, or of all. Unknown commands are null.
   * @since 2.8.13 */
  commandInfo(...names: Arg[] | [names: Args]): Out<T, R, (CommandDetails | null)[]>

  /** Lists the names of all commands that the server supports.
   * @since 7.0.0 */
  commandList(options?: CommandListOptions): Out<T, R, string[]>

  /** Returns entries of the log of slow or large commands, newest first. `value` is in microseconds or bytes.
   * @since Valkey 8.1.0 */
  commandlogGet(count: Num, log: 'slow' | 'large-request' | 'large-reply'): Out<T, R, CommandlogEntry<T>[]>

  /** Returns the number of entries in a command log.
   * @since Valkey 8.1.0 */
  commandlogLen(log: 'slow' | 'large-request' | 'large-reply'): Out<T, R, number>

  /** Clears a command log.
   * @since Valkey 8.1.0 */
  commandlogReset(log: 'slow' | 'large-request' | 'large-reply'): Out<T, R, 'OK'>

  /** Returns the server's own analysis of its latency, as text.
   * @since 2.8.13 */
  latencyDoctor(): Out<T, R, string>

  /** Draws the latency of an event as text.
   * @since 2.8.13 */
  latencyGraph(event: Arg): Out<T, R, string>

  /** Returns the latency distribution of the given commands, or of all.
   * @since 7.0.0 */
  latencyHistogram(...commands: Arg[] | [commands: Args]): Out<T, R, Record<string, LatencyHistogram>>

  /** Returns the latency samples of an event in milliseconds, with Unix times.
   * @since 2.8.13 */
  latencyHistory(event: Arg): Out<T, R, LatencySample[]>

  /** Returns the latest and the highest latency of each event, in milliseconds.
   * @since 2.8.13 */
  latencyLatest(): Out<T, R, LatencyPeak[]>

  /** Clears the latency samples of the given events, or of all. Returns how many were cleared.
   * @since 2.8.13 */
  latencyReset(...events: Arg[] | [events: Args]): Out<T, R, number>

  /** Returns entries of the slow log, newest first. Durations are in microseconds.
   * @since 2.2.12 */
  slowlogGet(count?: Num): Out<T, R, SlowlogEntry<T>[]>

  /** Returns the number of entries in the slow log.
   * @since 2.2.12 */
  slowlogLen(): Out<T, R, number>

  /** Clears the slow log.
   * @since 2.2.12 */
  slowlogReset(): Out<T, R, 'OK'>

  /** Returns the server's own analysis of its memory use, as text.
   * @since 4.0.0 */
  memoryDoctor(): Out<T, R, string>

  /** Returns the statistics of the memory allocator, as text.
   * @since 4.0.0 */
  memoryMallocStats(): Out<T, R, string>

  /** Asks the memory allocator to release unused memory.
   * @since 4.0.0 */
  memoryPurge(): Out<T, R, 'OK'>

  /** Returns details of the server's memory use, in bytes.
   * @since 4.0.0 */
  memoryStats(): Out<T, R, Record<string, number | Record<string, number>>>

  /** Returns the number of bytes that a key and its value use, or null.
   * @since 4.0.0 */
  memoryUsage(key: Arg, options?: MemoryUsageOptions): Out<T, R, number | null>

  /** Aborts a backup that is not sealed yet.
   * @since Redis 8.10.0 */
  backupAbort(): Out<T, R, 'OK'>

  /** Deletes the files of the last backup.
   * @since Redis 8.10.0 */
  backupCleanup(): Out<T, R, 'OK'>

  /** Lists the paths of the backup's files so far.
   * @since Redis 8.10.0 */
  backupList(): Out<T, R, string[]>

  /** Completes the backup. Its files no longer change.
   * @since Redis 8.10.0 */
  backupSeal(): Out<T, R, 'OK'>

  /** Starts an online backup.
   * @since Redis 8.10.0 */
  backupStart(): Out<T, R, 'OK'>

  /** Returns the state of the backup. Times are in seconds.
   * @since Redis 8.10.0 */
  backupStatus(): Out<T, R, BackupStatus>

  /** Returns the hottest keys found, or null if tracking never ran.
   * @since Redis 8.6.0 */
  hotkeysGet(): Out<T, R, HotKeys<T> | null>

  /** Discards the results of hot key tracking.
   * @since Redis 8.6.0 */
  hotkeysReset(): Out<T, R, 'OK'>

  /** Starts tracking the keys that use the most processor time or network traffic.
   * @since Redis 8.6.0 */
  hotkeysStart(metric: 'cpu' | 'net', ...metrics: ('cpu' | 'net')[]): Out<T, R, 'OK'>
  /** Starts tracking the keys that use the most processor time or network traffic.
   * @since Redis 8.6.0 */
  hotkeysStart<const K extends readonly ('cpu' | 'net')[]>(...metrics: Spread<K, [metric: 'cpu' | 'net'], 'cpu' | 'net'>): Out<T, R, 'OK'>
  /** Starts tracking the keys that use the most processor time or network traffic.
   * @since Redis 8.6.0 */
  hotkeysStart<const K extends readonly ('cpu' | 'net')[]>(...args: [...metrics: Spread<K, [metric: 'cpu' | 'net'], 'cpu' | 'net'>, options: HotkeysStartOptions | undefined]): Out<T, R, 'OK'>
  /** Starts tracking the keys that use the most processor time or network traffic.
   * @since Redis 8.6.0 */
  hotkeysStart(metrics: 'cpu' | 'net' | readonly ('cpu' | 'net')[], options?: HotkeysStartOptions): Out<T, R, 'OK'>

  /** Stops tracking hot keys and keeps the results. Returns null if tracking was not running.
   * @since Redis 8.6.0 */
  hotkeysStop(): Out<T, R, 'OK' | null>

  /** Assigns slots to this node.
   * @since 3.0.0 */
  clusterAddslots(slot: Num, ...slots: Num[]): Out<T, R, 'OK'>
  /** Assigns slots to this node.
   * @since 3.0.0 */
  clusterAddslots<const K extends readonly Num[]>(...slots: Spread<K, [slot: Num], Num> | [slots: readonly Num[]]): Out<T, R, 'OK'>

  /** Assigns ranges of slots to this node.
   * @since 7.0.0 */
  clusterAddslotsrange<O extends Named<O>>(pairs: O | PairList): Out<T, R, 'OK'>
  /** Assigns ranges of slots to this node.
   * @since 7.0.0 */
  clusterAddslotsrange(start: Num, end: Num, ...more: Arg[]): Out<T, R, 'OK'>
  /** Assigns ranges of slots to this node.
   * @since 7.0.0 */
  clusterAddslotsrange<const K extends Args>(...pairs: Spread<K, [start: Num, end: Num]>): Out<T, R, 'OK'>

  /** Advances the cluster's configuration epoch. Returns what was done.
   * @since 3.0.0 */
  clusterBumpepoch(): Out<T, R, string>

  /** Cancels all slot migrations that this node started.
   * @since Valkey 9.0.0 */
  clusterCancelslotmigrations(): Out<T, R, 'OK'>

  /** Returns the number of active failure reports for a node.
   * @since 3.0.0 */
  clusterCountFailureReports(nodeId: Arg): Out<T, R, number>

  /** Returns the number of keys in a slot on this node.
   * @since 3.0.0 */
  clusterCountkeysinslot(slot: Num): Out<T, R, number>

  /** Removes slots from this node.
   * @since 3.0.0 */
  clusterDelslots(slot: Num, ...slots: Num[]): Out<T, R, 'OK'>
  /** Removes slots from this node.
   * @since 3.0.0 */
  clusterDelslots<const K extends readonly Num[]>(...slots: Spread<K, [slot: Num], Num> | [slots: readonly Num[]]): Out<T, R, 'OK'>

  /** Removes ranges of slots from this node.
   * @since 7.0.0 */
  clusterDelslotsrange<O extends Named<O>>(pairs: O | PairList): Out<T, R, 'OK'>
  /** Removes ranges of slots from this node.
   * @since 7.0.0 */
  clusterDelslotsrange(start: Num, end: Num, ...more: Arg[]): Out<T, R, 'OK'>
  /** Removes ranges of slots from this node.
   * @since 7.0.0 */
  clusterDelslotsrange<const K extends Args>(...pairs: Spread<K, [start: Num, end: Num]>): Out<T, R, 'OK'>

  /** Makes this replica take over from its primary.
   * @since 3.0.0 */
  clusterFailover(mode?: 'force' | 'takeover'): Out<T, R, 'OK'>

  /** Deletes all keys in a slot.
   * @since Valkey 9.0.0 */
  clusterFlushslot(slot: Num, mode?: 'async' | 'sync'): Out<T, R, 'OK'>

  /** Removes all slots from this node, which must hold no keys.
   * @since 3.0.0 */
  clusterFlushslots(): Out<T, R, 'OK'>

  /** Removes a node from this node's table of nodes.
   * @since 3.0.0 */
  clusterForget(nodeId: Arg): Out<T, R, 'OK'>

  /** Returns some of the keys in a slot on this node.
   * @since 3.0.0 */
  clusterGetkeysinslot(slot: Num, count: Num): Out<T, R, T[]>

  /** Returns the ongoing slot migrations and the most recent finished ones.
   * @since Valkey 9.0.0 */
  clusterGetslotmigrations(): Out<T, R, ClusterSlotMigration[]>

  /** Returns the state of the cluster as this node sees it, with statistics.
   * @since 3.0.0 */
  clusterInfo(): Out<T, R, Record<string, string>>

  /** Returns the hash slot of a key.
   * @since 3.0.0 */
  clusterKeyslot(key: Arg): Out<T, R, number>

  /** Returns the node's connections to its peers.
   * @since 7.0.0 */
  clusterLinks(): Out<T, R, ClusterLink[]>

  /** Introduces another node to this one, so that the two form a cluster.
   * @since 3.0.0 */
  clusterMeet(ip: Arg, port: Num, busPort?: Num): Out<T, R, 'OK'>

  /** Moves ranges of slots to other nodes.
   * @since Valkey 9.0.0 */
  clusterMigrateslots(steps: ClusterMigrateslotsStep | readonly ClusterMigrateslotsStep[]): Out<T, R, 'OK'>

  /** Starts, cancels or shows migrations of slots to this node.
   * @since Redis 8.4.0 */
  clusterMigration(options: ClusterMigrationOptions & Without<'cancel' | 'cancelAll' | 'status' | 'statusAll'>): Out<T, R, string>
  /** Starts, cancels or shows migrations of slots to this node.
   * @since Redis 8.4.0 */
  clusterMigration(options: ClusterMigrationOptions & ({ status: Arg } | { statusAll: true })): Out<T, R, ClusterMigrationTask[]>
  /** Starts, cancels or shows migrations of slots to this node.
   * @since Redis 8.4.0 */
  clusterMigration(options: ClusterMigrationOptions & ({ cancel: Arg } | { cancelAll: true })): Out<T, R, number>
  /** Starts, cancels or shows migrations of slots to this node.
   * @since Redis 8.4.0 */
  clusterMigration(options: ClusterMigrationOptions & Without<'status' | 'statusAll'>): Out<T, R, string | number>
  /** Starts, cancels or shows migrations of slots to this node.
   * @since Redis 8.4.0 */
  clusterMigration(options: ClusterMigrationOptions & Without<'cancel' | 'cancelAll'>): Out<T, R, string | ClusterMigrationTask[]>
  /** Starts, cancels or shows migrations of slots to this node.
   * @since Redis 8.4.0 */
  clusterMigration(options: ClusterMigrationOptions): Out<T, R, string | number | ClusterMigrationTask[]>

  /** Returns the id of this node.
   * @since 3.0.0 */
  clusterMyid(): Out<T, R, string>

  /** Returns the id of this node's shard.
   * @since 7.2.0 */
  clusterMyshardid(): Out<T, R, string>

  /** Returns the nodes as text, one line for each, in the format of the node's own configuration file.
   * @since 3.0.0 */
  clusterNodes(): Out<T, R, string>

  /** Returns the replicas of a primary, as lines in the format of `clusterNodes`.
   * @since 5.0.0 */
  clusterReplicas(nodeId: Arg): Out<T, R, string[]>

  /** Makes this node a replica of another one. 'no' and 'one' make it a primary without slots (Valkey 9.0).
   * @since 3.0.0 */
  clusterReplicate(nodeId: Arg, ...more: Arg[]): Out<T, R, 'OK'>
  /** Makes this node a replica of another one. 'no' and 'one' make it a primary without slots (Valkey 9.0).
   * @since 3.0.0 */
  clusterReplicate<const K extends Args>(...nodeId: Spread<K, [nodeId: Arg]> | [nodeId: Args]): Out<T, R, 'OK'>

  /** Resets this node: it forgets its peers and its slots.
   * @since 3.0.0 */
  clusterReset(mode?: 'hard' | 'soft'): Out<T, R, 'OK'>

  /** Saves the node's cluster configuration to disk.
   * @since 3.0.0 */
  clusterSaveconfig(): Out<T, R, 'OK'>

  /** Sets the configuration epoch of a new node.
   * @since 3.0.0 */
  clusterSetConfigEpoch(epoch: Num): Out<T, R, 'OK'>

  /** Sets the state of a slot: its owner, or the node that it is migrating to or importing from.
   * @since 3.0.0 */
  clusterSetslot(slot: Num, options: ClusterSetslotOptions): Out<T, R, 'OK'>

  /** Returns the shards with their slots and nodes.
   * @since 7.0.0 */
  clusterShards(): Out<T, R, ClusterShard[]>

  /** Returns the replicas of a primary. The old name of `clusterReplicas`.
   * @since 3.0.0 */
  clusterSlaves(nodeId: Arg): Out<T, R, string[]>

  /** Returns usage statistics of the node's slots.
   * @since Redis 8.2.0, Valkey 8.0.0 */
  clusterSlotStats(options: ClusterSlotStatsOptions): Out<T, R, [slot: number, statistics: Record<string, number>][]>

  /** Returns the slot ranges with their nodes, primary first.
   * @since 3.0.0 */
  clusterSlots(): Out<T, R, { start: number; end: number; nodes: ClusterSlotNode[] }[]>

  /** Returns one page of the cluster's keys and the next cursor. The cursor '0' ends the scan.
   * @since Valkey 9.1.0 */
  clusterscan(cursor: Arg, options?: ClusterscanOptions): Out<T, R, [cursor: string, keys: T[]]>

  /** Checks whether enough sentinels are reachable for a failover.
   * @since 2.8.4 */
  sentinelCkquorum(name: Arg): Out<T, R, string>

  /** Forces a failover without the agreement of other sentinels.
   * @since 2.8.4 */
  sentinelFailover(name: Arg): Out<T, R, 'OK'>

  /** Writes the sentinel's state to its configuration file.
   * @since 2.8.4 */
  sentinelFlushconfig(): Out<T, R, 'OK'>

  /** Returns the host and port of a master, or null.
   * @since 2.8.4 */
  sentinelGetMasterAddrByName(name: Arg): Out<T, R, { host: string; port: number } | null>

  /** Returns the state of a master as the sentinel sees it.
   * @since 2.8.4 */
  sentinelMaster(name: Arg): Out<T, R, SentinelMaster>

  /** Returns the state of all masters that the sentinel monitors.
   * @since 2.8.4 */
  sentinelMasters(): Out<T, R, SentinelMaster[]>

  /** Makes the sentinel monitor another master.
   * @since 2.8.4 */
  sentinelMonitor(name: Arg, ip: Arg, port: Num, quorum: Num): Out<T, R, 'OK'>

  /** Returns the id of the sentinel.
   * @since 6.2.0 */
  sentinelMyid(): Out<T, R, string>

  /** Makes the sentinel stop monitoring a master.
   * @since 2.8.4 */
  sentinelRemove(name: Arg): Out<T, R, 'OK'>

  /** Returns the state of a master's replicas as the sentinel sees them.
   * @since 5.0.0 */
  sentinelReplicas(name: Arg): Out<T, R, SentinelReplica[]>

  /** Resets the sentinel's state of the masters that match a pattern. Returns their number.
   * @since 2.8.4 */
  sentinelReset(pattern: Arg): Out<T, R, number>

  /** Returns the state of the other sentinels that monitor a master.
   * @since 2.8.4 */
  sentinelSentinels(name: Arg): Out<T, R, SentinelPeer[]>

  /** Sets configuration parameters of a master.
   * @since 2.8.4 */
  sentinelSet<O extends Named<O>>(name: Arg, pairs: O | PairList): Out<T, R, 'OK'>
  /** Sets configuration parameters of a master.
   * @since 2.8.4 */
  sentinelSet(name: Arg, option: Arg, value: Arg, ...more: Arg[]): Out<T, R, 'OK'>
  /** Sets configuration parameters of a master.
   * @since 2.8.4 */
  sentinelSet<const K extends Args>(name: Arg, ...pairs: Spread<K, [option: Arg, value: Arg]>): Out<T, R, 'OK'>
}

/** The commands about the writes before them on their connection: for leased connections, and for the end of a pipeline. */
export interface PinnedCommands<T = string, R extends readonly unknown[] | null = null> {
  /** Waits until the given number of replicas have acknowledged this connection's writes. Returns how many have.
   * @since 3.0.0 */
  wait(numreplicas: Num, timeout: Num): Out<T, R, number>

  /** Waits until this connection's writes are in the append-only file here and on the given number of replicas.
   * @since 7.2.0 */
  waitaof(numlocal: Num, numreplicas: Num, timeout: Num): Out<T, R, [local: number, replicas: number]>
}

/** The commands of a leased connection: those of every handle, and those about the connection's own state and writes. */
export interface SessionCommands<T = string, R extends readonly unknown[] | null = null>
  extends Commands<T, R>, PinnedCommands<T, R> {
  /** Forgets a list of fields. Returns how many lists that were.
   * @since Redis 8.10.0 */
  himportDiscard(fieldset: Arg): Out<T, R, number>

  /** Forgets all lists of fields. Returns how many.
   * @since Redis 8.10.0 */
  himportDiscardall(): Out<T, R, number>

  /** Names a list of fields for `himportSet` on this connection.
   * @since Redis 8.10.0 */
  himportPrepare(fieldset: Arg, field: Arg, ...fields: Arg[]): Out<T, R, 'OK'>
  /** Names a list of fields for `himportSet` on this connection.
   * @since Redis 8.10.0 */
  himportPrepare<const K extends Args>(fieldset: Arg, ...fields: Spread<K, [field: Arg]> | [fields: Args]): Out<T, R, 'OK'>

  /** Replaces a hash: values for the fields of `himportPrepare`, in their order.
   * @since Redis 8.10.0 */
  himportSet(key: Arg, fieldset: Arg, value: Arg, ...values: Arg[]): Out<T, R, 'OK'>
  /** Replaces a hash: values for the fields of `himportPrepare`, in their order.
   * @since Redis 8.10.0 */
  himportSet<const K extends Args>(key: Arg, fieldset: Arg, ...values: Spread<K, [value: Arg]> | [values: Args]): Out<T, R, 'OK'>

  /** Forgets the watched keys of this connection.
   * @since 2.2.0 */
  unwatch(): Out<T, R, 'OK'>

  /** Watches keys: the next EXEC fails if any of them changed.
   * @since 2.2.0 */
  watch(key: Arg, ...keys: Arg[]): Out<T, R, 'OK'>
  /** Watches keys: the next EXEC fails if any of them changed.
   * @since 2.2.0 */
  watch<const K extends Args>(...keys: Spread<K, [key: Arg]> | [keys: Args]): Out<T, R, 'OK'>

  /** Authenticates this connection with a password, or with a user name and a password.
   * @since 1.0.0 */
  auth(usernameOrPassword: Arg, password?: Arg): Out<T, R, 'OK'>

  /** Tells the server whether to track the keys of the next command.
   * @since 6.0.0 */
  clientCaching(enabled: boolean): Out<T, R, 'OK'>

  /** Declares the capabilities of this connection.
   * @since Valkey 8.0.0 */
  clientCapa(capabilitie: Arg, ...capabilities: Arg[]): Out<T, R, 'OK'>
  /** Declares the capabilities of this connection.
   * @since Valkey 8.0.0 */
  clientCapa<const K extends Args>(...capabilities: Spread<K, [capabilitie: Arg]> | [capabilities: Args]): Out<T, R, 'OK'>

  /** Marks this connection as an import source while the server is in import mode.
   * @since Valkey 8.1.0 */
  clientImportSource(enabled: boolean): Out<T, R, 'OK'>

  /** Exempts this connection from client eviction, or ends the exemption.
   * @since 7.0.0 */
  clientNoEvict(enabled: boolean): Out<T, R, 'OK'>

  /** Controls whether commands on this connection update the last access time of keys.
   * @since 7.2.0 */
  clientNoTouch(enabled: boolean): Out<T, R, 'OK'>

  /** Sets the library name or version that the server shows for this connection.
   * @since 7.2.0 */
  clientSetinfo(attribute: 'lib-name' | 'lib-ver', value: Arg): Out<T, R, 'OK'>

  /** Sets the name of this connection. The option `clientName` names all connections of a client.
   * @since 2.6.9 */
  clientSetname(name: Arg): Out<T, R, 'OK'>

  /** Turns tracking of this connection's keys on or off, for client-side caching.
   * @since 6.0.0 */
  clientTracking(enabled: boolean, options?: ClientTrackingOptions): Out<T, R, 'OK'>

  /** Changes the database of this connection. The option `db` sets it for all connections of a client.
   * @since 1.0.0 */
  select(db: Num): Out<T, R, 'OK'>

  /** Allows reads on this connection to a cluster replica.
   * @since 3.0.0 */
  readonly(): Out<T, R, 'OK'>

  /** Ends the read-only mode that `readonly` started.
   * @since 3.0.0 */
  readwrite(): Out<T, R, 'OK'>
}

/** Commands that answer in pages, as async iterators: the next page is fetched ahead. */
export interface Iterators<T = string> {
  /** Iterates over all pages of `hscan`.
   * @since 2.8.0 */
  hscanIter(key: Arg, options?: HscanOptions & Without<'novalues'>): AsyncIterableIterator<[T, T]>
  /** Iterates over all pages of `hscan`.
   * @since 2.8.0 */
  hscanIter(key: Arg, options: HscanOptions & { novalues: true }): AsyncIterableIterator<T>
  /** Iterates over all pages of `hscan`.
   * @since 2.8.0 */
  hscanIter(key: Arg, options?: HscanOptions): AsyncIterableIterator<[T, T] | T>

  /** Iterates over all pages of `sscan`.
   * @since 2.8.0 */
  sscanIter(key: Arg, options?: SscanOptions): AsyncIterableIterator<T>

  /** Iterates over all pages of `zscan`.
   * @since 2.8.0 */
  zscanIter(key: Arg, options?: ZscanOptions & Without<'noscores'>): AsyncIterableIterator<[T, number]>
  /** Iterates over all pages of `zscan`.
   * @since 2.8.0 */
  zscanIter(key: Arg, options: ZscanOptions & { noscores: true }): AsyncIterableIterator<T>
  /** Iterates over all pages of `zscan`.
   * @since 2.8.0 */
  zscanIter(key: Arg, options?: ZscanOptions): AsyncIterableIterator<[T, number] | T>

  /** Iterates over all pages of `scan`.
   * @since 2.8.0 */
  scanIter(options?: ScanOptions): AsyncIterableIterator<T>
}
