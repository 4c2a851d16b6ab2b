// @ts-check
'use strict'

/**
 * Async iterators over the pages of a scanning command. One page is fetched ahead while the last one is consumed; a loop
 * that stops early leaves at most that one reply behind, which is dropped.
 */

const { abortError } = require('../errors.js')

/** @typedef {[cursor: unknown, items: readonly unknown[]]} Page */

const START = '0'

/**
 * The method that iterates where `method` returns a page: the same arguments, without the cursor.
 *
 * @param {import('./compile-method').Method} method
 * @param {import('./encode-arguments').Row} row
 * @returns {(this: any, ...args: unknown[]) => PageIterator}
 */
function iterator(method, row) {
  const before = row.parts.filter((part) => part.is === 'one').length - 1
  return function (...args) {
    return new PageIterator(
      (cursor) => Reflect.apply(method, this, [...args.slice(0, before), cursor, ...args.slice(before)]),
      this?._settings.signal,
    )
  }
}

class PageIterator {
  /** @type {(cursor: unknown) => Promise<Page>} */
  #fetch
  /** @type {readonly unknown[]} */
  #items = []
  #at = 0
  /** @type {Promise<Page> | undefined} The page that comes after `#items`. */
  #ahead
  #started = false
  #done = false
  /** @type {Promise<IteratorResult<unknown>> | undefined} The last `next()` that is still waiting: calls are served in order. */
  #waiting
  #queued = 0

  #signal

  /**
   * @param {(cursor: unknown) => Promise<Page>} fetch
   * @param {AbortSignal | undefined} signal that of the pages: it ends the iteration between them as well
   */
  constructor(fetch, signal) {
    this.#fetch = fetch
    this.#signal = signal
  }

  /** @returns {Promise<IteratorResult<unknown>>} */
  next() {
    if (this.#signal?.aborted && !(this.#done && this.#at === this.#items.length)) {
      this.#end()
      return Promise.reject(abortError(this.#signal.reason, undefined, false))
    }
    if (this.#waiting === undefined && this.#at < this.#items.length) {
      return Promise.resolve({ value: this.#items[this.#at++], done: false })
    }
    this.#waiting = this.#inTurn(this.#waiting)
    return this.#waiting
  }

  /**
   * Ends the iteration. A page that is on its way is dropped.
   *
   * @param {unknown} [value]
   * @returns {Promise<IteratorResult<unknown>>}
   */
  return(value) {
    this.#end()
    return Promise.resolve({ value, done: true })
  }

  /**
   * @param {unknown} [error]
   * @returns {Promise<IteratorResult<unknown>>}
   */
  throw(error) {
    this.#end()
    return Promise.reject(error)
  }

  [Symbol.asyncIterator]() {
    return this
  }

  async [Symbol.asyncDispose]() {
    this.#end()
  }

  /**
   * A step after the one before. Stack traces lead through it to the loop, which must be the only one that hears of it.
   *
   * @param {Promise<unknown> | undefined} before
   * @returns {Promise<IteratorResult<unknown>>}
   */
  async #inTurn(before) {
    this.#queued++
    try {
      // Its failure is its own caller's.
      await before?.catch(() => {})
      return await this.#step()
    } finally {
      if (--this.#queued === 0) this.#waiting = undefined
    }
  }

  /** @returns {Promise<IteratorResult<unknown>>} */
  async #step() {
    // Pages may be empty: the server looks at about `count` names, whether they match or not.
    while (this.#at >= this.#items.length) {
      if (this.#done) return { value: undefined, done: true }
      await this.#turn()
    }
    return { value: this.#items[this.#at++], done: false }
  }

  async #turn() {
    const page = this.#started ? this.#ahead : this.#fetch(START)
    this.#started = true
    let cursor, items
    try {
      ;[cursor, items] = await /** @type {Promise<Page>} */ (page)
    } catch (error) {
      this.#end()
      // A page that failed ahead of its turn was awaited by nobody then; the loop is waiting now, and V8 can tell.
      if (error instanceof Error) Error.captureStackTrace(error)
      throw error
    }
    if (this.#done) return
    this.#items = items
    this.#at = 0
    if (cursor === START) {
      this.#done = true
      this.#ahead = undefined
    } else {
      this.#ahead = this.#fetch(cursor)
      // Its failure is reported when its turn comes; after an early stop there is nobody left to tell.
      this.#ahead.catch(() => {})
    }
  }

  #end() {
    this.#done = true
    this.#items = []
    this.#at = 0
    this.#ahead = undefined
  }
}

module.exports = { iterator }
