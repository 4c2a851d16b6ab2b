// @ts-check
'use strict'

/**
 * Transactions that read before they write: on a leased connection that watches what was read, begun anew when that was changed
 * meanwhile. Owns the attempts.
 */

const { setTimeout: pause } = require('node:timers/promises')

const { View } = require('../command/command-mixin.js')
const { ConnectionError, OptionError, ReplyError, WatchError, abortError } = require('../errors.js')
const { Pipeline } = require('../command/pipeline.js')

const ATTEMPTS = 32
/** Bounds of the pause between two attempts, in milliseconds; it is drawn at random, so that rivals do not meet again. */
const FIRST_PAUSE = 1
const LONGEST_PAUSE = 100

/**
 * @typedef {object} Choice
 * @property {readonly unknown[]} watch
 * @property {number} attempts
 * @property {(attempt: number) => number} backoff
 * @property {AbortSignal | undefined} signal
 */

/** @param {string} name @param {string} expected @returns {never} */
function refuse(name, expected) {
  const message = `transaction(): option "${name}" must be ${expected}`
  throw new OptionError(message, { code: 'INVALID_OPTION' })
}

/** @param {number} attempt */
function drawn(attempt) {
  return Math.random() * Math.min(FIRST_PAUSE * 2 ** attempt, LONGEST_PAUSE)
}

/** @type {Record<string, (choice: Choice, value: any) => void>} */
const READERS = {
  watch(choice, value) {
    choice.watch = Array.isArray(value) ? value : [value]
  },
  attempts(choice, value) {
    if (value !== Infinity && !(Number.isSafeInteger(value) && value > 0)) {
      refuse('attempts', 'a positive integer or Infinity')
    }
    choice.attempts = value
  },
  backoff(choice, value) {
    if (typeof value === 'function') choice.backoff = value
    else if (typeof value === 'number' && value >= 0) choice.backoff = () => value
    else refuse('backoff', 'a number of milliseconds, or a function of the attempt that answers one')
  },
  signal(choice, value) {
    if (typeof value?.addEventListener !== 'function') refuse('signal', 'an AbortSignal')
    choice.signal = value
  },
}

/**
 * @param {unknown} options
 * @param {AbortSignal | undefined} signal the view's
 * @returns {Choice}
 */
function choose(options, signal) {
  /** @type {Choice} */
  const choice = { watch: [], attempts: ATTEMPTS, backoff: drawn, signal }
  if (options === undefined) return choice
  if (options === null || typeof options !== 'object') {
    throw new OptionError('transaction(): the options must be an object', { code: 'INVALID_OPTION' })
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined
    if (read === undefined) {
      const known = Object.keys(READERS).join(', ')
      const message = `unknown option "${name}" in transaction(); known are ${known}`
      throw new OptionError(message, { code: 'INVALID_OPTION' })
    }
    read(choice, value)
  }
  return choice
}

/** @param {string} message @returns {never} */
function wrong(message) {
  throw Object.assign(new TypeError(`transaction(): ${message}`), { code: 'INVALID_ARGUMENT' })
}

/**
 * Whether another attempt may succeed: a watched key was changed, or the connection was lost before EXEC was sent.
 * @param {unknown} error
 */
function isPassing(error) {
  if (error instanceof WatchError || isRefusal(error)) return true
  return error instanceof ConnectionError && error.code === 'CONNECTION_LOST' && error.maybeExecuted !== true
}

/**
 * Whether the server could not run a command for now, or was not the one to ask.
 * @param {unknown} error
 */
function isRefusal(error) {
  return error instanceof ReplyError && error.maybeExecuted === false
}

/**
 * One attempt on the connection `tx`. What fails before EXEC is sent may be tried again.
 * @param {any} tx
 * @param {(tx: any) => unknown} work
 * @param {Choice} choice
 * @returns {Promise<{ results: unknown } | { failure: unknown, again: boolean }>}
 */
async function attempt(tx, work, { watch }) {
  let pipeline
  try {
    if (watch.length > 0) await tx.watch(watch)
    pipeline = await work(tx)
  } catch (failure) {
    // Nothing of the transaction was sent, whatever became of the command.
    const lost = failure instanceof ConnectionError && failure.code === 'CONNECTION_LOST'
    return { failure, again: lost || isRefusal(failure) }
  }
  if (pipeline === undefined) return { results: undefined }
  if (!(pipeline instanceof Pipeline)) wrong('the function must return a pipeline, or nothing to give up')
  if (!pipeline._isTransactionOf(tx))
    wrong('the pipeline must be a transaction that was begun by tx.pipeline()')
  try {
    return { results: await pipeline.execute() }
  } catch (failure) {
    return { failure, again: isPassing(failure) }
  }
}

/**
 * @this {any}
 * @param {(tx: any) => unknown} work
 * @param {unknown} [options]
 * @returns {Promise<unknown>}
 */
async function transaction(work, options) {
  if (typeof work !== 'function') wrong('takes a function of the connection')
  const choice = choose(options, this._settings.signal)
  const { attempts, backoff, signal } = choice
  const handle = signal === undefined ? this : this.with({ signal })
  for (let number = 1; ; number++) {
    const outcome = await handle.client((/** @type {any} */ lease) => attempt(lease.with({}), work, choice))
    if ('results' in outcome) return outcome.results
    if (!outcome.again || number >= attempts) throw outcome.failure
    await rest(backoff(number), signal)
  }
}

/**
 * @param {number} time in milliseconds
 * @param {AbortSignal | undefined} signal
 */
async function rest(time, signal) {
  if (typeof time !== 'number' || !(time >= 0)) refuse('backoff', 'a function that answers milliseconds')
  try {
    await pause(time, undefined, { ...(signal !== undefined && { signal }) })
  } catch {
    throw abortError(signal?.reason, undefined, false)
  }
}

/**
 * Lets a class of handles run transactions.
 * @param {object} prototype
 */
function addTransactions(prototype) {
  Object.defineProperty(prototype, 'transaction', { value: transaction, writable: true, configurable: true })
}

addTransactions(View.prototype)

module.exports = { addTransactions }
