// @ts-check
'use strict'

/**
 * Options objects become words. Each known option is a closure made once from the table; a call visits only the options
 * that it gives. Errors name options, never values.
 */

/** @typedef {'seconds' | 'milliseconds' | readonly [on: string, off: string]} Conversion */

/**
 * One option, as the engine describes it.
 *
 * @typedef {object} Option
 * @property {'flag' | 'value' | 'repeat' | 'list' | 'tuple' | 'choice'} is
 * @property {string} token
 * @property {Conversion} [as]
 * @property {number} size how many values a tuple has
 * @property {readonly string[]} words the words of a choice
 * @property {number} [bits] the variant bits that it sets
 * @property {number} [groups] within a group, options exclude each other
 */

/**
 * @typedef {object} Known
 * @property {(flat: unknown[], value: unknown) => boolean} put appends the words; false when the option is not meant
 * @property {number} bits
 * @property {number} groups
 */

/** @typedef {import('./arguments').Row} Row */

/** The options of one command. */
class OptionSet {
  /**
   * @param {Row} row
   * @param {import('./arguments').Part | undefined} part
   */
  constructor(row, part) {
    this.row = row
    /** @type {Map<string, Known>} */
    this.known = new Map()
    for (const [name, option] of Object.entries(part?.options ?? {})) {
      this.known.set(name, {
        put: writer(row, name, option),
        bits: option.bits ?? 0,
        groups: option.groups ?? 0,
      })
    }
  }

  /**
   * Appends the words of `options` and answers the variant bits.
   *
   * @param {unknown[]} flat
   * @param {unknown} options
   * @returns {number}
   */
  append(flat, options) {
    if (!isOptions(options))
      throw argumentError(this.row, `options must be an object; usage: ${this.row.usage}`)
    let bits = 0
    let groups = 0
    for (const name in options) {
      const value = options[name]
      if (value === undefined) continue
      const option = this.known.get(name)
      if (option === undefined) throw this.unknown(name)
      if (!option.put(flat, value)) continue
      if ((groups & option.groups) !== 0) throw this.exclusive(name, option, options)
      groups |= option.groups
      bits |= option.bits
    }
    return bits
  }

  /** @param {string} name */
  unknown(name) {
    let nearest = ''
    let least = Infinity
    for (const known of this.known.keys()) {
      const steps = distance(name.toLowerCase(), known.toLowerCase())
      if (steps < least) {
        least = steps
        nearest = known
      }
    }
    return argumentError(this.row, `unknown option "${name}"; did you mean "${nearest}"?`)
  }

  /**
   * @param {string} name
   * @param {Known} option
   * @param {Record<string, unknown>} options
   */
  exclusive(name, option, options) {
    const given = (/** @type {string} */ other) => options[other] !== undefined && options[other] !== false
    const clash = (/** @type {string} */ other) =>
      ((this.known.get(other)?.groups ?? 0) & option.groups) !== 0
    const other = Object.keys(options).find((each) => each !== name && given(each) && clash(each))
    return argumentError(this.row, `the options "${other}" and "${name}" exclude each other`)
  }
}

/**
 * @param {Row} row
 * @param {string} name
 * @param {Option} option
 * @returns {(flat: unknown[], value: unknown) => boolean}
 */
function writer(row, name, option) {
  const { token, as } = option
  const wrong = (/** @type {string} */ wanted) => argumentError(row, `the option "${name}" must be ${wanted}`)
  const scalar = 'a string, number, bigint or Uint8Array'
  switch (option.is) {
    case 'flag':
      return (flat, value) => {
        if (value === true) {
          flat.push(token)
          return true
        }
        if (value === false) return false
        throw wrong('a boolean')
      }
    case 'value':
      return (flat, value) => {
        const word = as === undefined ? value : convert(as, value)
        if (!isScalar(word)) throw wrong(wantedBy(as) ?? scalar)
        flat.push(token, word)
        return true
      }
    case 'repeat':
    case 'list':
      return (flat, value) => {
        const values = Array.isArray(value) ? value : [value]
        if (!values.every(isScalar)) throw wrong(`${scalar}, or an array of these`)
        if (values.length === 0) return false
        if (option.is === 'list') flat.push(token)
        for (const each of values) {
          if (option.is === 'repeat') flat.push(token)
          flat.push(each)
        }
        return true
      }
    case 'tuple':
      return (flat, value) => {
        if (!Array.isArray(value) || value.length !== option.size || !value.every(isScalar)) {
          throw wrong(`an array of ${option.size} values`)
        }
        flat.push(token, ...value)
        return true
      }
    case 'choice': {
      const words = new Map(option.words.map((word) => [word, word.toUpperCase()]))
      return (flat, value) => {
        const word = typeof value === 'string' ? words.get(value.toLowerCase()) : undefined
        if (word === undefined) throw wrong(option.words.map((each) => `"${each}"`).join(' or '))
        flat.push(word)
        return true
      }
    }
  }
}

/** @param {Conversion | undefined} as */
function wantedBy(as) {
  if (as === 'seconds' || as === 'milliseconds') return 'a Date or a number'
  return as === undefined ? undefined : 'a boolean'
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
 * The number of letters to insert, remove or replace (Levenshtein).
 *
 * @param {string} a
 * @param {string} b
 */
function distance(a, b) {
  let above = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const line = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = /** @type {number} */ (above[j - 1]) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const removed = /** @type {number} */ (above[j]) + 1
      const inserted = /** @type {number} */ (line[j - 1]) + 1
      line.push(Math.min(replaced, removed, inserted))
    }
    above = line
  }
  return /** @type {number} */ (above[b.length])
}

module.exports = { OptionSet, argumentError, convert, isOptions }
