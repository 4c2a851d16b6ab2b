// @ts-check
'use strict'

/**
 * What a caller may set for single calls (`redis.with(...)`): its checks, and the slower path of the calls that need more
 * than a word of flags: a timeout, a signal, another encoding.
 */

const { OptionError, ReplyError, abortError } = require('./errors.js')
const { abortable } = require('./signal.js')
const { replaceLeaves } = require('./tree.js')

/** Bits of the word that names a command; the addon knows the same ones (src/meta.rs). */
const BINARY = 1 << 16
const RETRY_ALWAYS = 1 << 17
const RETRY_NEVER = 1 << 18

/** Bytes become text on the engine's thread with this one, in JavaScript with any other. */
const ENGINE_ENCODING = 'utf8'

const MAX_TIMEOUT = 2 ** 32 - 1

/**
 * @typedef {object} Settings
 * @property {boolean} binary
 * @property {0 | typeof RETRY_ALWAYS | typeof RETRY_NEVER} retry
 * @property {BufferEncoding} encoding
 * @property {number | undefined} timeout
 * @property {AbortSignal | undefined} signal
 */

/** @param {string} name @param {string} expected @returns {never} */
function refuse(name, expected) {
  throw new OptionError(`option "${name}" must be ${expected}`, { code: 'INVALID_OPTION' })
}

/** @type {Record<string, (settings: Settings, value: any) => void>} */
const READERS = {
  timeout(settings, value) {
    if (typeof value !== 'number' || !(value >= 0)) refuse('timeout', 'a number of milliseconds, 0 for none')
    settings.timeout = Math.min(value, MAX_TIMEOUT)
  },
  signal(settings, value) {
    if (typeof value?.addEventListener !== 'function') refuse('signal', 'an AbortSignal')
    settings.signal = value
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
    const name = value === 'utf-8' ? ENGINE_ENCODING : value
    if (typeof name !== 'string' || !Buffer.isEncoding(name)) refuse('encoding', "one of Node's encodings")
    settings.encoding = /** @type {BufferEncoding} */ (name)
    settings.binary = false
  },
}

/** @param {Record<string, unknown>} changes */
function refuseContradiction({ decodeResponses, encoding }) {
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
 * The one option, a boolean that is true by default, of the method `where`.
 * @param {string} where
 * @param {string} name
 * @param {unknown} options
 * @returns {boolean}
 */
function flagOption(where, name, options) {
  if (options === undefined) return true
  if (options === null || typeof options !== 'object') refuse(where, 'given an object')
  for (const [given, value] of Object.entries(options)) {
    if (given !== name) {
      throw new OptionError(`unknown option "${given}" in ${where}; known is ${name}`, {
        code: 'INVALID_OPTION',
      })
    }
    if (value !== undefined && typeof value !== 'boolean') refuse(name, 'a boolean')
    if (value === false) return false
  }
  return true
}

/** @param {Settings} settings */
function flagsOf(settings) {
  const binary = settings.binary || settings.encoding !== ENGINE_ENCODING
  return (binary ? BINARY : 0) | settings.retry
}

/**
 * The settings that a word of flags cannot say, if there are any.
 * @param {Settings} settings
 * @returns {Settings | undefined}
 */
function slowOf(settings) {
  const { timeout, signal } = settings
  return timeout !== undefined || signal !== undefined || decodes(settings) ? settings : undefined
}

/**
 * Whether bytes become text in JavaScript.
 * @param {Settings} settings
 */
function decodes({ binary, encoding }) {
  return !binary && encoding !== ENGINE_ENCODING
}

/**
 * Buffers anywhere in a reply become text.
 * @param {unknown} value
 * @param {BufferEncoding} encoding
 * @param {string | undefined} command
 */
function decode(value, encoding, command) {
  try {
    return replaceLeaves(value, (leaf) => (Buffer.isBuffer(leaf) ? leaf.toString(encoding) : leaf))
  } catch (cause) {
    const problem = `the reply does not fit a JavaScript string as ${encoding}; use the buffers view`
    throw new ReplyError(command === undefined ? problem : `${command}: ${problem}`, {
      code: 'STRING_TOO_LONG',
      maybeExecuted: true,
      ...(command !== undefined && { command }),
      cause,
    })
  }
}

/**
 * Runs `send` as `settings` want it.
 * @param {Settings} settings
 * @param {string | undefined} command
 * @param {() => Promise<any>} send
 * @returns {Promise<any>}
 */
function follow(settings, command, send) {
  const { signal, encoding } = settings
  if (signal?.aborted) return Promise.reject(abortError(signal.reason, command, false))
  let promise = send()
  if (signal !== undefined) promise = abortable(promise, signal, command)
  if (decodes(settings)) {
    promise = promise.then((value) => decode(value, encoding, command))
  }
  return promise
}

module.exports = { decode, decodes, flagOption, follow, flagsOf, merge, slowOf }
