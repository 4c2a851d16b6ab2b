// @ts-check
'use strict'

/** The options of a subscriber, checked. */

const { OptionError } = require('../errors.js')
const { ownOptions } = require('../own-options.js')

/** Bounds of what waits for a slow consumer, where `maxBacklog` does not say. */
const MAX_MESSAGES = 100_000
const MAX_BYTES = 64 * 1024 * 1024

/** In the order of the addon's. */
const OVERFLOWS = ['pause', 'drop-oldest', 'error']

/** @param {string} message @returns {never} */
function refuse(message) {
  throw new OptionError(message, { code: 'INVALID_OPTION' })
}

/** @param {string} what @param {object} given @param {readonly string[]} known */
function refuseUnknown(what, given, known) {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) refuse(`${what} must be an object`)
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) refuse(`unknown option "${name}" in ${what}; known are ${known.join(', ')}`)
  }
}

/** @param {string} name @param {unknown} value @param {number} standard @returns {number} */
function positive(name, value, standard) {
  if (value === undefined) return standard
  if (!Number.isSafeInteger(value) || /** @type {number} */ (value) < 1) {
    refuse(`option "${name}" must be a whole number from 1 on`)
  }
  return /** @type {number} */ (value)
}

/**
 * @param {string} what
 * @param {Record<string, any>} options
 * @param {readonly string[]} [more] names of options that the caller reads himself
 */
function readOptions(what, options, more = []) {
  refuseUnknown(what, options, ['maxBacklog', 'overflow', 'signal', ...more])
  const { maxBacklog = {}, overflow = 'pause', signal } = ownOptions(options)
  refuseUnknown('maxBacklog', maxBacklog, ['messages', 'bytes'])
  const bounds = ownOptions(maxBacklog)
  if (!OVERFLOWS.includes(overflow)) {
    refuse(`option "overflow" must be one of ${OVERFLOWS.map((one) => `'${one}'`).join(', ')}`)
  }
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    refuse('option "signal" must be an AbortSignal')
  }
  return {
    messages: positive('maxBacklog.messages', bounds.messages, MAX_MESSAGES),
    bytes: positive('maxBacklog.bytes', bounds.bytes, MAX_BYTES),
    overflow: OVERFLOWS.indexOf(overflow),
    signal: /** @type {AbortSignal | undefined} */ (signal),
  }
}

module.exports = { readOptions, refuse, refuseUnknown }
