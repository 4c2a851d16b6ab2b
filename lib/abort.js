// @ts-check
'use strict'

/**
 * Calls that a signal may abort. Owns the one listener that each signal has, however many calls wait on it: Node warns of a
 * leak where there are more than ten.
 */

const { ReplyError, abortError } = require('./errors.js')

const ABORTED = Symbol('aborted')

/**
 * What to do about a signal's abort, for each of its calls.
 * @typedef {{ calls: Set<() => void>, listener: () => void }} Watch
 */

/** @type {WeakMap<AbortSignal, Watch>} */
const watches = new WeakMap()

/**
 * @param {AbortSignal} signal
 * @returns {Watch}
 */
function watchOf(signal) {
  const known = watches.get(signal)
  if (known !== undefined) return known
  /** @type {Watch['calls']} */
  const calls = new Set()
  const listener = () => {
    for (const abort of calls) abort()
    calls.clear()
  }
  const watch = { calls, listener }
  watches.set(signal, watch)
  return watch
}

/**
 * The outcome of a call that was ended early in the server. The call resolves where something came of it.
 * @param {Promise<any>} promise
 * @param {AbortSignal} signal
 * @param {string | undefined} command
 */
async function outcomeOf(promise, signal, command) {
  try {
    return await promise
  } catch (error) {
    // What the server said is the outcome.
    if (error instanceof ReplyError) throw error
    throw abortError(signal.reason, command, /** @type {any} */ (error).maybeExecuted !== false)
  }
}

/**
 * Follows `promise` until it settles or `signal` aborts. The late reply is drained by the engine and dropped here, except where
 * the engine ends the call in the server: then its outcome counts.
 * @param {Promise<any>} promise
 * @param {AbortSignal} signal
 * @param {string | undefined} command
 * @param {() => 'withdrawn' | 'pending' | undefined} [withdraw] takes the call back or ends it, if that is possible
 */
async function abortable(promise, signal, command, withdraw) {
  const { calls, listener } = watchOf(signal)
  /** @type {() => void} */
  let abort = () => {}
  /** @type {'withdrawn' | 'pending' | undefined} */
  let withdrawal
  const aborted = new Promise((resolve) => {
    abort = () => {
      withdrawal = withdraw?.()
      resolve(ABORTED)
    }
  })
  if (calls.size === 0) signal.addEventListener('abort', listener, { once: true })
  calls.add(abort)
  // Its event has been and gone.
  if (signal.aborted) abort()
  try {
    const outcome = await Promise.race([promise, aborted])
    // Made here and not by the listener, so that its stack leads to the caller.
    if (outcome === ABORTED) {
      if (withdrawal === 'pending') return await outcomeOf(promise, signal, command)
      throw abortError(signal.reason, command, withdrawal !== 'withdrawn')
    }
    return outcome
  } finally {
    if (calls.delete(abort) && calls.size === 0) signal.removeEventListener('abort', listener)
  }
}

module.exports = { abortable }
