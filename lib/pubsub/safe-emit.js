// @ts-check
'use strict'

/** Calls of the user's listeners. What one of them throws, now or by a promise, is its own affair: others are called all the same. */

/**
 * @param {Function} listener
 * @param {unknown} self
 * @param {readonly unknown[]} args
 * @param {(error: unknown) => void} failed
 */
function callOne(listener, self, args, failed) {
  try {
    const outcome = Reflect.apply(listener, self, args)
    if (outcome !== undefined && typeof outcome?.then === 'function') outcome.then(undefined, failed)
  } catch (error) {
    failed(error)
  }
}

/**
 * Emits an event so that each listener is called.
 * @param {import('node:events').EventEmitter} emitter
 * @param {string} event
 * @param {unknown} value
 * @param {(error: unknown) => void} failed
 */
function tell(emitter, event, value, failed) {
  for (const listener of emitter.rawListeners(event)) callOne(listener, emitter, [value], failed)
}

module.exports = { tell }
