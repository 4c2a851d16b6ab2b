// @ts-check
'use strict'

/**
 * What waits for an iterator or a `getMessage`, and who of these waits for it. Little of it is here: the rest stays in the engine,
 * where it is bounded, until it is asked for.
 */

/** Stands behind the last message of a parcel, which is used up with it. */
const PARCEL_END = Symbol('parcel end')
/** Nothing follows. */
const END = Symbol('end')

/** @typedef {{ type: string }} Item */

/**
 * @typedef {object} Waiter
 * @property {(item: Item) => boolean} wants what it does not want is dropped
 * @property {(item: any) => void} give an item, or `END`
 */

class Waiting {
  /** @type {any[]} */
  #items = []
  /** The subscriptions that they came through, in the same places. */
  #routes = /** @type {(import('./routes.js').Route | undefined)[]} */ ([])
  #head = 0
  /** @type {Waiter[]} */
  #waiters = []
  #ended = false
  /** Iterators under way: they will hear of a failure. */
  iterators = 0

  /**
   * @param {() => boolean} pull brings more by `add`; false when there is nothing
   * @param {() => void} release the oldest parcel is used up
   */
  constructor(pull, release) {
    this.pull = pull
    this.release = release
  }

  get isAwaited() {
    return this.#waiters.length > 0
  }

  /** @param {any} item @param {import('./routes.js').Route} [route] */
  add(item, route) {
    this.#items.push(item)
    this.#routes.push(route)
  }

  /** The oldest item, if there is one by now. */
  #shift() {
    for (;;) {
      if (this.#head === this.#items.length) {
        if (this.#head > 0) {
          this.#items = []
          this.#routes = []
          this.#head = 0
        }
        if (this.#ended || !this.pull()) return undefined
        continue
      }
      const item = this.#items[this.#head]
      this.#items[this.#head] = undefined
      this.#routes[this.#head++] = undefined
      if (item === PARCEL_END) this.release()
      else return item
    }
  }

  /**
   * The oldest item that is wanted; undefined when nothing has arrived, `END` when nothing follows.
   * @param {Waiter['wants']} wants
   */
  next(wants) {
    for (;;) {
      const item = this.#shift()
      if (item === END) this.#ended = true
      if (item === END || (item === undefined && this.#ended)) return END
      if (item === undefined || wants(item)) return item
    }
  }

  /** Something has arrived: gives it to who waits, first come, first served. */
  serve() {
    while (this.#waiters.length > 0) {
      const waiter = /** @type {Waiter} */ (this.#waiters[0])
      const item = this.next(waiter.wants)
      if (item === undefined) return
      this.#waiters.shift()
      waiter.give(item)
    }
  }

  /** @param {Waiter} waiter */
  wait(waiter) {
    this.#waiters.push(waiter)
  }

  /** @param {Waiter} waiter */
  leave(waiter) {
    const at = this.#waiters.indexOf(waiter)
    if (at !== -1) this.#waiters.splice(at, 1)
  }

  /**
   * Somebody listens to what was to wait: takes out what `takes` wants.
   * @param {(item: Item, route: import('./routes.js').Route) => boolean} takes
   */
  sift(takes) {
    while (!this.#ended && this.pull());
    const [items, routes, head] = [this.#items, this.#routes, this.#head]
    this.#items = []
    this.#routes = []
    this.#head = 0
    for (let at = head; at < items.length; at++) {
      const route = routes[at]
      if (route !== undefined && takes(items[at], route)) continue
      this.add(items[at], route)
    }
    // Parcels of which nothing is left are used up.
    while (this.#items[this.#head] === PARCEL_END) {
      this.#head += 1
      this.release()
    }
  }

  /** Nothing that waits is wanted, and nothing follows. */
  end() {
    this.#ended = true
    this.#items = []
    this.#routes = []
    this.#head = 0
    for (const waiter of this.#waiters.splice(0)) waiter.give(END)
  }
}

module.exports = { END, PARCEL_END, Waiting }
