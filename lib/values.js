// @ts-check
'use strict'

/** Single values of calls: what is one, what is sent for it, what is said about a wrong one. */

/**
 * `number` and `label` convert nothing: they stand beside each other, and one must not be taken for the other.
 *
 * @typedef {'seconds' | 'milliseconds' | 'number' | 'label' | readonly [on: string, off: string]} Conversion
 */

/** @typedef {import('./arguments').Row} Row */

const SCALAR = 'a string, number, bigint or Uint8Array'

/** @param {Conversion | undefined} as */
function wantedBy(as) {
  if (as === 'seconds' || as === 'milliseconds') return 'a Date or a number'
  return as === undefined ? SCALAR : 'a boolean'
}

/**
 * What is sent for a value: times for dates, words for booleans, otherwise the value itself.
 *
 * @param {Conversion | undefined} as
 * @param {unknown} value
 */
function convert(as, value) {
  if (as === undefined) return value
  if (value instanceof Date) {
    if (as === 'seconds') return Math.floor(value.getTime() / 1000)
    return as === 'milliseconds' ? value.getTime() : value
  }
  if (typeof value === 'boolean' && typeof as !== 'string') return value ? as[0] : as[1]
  return value
}

/**
 * Whether a value is what must be a number, and is not one where a number could be taken for its neighbour.
 *
 * @param {Conversion | undefined} as
 * @param {unknown} value
 */
function fits(as, value) {
  const isNumber = typeof value === 'number' || typeof value === 'bigint'
  return as === 'number' ? isNumber : as !== 'label' || !isNumber
}

/**
 * What is said about a value that does not fit.
 *
 * @param {Conversion | undefined} as
 */
function wantedFor(as) {
  return as === 'number' ? 'a number or bigint, not text' : 'text or bytes, not a number: give String(id)'
}

/** @param {unknown} value */
function isScalar(value) {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
      return true
    default:
      return value instanceof Uint8Array
  }
}

/**
 * @param {Row} row
 * @param {string} message
 * @returns {TypeError}
 */
function argumentError(row, message) {
  return Object.assign(new TypeError(`${row.name}: ${message}`), {
    code: 'INVALID_ARGUMENT',
    command: row.name,
  })
}

/**
 * An object that is no value, list, `Map` or date of its own.
 *
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isOptions(value) {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof Map) &&
    !(value instanceof Date)
  )
}

module.exports = { SCALAR, argumentError, convert, fits, isOptions, isScalar, wantedBy, wantedFor }
