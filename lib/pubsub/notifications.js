// @ts-check
'use strict'

/** What subscribers see besides messages. */

const { errorOf } = require('../errors.js')
const { PREFIXES } = require('./routes.js')

/**
 * The server has acknowledged a subscription, or its end.
 * @param {import('./routes.js').Route} route
 * @param {string} notice `subscribed` or `unsubscribed`
 */
function confirmation({ kind, name, count }, notice) {
  return { type: `${PREFIXES[kind]}${notice.slice(0, -1)}`, channel: name, pattern: null, data: count }
}

/**
 * Messages may have been missed.
 * @param {{ reason?: string, lost?: number | null, dropped?: number | null, error?: any }} notice
 */
function gapOf({ reason, lost, dropped, error }) {
  return { type: 'gap', reason, lost, dropped, cause: error ? errorOf(error) : null }
}

module.exports = { confirmation, gapOf }
