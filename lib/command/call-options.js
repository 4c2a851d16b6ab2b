// @ts-check
'use strict'

/**
 * What a caller may set for single calls (`redis.with(...)`): its checks, and the slower path of the calls that need more
 * than a word of flags: a timeout, a signal.
 */

const { OptionError, abortError } = require('../errors.js')
const { ownOptions } = require('../own-options.js')
const { abortable } = require('../abort.js')
const { withdrawal } = require('../reply/pending-calls.js')

/** Bits of the word that names a command; the addon knows the same ones (src/encode/command_word.rs). */
const BINARY = 1 << 16
const RETRY_ALWAYS = 1 << 17
const RETRY_NEVER = 1 << 18

const ENCODING_SHIFT = 19

/** Node's encodings by their numbers, which the engine knows as well (`config`). */
const ENCODINGS = ['utf8', 'utf16le', 'latin1', 'ascii', 'base64', 'base64url', 'hex']
/** Other names of the same. @type {Record<string, string>} */
const ALIASES = {
  'utf-8': 'utf8',
  'utf-16le': 'utf16le',
  ucs2: 'utf16le',
  'ucs-2': 'utf16le',
  binary: 'latin1',
}

const MAX_TIMEOUT = 2 ** 32 - 1

/**
 * @typedef {object} Settings
 * @property {boolean} binary
 * @property {0 | typeof RETRY_ALWAYS | typeof RETRY_NEVER} retry
 * @property {number} encoding its number
 * @property {number | undefined} timeout
 * @property {AbortSignal | undefined} signal
 */

/** @param {string} name @param {string} expected @returns {never} */
function refuse(name, expected) {
  throw new OptionError(`option "${name}" must be ${expected}`, { code: 'INVALID_OPTION' })
}

/** @param {unknown} name */
function encodingNumber(name) {
  const known = typeof name === 'string' ? name.toLowerCase() : ''
  const number = ENCODINGS.indexOf(ALIASES[known] ?? known)
  return number < 0 ? refuse('encoding', "one of Node's encodings") : number
}

/** @type {Record<string, (settings: Settings, value: any) => void>} */
const READERS = {
  timeout(settings, value) {
    if (typeof value !== 'number' || !(value >= 0)) refuse('timeout', 'a number of milliseconds, 0 for none')
    settings.timeout = Math.min(value, MAX_TIMEOUT)
  },
  signal(settings, value) {
    if (value !== null && typeof value?.addEventListener !== 'function') refuse('signal', 'an AbortSignal')
    settings.signal = value ?? undefined
  },
  retry(settings, value) {
    if (value === 'idempotent') settings.retry = RETRY_ALWAYS
    else if (value === false) settings.retry = RETRY_NEVER
    else refuse('retry', "'idempotent' or false")
  },
  decodeResponses(settings, value) {
    if (typeof value !== 'boolean') refuse('decodeResponses', 'a boolean')
    settings.binary = !value
  },
  encoding(settings, value) {
    settings.encoding = encodingNumber(value)
    settings.binary = false
  },
}

/** @param {Record<string, unknown>} changes */
function refuseContradiction(changes) {
  const { decodeResponses, encoding } = ownOptions(changes)
  if (decodeResponses === false && encoding !== undefined) {
    const message = 'option "encoding" excludes "decodeResponses": false'
    throw new OptionError(message, { code: 'INVALID_OPTION' })
  }
}

/**
 * `base` with `changes`, checked.
 * @param {Settings} base
 * @param {Record<string, unknown>} changes
 * @returns {Settings}
 */
function merge(base, changes) {
  if (changes === null || typeof changes !== 'object') refuse('with()', 'given an object')
  const settings = { ...base }
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue
    const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined
    if (read === undefined) {
      const known = Object.keys(READERS).join(', ')
      throw new OptionError(`unknown option "${name}" in with(); known are ${known}`, {
        code: 'INVALID_OPTION',
      })
    }
    read(settings, value)
  }
  refuseContradiction(changes)
  return settings
}

/**
 * The one option, a boolean, of the method `where`.
 * @param {string} where
 * @param {string} name
 * @param {any} options
 * @param {boolean} [byDefault]
 * @returns {boolean}
 */
function flagOption(where, name, options, byDefault = true) {
  if (options === undefined) return byDefault
  if (options === null || typeof options !== 'object') refuse(where, 'given an object')
  for (const [given, value] of Object.entries(options)) {
    if (given !== name) {
      throw new OptionError(`unknown option "${given}" in ${where}; known is ${name}`, {
        code: 'INVALID_OPTION',
      })
    }
    if (value !== undefined && typeof value !== 'boolean') refuse(name, 'a boolean')
    if (value !== undefined) return value
  }
  return byDefault
}

/** @param {Settings} settings */
function flagsOf(settings) {
  const view = settings.binary ? BINARY : settings.encoding << ENCODING_SHIFT
  return view | settings.retry
}

/**
 * The settings that a word of flags cannot say, if there are any.
 * @param {Settings} settings
 * @returns {Settings | undefined}
 */
function slowOf(settings) {
  const { timeout, signal } = settings
  return timeout !== undefined || signal !== undefined ? settings : undefined
}

/**
 * Runs `send` as `settings` want it.
 * @param {Settings} settings
 * @param {string | undefined} command
 * @param {() => Promise<any>} send
 * @param {{ withdraw(slot: number): unknown }} native what `send` sends by
 * @returns {Promise<any>}
 */
function follow(settings, command, send, native) {
  const { signal } = settings
  if (signal?.aborted) return Promise.reject(abortError(signal.reason, command, false))
  let promise = send()
  if (signal !== undefined) promise = abortable(promise, signal, command, withdrawal(native))
  return promise
}

module.exports = { ENCODINGS, encodingNumber, flagOption, follow, flagsOf, merge, slowOf }
