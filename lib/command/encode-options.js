// @ts-check
'use strict'

/**
 * Single options become words. Owns the closure that is made once for each option of the table. Errors name options, never
 * values.
 */

const { types } = require('node:util')

const { pushPairs, pushRows } = require('./encode-lists')
const {
  SCALAR,
  areBytesGone,
  argumentError,
  convert,
  described,
  isScalar,
  listOf,
  oddOne,
  ownProperty,
  wantedBy,
} = require('./values')

/** @typedef {import('./values').Conversion} Conversion */

/**
 * One option, as the engine describes it.
 *
 * @typedef {object} Option
 * @property {'flag' | 'value' | 'repeat' | 'list' | 'tuple' | 'counted' | 'repeatPairs' | 'last' | 'choice' | 'phrase' | 'companion' | 'early' | 'form' | 'exclude'} is
 * @property {string} token
 * @property {Conversion} [as]
 * @property {number} size how many values a tuple has
 * @property {readonly string[]} names what each of the counted rows has
 * @property {readonly Conversion[]} [kinds]
 * @property {readonly string[]} words the words of a choice
 * @property {readonly Piece[]} pieces what follows the token of a phrase
 * @property {Record<string, number>} ends where the ends of a range stand among the words, by name
 * @property {number} [bits] the variant bits that it sets
 * @property {number} [groups] within a group, options exclude each other
 */

/**
 * A piece of a phrase: the option's own value, a companion's value or else a word, a word if a companion is true, or a word
 * and a companion's value.
 *
 * @typedef {object} Piece
 * @property {'own' | 'or' | 'if' | 'with'} is
 * @property {Conversion} [as]
 * @property {string} option the companion
 * @property {string} word
 */

/** @typedef {(flat: unknown[], value: unknown, options: Record<string, unknown>) => boolean} Put */

/** How the pairs of an option stand on the wire. @type {Pick<import('./encode-arguments').Part, 'layout' | 'names'>} */
const NAMED = { layout: 'named', names: ['name', 'value'] }

/** @typedef {import('./encode-arguments').Row} Row */

/**
 * @param {Row} row
 * @param {string} name
 * @param {Option} option
 * @param {Readonly<Record<string, Option>>} all
 * @returns {Put}
 */
function writer(row, name, option, all) {
  const { token, as } = option
  const wrong = (/** @type {string} */ wanted, /** @type {unknown} */ value) =>
    wrongOption(row, name, wanted, value)
  /** None where the value stands alone, two where the option has a container. */
  const words = token ? token.split(' ') : []
  switch (option.is) {
    case 'flag':
      return (flat, value) => {
        if (value === true) {
          for (const each of words) flat.push(each)
          return true
        }
        if (value === false) return false
        throw wrong('a boolean', value)
      }
    case 'value':
      return (flat, value) => {
        const word = as === undefined ? value : convert(as, value)
        if (!isScalar(word)) throw wrong(wantedBy(as), value)
        for (const each of words) flat.push(each)
        flat.push(word)
        return true
      }
    case 'repeat':
    case 'list':
    case 'last':
      return (flat, value) => {
        const values = listOf(value) ?? [value]
        const odd = oddOne(values)
        if (odd >= 0) {
          if (values.length > 1) throw wrongOption(row, name, SCALAR, values[odd], odd)
          throw wrong(`${SCALAR}, or an array of these`, values[odd])
        }
        if (values.length === 0) return false
        if (option.is !== 'repeat') for (const each of words) flat.push(each)
        for (const each of values) {
          if (option.is === 'repeat') flat.push(token)
          flat.push(each)
        }
        return true
      }
    case 'tuple':
      return (flat, value) => {
        const wanted = `an array of ${option.size} values`
        if (!Array.isArray(value)) throw wrong(wanted, value)
        if (value.length !== option.size) {
          throw argumentError(row, `the option "${name}" must be ${wanted}, not of ${value.length}`)
        }
        const odd = oddOne(value)
        if (odd >= 0) throw wrongOption(row, name, SCALAR, value[odd], odd)
        flat.push(token, ...value)
        return true
      }
    case 'counted':
      return (flat, value) => {
        flat.push(token)
        const countAt = flat.push(0) - 1
        flat[countAt] = pushRows(row, flat, value, option)
        return true
      }
    case 'repeatPairs':
      return (flat, value) => {
        /** @type {unknown[]} */
        const pairs = []
        pushPairs(row, pairs, value, NAMED)
        for (let at = 0; at < pairs.length; at += 2) flat.push(token, pairs[at], pairs[at + 1])
        return true
      }
    case 'choice': {
      const words = new Map(option.words.map((word) => [word, word.toUpperCase()]))
      return (flat, value) => {
        const word = typeof value === 'string' ? words.get(value.toLowerCase()) : undefined
        if (word === undefined) throw wrong(option.words.map((each) => `"${each}"`).join(' or '), value)
        flat.push(word)
        return true
      }
    }
    case 'phrase':
      return phrase(row, name, option)
    case 'companion': {
      const phrases = Object.keys(all).filter((each) =>
        all[each]?.pieces?.some((piece) => piece.option === name),
      )
      const needed = phrases.map((each) => `"${each}"`).join(' or ')
      return (_flat, value, options) => {
        if (value === false || phrases.some((each) => isGiven(ownProperty(options, each)))) return false
        throw argumentError(row, `the option "${name}" needs ${needed}`)
      }
    }
    case 'form':
      return (_flat, value) => {
        if (typeof value !== 'boolean') throw wrong('a boolean', value)
        return value
      }
    case 'early':
      return (_flat, value) => {
        if (!isScalar(value)) throw wrong(SCALAR, value)
        return true
      }
    case 'exclude':
      return (flat, value) => {
        if (value !== 'both' && (typeof value !== 'string' || !Object.hasOwn(option.ends, value))) {
          throw wrong([...Object.keys(option.ends), 'both'].map((each) => `"${each}"`).join(' or '), value)
        }
        for (const [end, at] of Object.entries(option.ends)) {
          if (value === 'both' || value === end) flat[at] = excluded(flat[at])
        }
        return true
      }
  }
}

/**
 * The error for an option with a value of the wrong kind. A value of the right kind is never described.
 *
 * @param {Row} row
 * @param {string} name
 * @param {string} wanted
 * @param {unknown} value
 * @param {number} [element] which element of the option's array it is
 */
function wrongOption(row, name, wanted, value, element) {
  const place = element === undefined ? '' : `element ${element + 1} of `
  const given = isScalar(value) ? '' : `, not ${described(value)}`
  return argumentError(row, `${place}the option "${name}" must be ${wanted}${given}`)
}

/**
 * @param {Row} row
 * @param {string} name
 * @param {Option} option
 * @returns {Put}
 */
function phrase(row, name, { token, pieces }) {
  const own = pieces.find((piece) => piece.is === 'own')
  /** @param {string} of @param {unknown} word @param {Conversion} [as] */
  const checked = (of, word, as) => {
    if (isScalar(word)) return word
    throw wrongOption(row, of, wantedBy(as), word)
  }
  return (flat, value, options) => {
    if (own === undefined) {
      if (value === false) return false
      if (value !== true) throw wrongOption(row, name, 'a boolean', value)
    }
    if (token !== '') flat.push(token)
    for (const { is, as, option, word } of pieces) {
      if (is === 'own') {
        flat.push(checked(name, convert(as, value), as))
        continue
      }
      const companion = ownProperty(options, option)
      if (is === 'or') flat.push(companion === undefined ? word : checked(option, companion))
      else if (is === 'if') {
        if (companion === true) flat.push(word)
        else if (isGiven(companion)) throw wrongOption(row, option, 'a boolean', companion)
      } else if (companion !== undefined) {
        if (word !== '') flat.push(word)
        flat.push(checked(option, companion))
      }
    }
    return true
  }
}

/** @param {unknown} value */
function isGiven(value) {
  return value !== undefined && value !== false
}

/**
 * An end of a range that is left out.
 *
 * @param {unknown} end
 */
function excluded(end) {
  if (types.isUint8Array(end) && !areBytesGone(end)) return Buffer.concat([Buffer.from('('), end])
  if (typeof end === 'number') return `(${decimal(end)}`
  // What is no argument at all is refused where it is encoded.
  return typeof end === 'string' || typeof end === 'bigint' ? `(${end}` : end
}

/**
 * A number without an exponent, as the addon writes it.
 *
 * @param {number} number
 */
function decimal(number) {
  if (!Number.isFinite(number)) return number > 0 ? 'inf' : number < 0 ? '-inf' : String(number)
  const [digits, exponent] = /** @type {[string, string?]} */ (String(number).split('e'))
  if (exponent === undefined) return digits
  const [whole, fraction = ''] = /** @type {[string, string?]} */ (digits.replace('-', '').split('.'))
  const sign = number < 0 ? '-' : ''
  const point = Number(exponent)
  if (point < 0)
    return `${sign}0.${(whole + fraction).padStart(whole.length + fraction.length - point - 1, '0')}`
  return sign + whole + fraction.padEnd(point, '0')
}

module.exports = { isGiven, writer }
