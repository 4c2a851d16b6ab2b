// @ts-check
'use strict'

/** Replies with parts. Owns the walk through them, which takes no stack: a reply may be as deep as `limits.maxDepth`. */

/**
 * Puts what `replace` answers in the place of each object in `value` that is no array and no plain object. The arrays and
 * objects themselves are changed: a reply belongs to its caller alone.
 *
 * @param {unknown} value
 * @param {(leaf: object) => unknown} replace
 * @returns {any}
 */
function replaceLeaves(value, replace) {
  /** @type {any[]} */
  const containers = []
  /** @param {unknown} item */
  const visit = (item) => {
    if (item === null || typeof item !== 'object') return item
    if (!Array.isArray(item) && Object.getPrototypeOf(item) !== Object.prototype) return replace(item)
    containers.push(item)
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

module.exports = { replaceLeaves }
