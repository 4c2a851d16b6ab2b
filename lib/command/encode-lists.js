// @ts-check
'use strict'

/**
 * Lists of every form become words: arguments, pairs, weighted keys, rows, steps. Each function appends to `flat` and answers
 * how many entries there were. Checks the structure; single values are checked where they are encoded.
 */

const { isFloat32Array, isFloat64Array, isUint8Array } = require('node:util').types

const {
  argumentError,
  described,
  fits,
  formOf,
  isRecord,
  listOf,
  ownProperty,
  wantedFor,
} = require('./values')

/** @typedef {import('./encode-arguments').Row} Row */
/** @typedef {import('./encode-arguments').Part} Part */

/** The weight of a key that has none. */
const WEIGHT = 1

/** What errors call a collection by its form. */
const FORM_NAMES = { array: 'array', map: 'Map', set: 'Set', record: 'object' }

/**
 * @param {Row} row
 * @param {unknown} collection
 * @param {string} [lacking] what there should be in it
 */
function emptyError(row, collection, lacking) {
  const form = formOf(collection)
  const empty = `the ${form === undefined ? 'list' : FORM_NAMES[form]} is empty`
  const message = lacking === undefined ? empty : `there are no ${lacking}: ${empty}`
  return argumentError(row, `${message}; usage: ${row.usage}`)
}

/**
 * @param {Row} row
 * @param {unknown[]} flat
 * @param {unknown} list
 * @param {number} min
 */
function pushList(row, flat, list, min) {
  if (list === undefined && min === 0) return 0
  const values = listOf(list)
  if (values === undefined) {
    flat.push(list)
    return 1
  }
  if (values.length < min) throw emptyError(row, list)
  for (let at = 0; at < values.length; at++) flat.push(values[at])
  return values.length
}

/**
 * The error for values that could be taken for each other: a label that is a number, a number that is text.
 *
 * @param {Row} row
 * @param {string} form how they are given
 * @param {string} name
 * @param {import('./values').Conversion | undefined} as
 * @param {unknown} value
 */
function misfit(row, form, name, as, value) {
  return argumentError(row, `${form}: each ${name} must be ${wantedFor(as, value)}; usage: ${row.usage}`)
}

/**
 * @param {Row} row
 * @param {unknown[]} flat
 * @param {unknown} pairs
 * @param {Pick<Part, 'layout' | 'names' | 'kinds'>} part
 */
function pushPairs(row, flat, pairs, { layout, names, kinds }) {
  const columns = layout === 'columns'
  const valued = layout === 'valued'
  const [first, second] = /** @type {readonly [string, string]} */ (names)
  const before = flat.length
  /** @type {unknown[]} The second column. */
  const later = []
  const seconds = columns ? later : flat
  const form = formOf(pairs)
  if (form === 'map') {
    for (const [name, value] of /** @type {Map<unknown, unknown>} */ (pairs))
      pushNamed(flat, seconds, name, value, layout)
  } else if (!Array.isArray(pairs)) {
    if (form !== 'record') {
      const message = `pairs must be an object, a Map or an array, not ${described(pairs)}`
      throw argumentError(row, `${message}; usage: ${row.usage}`)
    }
    const record = /** @type {Record<string, unknown>} */ (pairs)
    // One that is undefined is refused by its name: left out, it would be lost without a word.
    for (const name of Object.keys(record)) pushNamed(flat, seconds, name, record[name], layout)
  } else if (Array.isArray(pairs[0])) {
    const form = `pairs are [${second}, ${first}]`
    for (const pair of pairs) {
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw argumentError(row, `each pair must be an array of two; usage: ${row.usage}`)
      }
      if (valued) {
        if (!fits(kinds?.[0], pair[1])) throw misfit(row, form, first, kinds?.[0], pair[1])
        if (!fits(kinds?.[1], pair[0])) throw misfit(row, form, second, kinds?.[1], pair[0])
        flat.push(pair[1], pair[0])
      } else {
        flat.push(pair[0])
        seconds.push(pair[1])
      }
    }
  } else {
    if (columns && pairs.length > 2) {
      const advice = `give an object, a Map or an array of [${first}, ${second}] pairs`
      throw argumentError(
        row,
        `more than one ${first} cannot be given one by one: ${advice}; usage: ${row.usage}`,
      )
    }
    if (pairs.length % 2 !== 0) {
      throw argumentError(
        row,
        `pairs need an even number of arguments, got ${pairs.length}; usage: ${row.usage}`,
      )
    }
    const form = `one by one, each ${first} comes before its ${second}`
    for (let at = 0; at < pairs.length; at += 2) {
      if (!fits(kinds?.[0], pairs[at])) throw misfit(row, form, first, kinds?.[0], pairs[at])
      if (!fits(kinds?.[1], pairs[at + 1])) throw misfit(row, form, second, kinds?.[1], pairs[at + 1])
      flat.push(pairs[at])
      seconds.push(pairs[at + 1])
    }
  }
  for (let at = 0; at < later.length; at++) flat.push(later[at])
  if (flat.length === before) throw emptyError(row, pairs, 'pairs')
  return (flat.length - before) / 2
}

/**
 * A property of an object, or an entry of a `Map`.
 *
 * @param {unknown[]} flat
 * @param {unknown[]} seconds
 * @param {unknown} name
 * @param {unknown} value
 * @param {Part['layout']} layout
 */
function pushNamed(flat, seconds, name, value, layout) {
  if (layout === 'valued') {
    flat.push(value, name)
  } else {
    flat.push(name)
    seconds.push(value)
  }
}

/**
 * Appends the keys and answers them with their weights, which stand elsewhere; without a weight among them there are none.
 *
 * @param {Row} row
 * @param {unknown[]} flat
 * @param {unknown} keys
 * @returns {{ count: number, weights: unknown[] | undefined }}
 */
function pushWeighted(row, flat, keys) {
  const before = flat.length
  /** @type {unknown[]} */
  const weights = []
  let weighted = false
  /** @param {unknown} key @param {unknown} [weight] */
  const push = (key, weight) => {
    weighted ||= weight !== undefined
    flat.push(key)
    weights.push(weight ?? WEIGHT)
  }
  const list = listOf(keys)
  if (formOf(keys) === 'map') {
    for (const [key, weight] of /** @type {Map<unknown, unknown>} */ (keys)) push(key, weight)
  } else if (list !== undefined) {
    for (const key of list) {
      if (!Array.isArray(key)) push(key)
      else if (key.length !== 2)
        throw argumentError(row, `a key with a weight must be an array of two; usage: ${row.usage}`)
      else if (!fits('number', key[1]))
        throw misfit(row, 'pairs are [key, weight]', 'weight', 'number', key[1])
      else if (!fits('label', key[0])) throw misfit(row, 'pairs are [key, weight]', 'key', 'label', key[0])
      else push(key[0], key[1])
    }
  } else if (isRecord(keys)) {
    for (const key of Object.keys(keys)) push(key, keys[key])
  } else {
    push(keys)
  }
  const count = flat.length - before
  if (count === 0) throw emptyError(row, keys, 'keys')
  return { count, weights: weighted ? weights : undefined }
}

/**
 * @param {Row} row
 * @param {unknown[]} flat
 * @param {unknown} rows
 * @param {Pick<Part, 'names' | 'kinds'>} part what a row has, in this order
 */
function pushRows(row, flat, rows, { names, kinds }) {
  const size = names.length
  const form = `rows are [${names.join(', ')}]`
  /** @param {number} at @param {unknown} value */
  const push = (at, value) => {
    if (!fits(kinds?.[at], value))
      throw misfit(row, form, /** @type {string} */ (names[at]), kinds?.[at], value)
    flat.push(value)
  }
  const wrong = () => argumentError(row, `each row must be [${names.join(', ')}]; usage: ${row.usage}`)
  const list = Array.isArray(rows) ? rows : [rows]
  if (list.length === 0) throw emptyError(row, rows, 'rows')
  if (!Array.isArray(list[0]) && !isRecord(list[0])) {
    if (list.length % size !== 0) throw wrong()
    for (let at = 0; at < list.length; at++) push(at % size, list[at])
    return list.length / size
  }
  for (const each of list) {
    if (Array.isArray(each)) {
      if (each.length !== size) throw wrong()
      for (let at = 0; at < size; at++) push(at, each[at])
    } else {
      if (!isRecord(each)) throw wrong()
      for (const name of names) {
        const value = ownProperty(each, name)
        if (value === undefined) throw wrong()
        flat.push(value)
      }
    }
  }
  return list.length
}

/**
 * @param {unknown[]} flat
 * @param {unknown} steps
 * @param {InstanceType<typeof import('./option-set').OptionSet>} known
 */
function pushSteps(flat, steps, known) {
  const list = Array.isArray(steps) ? steps : [steps]
  for (const step of list) known.append(flat, step)
  return list.length
}

/**
 * A vector, or the name of the element whose vector is meant.
 *
 * @param {Row} row
 * @param {unknown[]} flat
 * @param {unknown} vector
 * @param {Part} part
 */
function pushVector(row, flat, vector, { name, element }) {
  if (isFloat32Array(vector)) {
    flat.push('FP32', new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength))
  } else if (Array.isArray(vector) || isFloat64Array(vector)) {
    if (vector.length === 0) throw argumentError(row, `${name} is empty; usage: ${row.usage}`)
    flat.push('VALUES', vector.length)
    for (let at = 0; at < vector.length; at++) {
      if (typeof vector[at] !== 'number')
        throw argumentError(row, `${name} must have numbers only; usage: ${row.usage}`)
      flat.push(vector[at])
    }
  } else if (element && (typeof vector === 'string' || isUint8Array(vector))) {
    flat.push('ELE', vector)
  } else {
    const wanted = `a Float32Array or an array of numbers${element ? ", or an element's name" : ''}`
    throw argumentError(row, `${name} must be ${wanted}; usage: ${row.usage}`)
  }
}

module.exports = { emptyError, pushList, pushPairs, pushRows, pushSteps, pushVector, pushWeighted }
