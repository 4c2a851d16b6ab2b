// @ts-check
'use strict'

/**
 * Options objects become words. Owns the known options of a command and what may stand together; a call visits only the options
 * that it gives.
 */

const { isGiven, writer } = require('./encode-options')
const { argumentError, described, isRecord } = require('./values')

const { hasOwnProperty } = Object.prototype

/** @typedef {import('./encode-options').Option} Option */

/**
 * @typedef {object} Known
 * @property {import('./encode-options').Option['is'] | 'switch'} is a value that is a boolean is a switch
 * @property {string} token
 * @property {import('./encode-options').Put} put appends the words; false when the option is not meant
 * @property {number} bits
 * @property {number} groups
 * @property {boolean} last whether it stands behind all others
 */

/** @typedef {import('./encode-arguments').Row} Row */

/** The options of one command. */
class OptionSet {
  /**
   * @param {Row} row
   * @param {import('./encode-arguments').Part | undefined} part
   */
  constructor(row, part) {
    this.row = row
    /** The groups of which one option must be given. */
    this.needs = part?.needs ?? 0
    /** @type {Map<string, Known>} */
    this.known = new Map()
    for (const [name, option] of Object.entries(part?.options ?? {})) {
      this.known.set(name, {
        put: writer(row, name, option, /** @type {import('./encode-arguments').Part} */ (part).options),
        is: option.as === undefined || typeof option.as === 'string' ? option.is : 'switch',
        token: option.token,
        bits: option.bits ?? 0,
        groups: option.groups ?? 0,
        last: option.is === 'last',
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
    if (!isRecord(options)) {
      const message = `options must be an object, not ${described(options)}`
      throw argumentError(this.row, `${message}; usage: ${this.row.usage}`)
    }
    let bits = 0
    let groups = 0
    /** @type {(() => unknown) | undefined} */
    let last
    for (const name in options) {
      if (!hasOwnProperty.call(options, name)) continue
      const value = options[name]
      if (value === undefined) continue
      const option = this.known.get(name)
      if (option === undefined) throw this.unknown(name)
      if (option.last) {
        last = () => option.put(flat, value, options)
        continue
      }
      if (!option.put(flat, value, options)) continue
      if ((groups & option.groups) !== 0) throw this.exclusive(name, option, options)
      groups |= option.groups
      bits |= option.bits
    }
    if ((groups & this.needs) !== this.needs) throw this.missing(this.needs & ~groups)
    last?.()
    return bits
  }

  /** @param {number} groups */
  missing(groups) {
    const names = [...this.known].filter(([, option]) => (option.groups & groups & -groups) !== 0)
    const list = names.map(([name]) => `"${name}"`).join(' or ')
    return argumentError(this.row, `one of the options ${list} must be given; usage: ${this.row.usage}`)
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
    // With more letters wrong than right the nearest is a guess: the caller thinks of something else.
    const others = least * 2 > name.length ? ` Known are ${[...this.known.keys()].join(', ')}.` : ''
    return argumentError(this.row, `unknown option "${name}"; did you mean "${nearest}"?${others}`)
  }

  /**
   * @param {string} name
   * @param {Known} option
   * @param {Record<string, unknown>} options
   */
  exclusive(name, option, options) {
    const clash = (/** @type {string} */ other) =>
      ((this.known.get(other)?.groups ?? 0) & option.groups) !== 0
    const other = Object.keys(options).find((each) => each !== name && isGiven(options[each]) && clash(each))
    return argumentError(this.row, `the options "${other}" and "${name}" exclude each other`)
  }
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

module.exports = { OptionSet }
