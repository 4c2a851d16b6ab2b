// @ts-check
'use strict'

/**
 * Connections as JavaScript sees them: connecting, closing, events. A client has its own, or those of a pool, and in that case
 * a way to them of its own.
 */

const { EventEmitter } = require('node:events')

const { closeTimeout, wait } = require('./connecting.js')
const { errorOf } = require('../errors.js')
const { invalidate, lose } = require('./lost-leases.js')
const { create, duplicated, join } = require('./connection-source.js')
const { answer } = require('./questions.js')
const { register } = require('./event-dispatch.js')
const { keepContexts } = require('../scope.js')
const { lastSlot, open } = require('../reply/pending-calls.js')
const { warn } = require('../warn.js')

/** @typedef {'idle' | 'connecting' | 'ready' | 'disconnected' | 'reconnecting' | 'closed'} State */

/** What the last event says about the client. @type {Record<string, State>} */
const STATES = {
  connect: 'connecting',
  ready: 'ready',
  close: 'disconnected',
  reconnecting: 'reconnecting',
  end: 'idle',
}

/** What a call on a client that was closed is refused with, where the connections are not its own. */
const CLOSED = {
  kind: 'Closed',
  code: 'CLIENT_CLOSED',
  message: 'the client is closed',
  maybeExecuted: false,
}

class Connections extends EventEmitter {
  /** @type {any} */
  #facts
  /** @type {State} */
  #state = 'idle'
  /** @type {import('./connection-source.js').Source} */
  #from
  /** @type {any} */
  #native
  /** The same for the connections that reads go to, where these go elsewhere. @type {any} */
  #reader
  /** Those of the options, which the engine asks. @type {import('./questions.js').Functions} */
  #functions
  /** The pool whose connections these are, if they are another's. @type {Connections | undefined} */
  #pool
  /** Those who use these connections besides. @type {Set<WeakRef<Connections>>} */
  #handles = new Set()

  /**
   * @param {import('./connection-source.js').Source} from
   * @param {Connections} [pool] whose connections to use; `from` are options then
   */
  constructor(from, pool) {
    super()
    this.#from = from
    const made = pool === undefined ? create(this, from) : join(pool, /** @type {any} */ (from.options))
    const { native, reader, functions, deployment, facts } = made
    this.#native = native
    this.#reader = reader
    this.#facts = facts
    this.#functions = functions
    this.#pool = pool
    Object.defineProperties(this, {
      // The sentinels' object answers for them as long as somebody follows it.
      _deployment: { value: deployment },
      // It has to live as long as its client.
      _readers: { value: reader && { _happened: this.#readerHappened.bind(this) } },
    })
    if (pool !== undefined) {
      pool.#handles.add(new WeakRef(this))
      return
    }
    register(native.id, this)
    if (reader !== undefined) register(reader.id, /** @type {any} */ (this)._readers)
    if (!facts.lazyConnect) {
      // The failure is told by the `error` event; commands get it as their own.
      this.connect().catch((error) => this._failed(error))
    }
  }

  /** The addon's functions for these connections. @returns {any} */
  get _native() {
    return this.#native
  }

  /** The addon's functions for the connections that reads go to, where these go elsewhere. @returns {any} */
  get _reader() {
    return this.#reader
  }

  /**
   * Has the addon do something with all connections, and waits until it is done.
   * @param {(native: any, slot: number) => void} call
   */
  async #all(call) {
    const natives = this.#reader === undefined ? [this.#native] : [this.#native, this.#reader]
    await Promise.all(natives.map((native) => outcome((slot) => call(native, slot))))
  }

  /** What was chosen among the options. @returns {any} */
  get _options() {
    return this.#facts
  }

  /** @param {{ timeout?: number, signal?: AbortSignal }} [options] */
  async connect(options = {}) {
    await wait(async (timeout) => {
      if (this.#state === 'closed') throw errorOf(CLOSED)
      const owner = this.#pool ?? this
      if (owner.#state === 'idle') owner.#state = 'connecting'
      await this.#all((native, slot) => native.connect(slot, timeout))
    }, options)
  }

  /** @param {{ timeout?: number }} [options] */
  async close(options = {}) {
    const timeout = closeTimeout(options)
    if (this.#pool === undefined) {
      await this.#all((native, slot) => native.close(slot, timeout))
      this.#state = 'closed'
    } else {
      // What was called before is answered; the connections are somebody else's.
      const answered = this.#all((native, slot) => native.drainedInTime(slot, timeout))
      this.#leave()
      await answered
    }
  }

  destroy() {
    if (this.#pool !== undefined) {
      this.#leave()
      return
    }
    this.#state = 'closed'
    // It only says that the sockets are gone, and cannot fail.
    void this.#all((native, slot) => native.destroy(slot))
  }

  #leave() {
    this.#state = 'closed'
    this._refuse(CLOSED)
    if (this.#pool === undefined) return
    for (const handle of this.#pool.#handles) {
      if (handle.deref() === this) this.#pool.#handles.delete(handle)
    }
  }

  /**
   * What is called from now on fails like this. Whoever carries commands sees to it.
   * @param {import('../errors.js').Failure} _failure
   */
  _refuse(_failure) {}

  get bufferedBytes() {
    return this.#native.bufferedBytes() + (this.#reader?.bufferedBytes() ?? 0)
  }

  async drained() {
    await this.#all((native, slot) => native.drained(slot))
  }

  /** How the connections are used. */
  stats() {
    const stats = JSON.parse(this.#native.stats())
    if (this.#reader === undefined) return stats
    for (const [name, count] of Object.entries(JSON.parse(this.#reader.stats()))) stats[name] += count
    return stats
  }

  /**
   * Another client or pool of the same class and server, with the same options but for `changes`. On a pool's connections, another
   * handle on the pool.
   * @param {Record<string, unknown>} [changes]
   */
  duplicate(changes) {
    return new /** @type {any} */ (this.constructor)(...duplicated(this.#from, this.#pool, changes))
  }

  ref() {
    this.#native.reference(1)
    this.#reader?.reference(1)
    return this
  }

  unref() {
    this.#native.reference(0)
    this.#reader?.reference(0)
    return this
  }

  /**
   * @param {number} _depth
   * @param {import('node:util').InspectOptions} options
   * @param {typeof import('node:util').inspect} inspect
   */
  [Symbol.for('nodejs.util.inspect.custom')](_depth, options, inspect) {
    return `${this.constructor.name} ${inspect(this.toJSON(), options)}`
  }

  /** What may be shown: no credential is among it. */
  toJSON() {
    const { address, db, name } = this.#facts
    const state = this.#state === 'closed' ? 'closed' : (this.#pool ?? this).#state
    return { ...(name !== null && { name }), state, address, db }
  }

  /**
   * @param {{ event: string, error?: any, attempt?: number, delay?: number, request?: number, [detail: string]: unknown }} happening
   */
  _happened(happening) {
    const { event, error } = happening
    const state = STATES[event]
    if (state !== undefined && this.#state !== 'closed') this.#state = state
    switch (event) {
      case 'question':
        void answer(this.#native, this.#functions, /** @type {any} */ (happening))
        break
      case 'error':
      case 'trouble':
        this._failed(errorOf(error))
        break
      case 'invalidate':
        this.#invalidated(/** @type {any} */ (happening))
        break
      case 'lease':
        lose(/** @type {number} */ (happening['lease']), errorOf(error))
        break
      default:
        this.#tell(happening)
        // Each in its own turn: what a listener throws must not keep the others from hearing.
        for (const handle of this.#others()) process.nextTick(() => handle.#tell(happening))
    }
  }

  /**
   * What happens to the connections that reads go to. Their comings and goings are not those of the client.
   * @param {{ event: string, error?: any, [detail: string]: unknown }} happening
   */
  #readerHappened(happening) {
    const { event, error } = happening
    if (event === 'question') void answer(this.#reader, this.#functions, /** @type {any} */ (happening))
    else if (event === 'error') this._failed(errorOf(error))
  }

  /** @param {{ event: string, error?: any, [detail: string]: unknown }} happening */
  #tell({ event, error, from, to, ms, attempt, delay }) {
    switch (event) {
      case 'failover':
        this.emit('failover', { from, to, ms })
        break
      case 'sentinel':
        break
      case 'close':
        this.emit('close', errorOf(error))
        break
      case 'reconnecting':
        this.emit('reconnecting', { attempt, delay })
        break
      default:
        this.emit(event)
    }
  }

  /**
   * Keys that the server has announced as changed: to those who use these connections, and to the lease that tracks them.
   * @param {{ lease: number, keys: string[] | null }} happening
   */
  #invalidated({ lease, keys }) {
    const bytes = keys && keys.map((key) => Buffer.from(key, 'latin1'))
    invalidate(lease, bytes && this.#shown(bytes))
    for (const handle of [this, ...this.#others()]) {
      if (handle.listenerCount('invalidate') === 0) continue
      process.nextTick(() => handle.emit('invalidate', bytes && handle.#shown(bytes)))
    }
  }

  /** Keys as replies show them. @param {Buffer[]} keys */
  #shown(keys) {
    const { decodeResponses, encoding, keyPrefix } = this.#facts
    const prefix = Buffer.from(keyPrefix ?? '')
    return keys.map((key) => {
      const own = key.subarray(0, prefix.length).equals(prefix) ? key.subarray(prefix.length) : key
      return decodeResponses ? own.toString(encoding) : own
    })
  }

  /** Who uses these connections besides, as far as they are still there. */
  #others() {
    const others = []
    for (const handle of this.#handles) {
      const other = handle.deref()
      if (other === undefined) this.#handles.delete(handle)
      else others.push(other)
    }
    return others
  }

  /** @param {Error} error */
  _failed(error) {
    const listening = [this, ...this.#others()].filter((each) => each.listenerCount('error') > 0)
    if (listening.length === 0) warn(error, this.#facts.name)
    for (const each of listening) each.emit('error', error)
  }
}

/**
 * Waits for the engine to say how a call went.
 * @param {(slot: number) => void} call
 */
async function outcome(call) {
  const settled = open('')
  call(lastSlot())
  await settled
}

keepContexts(Connections.prototype)

Object.defineProperty(Connections.prototype, Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose'), {
  /** @this {Connections} */
  value() {
    return this.close()
  },
  writable: true,
  configurable: true,
})

module.exports = { Connections, outcome }
