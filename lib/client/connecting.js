// @ts-check
'use strict'

/** How long somebody waits for a connection: until a time is over, or a signal aborts. Owns the way from a view to `connect()`. */

const { View } = require('../command/command-mixin.js')
const { abortError } = require('../errors.js')
const { refuseUnknown } = require('../pubsub/options.js')
const { merge } = require('../command/call-options.js')
const { abortable } = require('../abort.js')

/** Nothing is given. @type {import('../command/call-options.js').Settings} */
const NOTHING = { binary: false, retry: 0, encoding: 0, timeout: undefined, signal: undefined }

/**
 * Waits for `connect` as `options` say. The attempt goes on when nobody waits for it any more.
 * @param {(timeout: number | undefined) => Promise<void>} connect
 * @param {{ timeout?: number, signal?: AbortSignal }} options
 */
async function wait(connect, options) {
  refuseUnknown('connect()', options, ['timeout', 'signal'])
  const { timeout, signal } = merge(NOTHING, options)
  if (signal === undefined) return connect(timeout)
  if (signal.aborted) throw abortError(signal.reason, undefined, false)
  return abortable(connect(timeout), signal, undefined, () => 'withdrawn')
}

/**
 * How long `close()` may take, in milliseconds; undefined means the time that the addon knows.
 * @param {{ timeout?: number }} options
 */
function closeTimeout(options) {
  refuseUnknown('close()', options, ['timeout'])
  return merge(NOTHING, options).timeout
}

Object.defineProperty(View.prototype, 'connect', {
  /** @this {any} @param {{ timeout?: number, signal?: AbortSignal }} [options] */
  value(options = {}) {
    const { timeout, signal } = this._settings
    return this._core.connect({ timeout, signal, ...options })
  },
  writable: true,
  configurable: true,
})

module.exports = { closeTimeout, wait }
