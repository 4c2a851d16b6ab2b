// @ts-check
'use strict'

/**
 * Connections as JavaScript sees them: where their options come from, connecting, closing, events. A client has its own, or
 * those of a pool, and in that case a way to them of its own.
 */

const { EventEmitter } = require('node:events')

const { Deployment, Following } = require('./deployment.js')
const { OptionError, errorOf } = require('./errors.js')
const { serialise } = require('./options-json.js')
const { register } = require('./registry.js')
const { createClient, lastSlot, open } = require('./slots.js')
const { warn } = require('./warning.js')

/** The variables that are looked at where there is no URL, in this order. */
const URL_VARIABLES = ['REDIS_URL', 'VALKEY_URL']

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

/** @param {string} message @returns {never} */
function refuse(message) {
  throw new OptionError(message, { code: 'INVALID_OPTION' })
}

/**
 * Sorts the constructor's arguments out.
 * @param {unknown} first
 * @param {unknown} second
 * @returns {{ url: string | undefined, variable: string | undefined, options: unknown, following?: InstanceType<typeof Following> }}
 */
function source(first, second) {
  if (first instanceof Following) {
    return { url: undefined, variable: undefined, options: first.options, following: first }
  }
  if (typeof first === 'string') return { url: first, variable: undefined, options: second ?? {} }
  if (first instanceof URL) return { url: first.href, variable: undefined, options: second ?? {} }
  if (first === undefined) {
    // An empty variable is what shells leave where none is meant.
    const variable = URL_VARIABLES.find((name) => process.env[name])
    return { url: variable && process.env[variable], variable, options: second ?? {} }
  }
  if (second !== undefined) refuse('options stand behind a URL, or alone')
  return { url: undefined, variable: undefined, options: first }
}

/**
 * The addon's part of a client.
 * @param {Connections} owner
 * @param {ReturnType<typeof source>} from
 */
function create(owner, { url, variable, options, following }) {
  const { json, credentials, addressMap } = serialise(options)
  try {
    const follow = following ?? (url === undefined ? undefined : followed(url, options, owner))
    if (follow === undefined && addressMap !== undefined) {
      refuse('option "addressMap" needs sentinels: a redis-sentinel:// URL, or a Sentinel')
    }
    const { deployment, master, target } = follow ?? {}
    const native = createClient(json, url, owner, credentials !== undefined, deployment?.id, master, target)
    if (typeof native === 'string') throw errorOf(JSON.parse(native))
    return { native, credentials, deployment, facts: JSON.parse(native.facts) }
  } catch (error) {
    if (variable !== undefined && error instanceof OptionError) {
      error.message = `${error.message} (the URL comes from ${variable})`
    }
    throw error
  }
}

/**
 * The sentinels that a URL names, if it does.
 * @param {string} url
 * @param {unknown} options
 * @param {Connections} owner
 */
function followed(url, options, owner) {
  if (!/^\s*redis-sentinel:/i.test(url)) return undefined
  const client = new WeakRef(owner)
  const deployment = new Deployment({ url }, options, (happening) => client.deref()?._happened(happening))
  return new Following(deployment, /** @type {string} */ (deployment.master), 'master', options)
}

/** Where connections come from. @typedef {ReturnType<typeof source>} Source */

/** Options of one handle on a pool; all others are the pool's. */
const HANDLE_OPTIONS = ['commandTimeout', 'decodeResponses', 'encoding', 'keyPrefix', 'name']

/**
 * Another way to the connections of `pool`.
 * @param {Connections} pool
 * @param {Record<string, unknown>} own
 */
function join(pool, own) {
  const theirs = pool._options
  /** @type {Record<string, unknown>} */
  const options = {}
  for (const name of HANDLE_OPTIONS) options[name] = theirs[name] ?? undefined
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined) continue
    if (!HANDLE_OPTIONS.includes(name)) {
      refuse(
        `option "${name}" belongs to the connection pool; a client on one has ${HANDLE_OPTIONS.join(', ')}`,
      )
    }
    options[name] = value
  }
  // They exclude each other; the client's own word counts.
  if (own.encoding !== undefined && own.decodeResponses === undefined) delete options.decodeResponses
  if (options.decodeResponses === false && own.encoding === undefined) delete options.encoding
  const handle = pool._native.handle(serialise(options).json)
  if (typeof handle === 'string') throw errorOf(JSON.parse(handle))
  const { address, db } = theirs
  const facts = { ...JSON.parse(handle.facts), address, db, lazyConnect: true }
  return {
    native: { ...pool._native, ...handle, facts: JSON.stringify(facts) },
    facts,
    credentials: undefined,
    deployment: undefined,
  }
}

class Connections extends EventEmitter {
  /** @type {any} */
  #facts
  /** @type {State} */
  #state = 'idle'
  /** @type {any} */
  #native
  /** The pool whose connections these are, if they are another's. @type {Connections | undefined} */
  #pool
  /** Those who use these connections besides. @type {Set<WeakRef<Connections>>} */
  #handles = new Set()

  /**
   * @param {Source} from
   * @param {Connections} [pool] whose connections to use; `from` are options then
   */
  constructor(from, pool) {
    super()
    const made = pool === undefined ? create(this, from) : join(pool, /** @type {any} */ (from.options))
    const { native, credentials, deployment, facts } = made
    this.#native = native
    this.#facts = facts
    this.#pool = pool
    Object.defineProperties(this, {
      _credentials: { value: credentials },
      // The sentinels' object answers for them as long as somebody follows it.
      _deployment: { value: deployment },
    })
    if (pool !== undefined) {
      pool.#handles.add(new WeakRef(this))
      return
    }
    register(native.id, this)
    if (!facts.lazyConnect) {
      // The failure is told by the `error` event; commands get it as their own.
      this.connect().catch((error) => this._failed(error))
    }
  }

  /** The addon's functions for these connections. @returns {any} */
  get _native() {
    return this.#native
  }

  /** What was chosen among the options. @returns {any} */
  get _options() {
    return this.#facts
  }

  async connect() {
    if (this.#state === 'closed') throw errorOf(CLOSED)
    const owner = this.#pool ?? this
    if (owner.#state === 'idle') owner.#state = 'connecting'
    await outcome((slot) => this.#native.connect(slot))
  }

  async close() {
    if (this.#pool === undefined) {
      await outcome((slot) => this.#native.close(slot))
      this.#state = 'closed'
    } else {
      // What was called before is answered; the connections are somebody else's.
      const answered = this.drained()
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
    void outcome((slot) => this.#native.destroy(slot))
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
   * @param {import('./errors.js').Failure} _failure
   */
  _refuse(_failure) {}

  get bufferedBytes() {
    return this.#native.bufferedBytes()
  }

  async drained() {
    await outcome((slot) => this.#native.drained(slot))
  }

  ref() {
    this.#native.reference(1)
    return this
  }

  unref() {
    this.#native.reference(0)
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
      case 'credentials':
        void this._provide(/** @type {number} */ (happening.request))
        break
      case 'error':
      case 'trouble':
        this._failed(errorOf(error))
        break
      default:
        this.#tell(happening)
        // Each in its own turn: what a listener throws must not keep the others from hearing.
        for (const handle of this.#others()) process.nextTick(() => handle.#tell(happening))
    }
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

  /**
   * Asks the user's provider for the credentials of one attempt to connect.
   * @param {number} request
   */
  async _provide(request) {
    const native = this.#native
    try {
      const { username, password } = await /** @type {any} */ (this)._credentials()
      if (typeof password !== 'string' || !['string', 'undefined'].includes(typeof username))
        throw new TypeError('credentials() must answer { username?, password }')
      native.answer(request, username, password, undefined)
    } catch (error) {
      native.answer(request, undefined, undefined, String(error instanceof Error ? error.message : error))
    }
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

Object.defineProperty(Connections.prototype, Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose'), {
  /** @this {Connections} */
  value() {
    return this.close()
  },
  writable: true,
  configurable: true,
})

module.exports = { Connections, outcome, refuse, source }
