// @ts-check
'use strict'

/** A subscriber. Owns its life: what it is told besides messages, who keeps it, and its end. */

const { EventEmitter } = require('node:events')

const { closeTimeout } = require('../client/connecting.js')
const { ClosedError, abortError, errorOf } = require('../errors.js')
const { cutting } = require('./message-codec.js')
const { Flow, flowWords, pullWords } = require('./dispatcher.js')
const { confirmation, gapOf } = require('./notifications.js')
const { iterate, take } = require('./iterator.js')
const { tell } = require('./safe-emit.js')
const { Routes } = require('./routes.js')
const { Subscriptions, commandOf } = require('./subscriptions.js')
const { PubSubView, addAsking } = require('./view.js')
const { END, PARCEL_END, Waiting } = require('./pull-queue.js')
const { lastSlot, open } = require('../reply/pending-calls.js')
const { enrol, keep } = require('./live-subscribers.js')
const { registrations } = require('../scope.js')
const { warn } = require('../warn.js')

/** The two lines of a backlog, as the addon numbers them. */
const FLOW = 0
const PULL = 1
/** Parcels dispatched before the event loop gets its turn. */
const PARCELS_PER_TURN = 16

/**
 * @typedef {object} Settings
 * @property {number | undefined} timeout of its calls
 * @property {boolean} binary
 * @property {BufferEncoding} encoding
 * @property {string | null} name the client's, for warnings
 * @property {AbortSignal | undefined} signal
 */

class PubSub extends EventEmitter {
  #native
  #settings
  #routes
  #waiting
  #flow
  #subscriptions
  /** `ended`: the engine gives nothing more, but what has arrived may still be asked for. @type {'open' | 'ended' | 'closed'} */
  #state = 'open'
  /** What ended it, if that was a failure. @type {Error | undefined} */
  #reason
  /** @type {Promise<void> | undefined} */
  #closing
  /** @type {NodeJS.Immediate | undefined} */
  #pumping
  #unwatch = () => {}
  /** @param {unknown} error */
  #failed = (error) => this.#fail(error)

  /**
   * @param {import('../native.js').NativeSubscriber} native
   * @param {Settings} settings
   */
  constructor(native, settings) {
    super()
    this.#native = native
    this.#settings = settings
    const cut = cutting(settings)
    const routes = new Routes((bytes) =>
      cut.whole(cut.binary ? Buffer.from(bytes) : Buffer.from(bytes).toString()),
    )
    const waiting = new Waiting(
      () => this.#pull(),
      () => native.release(PULL),
    )
    const parts = { native, routes, waiting, cutting: cut, emitter: this, failed: this.#failed }
    this.#routes = routes
    this.#waiting = waiting
    this.#flow = new Flow(parts)
    this.#subscriptions = new Subscriptions({
      ...parts,
      flow: this.#flow,
      timeout: settings.timeout,
      assertOpen: (command) => {
        if (this.#state !== 'open') throw this.#refusal(command)
      },
    })
    enrol(native.id, this)
    this.#watch(settings.signal)
  }

  /**
   * The same subscriber with a timeout, or a signal, for single calls.
   * @param {Record<string, unknown>} changes
   */
  with(changes) {
    return new PubSubView(this, changes)
  }

  /** @param {{ timeout?: number, ignoreSubscribeMessages?: boolean, gaps?: boolean, signal?: AbortSignal }} [options] */
  getMessage(options = {}) {
    return take(this.#consumer, options)
  }

  /** @param {{ signal?: AbortSignal, gaps?: boolean, close?: boolean }} [options] */
  messages(options = {}) {
    return iterate(this.#consumer, options)
  }

  [Symbol.asyncIterator]() {
    return this.messages()
  }

  get channels() {
    return this.#routes.ofKind(0).map((route) => route.name)
  }

  get patterns() {
    return this.#routes.ofKind(1).map((route) => route.name)
  }

  get shardChannels() {
    return this.#routes.ofKind(2).map((route) => route.name)
  }

  get closed() {
    return this.#state !== 'open' || this.#reason !== undefined
  }

  /** @param {{ timeout?: number }} [options] */
  async close(options = {}) {
    const timeout = closeTimeout(options)
    return (this.#closing ??= this.#close(undefined, timeout))
  }

  toJSON() {
    const { channels, patterns, shardChannels, closed } = this
    return { channels, patterns, shardChannels, closed }
  }

  /**
   * @param {number} _depth
   * @param {import('node:util').InspectOptions} options
   * @param {typeof import('node:util').inspect} inspect
   */
  [Symbol.for('nodejs.util.inspect.custom')](_depth, options, inspect) {
    return `PubSub ${inspect(this.toJSON(), options)}`
  }

  /** The engine has something: takes what flows, and serves who waits. */
  _pump() {
    this.#pumping = undefined
    for (let parcels = 0; parcels < PARCELS_PER_TURN;) {
      const text = this.#native.take(FLOW, flowWords)
      if (text === undefined) return this.#waiting.serve()
      const head = /** @type {number} */ (flowWords[0])
      if (head === 0) {
        this.#noticed(JSON.parse(text))
      } else {
        this.#flow.dispatch(text, head)
        this.#native.release(FLOW)
        parcels += 1
      }
    }
    this.#pumping = setImmediate(() => this._pump())
    this.#waiting.serve()
  }

  /** Who listens to events may have changed. */
  _listening() {
    this.#subscriptions.listening()
  }

  /**
   * Subscribes, or ends subscriptions.
   * @param {boolean} begins
   * @param {number} kind
   * @param {readonly unknown[]} args
   * @param {import('./subscriptions.js').Patience} [patience]
   */
  async _ask(begins, kind, args, patience) {
    const subscriptions = this.#subscriptions
    try {
      const asked = begins
        ? subscriptions.subscribe(kind, args, patience)
        : subscriptions.unsubscribe(kind, args, patience)
      this.#keep()
      await asked
    } catch (error) {
      if (begins) this.#keep()
      throw this.#explain(error, commandOf(kind, begins ? '' : 'un'))
    }
  }

  /** Subscriptions keep their subscriber; without them only its user does. */
  #keep() {
    keep(this, this.#state === 'open' && !this.#routes.isEmpty)
  }

  /** The engine says that a call found it closed; why is known here. @param {unknown} error @param {string} command */
  #explain(error, command) {
    return this.#reason !== undefined && error instanceof ClosedError ? this.#refusal(command) : error
  }

  /** @param {string} [command] */
  #refusal(command) {
    const { signal } = this.#settings
    if (signal?.aborted) return abortError(signal.reason, command, false)
    const message = 'the subscriber is closed'
    return new ClosedError(command === undefined ? message : `${command}: ${message}`, {
      code: 'CLIENT_CLOSED',
      maybeExecuted: false,
      ...(command !== undefined && { command }),
      ...(this.#reason !== undefined && { cause: this.#reason }),
    })
  }

  /** What consumers need. @returns {import('./iterator.js').Consumer} */
  get #consumer() {
    return {
      waiting: this.#waiting,
      state: () => this.#state,
      reason: () => this.#reason,
      refusal: () => this.#refusal(),
      close: () => this.close(),
    }
  }

  /** Brings more of what waits to be pulled. */
  #pull() {
    const text = this.#native.take(PULL, pullWords)
    if (text === undefined) return false
    const head = /** @type {number} */ (pullWords[0])
    if (head > 0) {
      this.#flow.lay(text, head)
      this.#waiting.add(PARCEL_END)
      return true
    }
    const { notice, route: id, last, ...rest } = JSON.parse(text)
    const route = this.#routes.all[id]
    if (notice === 'ended') {
      // What listens may still have to hear of what came before; who waits is through with it.
      if (rest.error) this.#reason ??= errorOf(rest.error)
      this.#waiting.add(END)
    } else if (notice === 'gap') {
      this.#waiting.add(gapOf(rest))
    } else if (route !== undefined) {
      this.#routes.count(route, notice === 'subscribed')
      this.#waiting.add(confirmation(route, notice))
      if (last) this.#routes.free(route)
    }
    return true
  }

  /** @param {{ notice: string, route: number, last?: boolean, error?: any, reason?: any, lost?: any, dropped?: any }} happening */
  #noticed({ notice, route: id, last, ...rest }) {
    const route = this.#routes.all[id]
    switch (notice) {
      case 'subscribed':
      case 'unsubscribed':
        if (route !== undefined) this.#confirmed(route, notice, last)
        break
      case 'reconsider':
        this.#waiting.sift((item, heard) => this.#flow.redirect(item, heard))
        break
      case 'gap':
        tell(this, 'gap', gapOf(rest), this.#failed)
        break
      case 'refused':
        if (route !== undefined) {
          const error = errorOf(rest.error, commandOf(route.kind, ''))
          this.#fail(Object.assign(error, { channel: route.name }))
        }
        break
      case 'ended':
        this.#ended(rest.error ? errorOf(rest.error) : undefined)
        break
      default:
        this.#fail(errorOf(rest.error))
    }
  }

  /** @param {import('./routes.js').Route} route @param {string} notice @param {boolean | undefined} last */
  #confirmed(route, notice, last) {
    const begins = notice === 'subscribed'
    // What was taken back before the server had acknowledged it did not begin.
    const told = begins || route.live
    this.#routes.count(route, begins)
    if (!begins) this.#routes.retire(route)
    if (told) tell(this, notice.slice(0, -1), confirmation(route, notice), this.#failed)
    if (last) this.#routes.free(route)
    this.#keep()
  }

  /** @param {Error | undefined} failure */
  #ended(failure) {
    if (this.#state !== 'open') return
    this.#state = 'ended'
    const error = (this.#reason ??= failure)
    this.#unwatch()
    this.#routes.clear()
    this.#keep()
    const { iterators, isAwaited } = this.#waiting
    const isTold = iterators > 0 || isAwaited
    if (error !== undefined && (this.listenerCount('error') > 0 || !isTold)) this.#fail(error)
  }

  /** An error that no call can have: to whoever listens, or a warning. @param {unknown} thrown */
  #fail(thrown) {
    const error = thrown instanceof Error ? thrown : new Error(`a listener threw ${String(thrown)}`)
    const listeners = this.rawListeners('error')
    if (listeners.length === 0) warn(error, this.#settings.name)
    for (const listener of listeners) {
      try {
        Reflect.apply(listener, this, [error])
      } catch (again) {
        warn(/** @type {Error} */ (again), this.#settings.name)
      }
    }
  }

  /** @param {AbortSignal | undefined} signal */
  #watch(signal) {
    if (signal === undefined) return
    const abort = () => {
      this.#closing ??= this.#close(abortError(signal.reason, undefined, false))
    }
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    this.#unwatch = () => signal.removeEventListener('abort', abort)
  }

  /**
   * @param {Error | undefined} reason
   * @param {number} [timeout]
   */
  async #close(reason, timeout = this.#settings.timeout) {
    this.#unwatch()
    this.#reason ??= reason
    this.#state = 'closed'
    this.#routes.clear()
    this.#keep()
    clearImmediate(this.#pumping)
    this.#waiting.end()
    const left = open('')
    this.#native.leave(lastSlot(), timeout)
    await left
  }
}

addAsking(PubSub.prototype)

/** Methods of an emitter that change who listens. */
const LISTENING = /** @type {const} */ ([
  'on',
  'once',
  'off',
  'addListener',
  'removeListener',
  'removeAllListeners',
  'prependListener',
  'prependOnceListener',
])

/** @param {string | symbol} name @param {(this: PubSub, ...args: any[]) => unknown} value */
function define(name, value) {
  Object.defineProperty(PubSub.prototype, name, { value, writable: true, configurable: true })
}

for (const name of LISTENING) {
  const inherited =
    /** @type {Record<string, Function>} */ (registrations)[name] ?? EventEmitter.prototype[name]
  define(name, function (...args) {
    Reflect.apply(inherited, this, args)
    this._listening()
    return this
  })
}

define(Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose'), function () {
  return this.close()
})

module.exports = { PubSub }
