// @ts-check
'use strict'

/** An error that nobody listens for: told, but not with every attempt to reconnect, and never by ending the process. */

/** Milliseconds between two warnings. */
const INTERVAL = 10_000

let last = -INTERVAL
let hidden = 0

/**
 * @param {Error & { code?: string }} error
 * @param {string | null} name the client's, if it has one
 */
function warn(error, name) {
  const now = performance.now()
  if (now - last < INTERVAL) {
    hidden += 1
    return
  }
  const more = hidden > 0 ? ` (and ${hidden} more in between)` : ''
  last = now
  hidden = 0
  const options = { type: 'OxidisWarning', detail: "listen to 'error' to handle it", code: error.code }
  process.emitWarning(
    `${name === null ? '' : `${name}: `}${error.message}${more}`,
    /** @type {any} */ (options),
  )
}

module.exports = { warn }
