/// <reference types="node" />
import type { EventEmitter } from 'node:events'

import type { ClientState, Encoding, RedisEvents, RedisOptions } from '../index'

/** How long to wait for a connection. */
export interface ConnectOptions {
  /** In milliseconds; 0, the default, means until an attempt has failed. */
  timeout?: number | undefined
  /** Rejects as soon as it aborts. */
  signal?: AbortSignal | undefined
}

/** How long to wait for what is in flight. */
export interface CloseOptions {
  /** In milliseconds; 0 means without an end. Default: 10000. */
  timeout?: number | undefined
}

/** What may differ in a duplicate. */
export type DuplicateOptions = Omit<RedisOptions, 'decodeResponses'>

/** Connections to one server: their life, and what happens to them. */
export interface Connections extends EventEmitter {
  /**
   * Connects, which commands do by themselves. Rejects with the cause of a failure, with TimeoutError, or with AbortError; the
   * attempt then goes on for whoever else waits for it.
   */
  connect(options?: ConnectOptions): Promise<void>
  /**
   * Waits for the replies of all calls, then closes for good; commands that wait in the server are ended there, as if their
   * time were over. What has no reply when `timeout` is over is cut off as by `destroy()`. A client on a pool closes nothing: it
   * only takes no more calls, and waits no longer than that for the replies to the others. May be called again.
   */
  close(options?: CloseOptions): Promise<void>
  /** Closes for good at once: calls without a reply reject with ClosedError. May be called again. */
  destroy(): void
  /** Bytes of calls that have no answer yet: of all clients, where they share a pool. */
  readonly bufferedBytes: number
  /**
   * Resolves when everything that was called before on shared connections is answered or rejected. With `bufferedBytes`, what
   * a fast producer waits by.
   */
  drained(): Promise<void>
  /** How the connections are used: of the pool, for a client on one. */
  stats(): PoolStats
  /**
   * Another one of its class: the same server, the same options but for these, connections of its own. A client on a pool gives
   * another client on that pool. What the first one's URL says is replaced by these options; the URL of sentinels stays as it is.
   */
  duplicate(options?: DuplicateOptions): this
  /** Lets open connections keep the process alive, as they do from the start. */
  ref(): this
  /** Lets the process end although connections are open. */
  unref(): this
  /** `close()` */
  [Symbol.asyncDispose](): Promise<void>
  /** State, address, database and name: what printing shows as well. */
  toJSON(): { name?: string; state: ClientState; address: string; db: number }

  on<E extends keyof RedisEvents>(event: E, listener: (...args: RedisEvents[E]) => void): this
  once<E extends keyof RedisEvents>(event: E, listener: (...args: RedisEvents[E]) => void): this
  off<E extends keyof RedisEvents>(event: E, listener: (...args: RedisEvents[E]) => void): this
  emit<E extends keyof RedisEvents>(event: E, ...args: RedisEvents[E]): boolean
  addListener<E extends keyof RedisEvents>(event: E, listener: (...args: RedisEvents[E]) => void): this
  removeListener<E extends keyof RedisEvents>(event: E, listener: (...args: RedisEvents[E]) => void): this
  prependListener<E extends keyof RedisEvents>(event: E, listener: (...args: RedisEvents[E]) => void): this
  prependOnceListener<E extends keyof RedisEvents>(
    event: E,
    listener: (...args: RedisEvents[E]) => void,
  ): this
}

/** How a pool's connections are used. */
export interface PoolStats {
  /** Connections that are open, being opened or being closed: at most `maxConnections`. */
  open: number
  /** Of these: shared by all callers. */
  shared: number
  /** Of these: nobody's at the moment. */
  idle: number
  /** Of these: leased by `client()`. */
  leased: number
  /** Of these: with a command that may wait in the server. */
  blocking: number
  /** Of these: subscribers'. */
  subscribed: number
  /** Calls that wait for a connection. */
  waiting: number
  /** Calls without an answer; a batch is one. */
  inFlight: number
  /** Bytes of these calls. */
  queuedBytes: number
  /** How often a shared connection was made again after it was lost. */
  reconnects: number
}

/** Options of a client on a pool. What is not given is as in the pool's own options, of which `P` is `decodeResponses`. */
export interface PooledOptions<P extends boolean = true, D extends boolean = P> {
  /** The connections to use. */
  connectionPool: ConnectionPool<P>
  /** Longest time from call to reply, in milliseconds; 0 means no deadline. */
  commandTimeout?: number | undefined
  /** Whether text replies are strings; otherwise they are Buffers. */
  decodeResponses?: D | undefined
  /** How bytes become strings. */
  encoding?: Encoding | undefined
  /** Put before every key. */
  keyPrefix?: string | undefined
  /** What this client is called when it is printed. */
  name?: string | undefined
}

/** Connections for several clients: `new Redis({ connectionPool: pool })`. `D` is what `decodeResponses` is for these. */
export declare class ConnectionPool<D extends boolean = true> {
  /** Connections to the server in `REDIS_URL`, else `VALKEY_URL`, else on localhost:6379 where there is no URL. */
  constructor(url: string | URL | undefined, options?: RedisOptions<D>)
  /** Connections as these options say. */
  constructor(options?: RedisOptions<D>)
  /** Connections to the server at the URL. */
  static fromUrl<D extends boolean = true>(url: string | URL, options?: RedisOptions<D>): ConnectionPool<D>
}
export interface ConnectionPool<D extends boolean = true> extends Connections {}
