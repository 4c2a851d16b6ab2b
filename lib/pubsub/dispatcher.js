// @ts-check
'use strict'

/**
 * What the addon hands over, taken apart. Owns the two ways of a parcel: straight to listeners, or into objects that wait.
 */

const { LARGE, WORDS, WORDS_PER_MESSAGE } = require('./message-codec.js')
const { tell } = require('./safe-emit.js')
const { PREFIXES } = require('./routes.js')

/** The kind of subscription that carries its channel's name with each message. */
const PATTERN = 1

/** The channel for changed keys. */
const KEYS_CHANNEL = Buffer.from('__redis__:invalidate')

/** What the events of each kind's messages are called. */
const MESSAGE_EVENTS = PREFIXES.map((prefix) => `${prefix}message`)

/** The addon writes a parcel's numbers here. Listeners may pull while what flows is being read, so that each side has its own. */
const flowWords = new Uint32Array(WORDS)
const pullWords = new Uint32Array(WORDS)

/**
 * @param {import('./routes.js').Route} route
 * @param {any} channel
 * @param {any} data
 */
function messageOf({ kind, name }, channel, data) {
  const pattern = kind === PATTERN ? name : null
  return { type: /** @type {string} */ (MESSAGE_EVENTS[kind]), channel, pattern, data }
}

/** The keys of an invalidation, on their way to whoever listens. */
class Keys {
  /** @param {any[] | null} keys null: all keys */
  constructor(keys) {
    this.keys = keys
  }
}

/**
 * @param {import('./routes.js').Route} route
 * @param {any} channel
 * @param {any} data
 */
function itemOf(route, channel, data) {
  if (!(data instanceof Keys)) return messageOf(route, channel, data)
  return { type: 'invalidate', channel, pattern: null, data: data.keys }
}

/** Whether a subscription is that of the channel for changed keys. @param {import('./routes.js').Route} route */
function isForKeys({ kind, bytes }) {
  return kind === 0 && Buffer.from(bytes).equals(KEYS_CHANNEL)
}

class Flow {
  /**
   * @param {object} parts
   * @param {import('../native.js').NativeSubscriber} parts.native
   * @param {InstanceType<typeof import('./routes.js').Routes>} parts.routes
   * @param {InstanceType<typeof import('./pull-queue.js').Waiting>} parts.waiting
   * @param {ReturnType<typeof import('./message-codec.js').cutting>} parts.cutting
   * @param {import('node:events').EventEmitter} parts.emitter
   * @param {(error: unknown) => void} parts.failed
   */
  constructor({ native, routes, waiting, cutting, emitter, failed }) {
    this.show = routes.show
    this.native = native
    this.routes = routes
    this.waiting = waiting
    this.cutting = cutting
    this.emitter = emitter
    this.failed = failed
  }

  /**
   * What a message brings: its data, or the keys that the server says have changed.
   * @param {any} text
   * @param {boolean} apart
   * @param {boolean} isKeys
   * @param {number} start
   * @param {number} end
   */
  #data(text, apart, isKeys, start, end) {
    if (!isKeys) return apart ? this.#large() : this.cutting.cut(text, start, end)
    const json = apart
      ? this.native.takeLarge()
      : typeof text === 'string'
        ? text.slice(start, end)
        : text.subarray(start, end)
    const keys = JSON.parse(typeof json === 'string' ? json : json.toString('latin1'))
    return new Keys(keys && keys.map((/** @type {string} */ key) => this.show(Buffer.from(key, 'latin1'))))
  }

  /** Gives a parcel to whoever listens. @param {any} text @param {number} head */
  dispatch(text, head) {
    const { cut } = this.cutting
    const { all } = this.routes
    const count = head % LARGE
    const apart = head >= LARGE
    let at = 0
    for (let index = 0, word = 1; index < count; index++, word += WORDS_PER_MESSAGE) {
      const route = all[/** @type {number} */ (flowWords[word])]
      const start = at + /** @type {number} */ (flowWords[word + 1])
      const end = start + /** @type {number} */ (flowWords[word + 2])
      const from = at
      at = end
      if (route === undefined || !route.active) continue
      const channel = route.kind !== PATTERN ? route.name : apart ? this.#rest(text) : cut(text, from, start)
      const isKeys = route.kind !== PATTERN && (apart ? text.length > 0 : start > from)
      const data = this.#data(text, apart, isKeys, start, end)
      this.give(route, channel, data)
    }
  }

  /**
   * @param {import('./routes.js').Route} route
   * @param {any} channel
   * @param {any} data
   */
  give(route, channel, data) {
    if (data instanceof Keys) return this.#giveKeys(route, channel, data)
    const { listeners } = route
    for (let index = 0; index < listeners.length; index++) {
      const { call, scope } = /** @type {import('./routes.js').Listener} */ (listeners[index])
      try {
        // Two arguments where there is no pattern: what a listener is called with is cheap this way.
        const outcome = /** @type {any} */ (
          route.kind === PATTERN
            ? scope.runInAsyncScope(call, undefined, data, channel, route.name)
            : scope.runInAsyncScope(call, undefined, data, channel)
        )
        if (outcome !== undefined && typeof outcome?.then === 'function') {
          outcome.then(undefined, this.failed)
        }
      } catch (error) {
        this.failed(error)
      }
    }
    const event = /** @type {string} */ (MESSAGE_EVENTS[route.kind])
    if (this.isKindHeard(route.kind)) tell(this.emitter, event, messageOf(route, channel, data), this.failed)
    // Whoever listened has just stopped: it waits like any other.
    else if (listeners.length === 0) this.waiting.add(messageOf(route, channel, data), route)
  }

  /**
   * Changed keys go to the listeners of their event, or wait.
   * @param {import('./routes.js').Route} route
   * @param {any} channel
   * @param {Keys} data
   */
  #giveKeys(route, channel, data) {
    if (this.areKeysHeard()) tell(this.emitter, 'invalidate', data.keys, this.failed)
    else this.waiting.add(itemOf(route, channel, data), route)
  }

  /** Whether somebody listens to a subscription. @param {import('./routes.js').Route} route */
  isHeard(route) {
    return this.#isMessageHeard(route) || (this.areKeysHeard() && isForKeys(route))
  }

  /** @param {import('./routes.js').Route} route */
  #isMessageHeard(route) {
    return route.listeners.length > 0 || this.isKindHeard(route.kind)
  }

  /** Whether somebody listens to changed keys. */
  areKeysHeard() {
    return this.emitter.listenerCount('invalidate') > 0
  }

  /** Whether somebody listens to all messages of a kind. @param {number} kind */
  isKindHeard(kind) {
    return this.emitter.listenerCount(/** @type {string} */ (MESSAGE_EVENTS[kind])) > 0
  }

  /**
   * Somebody listens to what was to wait.
   * @param {any} item
   * @param {import('./routes.js').Route} route
   * @returns {boolean} whether the item was given
   */
  redirect({ type, channel, data }, route) {
    if (type === 'invalidate') {
      if (this.areKeysHeard()) tell(this.emitter, 'invalidate', data, this.failed)
      return this.areKeysHeard()
    }
    if (!route.active || !this.#isMessageHeard(route)) return false
    this.give(route, channel, data)
    return true
  }

  /** Makes objects of a parcel, for whoever asks for them. @param {any} text @param {number} head */
  lay(text, head) {
    const { cut } = this.cutting
    const count = head % LARGE
    const apart = head >= LARGE
    let at = 0
    for (let index = 0, word = 1; index < count; index++, word += WORDS_PER_MESSAGE) {
      const route = this.routes.all[/** @type {number} */ (pullWords[word])]
      const start = at + /** @type {number} */ (pullWords[word + 1])
      const end = start + /** @type {number} */ (pullWords[word + 2])
      const from = at
      at = end
      if (route === undefined) continue
      const channel = route.kind !== PATTERN ? route.name : apart ? this.#rest(text) : cut(text, from, start)
      const isKeys = route.kind !== PATTERN && (apart ? text.length > 0 : start > from)
      const data = this.#data(text, apart, isKeys, start, end)
      if (data instanceof Keys) this.#giveKeys(route, channel, data)
      else this.waiting.add(messageOf(route, channel, data), route)
    }
  }

  #large() {
    return this.cutting.whole(this.native.takeLarge())
  }

  /** All of a text that is one channel's name. @param {any} text */
  #rest(text) {
    return this.cutting.whole(text)
  }
}

module.exports = { Flow, flowWords, pullWords }
