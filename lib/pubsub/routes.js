// @ts-check
'use strict'

/**
 * A subscriber's subscriptions. Owns their numbers, which messages carry instead of names, and the listeners of each.
 */

/** Words by kind of subscription: channels, patterns, shard channels. */
const PREFIXES = ['', 'p', 's']

/**
 * A listener, and the context that it is called in.
 * @typedef {{ call: (data: any, channel: any, pattern?: any) => unknown, scope: InstanceType<typeof import('../scope.js').Scope> }} Listener
 */

/**
 * @typedef {object} Route
 * @property {number} id
 * @property {number} kind
 * @property {string} key
 * @property {any} name as messages show it
 * @property {Uint8Array} bytes
 * @property {readonly Listener[]} listeners replaced, never changed: one of them may be at work
 * @property {boolean} flows the engine was told that somebody listens
 * @property {boolean} active false once the user has unsubscribed
 * @property {boolean} live the server has acknowledged it
 * @property {number} count how many subscriptions there were when it began or ended
 */

class Routes {
  /** @type {(Route | undefined)[]} */
  all = []
  /** Active ones of each kind. */
  byKey = PREFIXES.map(() => /** @type {Map<string, Route>} */ (new Map()))
  /** @type {number[]} */
  #free = []
  #live = 0

  /** @param {(bytes: Uint8Array) => any} show how names look to the user */
  constructor(show) {
    this.show = show
  }

  /**
   * @param {number} kind
   * @param {import('./channel-names.js').Name} name
   * @returns {Route}
   */
  get(kind, { key, bytes }) {
    const byKey = /** @type {Map<string, Route>} */ (this.byKey[kind])
    const known = byKey.get(key)
    if (known !== undefined) return known
    const id = this.#free.pop() ?? this.all.length
    /** @type {Route} */
    const route = {
      id,
      kind,
      key,
      name: this.show(bytes),
      bytes,
      listeners: [],
      flows: false,
      active: true,
      live: false,
      count: 0,
    }
    this.all[id] = route
    byKey.set(key, route)
    return route
  }

  /** @param {number} kind @param {string} key */
  find(kind, key) {
    return this.byKey[kind]?.get(key)
  }

  /** @param {number} kind @returns {Route[]} */
  ofKind(kind) {
    return [...(this.byKey[kind]?.values() ?? [])]
  }

  /** Nothing more is wanted of a subscription; what has arrived may still name its number. @param {Route} route */
  retire(route) {
    if (!route.active) return
    route.active = false
    route.listeners = []
    this.byKey[route.kind]?.delete(route.key)
  }

  /** Nothing names the number any more. @param {Route} route */
  free(route) {
    this.retire(route)
    this.all[route.id] = undefined
    this.#free.push(route.id)
  }

  /** The server holds the subscription, or no longer: told twice, it counts once. @param {Route} route @param {boolean} live */
  count(route, live) {
    if (route.live === live) return
    route.live = live
    this.#live += live ? 1 : -1
    route.count = this.#live
  }

  get isEmpty() {
    return this.byKey.every((byKey) => byKey.size === 0)
  }

  /** Nothing is wanted any more. */
  clear() {
    for (const byKey of this.byKey) for (const route of byKey.values()) this.retire(route)
  }
}

module.exports = { PREFIXES, Routes }
