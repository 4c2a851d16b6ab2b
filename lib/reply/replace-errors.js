// @ts-check
'use strict'

/** Replies with parts. Owns the walk through them, which takes no stack: a reply may be as deep as `limits.maxDepth`. */

const { isNativeError } = require('node:util').types

/**
 * Puts what `replace` answers in the place of each error in `value`. The arrays and objects themselves are changed: a reply
 * belongs to its caller alone. What the addon made is of the process' first realm, and this may run in another, as in test
 * runners: nothing may depend on a prototype.
 *
 * @param {unknown} value
 * @param {(error: Error) => unknown} replace
 * @returns {any}
 */
function replaceErrors(value, replace) {
  /** @type {any[]} */
  const containers = []
  /** @param {unknown} item */
  const visit = (item) => {
    if (item === null || typeof item !== 'object') return item
    if (isNativeError(item)) return replace(item)
    if (!ArrayBuffer.isView(item)) containers.push(item)
    return item
  }
  const visited = visit(value)
  for (const container of containers) {
    if (Array.isArray(container)) {
      for (let at = 0; at < container.length; at++) container[at] = visit(container[at])
    } else {
      // Every name is an own property, `__proto__` too, so that assigning reaches it.
      for (const name of Object.keys(container)) container[name] = visit(container[name])
    }
  }
  return visited
}

module.exports = { replaceErrors }
