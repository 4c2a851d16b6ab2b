/// <reference types="node" />
import type { EventEmitter } from 'node:events'

import type { SentinelMaster, SentinelPeer, SentinelReplica } from './commands'
import type { Redis, RedisError, RedisOptions, TextReply, TlsOptions } from '../index'

/** A server by its host and its port. */
export interface Address {
  host: string
  port: number
}

/**
 * Asked for the address of a server that the sentinels announce as `host` and `port`, before each attempt to connect to it: for
 * servers behind a network address translation, or in containers.
 */
export type AddressMap = (host: string, port: number) => Address | Promise<Address>

/** How sentinels are connected to. */
export interface SentinelConnectionOptions {
  /** ACL user of the sentinels. Default: none. */
  username?: string | undefined
  /** Password of the sentinels. Default: none. */
  password?: string | undefined
  /** What `CLIENT LIST` shows on the sentinels. Default: none. */
  clientName?: string | undefined
  /** Whether connections say what library they are. Default: true. */
  clientInfo?: boolean | undefined
  /** Which addresses of a sentinel's name are used. Default: 0, all. */
  family?: 0 | 4 | 6 | undefined
  /** Address of this machine to connect from. Default: none. */
  localAddress?: string | undefined
  /** Whether small writes are sent at once. Default: true. */
  noDelay?: boolean | undefined
  /** RESP version to ask for. Default: 3. */
  protocol?: 2 | 3 | undefined
  /** Encrypts the connections to sentinels. Default: false. */
  tls?: boolean | TlsOptions | (() => TlsOptions | Promise<TlsOptions>) | undefined
  /** Longest time for one attempt to connect to one sentinel, in milliseconds. Default: 1000. */
  connectTimeout?: number | undefined
  /** Longest time for one answer of one sentinel, in milliseconds. Default: 1000. */
  commandTimeout?: number | undefined
}

/** A sentinel with options of its own. */
export interface SentinelAddress extends SentinelConnectionOptions {
  /** Its name or address. Names are kept, and looked up at every attempt. */
  host: string
  /** Its port. Default: 26379. */
  port?: number | undefined
}

/** Options of a client whose server the sentinels find. */
export type FollowingOptions<D extends boolean = true> = Omit<
  RedisOptions<D>,
  'host' | 'port' | 'path' | 'sentinel' | 'addressMap' | 'readOnly'
>

/** Options of a client of the master. */
export type MasterOptions<D extends boolean = true> = Omit<FollowingOptions<D>, 'replicaFallback'>

/** Options of a client that reads from replicas. */
export type ReplicaOptions<D extends boolean = true> = Omit<FollowingOptions<D>, 'readFrom'>

/** What `sentinel` and `addressMap` do not say holds for the clients that are made here, where these say nothing else. */
export interface SentinelOptions<D extends boolean = true> extends FollowingOptions<D> {
  /** How the sentinels are connected to. Default: like servers, without credentials. */
  sentinel?: SentinelConnectionOptions | undefined
  /** Where servers are that are announced under other addresses. Default: none. */
  addressMap?: AddressMap | undefined
}

/** What each event hands to its listeners. */
export interface SentinelEvents {
  /** A master is another server now. `ms`: how long it had been in trouble, 0 where nothing was noticed before. */
  failover: [event: { master: string; from: string; to: string; ms: number }]
  /** A sentinel was named by another one, is being listened to, or cannot be reached. */
  sentinel: [event: { address: string; state: 'learned' | 'watched' | 'lost'; error?: RedisError }]
  /** The sentinels were asked, and none could answer. Without a listener it becomes a process warning. */
  error: [error: RedisError]
}

/**
 * The sentinels of a deployment. They are watched while a client follows them, or after `connect()`; the object alone does not
 * keep the process alive. `D` is what `decodeResponses` is for the clients that are made here.
 */
export declare class Sentinel<D extends boolean = true> extends EventEmitter {
  /**
   * @param sentinels Where the sentinels are: URLs such as `redis://:password@host:26379` (`rediss://` for TLS), or objects.
   *   Others are learned from them.
   */
  constructor(sentinels: readonly (string | URL | SentinelAddress)[], options?: SentinelOptions<D>)

  /** A client of the master called `name`, which follows failovers by itself. */
  masterFor<E extends boolean = D>(
    name: string,
    options?: MasterOptions<boolean> & { decodeResponses?: E | undefined },
  ): Redis<TextReply<E>>
  /**
   * A client that reads from the replicas of the master called `name`: each connection goes to the next of those that are
   * well, and to the master where none is (`replicaFallback`).
   */
  replicaFor<E extends boolean = D>(
    name: string,
    options?: ReplicaOptions<boolean> & { decodeResponses?: E | undefined },
  ): Redis<TextReply<E>>
  /** Another name of `replicaFor`. */
  slaveFor<E extends boolean = D>(
    name: string,
    options?: ReplicaOptions<boolean> & { decodeResponses?: E | undefined },
  ): Redis<TextReply<E>>

  /** Where the master called `name` is. It was connected to, and says that it is a master. */
  discoverMaster(name: string): Promise<Address>
  /** Where the replicas of the master called `name` are that are fit to be read from. */
  discoverReplicas(name: string): Promise<Address[]>
  /** Another name of `discoverReplicas`. */
  discoverSlaves(name: string): Promise<Address[]>

  /** What a sentinel knows of all its masters. */
  masters(): Promise<SentinelMaster[]>
  /** What a sentinel knows of the master called `name`. */
  master(name: string): Promise<SentinelMaster>
  /** What a sentinel knows of the replicas of the master called `name`. */
  replicas(name: string): Promise<SentinelReplica[]>
  /** What a sentinel knows of the other sentinels of the master called `name`. */
  sentinels(name: string): Promise<SentinelPeer[]>
  /** Has one sentinel promote a replica of the master called `name`. */
  failover(name: string): Promise<'OK'>
  /** Has a sentinel check that there are enough of them for a failover; rejects with SentinelError where there are not. */
  ckquorum(name: string): Promise<string>

  /** Watches the sentinels, whether or not clients do. Resolves when one of them has answered. */
  connect(): Promise<void>
  /** Ends the watch, and this object's calls. Clients that were made here go on until they are closed. */
  close(): Promise<void>
  /** `close()`, without waiting. */
  destroy(): void
  /** `close()` */
  [Symbol.asyncDispose](): Promise<void>

  on<E extends keyof SentinelEvents>(event: E, listener: (...args: SentinelEvents[E]) => void): this
  once<E extends keyof SentinelEvents>(event: E, listener: (...args: SentinelEvents[E]) => void): this
  off<E extends keyof SentinelEvents>(event: E, listener: (...args: SentinelEvents[E]) => void): this
  addListener<E extends keyof SentinelEvents>(event: E, listener: (...args: SentinelEvents[E]) => void): this
  removeListener<E extends keyof SentinelEvents>(
    event: E,
    listener: (...args: SentinelEvents[E]) => void,
  ): this
}
