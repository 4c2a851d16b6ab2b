// @ts-check
'use strict'

/** The handle. Owns the life of a client as JavaScript sees it: options, connecting, closing, events. */

const { EventEmitter } = require('node:events')

const { Core } = require('./caller.js')
const { carryCommands, configure } = require('./commander.js')
const { Deployment, Following } = require('./deployment.js')
const { OptionError, errorOf } = require('./errors.js')
const { addLeasing } = require('./lease.js')
const { addSubscribing } = require('./subscribing.js')
const { serialise } = require('./options-json.js')
const { register } = require('./registry.js')
const { createClient, lastSlot, open } = require('./slots.js')
const { addTransactions } = require('./transaction.js')
const { warn } = require('./warning.js')
const { encodingNumber } = require('./settings.js')

/** The variables that `new Redis()` looks at, in this order. */
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
 * @param {Redis} owner
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
 * @param {Redis} owner
 */
function followed(url, options, owner) {
  if (!/^\s*redis-sentinel:/i.test(url)) return undefined
  const client = new WeakRef(owner)
  const deployment = new Deployment({ url }, options, (happening) => client.deref()?._happened(happening))
  return new Following(deployment, /** @type {string} */ (deployment.master), 'master', options)
}

class Redis extends EventEmitter {
  /** @type {{ address: string, db: number, name: string | null }} */
  #facts
  /** @type {State} */
  #state = 'idle'

  /**
   * @param {string | URL | Record<string, unknown> | InstanceType<typeof Following>} [first] a URL or options; default `REDIS_URL`, `VALKEY_URL`,
   *   localhost:6379
   * @param {Record<string, unknown>} [second] options behind a URL
   */
  constructor(first, second) {
    super()
    const { native, credentials, deployment, facts } = create(this, source(first, second))
    const { decodeResponses, encoding, lazyConnect, address, db, name } = facts
    const settings = {
      binary: !decodeResponses,
      retry: 0,
      encoding: encodingNumber(encoding),
      timeout: undefined,
      signal: undefined,
    }
    configure(/** @type {any} */ (this), new Core(native), /** @type {any} */ (settings))
    this.#facts = { address, db, name }
    // The sentinels' object answers for them as long as somebody follows it.
    Object.defineProperties(this, {
      _credentials: { value: credentials },
      _deployment: { value: deployment },
    })
    register(native.id, this)
    if (!lazyConnect) {
      // The failure is told by the `error` event; commands get it as their own.
      this.connect().catch((error) => this._failed(error))
    }
  }

  /**
   * @param {string | URL} url
   * @param {Record<string, unknown>} [options]
   */
  static fromUrl(url, options) {
    if (typeof url !== 'string' && !(url instanceof URL)) refuse('the URL must be a string')
    return new this(url, options)
  }

  /** @returns {InstanceType<typeof import('./caller.js').Core>} */
  get #core() {
    return /** @type {any} */ (this)._core
  }

  async connect() {
    if (this.#state === 'idle') this.#state = 'connecting'
    await this.#outcome((slot) => this.#core.native.connect(slot))
  }

  async close() {
    await this.#outcome((slot) => this.#core.native.close(slot))
    this.#state = 'closed'
  }

  destroy() {
    this.#state = 'closed'
    // It only says that the sockets are gone, and cannot fail.
    void this.#outcome((slot) => this.#core.native.destroy(slot))
  }

  /**
   * Waits for the engine to say how a call went.
   * @param {(slot: number) => void} call
   */
  async #outcome(call) {
    const outcome = open('')
    call(lastSlot())
    await outcome
  }

  ref() {
    this.#core.native.reference(1)
    return this
  }

  unref() {
    this.#core.native.reference(0)
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
    return { ...(name !== null && { name }), state: this.#state, address, db }
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
      case 'failover':
        this.emit('failover', { from: happening.from, to: happening.to, ms: happening.ms })
        break
      case 'sentinel':
        break
      case 'close':
        this.emit('close', errorOf(error))
        break
      case 'reconnecting':
        this.emit('reconnecting', { attempt: happening.attempt, delay: happening.delay })
        break
      default:
        this.emit(event)
    }
  }

  /** @param {Error} error */
  _failed(error) {
    if (this.listenerCount('error') > 0) this.emit('error', error)
    else warn(error, this.#facts.name)
  }

  /**
   * Asks the user's provider for the credentials of one attempt to connect.
   * @param {number} request
   */
  async _provide(request) {
    const { native } = this.#core
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

Object.defineProperty(Redis.prototype, Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose'), {
  /** @this {Redis} */
  value() {
    return this.close()
  },
  writable: true,
  configurable: true,
})

carryCommands(Redis.prototype)
addLeasing(Redis.prototype)
addTransactions(Redis.prototype)
addSubscribing(Redis.prototype)

module.exports = { Redis }
