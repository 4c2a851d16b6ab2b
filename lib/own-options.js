// @ts-check
'use strict'

/** Options objects, as far as they are the caller's: what a prototype was given, by a mistake or an attack, is no option. */

/**
 * The object's own properties. Nothing else is found in what is returned, so that it may be taken apart.
 *
 * @template T
 * @param {T} options
 * @returns {T & Record<string, any>}
 */
function ownOptions(options) {
  return /** @type {any} */ ({ __proto__: null, .../** @type {any} */ (options) })
}

module.exports = { ownOptions }
