/// <reference types="node" />
import type { PeerCertificate } from 'node:tls'
import type { Arg, Commands, Iterators, PinnedCommands, SessionCommands, Text } from './types/commands'
import type { ConnectOptions, Connections, DuplicateOptions, PooledOptions } from './types/pool'
import type { Subscribing } from './types/pubsub'
import type { AddressMap, SentinelConnectionOptions } from './types/sentinel'

export type * from './types/commands'
export * from './types/pool'
export type * from './types/pubsub'
export * from './types/sentinel'

/** How bytes become strings. */
export type Encoding = 'utf8' | 'utf-8' | 'utf16le' | 'latin1' | 'ascii' | 'base64' | 'base64url' | 'hex'

/** What a raw command answers. Text is a Buffer where replies are not decoded; an error inside an array stays in its place. */
export type Reply =
  string | number | bigint | boolean | null | Buffer | Error | Reply[] | { [field: string]: Reply }

/** Who the client is. */
export interface Credentials {
  /** ACL user; empty: none. Default: the server's user `default`. */
  username?: string | undefined
  /** Password of the user; empty: none. */
  password: string
  /**
   * When the password ends to be good: a Date, or milliseconds since 1970. `credentials` is called again after four fifths of the time,
   * and open connections are authenticated with what it returns then: between commands, never within a transaction. The subscribers'
   * connection is made again, which is a `gap`. Default: never.
   */
  expiresAt?: Date | number | undefined
}

/** Judges the name of a server's certificate: an Error refuses it. */
export type IdentityCheck = (
  host: string,
  certificate: PeerCertificate,
) => Error | undefined | Promise<Error | undefined>

/** Whom to trust, and who the client is. */
export interface TlsOptions {
  /**
   * Certificates to trust, as PEM; nothing else is then. Default: none. Then those that `SSL_CERT_FILE` and `SSL_CERT_DIR`
   * name, else the system's, else, where there are none, the list that Node brings along, are trusted; to these come those of
   * `NODE_EXTRA_CA_CERTS`.
   */
  ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined
  /** The client's certificate chain as PEM, leaf first. Default: none. */
  cert?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined
  /** Private key of `cert` as PEM: PKCS#8, PKCS#1 or SEC1; RSA from 2048 bits, P-256, P-384 or Ed25519. Default: none. */
  key?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined
  /** Decrypts `key`. Default: none. */
  passphrase?: string | undefined
  /** Name that the certificate must be valid for, also sent as SNI. Default: the host. */
  servername?: string | undefined
  /** Whether a certificate that cannot be verified ends the connection. Turn it off in tests only. Default: true. */
  rejectUnauthorized?: boolean | undefined
  /**
   * Judges the certificate's name instead, as the option of `node:tls`: an Error that it returns refuses the server. The chain is
   * verified before, and nothing is sent until it has returned. Default: none. The rules of `node:tls` hold then.
   */
  checkServerIdentity?: IdentityCheck | undefined
  /** Oldest version that is spoken. Default: TLSv1.2. */
  minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined
  /** Newest version that is spoken. Default: TLSv1.3. */
  maxVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined
  /** Names of protocols to offer by ALPN. Default: none. */
  ALPNProtocols?: readonly string[] | undefined
}

/** How a lost connection is made again: the bound of the delay doubles with every attempt. */
export interface ReconnectOptions {
  /** Bound of the first delay, in milliseconds. Default: 50. */
  initialDelay?: number | undefined
  /** Bound of every delay, in milliseconds. Default: 2000. */
  maxDelay?: number | undefined
  /** Whether a delay is drawn at random between zero and its bound. Default: true. */
  jitter?: boolean | undefined
  /** Attempts in a row before the client gives up. Default: Infinity. */
  maxAttempts?: number | undefined
}

/** What may wait while there is no connection. */
export interface OfflineQueueOptions {
  /** Most commands that may wait. Default: 10000. */
  maxCommands?: number | undefined
  /** Most bytes that may wait, in bytes. Default: 67108864 (64 MiB). */
  maxBytes?: number | undefined
}

/** What a server may make the client allocate. */
export interface LimitOptions {
  /** Longest reply, in bytes. Default: 536870912 (512 MiB). */
  maxReplyBytes?: number | undefined
  /** Deepest nesting of a reply. Default: 1024. */
  maxDepth?: number | undefined
  /** Most elements of a reply, over all its levels. Default: 67108864. */
  maxElements?: number | undefined
  /** Most bytes of commands that have no reply yet, in bytes. Default: 1073741824 (1 GiB). */
  maxInFlightBytes?: number | undefined
}

/** Every option of a client. Each may be given once: in the URL or here. `D` is what `decodeResponses` may be. */
export interface RedisOptions<D extends boolean = true> {
  /** Name or address of the server. Default: localhost. */
  host?: string | undefined
  /** TCP port of the server. Default: 6379. */
  port?: number | undefined
  /** Path of the server's unix socket, instead of `host` and `port`. Default: none. */
  path?: string | undefined
  /** Which addresses of a name are used: 4 for IPv4, 6 for IPv6, 0 for both. Default: 0. */
  family?: 0 | 4 | 6 | undefined
  /** Address of this machine to connect from. Default: none. */
  localAddress?: string | undefined
  /** Whether small writes are sent at once (`TCP_NODELAY`). Default: true. */
  noDelay?: boolean | undefined
  /** Database that every connection selects. Default: 0. */
  db?: number | undefined
  /** ACL user; without it a password is that of the user `default`. Default: none. */
  username?: string | undefined
  /** Password of the user. Default: none. */
  password?: string | undefined
  /** Asked before every connect; excludes `username` and `password`. Default: none. */
  credentials?: (() => Credentials | Promise<Credentials>) | undefined
  /** What `CLIENT LIST` shows for the connections. Default: none. */
  clientName?: string | undefined
  /**
   * Whether connections say what library they are (`CLIENT SETINFO`). A refusal does no harm; `false` spares a proxy that hangs up
   * on it one connection. Default: true.
   */
  clientInfo?: boolean | undefined
  /** RESP version to ask for; 3 falls back to 2 where the server does not know it. Default: 3. */
  protocol?: 2 | 3 | undefined
  /**
   * Encrypts the connection; `rediss://` and `valkeys://` turn it on. A function is called before every connect: certificates that
   * change are read anew. Default: false.
   */
  tls?: boolean | TlsOptions | (() => TlsOptions | Promise<TlsOptions>) | undefined
  /** Longest time for one attempt to connect, name resolution to handshake, in milliseconds. Default: 5000. */
  connectTimeout?: number | undefined
  /** Longest time from call to reply, in milliseconds; 0 means no deadline. Default: 5000. */
  commandTimeout?: number | undefined
  /** Silence after which a connection is probed, in milliseconds; 0 means never. Default: 15000. */
  keepAlive?: number | undefined
  /** Most connections of one pool: shared, leased and subscribed. Default: 32. */
  maxConnections?: number | undefined
  /** Connections that a pool keeps open. Default: 0. */
  minConnections?: number | undefined
  /** Disuse after which a pooled connection is closed, in milliseconds; 0 means never. Default: 30000. */
  idleTimeout?: number | undefined
  /** Longest wait for a full pool, in milliseconds; 0 means no deadline. Default: 5000. */
  acquireTimeout?: number | undefined
  /** Pipelined connections that ordinary commands share. Default: 1. */
  sharedConnections?: number | undefined
  /** Whether and how a lost connection is made again. Default: true. */
  reconnect?: boolean | ReconnectOptions | undefined
  /** Whether, and how many, commands wait while there is no connection. Default: true. */
  offlineQueue?: boolean | OfflineQueueOptions | undefined
  /** Whether text replies are strings; otherwise they are Buffers (`RedisOptions<false>`). Default: true. */
  decodeResponses?: D | undefined
  /** How bytes become strings. Default: utf8. */
  encoding?: Encoding | undefined
  /**
   * Put before every key, and taken off the keys that replies name. Channels have none. Of raw commands that the table does not
   * know, the server is asked which arguments are keys; where it does not say, the call rejects with `KEYS_UNKNOWN`. Default: none.
   */
  keyPrefix?: string | undefined
  /**
   * Uses one connection for everything. It is made again only where `reconnect` is given: then its database, user, name, tracking
   * and other state are restored, and what cannot be restored (`WATCH`, `MULTI`, `HELLO`, `RESET`, `CLIENT CACHING`) is refused.
   * Leases and subscriptions are refused. Default: false.
   */
  singleConnection?: boolean | undefined
  /** Whether the first command connects; otherwise the client connects at once. Default: true. */
  lazyConnect?: boolean | undefined
  /**
   * The server is a replica on purpose: a write that it refuses with `READONLY` rejects at once. Otherwise the client connects
   * anew through the name, to find the master, and sends again what was not run. Not with sentinels. Default: false.
   */
  readOnly?: boolean | undefined
  /** What this client is called in warnings and when it is printed; never sent to the server. Default: none. */
  name?: string | undefined
  /** How sentinels are connected to. With a redis-sentinel:// URL. Default: none. */
  sentinel?: SentinelConnectionOptions | undefined
  /** Where servers are that sentinels announce under other addresses. With a redis-sentinel:// URL. Default: none. */
  addressMap?: AddressMap | undefined
  /**
   * Where commands go that only read: to the master; to replicas only; to replicas, and to the master while none is fit; or to
   * any of them. They have connections of their own, each of which goes to the next server in turn, and may not see what was
   * written before. Plain pipelines of nothing but reads go there as well; scans, `xread`, transactions, scripts but for read-only ones,
   * subscriptions and leased connections stay with the master. Needs sentinels. Default: master.
   */
  readFrom?: 'master' | 'replica' | 'replicaPreferred' | 'any' | undefined
  /** Whether a client of `replicaFor` uses the master while no replica is fit. Default: true. */
  replicaFallback?: boolean | undefined
  /** What a server may make the client allocate. Default: true. */
  limits?: LimitOptions | undefined
}

/** What may differ for single calls. What is not given stays as it is. */
export interface CallSettings {
  /** Longest time from call to reply, in milliseconds; 0 means no deadline. */
  timeout?: number | undefined
  /**
   * Rejects the call as soon as it aborts, with AbortError. What was not sent by then never is. A command that the server keeps
   * waiting is ended there, and resolves if it was served at that moment. `null`: no signal, where there was one.
   */
  signal?: AbortSignal | null | undefined
  /**
   * `'idempotent'`: lost in flight, a command is sent again also if it writes, as long as the data ends the same. `false`: not
   * even if it only reads, and not if the server could not run it for the moment (LOADING, BUSY, TRYAGAIN, MASTERDOWN,
   * CLUSTERDOWN), which is what other calls are sent again for until their deadline.
   */
  retry?: 'idempotent' | false | undefined
  /** Whether text replies are strings; otherwise they are Buffers. */
  decodeResponses?: boolean | undefined
  /** How bytes become strings. Excludes `decodeResponses: false`. */
  encoding?: Encoding | undefined
}

/** How the commands of a pipeline are sent. */
export interface PipelineOptions {
  /** As one transaction (MULTI and EXEC); otherwise as commands one after another. Default: true. */
  transaction?: boolean | undefined
}

/** What `execute()` does with the errors of single commands. */
export interface ExecuteOptions {
  /** Whether the first of them is thrown, with its `index` and the `results`; otherwise each is the result in its place. Default: true. */
  raiseOnError?: boolean | undefined
}

/**
 * Commands that are sent together. `T` is what a text reply is, `R` the replies so far.
 *
 * The commands travel in one write and as one unit: nothing comes between them, and nothing is sent twice unless all of it may
 * be. Nothing is sent before `execute()`; a Uint8Array is read then. The addresses of wrong arguments, and of errors, are
 * `command` and `index`.
 */
export interface Pipeline<T = string, R extends readonly unknown[] = []>
  extends Commands<T, R>, PinnedCommands<T, R> {
  /** How many commands wait for `execute()`. */
  readonly length: number

  /** Forgets the commands. */
  discard(): Pipeline<T>

  /**
   * Forgets the commands for good: what was not executed is dropped, and `execute()` rejects from now on. For
   * `using pipe = redis.pipeline()`, and for `await using`.
   */
  [Symbol.dispose](): void
  [Symbol.asyncDispose](): Promise<void>

  /** Adds any command, its reply as the server gives it. Named as in `executeCommand` of a client. */
  executeCommand<X = Reply>(name: string, ...args: Arg[] | [args: readonly Arg[]]): Pipeline<T, [...R, X]>

  /** Another name of `executeCommand`. */
  call<X = Reply>(name: string, ...args: Arg[] | [args: readonly Arg[]]): Pipeline<T, [...R, X]>

  /** Adds a run of a script or function. Its code goes with the first run of it, so that no server lacks it. */
  run<X>(
    callable: Callable<X>,
    keys?: Text | readonly Arg[],
    args?: Arg | readonly Arg[],
  ): Pipeline<T, [...R, X]>

  /**
   * Sends the commands, and forgets them: the pipeline can be used again.
   *
   * Resolves with the replies in order. `D` is what they are where the commands were not added in one chain. Rejects with the first error of a command, or
   * with what happened to all: ExecAbortError, WatchError, a lost connection, ... An error holds the `results` there are.
   */
  execute<D = unknown>(options?: { raiseOnError?: true | undefined }): Promise<R extends [] ? D[] : R>
  execute<D = unknown>(
    options: ExecuteOptions,
  ): Promise<R extends [] ? (D | RedisError)[] : { [I in keyof R]: R[I] | RedisError }>
}

/** How a transaction that reads first is run. */
export interface TransactionOptions {
  /** Keys that are watched from before the function is called. The function may watch more by `tx.watch()`. Default: none. */
  watch?: Arg | readonly Arg[] | undefined
  /** Most attempts, the first one included; the last WatchError is thrown then. Default: 32. */
  attempts?: number | undefined
  /** The pause before another attempt, in milliseconds, or a function of the number of attempts. Default: random, 1 to 100. */
  backoff?: number | ((attempt: number) => number) | undefined
  /** Rejects the transaction as soon as it aborts, with AbortError. */
  signal?: AbortSignal | undefined
}

/** What runs transactions that read before they write. */
export interface Transactions<T extends string | Buffer = string> {
  /**
   * Calls `work` with a leased connection, and executes the pipeline that it returns as a transaction: answers its replies.
   *
   * Where a watched key is changed before that, or the connection is lost, the transaction does not run, and all of it is done
   * again: `work` should change nothing but by its pipeline. Where it returns nothing, nothing is executed.
   */
  transaction<R extends readonly unknown[]>(
    work: (tx: LeaseView<T>) => Pipeline<T, R> | Promise<Pipeline<T, R>>,
    options?: TransactionOptions,
  ): Promise<R extends [] ? unknown[] : R>
  transaction<R extends readonly unknown[]>(
    work: (tx: LeaseView<T>) => Pipeline<T, R> | undefined | Promise<Pipeline<T, R> | undefined>,
    options?: TransactionOptions,
  ): Promise<(R extends [] ? unknown[] : R) | undefined>
}

/** A script, or a function of a library, as a function. `T` is what it answers. */
export interface Callable<T> {
  (keys?: Text | readonly Arg[], args?: Arg | readonly Arg[]): Promise<T>
}

/** A script as a function. */
export interface Script<T> extends Callable<T> {
  /** What the server knows the script by. */
  readonly sha1: string
}

/** How a script or a function is run. */
export interface RoutineOptions {
  /** By the command that refuses to write, which a replica runs as well, and which is sent again after a lost connection. Default: false. */
  readOnly?: boolean | undefined
}

/** The functions of a library. */
export interface Library {
  /** The library's name, out of the first line of its code. */
  readonly name: string
  /**
   * A function of the library. The server is given the code when it does not know the function; with a transaction that is found out
   * once, before it: one in which the function turns out to be forgotten says so, and the next one has it again.
   */
  handle<T = Reply>(name: string, options?: RoutineOptions): Callable<T>
  /** Gives the server the code in place of what it has under this name. Answers the name. */
  load(): Promise<string>
}

/** What runs scripts and functions. */
export interface Routines {
  /**
   * A script as a function of keys and arguments. The server is given its hash, and the code when it does not know that.
   *
   * It runs over the connections that it was made for; `run()` runs it over others.
   */
  script<T = Reply>(code: string, options?: RoutineOptions): Script<T>
  /** A library of functions: `function(code).handle('name')`. Its code begins with a line such as `#!lua name=mylib`. */
  function(code: string): Library
  /** Runs a script or function over these connections, with these settings. */
  run<T>(callable: Callable<T>, keys?: Text | readonly Arg[], args?: Arg | readonly Arg[]): Promise<T>
}

/** What begins a pipeline. */
export interface Pipelines<T extends string | Buffer = string> {
  /** Gathers commands that are sent together: as a transaction unless `transaction` is false. */
  pipeline(options?: PipelineOptions): Pipeline<T>
}

/** Any command by its name. */
export interface RawCommands {
  /**
   * Sends any command, its reply as the server gives it.
   *
   * The name is one word, or two with a space (`CONFIG GET`), in any case; arguments follow one by one or as one array.
   * What would break or hold up a connection that all callers share rejects with code `NEEDS_OWN_CONNECTION`; a leased one
   * takes it. What no connection can carry beside other commands (`SUBSCRIBE`, `MONITOR`, `CLIENT REPLY`, ...) rejects there
   * as well, with code `BREAKS_CONNECTION`.
   */
  executeCommand<R = Reply>(name: string, ...args: Arg[] | [args: readonly Arg[]]): Promise<R>

  /** Another name of `executeCommand`. */
  call<R = Reply>(name: string, ...args: Arg[] | [args: readonly Arg[]]): Promise<R>
}

/** Commands on a client's connections. `T` is what a text reply is. */
export interface View<T extends string | Buffer = string>
  extends Commands<T>, Iterators<T>, RawCommands, Routines, Pipelines<T>, Transactions<T>, Subscribing<T> {
  /** The same connections, with other settings for its calls. Cheap: nothing is opened. */
  with(settings: CallSettings & { decodeResponses?: undefined; encoding?: undefined }): View<T>
  with(settings: CallSettings & { decodeResponses: false }): View<Buffer>
  with(settings: CallSettings & ({ decodeResponses: true } | { encoding: Encoding })): View<string>
  with(settings: CallSettings & { decodeResponses: boolean }): View<string | Buffer>
  with(settings: CallSettings & { decodeResponses?: true | undefined }): View<T | string>
  with(settings: CallSettings): View<T | string | Buffer>

  /** `with({ decodeResponses: false })` */
  readonly buffers: View<Buffer>

  /** Connects the client, with the timeout and the signal of `with()` unless `options` have others. */
  connect(options?: ConnectOptions): Promise<void>

  /**
   * Takes a connection for the caller alone, until it is released: `await using conn = await redis.client()`.
   *
   * Waits for room (`maxConnections`) and for the connection until `acquireTimeout` is over, or the timeout of `with()`; then
   * rejects with PoolTimeoutError, which says who has the connections, or with the reason why none can be made.
   *
   * The timeout and the signal of `with()` hold for every call on the lease as well; `conn.with({ timeout: 0, signal: null })` has
   * neither.
   */
  client(): Promise<Lease<T>>
  /** The same for the time that `use` takes. Answers what it answers. */
  client<R>(use: (conn: Lease<T>) => R | Promise<R>): Promise<R>
}

/** Commands on a leased connection. */
export interface LeaseView<T extends string | Buffer = string>
  extends SessionCommands<T>, Iterators<T>, RawCommands, Routines, Pipelines<T> {
  /** The same connection, with other settings for its calls. */
  with(settings: CallSettings & { decodeResponses?: undefined; encoding?: undefined }): LeaseView<T>
  with(settings: CallSettings & { decodeResponses: false }): LeaseView<Buffer>
  with(settings: CallSettings & ({ decodeResponses: true } | { encoding: Encoding })): LeaseView<string>
  with(settings: CallSettings & { decodeResponses: boolean }): LeaseView<string | Buffer>
  with(settings: CallSettings & { decodeResponses?: true | undefined }): LeaseView<T | string>
  with(settings: CallSettings): LeaseView<T | string | Buffer>

  /** `with({ decodeResponses: false })` */
  readonly buffers: LeaseView<Buffer>
}

/**
 * One connection of one caller. It is made once: when it is lost, `lost` says why, every call rejects, and another lease gets
 * another one.
 *
 * What was done to it is undone before somebody else gets it. One that is never released is reclaimed when it is collected,
 * and reported by a process warning with the stack that took it.
 */
export interface Lease<T extends string | Buffer = string> extends LeaseView<T> {
  /** Why the connection was lost while it was leased; `undefined` as long as it is there. */
  readonly lost: RedisError | undefined
  /**
   * `close`: the connection was lost. It is not emitted for a lease that is released. `invalidate`: keys that this connection tracks
   * (`clientTracking`, RESP3) have changed; null: all keys may have.
   */
  on(event: 'close', listener: (error: RedisError) => void): this
  on(event: 'invalidate', listener: (keys: T[] | null) => void): this
  once(event: 'close', listener: (error: RedisError) => void): this
  once(event: 'invalidate', listener: (keys: T[] | null) => void): this
  off(event: 'close', listener: (error: RedisError) => void): this
  off(event: 'invalidate', listener: (keys: T[] | null) => void): this
  /**
   * Gives the connection back. Calls made before are still answered, which keeps its place in the pool until they are; those that
   * were aborted or timed out are not waited for. May be called again.
   */
  release(): void
  /** `release()` */
  [Symbol.asyncDispose](): Promise<void>
  /** `release()` */
  [Symbol.dispose](): void
}

/** What each event hands to its listeners. */
export interface RedisEvents {
  /** A connection is made; its handshake is not yet done. */
  connect: []
  /** The handshake is done: commands flow. */
  ready: []
  /** The next attempt, counted from 1, follows after `delay` milliseconds. */
  reconnecting: [next: { attempt: number; delay: number }]
  /** A connection was lost. */
  close: [error: RedisError]
  /** No further attempt is made by itself: the client was closed, or gave up until the next command. */
  end: []
  /** Keys that a connection of this client tracks (`clientTracking` on a lease, RESP3) have changed; null: all keys may have. */
  invalidate: [keys: (string | Buffer)[] | null]
  /** The master is another server now (`redis-sentinel://`); `ms`: how long it had been in trouble. */
  failover: [event: { from: string; to: string; ms: number }]
  /** An attempt to connect failed and no `connect()` waits for it. Without a listener it becomes a process warning. */
  error: [error: RedisError]
}

/**
 * A client. `T` is what a text reply is: a Buffer where `decodeResponses` is false, otherwise a string.
 *
 * Commands connect by themselves, and reject with the cause where that fails.
 */
export interface Redis<T extends string | Buffer = string> extends View<T>, Connections {
  duplicate(options?: DuplicateOptions): this
  /** The same with another form of text replies. */
  duplicate<D extends boolean>(options: RedisOptions<D> & { decodeResponses: D }): Redis<TextReply<D>>
}

/** `disconnected`: the connection was lost. `idle`: there is none until the next command or `connect()`. */
export type ClientState = 'idle' | 'connecting' | 'ready' | 'disconnected' | 'reconnecting' | 'closed'

/** The class as a value. Spelled out because a constructor of its own cannot say that `decodeResponses` chooses `T`. */
export interface RedisConstructor {
  /** A client of the server at the URL, as of `fromUrl()`. */
  new <D extends boolean = true>(url: string | URL, options?: RedisOptions<D>): Redis<TextReply<D>>
  /** A client of the server in `REDIS_URL`, else `VALKEY_URL`, else on localhost:6379 where there is no URL. */
  new <D extends boolean = true>(
    url: string | URL | undefined,
    options?: RedisOptions<D>,
  ): Redis<TextReply<D>>
  /** A client on the connections of a pool. It closes none of them. */
  new <P extends boolean = true, D extends boolean = P>(options: PooledOptions<P, D>): Redis<TextReply<D>>
  /**
   * A client with these options. Where they name no server (`host`, `port` or `path`), it is that in `REDIS_URL`, else
   * `VALKEY_URL`, else on localhost:6379.
   */
  new <D extends boolean = true>(options?: RedisOptions<D>): Redis<TextReply<D>>

  /**
   * A client of the server at the URL: `redis:// rediss:// valkey:// valkeys:// unix:// redis+unix://`, or of the
   * master that sentinels name: `redis-sentinel://host:port,host:port/master/db`. Options may stand in
   * its query as well, each in one place only.
   */
  fromUrl<D extends boolean = true>(url: string | URL, options?: RedisOptions<D>): Redis<TextReply<D>>

  readonly prototype: Redis
}

/** What a text reply is, by `decodeResponses`: either, where only the run time knows. */
export type TextReply<D extends boolean> = D extends false ? Buffer : string

export declare const Redis: RedisConstructor

/** What an error may carry besides its message. */
export interface ErrorDetails {
  code?: string | undefined
  command?: string | undefined
  maybeExecuted?: boolean | undefined
  cause?: unknown | undefined
}

/** All errors of this library, but for wrong arguments: these are TypeErrors with code `INVALID_ARGUMENT`. */
export declare class RedisError extends Error {
  constructor(message: string, details?: ErrorDetails)
  /** What went wrong, in a form that does not change: the server's own code, or one of this library. */
  readonly code: string
  /** The name of the command, never its arguments. */
  readonly command?: string
  /** Whether the server may have run the command, where that matters. */
  readonly maybeExecuted?: boolean
  /** The command's place in its pipeline, or that of the first one without a reply. */
  readonly index?: number
  /** The results of the pipeline as far as they are known, errors in their places. Not shown when the error is printed. */
  readonly results?: readonly unknown[]
}

/** The server answered with an error: `WRONGTYPE`, `NOAUTH`, `ERR`, ... */
export declare class ReplyError extends RedisError {
  constructor(message: string, details?: ErrorDetails & { serverMessage?: string })
  /** The server's text alone, without the name of the command: `WRONGTYPE Operation against a key ...`. */
  readonly serverMessage: string
}
/** What the system, the resolver or TLS says of a connection, as Node's own errors do. */
export interface SystemFault extends Error {
  /** `ECONNREFUSED`, `ENOTFOUND`, `ETIMEDOUT`, `ECONNRESET`, `CERT_HAS_EXPIRED`, ... */
  readonly code: string
  readonly errno?: number
  /** `connect`, `read`, `getaddrinfo`. */
  readonly syscall?: string
  /** The address, or the path of a unix socket. */
  readonly address?: string
  readonly port?: number
  /** The name that has no address. */
  readonly hostname?: string
}

/** There is no connection, or it was lost: `CONNECTION_REFUSED`, `CONNECTION_LOST`, `TLS_FAILED`, ... */
export declare class ConnectionError extends RedisError {
  /** What the system says, where it says something; an `AggregateError` of these where several addresses were tried. */
  readonly cause?: SystemFault | (AggregateError & SystemFault)
}
/** The server refused the credentials: `AUTHENTICATION_FAILED`. */
export declare class AuthenticationError extends RedisError {}
/** The deadline of a call passed: `COMMAND_TIMEOUT`. */
export declare class TimeoutError extends RedisError {
  constructor(message: string, details?: ErrorDetails & { phase?: 'queue' | 'write' | 'server' | undefined })
  /** Where the command was: waiting for a connection, being written, or with the server. */
  /**
   * Where the command was when its deadline passed: `queue`, it was not handed to a connection, or the JavaScript thread was busy
   * until after the deadline; `write`, not wholly written; `server`, written and not answered.
   */
  readonly phase: 'queue' | 'write' | 'server'
  /** Of a wait for a connection: the last failure to connect, or what the attempt was waiting for. */
  readonly cause?: ConnectionError | AuthenticationError | ProtocolError | SentinelError
}
/** The signal aborted: `ABORTED`. Its reason is the `cause`. */
export declare class AbortError extends RedisError {}
/** A limit on what may wait or be in flight is reached; the command was not queued: `QUEUE_FULL`. */
export declare class QueueFullError extends RedisError {}
/** No connection of the pool became free in time: `POOL_TIMEOUT`. The message says who has them. */
export declare class PoolTimeoutError extends RedisError {}
/** A key that the connection watched was changed, or the watch was lost; the transaction did not run: `WATCH_FAILED`. */
export declare class WatchError extends RedisError {}
/** The server would not queue some commands of a transaction and ran none: `EXECABORT`. */
export declare class ExecAbortError extends RedisError {
  /** Why, for each of these commands, with `index` and `command`. */
  readonly errors: readonly ReplyError[]
}
/** The peer broke the protocol, or a reply exceeds its limit: `PROTOCOL_ERROR`, `REPLY_LIMIT`. */
export declare class ProtocolError extends RedisError {}
/** The client is closed: `CLIENT_CLOSED`. */
export declare class ClosedError extends RedisError {}
/** No sentinel could say where the server is; a line for each says why: `SENTINEL_UNREACHABLE`, `SENTINEL_REFUSED`, `NO_REPLICA`. */
export declare class SentinelError extends RedisError {}
/** An option or a URL is wrong: `INVALID_OPTION`. */
export declare class OptionError extends RedisError {}
/** A fault of this library: `INTERNAL_ERROR`. */
export declare class InternalError extends RedisError {}
