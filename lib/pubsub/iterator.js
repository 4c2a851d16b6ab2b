// @ts-check
'use strict'

/** The consumers that ask for messages: iterators and `getMessage`. */

const { abortError } = require('../errors.js')
const { ownOptions } = require('../own-options.js')
const { refuse, refuseUnknown } = require('./options.js')
const { END } = require('./pull-queue.js')
const { abortable } = require('../abort.js')

/** Node's timers know no more: 24.8 days. */
const LONGEST_TIMER = 2 ** 31 - 1

/**
 * @typedef {object} Consumer
 * @property {InstanceType<typeof import('./pull-queue.js').Waiting>} waiting
 * @property {() => 'open' | 'ended' | 'closed'} state
 * @property {() => Error | undefined} reason what ended the subscriber, if that was a failure
 * @property {() => Error} refusal
 * @property {() => Promise<void>} close
 */

/** @typedef {{ type: string }} Item */

/** @param {Item} item */
const isConfirmation = (item) => item.type.endsWith('subscribe')

/** @param {boolean} confirmations @param {boolean} gaps @returns {(item: Item) => boolean} */
function filter(confirmations, gaps) {
  return (item) => (item.type === 'gap' ? gaps : confirmations || !isConfirmation(item))
}

/** @param {string} name @param {unknown} value */
function assertBoolean(name, value) {
  if (value !== undefined && typeof value !== 'boolean') refuse(`option "${name}" must be a boolean`)
}

/** @param {AbortSignal | undefined} signal */
function assertSignal(signal) {
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    refuse('option "signal" must be an AbortSignal')
  }
}

/**
 * The next message; null when none arrives in time.
 * @param {Consumer} consumer
 * @param {{ timeout?: number, ignoreSubscribeMessages?: boolean, gaps?: boolean, signal?: AbortSignal }} options
 */
async function take({ waiting, state, reason, refusal }, options) {
  refuseUnknown('getMessage()', options, ['timeout', 'ignoreSubscribeMessages', 'gaps', 'signal'])
  const { timeout = 0, ignoreSubscribeMessages = false, gaps = false, signal } = ownOptions(options)
  assertBoolean('ignoreSubscribeMessages', ignoreSubscribeMessages)
  assertBoolean('gaps', gaps)
  if (typeof timeout !== 'number' || !(timeout >= 0))
    refuse('option "timeout" must be a number of milliseconds')
  assertSignal(signal)
  if (signal?.aborted) throw abortError(signal.reason, undefined, false)
  const wants = filter(!ignoreSubscribeMessages, gaps)
  // Who waits already comes first.
  const item = waiting.isAwaited ? undefined : waiting.next(wants)
  if (item === END || state() === 'closed') throw reason() ?? refusal()
  if (item !== undefined) return item
  if (timeout === 0) return null
  let leave = () => {}
  const message = new Promise((resolve, reject) => {
    /** @type {NodeJS.Timeout | undefined} */
    let timer
    const waiter = {
      wants,
      give(/** @type {any} */ given) {
        clearTimeout(timer)
        const failure = reason()
        if (given !== END) resolve(given)
        else if (failure === undefined) resolve(null)
        else reject(failure)
      },
    }
    leave = () => {
      clearTimeout(timer)
      waiting.leave(waiter)
    }
    const late = () => {
      leave()
      resolve(null)
    }
    if (timeout !== Infinity) timer = setTimeout(late, Math.min(timeout, LONGEST_TIMER))
    waiting.wait(waiter)
  })
  if (signal === undefined) return message
  return abortable(message, signal, undefined, () => {
    leave()
    return 'withdrawn'
  })
}

class Messages {
  #consumer
  #wants
  #closes
  #signal
  /** Nothing follows. */
  #done = false
  /** What the next call rejects with, once. @type {Error | undefined} */
  #failure
  /** @type {Set<{ waiter: import('./pull-queue.js').Waiter, give: (item: any) => void }>} */
  #pending = new Set()
  #onAbort = () => this.#abort()

  /**
   * @param {Consumer} consumer
   * @param {{ gaps: boolean, close: boolean, signal: AbortSignal | undefined }} options
   */
  constructor(consumer, { gaps, close, signal }) {
    this.#consumer = consumer
    this.#wants = filter(false, gaps)
    this.#closes = close
    this.#signal = signal
    consumer.waiting.iterators += 1
    if (signal?.aborted) this.#abort()
    else signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  next() {
    const { waiting } = this.#consumer
    const item = this.#done ? END : waiting.isAwaited ? undefined : waiting.next(this.#wants)
    if (item !== undefined) return this.#outcome(item)
    return new Promise((resolve) => {
      const give = (/** @type {any} */ given) => {
        this.#pending.delete(pending)
        resolve(this.#outcome(given))
      }
      const pending = { waiter: { wants: this.#wants, give }, give }
      this.#pending.add(pending)
      waiting.wait(pending.waiter)
    })
  }

  /** Ends the iteration, and with it the subscriber, unless it is to stay. @param {unknown} [value] */
  async return(value) {
    this.#end()
    if (this.#closes) await this.#consumer.close()
    return { value, done: true }
  }

  /** @param {unknown} error */
  async throw(error) {
    await this.return()
    throw error
  }

  [Symbol.asyncIterator]() {
    return this
  }

  /** @param {any} item */
  async #outcome(item) {
    if (item !== END) return { value: item, done: false }
    if (!this.#done) {
      this.#failure ??= this.#consumer.reason()
      this.#end()
    }
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
    return { value: undefined, done: true }
  }

  #end() {
    if (!this.#done) this.#consumer.waiting.iterators -= 1
    this.#done = true
    this.#signal?.removeEventListener('abort', this.#onAbort)
    for (const { waiter, give } of [...this.#pending]) {
      this.#consumer.waiting.leave(waiter)
      give(END)
    }
  }

  #abort() {
    this.#failure = abortError(this.#signal?.reason, undefined, false)
    this.#end()
    if (this.#closes) void this.#consumer.close()
  }
}

Object.defineProperty(Messages.prototype, Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose'), {
  /** @this {Messages} */
  value() {
    return this.return()
  },
  writable: true,
  configurable: true,
})

/**
 * @param {Consumer} consumer
 * @param {{ signal?: AbortSignal, gaps?: boolean, close?: boolean }} options
 */
function iterate(consumer, options) {
  refuseUnknown('messages()', options, ['signal', 'gaps', 'close'])
  const { signal, gaps = false, close = true } = ownOptions(options)
  assertBoolean('gaps', gaps)
  assertBoolean('close', close)
  assertSignal(signal)
  return new Messages(consumer, { gaps, close, signal })
}

module.exports = { iterate, take }
