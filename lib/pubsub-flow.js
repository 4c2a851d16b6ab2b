// @ts-check
'use strict'

/**
 * What the addon hands over, taken apart. Owns the two ways of a parcel: straight to listeners, or into objects that wait.
 */

const { LARGE, WORDS, WORDS_PER_MESSAGE } = require('./pubsub-cutting.js')
const { tell } = require('./pubsub-listeners.js')
const { PREFIXES } = require('./pubsub-routes.js')

/** The kind of subscription that carries its channel's name with each message. */
const PATTERN = 1

/** What the events of each kind's messages are called. */
const MESSAGE_EVENTS = PREFIXES.map((prefix) => `${prefix}message`)

/** The addon writes a parcel's numbers here. Listeners may pull while what flows is being read, so that each side has its own. */
const flowWords = new Uint32Array(WORDS)
const pullWords = new Uint32Array(WORDS)

/**
 * @param {import('./pubsub-routes.js').Route} route
 * @param {any} channel
 * @param {any} data
 */
function messageOf({ kind, name }, channel, data) {
  const pattern = kind === PATTERN ? name : null
  return { type: /** @type {string} */ (MESSAGE_EVENTS[kind]), channel, pattern, data }
}

class Flow {
  /**
   * @param {object} parts
   * @param {import('./native.js').NativeSubscriber} parts.native
   * @param {InstanceType<typeof import('./pubsub-routes.js').Routes>} parts.routes
   * @param {InstanceType<typeof import('./pubsub-waiting.js').Waiting>} parts.waiting
   * @param {ReturnType<typeof import('./pubsub-cutting.js').cutting>} parts.cutting
   * @param {import('node:events').EventEmitter} parts.emitter
   * @param {(error: unknown) => void} parts.failed
   */
  constructor({ native, routes, waiting, cutting, emitter, failed }) {
    this.native = native
    this.routes = routes
    this.waiting = waiting
    this.cutting = cutting
    this.emitter = emitter
    this.failed = failed
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
      const data = apart ? this.#large() : cut(text, start, end)
      this.give(route, channel, data)
    }
  }

  /**
   * @param {import('./pubsub-routes.js').Route} route
   * @param {any} channel
   * @param {any} data
   */
  give(route, channel, data) {
    const { listeners } = route
    for (let index = 0; index < listeners.length; index++) {
      const listener = /** @type {import('./pubsub-routes.js').Listener} */ (listeners[index])
      try {
        // Two arguments where there is no pattern: what a listener is called with is cheap this way.
        const outcome = /** @type {any} */ (
          route.kind === PATTERN ? listener(data, channel, route.name) : listener(data, channel)
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

  /** Whether somebody listens to a subscription. @param {import('./pubsub-routes.js').Route} route */
  isHeard(route) {
    return route.listeners.length > 0 || this.isKindHeard(route.kind)
  }

  /** Whether somebody listens to all messages of a kind. @param {number} kind */
  isKindHeard(kind) {
    return this.emitter.listenerCount(/** @type {string} */ (MESSAGE_EVENTS[kind])) > 0
  }

  /**
   * Somebody listens to what was to wait.
   * @param {any} item
   * @param {import('./pubsub-routes.js').Route} route
   * @returns {boolean} whether the item was given
   */
  redirect({ channel, data }, route) {
    if (!route.active || !this.isHeard(route)) return false
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
      const data = apart ? this.#large() : cut(text, start, end)
      this.waiting.add(messageOf(route, channel, data), route)
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
