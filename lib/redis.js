// @ts-check
'use strict'

/** The handle. Owns the life of a client as JavaScript sees it: options, connecting, closing, events. */

const { EventEmitter } = require('node:events')

const { Core } = require('./caller.js')
const { carryCommands, configure } = require('./commander.js')
const { OptionError, errorOf } = require('./errors.js')
const { addLeasing } = require('./lease.js')
const { serialise } = require('./options-json.js')
const { createClient, lastSlot, listen, open } = require('./slots.js')
const { warn } = require('./warning.js')

/** Clients by number, for their events. @type {Map<number, WeakRef<Redis>>} */
const clients = new Map()
const collected = new FinalizationRegistry((/** @type {number} */ id) => clients.delete(id))

listen((id, happening) => {
  // Listeners are the user's: what they throw is theirs as well, and must not stop the results behind this event.
  process.nextTick(() => clients.get(id)?.deref()?._happened(happening))
})

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
 * @returns {{ url: string | undefined, variable: string | undefined, options: unknown }}
 */
function source(first, second) {
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
function create(owner, { url, variable, options }) {
  const { json, credentials } = serialise(options)
  const native = createClient(json, url, owner, credentials !== undefined)
  if (typeof native === 'string') {
    const failure = JSON.parse(native)
    if (variable !== undefined) failure.message = `${failure.message} (the URL comes from ${variable})`
    throw errorOf(failure)
  }
  return { native, credentials, facts: JSON.parse(native.facts) }
}

class Redis extends EventEmitter {
  /** @type {{ address: string, db: number, name: string | null }} */
  #facts
  /** @type {State} */
  #state = 'idle'

  /**
   * @param {string | URL | Record<string, unknown>} [first] a URL or options; default `REDIS_URL`, `VALKEY_URL`,
   *   localhost:6379
   * @param {Record<string, unknown>} [second] options behind a URL
   */
  constructor(first, second) {
    super()
    const { native, credentials, facts } = create(this, source(first, second))
    const { decodeResponses, encoding, lazyConnect, address, db, name } = facts
    const settings = { binary: !decodeResponses, retry: 0, encoding, timeout: undefined, signal: undefined }
    configure(/** @type {any} */ (this), new Core(native), /** @type {any} */ (settings))
    this.#facts = { address, db, name }
    Object.defineProperties(this, { _credentials: { value: credentials } })
    clients.set(native.id, new WeakRef(this))
    collected.register(this, native.id)
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
   * @param {{ event: string, error?: any, attempt?: number, delay?: number, request?: number }} happening
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
        this._failed(errorOf(error))
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

module.exports = { Redis }
