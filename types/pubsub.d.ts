/// <reference types="node" />
import type { EventEmitter } from 'node:events'

import type { Arg, Args, Spread } from './commands'
import type { RedisError } from '../index'
import type { CloseOptions } from './pool'

/** What a message is, by the kind of its subscription. `T` is a Buffer where replies are not decoded. */
export interface Message<T extends string | Buffer = string> {
  /** `message`: by its channel. `pmessage`: by a pattern. `smessage`: by its shard channel. */
  type: 'message' | 'pmessage' | 'smessage'
  /** The channel that it was published to. */
  channel: T
  /** The pattern that it came by, as it was subscribed to; otherwise null. */
  pattern: T | null
  /** What was published. */
  data: T
}

/**
 * Keys have changed that a connection tracks which redirects to this subscriber (`CLIENT TRACKING ON REDIRECT id`), who has subscribed to
 * `__redis__:invalidate`. Where nobody listens to the event `invalidate`, iterations and `getMessage()` bring it; their types leave it out, since
 * only who subscribes to that channel meets it.
 */
export interface Invalidation<T extends string | Buffer = string> {
  type: 'invalidate'
  /** `__redis__:invalidate` */
  channel: T
  pattern: null
  /** The keys, with their prefix; null: all keys may have changed. */
  data: T[] | null
}

/** The server has acknowledged a subscription, or its end. */
export interface Confirmation<T extends string | Buffer = string> {
  type: 'subscribe' | 'psubscribe' | 'ssubscribe' | 'unsubscribe' | 'punsubscribe' | 'sunsubscribe'
  /** The channel or the pattern. */
  channel: T
  pattern: null
  /** How many subscriptions this PubSub has. */
  data: number
}

/** Messages may have been missed. */
export interface Gap {
  type: 'gap'
  /**
   * `reconnect`: the connection was lost, and everything is subscribed to again. `overflow`: the backlog was full, and the oldest
   * messages made room. `limit`: a message was larger than `limits` allow. `unsubscribed`: the server ended a subscription by
   * itself.
   */
  reason: 'reconnect' | 'overflow' | 'limit' | 'unsubscribed'
  /** Milliseconds from the server's last sign of life until everything was subscribed to again; null where nothing was lost in time. */
  lost: number | null
  /** How many messages were dropped; null where that is unknown. */
  dropped: number | null
  /** What ended the connection, if something did. */
  cause: RedisError | null
}

/** How much may wait for a slow consumer, and what happens when it is more. */
export interface BacklogOptions {
  /** What may wait: undelivered in the engine, or handed out and not yet used up. */
  maxBacklog?:
    | {
        /** Messages. Default: 100 000. */
        messages?: number | undefined
        /** Bytes of data, and of channel names where messages came by a pattern. Default: 67 108 864 (64 MiB). */
        bytes?: number | undefined
      }
    | undefined
  /**
   * When the backlog is full. `pause`: the connection is not read until half of it is used up, for all subscribers that share it,
   * and the server decides how long it bears that (`client-output-buffer-limit`); when it closes the connection, a gap tells.
   * `drop-oldest`: the oldest messages make room, and a gap tells how many. `error`: the PubSub fails with QueueFullError once what
   * fits has been used up. Default: `pause`.
   */
  overflow?: 'pause' | 'drop-oldest' | 'error' | undefined
}

/** Options of `pubsub()`. */
export interface PubSubOptions extends BacklogOptions {
  /** Closes the PubSub when it aborts: what waits rejects with AbortError. Default: the signal of `with()`, if any. */
  signal?: AbortSignal | undefined
}

/** What each event hands to its listeners. */
export interface PubSubEvents<T extends string | Buffer = string> {
  /** Keys that a redirecting connection tracks have changed; null: all may have. */
  invalidate: [keys: T[] | null]
  /** A message by its channel. */
  message: [message: Message<T>]
  /** A message by a pattern. */
  pmessage: [message: Message<T>]
  /** A message by its shard channel. */
  smessage: [message: Message<T>]
  /** The server has acknowledged a subscription of any kind. */
  subscribe: [confirmation: Confirmation<T>]
  /** The server has acknowledged the end of a subscription of any kind. */
  unsubscribe: [confirmation: Confirmation<T>]
  /** Messages may have been missed. */
  gap: [gap: Gap]
  /**
   * A listener threw, an attempt to connect again failed, a subscription could not be restored (its name is the error's
   * `channel`), or the PubSub failed. Without a listener it becomes a process warning, at most one in ten seconds.
   */
  error: [error: Error & { channel?: T }]
}

/** Called with each message of the names that it was given for. */
export type Listener<T extends string | Buffer = string> = (data: T, channel: T) => unknown
/** The same for patterns. */
export type PatternListener<T extends string | Buffer = string> = (data: T, channel: T, pattern: T) => unknown

/** Options of an iteration. */
export interface MessagesOptions<G extends boolean = boolean> {
  /** Ends the iteration when it aborts: it rejects with AbortError. */
  signal?: AbortSignal | undefined
  /** Whether gaps are items, too. Default: false. */
  gaps?: G | undefined
  /** Whether the end of the iteration closes the PubSub. Default: true. */
  close?: boolean | undefined
}

/** Options of `getMessage()`. */
export interface GetMessageOptions<C extends boolean = boolean, G extends boolean = boolean> {
  /** How long to wait, in milliseconds, perhaps `Infinity`. Default: 0, for what has arrived. */
  timeout?: number | undefined
  /** Whether acknowledgements of subscriptions are skipped. Default: false. */
  ignoreSubscribeMessages?: C | undefined
  /** Whether gaps are answers, too. Default: false. */
  gaps?: G | undefined
  /** Rejects the call as soon as it aborts, with AbortError; no message is lost by that. */
  signal?: AbortSignal | undefined
}

/** What may differ for single calls of a subscriber. */
export interface PubSubCallSettings {
  /** Longest time until the server has acknowledged, or until a message comes, in milliseconds. */
  timeout?: number | undefined
  /** Rejects the call as soon as it aborts, with AbortError. A subscription that only this call asked for is ended again. */
  signal?: AbortSignal | undefined
}

/** The calls of a subscriber, with other settings. */
export type PubSubView<T extends string | Buffer = string> = Pick<
  PubSub<T>,
  'subscribe' | 'psubscribe' | 'ssubscribe' | 'unsubscribe' | 'punsubscribe' | 'sunsubscribe' | 'getMessage'
>

/** Messages, and what else was asked for. */
export interface MessageIterator<I> extends AsyncIterableIterator<I> {
  next(): Promise<IteratorResult<I, undefined>>
  return(): Promise<IteratorResult<I, undefined>>
  [Symbol.asyncIterator](): MessageIterator<I>
  /** `return()` */
  [Symbol.asyncDispose](): Promise<void>
}

type Names = Arg[] | [names: readonly Arg[]]

/**
 * A subscriber. Several of one client share one connection; each gets what it asked for.
 *
 * A message goes to the listeners of its channel or pattern and to those of its event. When there is none of either, it waits
 * for an iteration or `getMessage()`. A listener that throws, or whose promise rejects, affects nothing else.
 *
 * After a lost connection everything is subscribed to again, and a gap tells that messages may have been missed.
 */
export interface PubSub<T extends string | Buffer = string> extends EventEmitter {
  /** Listens to channels. Resolves when the server has acknowledged each; rejects with its error, and then has none of them. */
  subscribe(channel: Arg, ...channels: Arg[]): Promise<void>
  subscribe<const K extends Args>(...channels: Spread<K, [channel: Arg]> | [channels: Args]): Promise<void>
  subscribe(channel: Arg, ...more: [...channels: Arg[], listener: Listener<T>]): Promise<void>
  subscribe(channels: readonly Arg[], listener: Listener<T>): Promise<void>
  /** Listens to the channels that match the patterns. */
  psubscribe(pattern: Arg, ...patterns: Arg[]): Promise<void>
  psubscribe<const K extends Args>(...patterns: Spread<K, [pattern: Arg]> | [patterns: Args]): Promise<void>
  psubscribe(pattern: Arg, ...more: [...patterns: Arg[], listener: PatternListener<T>]): Promise<void>
  psubscribe(patterns: readonly Arg[], listener: PatternListener<T>): Promise<void>
  /** Listens to shard channels. */
  ssubscribe(channel: Arg, ...channels: Arg[]): Promise<void>
  ssubscribe<const K extends Args>(...channels: Spread<K, [channel: Arg]> | [channels: Args]): Promise<void>
  ssubscribe(channel: Arg, ...more: [...channels: Arg[], listener: Listener<T>]): Promise<void>
  ssubscribe(channels: readonly Arg[], listener: Listener<T>): Promise<void>

  /**
   * Ends subscriptions to channels; without names, to all. Resolves when the server has acknowledged it. With a listener behind
   * the names, only that goes, and the subscription with the last of them.
   */
  unsubscribe(...channels: Names): Promise<void>
  unsubscribe(...more: [...channels: Arg[], listener: Listener<T>]): Promise<void>
  unsubscribe(channels: readonly Arg[], listener: Listener<T>): Promise<void>
  /** The same for patterns. */
  punsubscribe(...patterns: Names): Promise<void>
  punsubscribe(...more: [...patterns: Arg[], listener: PatternListener<T>]): Promise<void>
  punsubscribe(patterns: readonly Arg[], listener: PatternListener<T>): Promise<void>
  /** The same for shard channels. */
  sunsubscribe(...channels: Names): Promise<void>
  sunsubscribe(...more: [...channels: Arg[], listener: Listener<T>]): Promise<void>
  sunsubscribe(channels: readonly Arg[], listener: Listener<T>): Promise<void>

  /** The same subscriber, with a timeout or a signal for single calls. Its own signal, that of `pubsub()`, closes it. */
  with(settings: PubSubCallSettings): PubSubView<T>

  /**
   * The next message that nobody listens to; null when none arrives in time. Rejects with ClosedError once the PubSub is closed
   * and nothing is left.
   */
  getMessage<C extends boolean = false, G extends boolean = false>(
    options?: GetMessageOptions<C, G>,
  ): Promise<
    Message<T> | ([C] extends [true] ? never : Confirmation<T>) | ([G] extends [false] ? never : Gap) | null
  >

  /** The messages that nobody listens to. Leaving the loop closes the PubSub, unless `close` is false. */
  messages<G extends boolean = false>(
    options?: MessagesOptions<G>,
  ): MessageIterator<[G] extends [false] ? Message<T> : Message<T> | Gap>
  /** `messages()` */
  [Symbol.asyncIterator](): MessageIterator<Message<T>>

  /** The channels that it listens to. */
  readonly channels: T[]
  /** The patterns that it listens to. */
  readonly patterns: T[]
  /** The shard channels that it listens to. */
  readonly shardChannels: T[]
  /** Whether it was closed, or has failed. */
  readonly closed: boolean

  /**
   * Ends everything: subscriptions, iterations, waiting calls. Resolves when the server has acknowledged it, or when `timeout` is over:
   * by default the deadline of a call, or 10 s where calls have none. May be called again.
   */
  close(options?: CloseOptions): Promise<void>
  /** `close()` */
  [Symbol.asyncDispose](): Promise<void>
  /** What printing shows as well. */
  toJSON(): { channels: T[]; patterns: T[]; shardChannels: T[]; closed: boolean }

  on<E extends keyof PubSubEvents>(event: E, listener: (...args: PubSubEvents<T>[E]) => void): this
  once<E extends keyof PubSubEvents>(event: E, listener: (...args: PubSubEvents<T>[E]) => void): this
  off<E extends keyof PubSubEvents>(event: E, listener: (...args: PubSubEvents<T>[E]) => void): this
  addListener<E extends keyof PubSubEvents>(event: E, listener: (...args: PubSubEvents<T>[E]) => void): this
  removeListener<E extends keyof PubSubEvents>(
    event: E,
    listener: (...args: PubSubEvents<T>[E]) => void,
  ): this
  prependListener<E extends keyof PubSubEvents>(
    event: E,
    listener: (...args: PubSubEvents<T>[E]) => void,
  ): this
  prependOnceListener<E extends keyof PubSubEvents>(
    event: E,
    listener: (...args: PubSubEvents<T>[E]) => void,
  ): this
}

/** Options of `keyspace()`. */
export interface KeyspaceOptions extends BacklogOptions {
  /** Names of events: `set`, `del`, `expired`, `evicted`, ... Default: all. */
  events?: readonly string[] | undefined
  /** Keys, as a pattern: `user:*`. Default: all. */
  pattern?: string | undefined
  /** The database. Default: the client's. */
  db?: number | undefined
  /** Ends the iteration when it aborts: it rejects with AbortError. */
  signal?: AbortSignal | undefined
}

/** Something happened to a key. */
export interface KeyspaceEvent<T extends string | Buffer = string> {
  /** What: `set`, `del`, `expired`, ... */
  event: string
  key: T
  db: number
}

/**
 * What happens to keys. Subscribes at once; the first item waits for that.
 *
 * Rejects with code `KEYSPACE_EVENTS_OFF`, and says what to set, where `notify-keyspace-events` is off on the server.
 */
export interface KeyspaceEvents<T extends string | Buffer = string> extends MessageIterator<
  KeyspaceEvent<T>
> {
  /** Resolves when the server has acknowledged the subscription. */
  readonly ready: Promise<void>
  readonly closed: boolean
  /** Messages may have been missed, or something went wrong. */
  on<E extends 'gap' | 'error'>(event: E, listener: (...args: PubSubEvents<T>[E]) => void): this
  /** Ends the iteration and its subscription. */
  close(): Promise<void>
  [Symbol.asyncIterator](): KeyspaceEvents<T>
}

/** Handles that make subscribers. */
export interface Subscribing<T extends string | Buffer = string> {
  /** A new subscriber. The connection is made with the first subscription, and shared by all subscribers of the client. */
  pubsub(options?: PubSubOptions): PubSub<T>
  /** What happens to keys, as an iterator. With a `keyPrefix`: to keys that have it, named without it. */
  keyspace(options?: KeyspaceOptions): KeyspaceEvents<T>
}
