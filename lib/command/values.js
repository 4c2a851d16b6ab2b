// @ts-check
'use strict'

/**
 * Values of calls: what is one, which form a collection has, what is sent for a value, what is said about a wrong one. Objects may
 * come from another realm (`node:vm`, test runners), so that nothing here asks whose instance one is.
 */

const { types } = require('node:util')

const { isAnyArrayBuffer, isBoxedPrimitive, isPromise, isUint8Array } = types

// Those of this realm are told by their class, which costs less than asking Node.
/** @param {unknown} value @returns {value is Map<unknown, unknown>} */
const isMap = (value) => value instanceof Map || types.isMap(value)
/** @param {unknown} value @returns {value is Set<unknown>} */
const isSet = (value) => value instanceof Set || types.isSet(value)
/** @param {unknown} value @returns {value is Date} */
const isDate = (value) => value instanceof Date || types.isDate(value)

/**
 * `number` and `label` convert nothing: they stand beside each other, and one must not be taken for the other.
 *
 * @typedef {'seconds' | 'milliseconds' | 'number' | 'label' | readonly [on: string, off: string]} Conversion
 */

/** @typedef {import('./encode-arguments').Row} Row */

const SCALAR = 'a string, number, bigint or Uint8Array'
/** The addon says the same (src/encode/value.rs). */
const BYTES_ARE_GONE =
  'is a Uint8Array without its bytes: its buffer was transferred to somebody else, or made shorter'

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
  if (typeof value === 'object' && isDate(value)) {
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
 * @param {unknown} value
 */
function wantedFor(as, value) {
  return as === 'number'
    ? `a number or bigint, not ${described(value)}`
    : 'text or bytes, not a number: give String(id)'
}

/** @param {unknown} value */
function isScalar(value) {
  switch (typeof value) {
    case 'string':
    case 'bigint':
      return true
    case 'number':
      return !Number.isNaN(value)
    default:
      return isUint8Array(value) || types.isUint8ClampedArray(value)
  }
}

/**
 * The place of the first element that is no value; -1 when all are.
 *
 * @param {readonly unknown[]} values
 */
function oddOne(values) {
  for (let at = 0; at < values.length; at++) if (!isScalar(values[at])) return at
  return -1
}

/**
 * Whether an array of bytes seems empty because its buffer was transferred, or no longer reaches as far. The built-in methods tell
 * it from one that is empty.
 *
 * @param {Uint8Array} bytes
 */
function areBytesGone(bytes) {
  if (bytes.length > 0) return false
  try {
    Uint8Array.prototype.keys.call(bytes)
    return false
  } catch {
    return true
  }
}

/**
 * What errors call a value. They never show it.
 *
 * @param {unknown} value
 * @returns {string}
 */
function described(value) {
  switch (typeof value) {
    case 'undefined':
      return 'undefined'
    case 'number':
      return Number.isNaN(value) ? 'NaN' : 'a number'
    case 'object':
      return value === null ? 'null' : describedObject(value)
    default:
      return `a ${typeof value}`
  }
}

/** @param {object} value */
function describedObject(value) {
  if (Array.isArray(value)) return 'an array'
  if (isMap(value)) return 'a Map'
  if (isSet(value)) return 'a Set'
  if (isDate(value)) return 'a Date'
  if (isPromise(value)) return 'a promise: is an await missing?'
  if (ArrayBuffer.isView(value)) return `a ${Reflect.get(value, Symbol.toStringTag) ?? 'DataView'}`
  if (isAnyArrayBuffer(value)) return 'an ArrayBuffer: pass a Uint8Array of it'
  if (isBoxedPrimitive(value)) return 'an object around a value'
  return isIterable(value) ? 'an iterable object: pass an array ([...it])' : 'an object'
}

/** @param {object} value */
function isIterable(value) {
  return Symbol.iterator in value || Symbol.asyncIterator in value
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
 * Which form a collection has. A 'record' is an object whose own properties are meant.
 *
 * @param {unknown} value
 * @returns {'array' | 'map' | 'set' | 'record' | undefined}
 */
function formOf(value) {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return 'array'
  const prototype = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return 'record'
  if (isMap(value)) return 'map'
  if (isSet(value)) return 'set'
  const other =
    isDate(value) ||
    ArrayBuffer.isView(value) ||
    isAnyArrayBuffer(value) ||
    isPromise(value) ||
    isBoxedPrimitive(value) ||
    isIterable(value)
  return other ? undefined : 'record'
}

/**
 * The elements of an array or a `Set`.
 *
 * @param {unknown} value
 * @returns {readonly unknown[] | undefined}
 */
function listOf(value) {
  if (Array.isArray(value)) return value
  return typeof value === 'object' && isSet(value) ? [...value] : undefined
}

/**
 * Whether `value` is an object whose own properties are meant.
 *
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isRecord(value) {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || formOf(value) === 'record'
}

/**
 * A property of the object's own: one that a prototype was given is not meant.
 *
 * @param {Record<string, unknown>} record
 * @param {string} name
 */
function ownProperty(record, name) {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

module.exports = {
  BYTES_ARE_GONE,
  SCALAR,
  areBytesGone,
  argumentError,
  convert,
  described,
  fits,
  formOf,
  isRecord,
  isScalar,
  listOf,
  oddOne,
  ownProperty,
  wantedBy,
  wantedFor,
}
