// @ts-check
'use strict'

/**
 * Who hears what the engine tells: clients and deployments, by number. It keeps none of them alive.
 *
 * @typedef {object} Hearer
 * @property {(happening: any) => void} _happened
 */

const { listen } = require('../reply/pending-calls.js')

/** @type {Map<number, WeakRef<Hearer>>} */
const hearers = new Map()
const collected = new FinalizationRegistry((/** @type {number} */ id) => hearers.delete(id))

listen((id, happening) => {
  // Listeners are the user's: what they throw is theirs as well, and must not stop the results behind this event.
  process.nextTick(() => hearers.get(id)?.deref()?._happened(happening))
})

/**
 * @param {number} id
 * @param {Hearer} hearer
 */
function register(id, hearer) {
  hearers.set(id, new WeakRef(hearer))
  collected.register(hearer, id)
}

module.exports = { register }
