// @ts-check
'use strict'

/**
 * Arguments of any form become the flat list of words that goes over the wire: lists, pairs, options wherever the table
 * puts them. Checks how many there are and their structure; single values are checked where they are encoded.
 */

const { OptionSet, argumentError, convert, isOptions } = require('./options')

/**
 * One step along the wire, as the engine describes it.
 *
 * @typedef {object} Part
 * @property {'one' | 'maybe' | 'word' | 'count' | 'many' | 'pairs' | 'oneOrMany' | 'lifted' | 'options'} is
 * @property {import('./options').Conversion} [as] what happens to the value before it is sent
 * @property {number} bits the variant bits of an optional argument
 * @property {string} word a constant word
 * @property {number} min how few a list accepts
 * @property {boolean} required whether an option must be given
 * @property {Record<string, import('./options').Option>} options
 */

/**
 * One command.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {readonly string[]} methods
 * @property {string} usage
 * @property {string} lane
 * @property {readonly Part[]} parts
 * @property {boolean} [scan]
 */

/**
 * @typedef {object} Plan
 * @property {Row} row
 * @property {readonly Part[]} slots the parts that take a JavaScript argument, options apart
 * @property {number} required how many arguments are needed at least, a list counting as one
 * @property {number} list the slot of the only list, which may be given one by one; -1 without
 * @property {InstanceType<typeof OptionSet> | undefined} options
 * @property {boolean} pairs whether an object may be pairs
 */

const TAKES_NOTHING = new Set(['word', 'count', 'lifted', 'options'])

/**
 * @param {Row} row
 * @returns {Plan}
 */
function plan(row) {
  const slots = row.parts.filter((part) => !TAKES_NOTHING.has(part.is))
  const lists = slots.filter((slot) => slot.is === 'many' || slot.is === 'pairs')
  const alone = lists.length === 1 && !slots.some((slot) => slot.is === 'maybe')
  const part = row.parts.find((each) => each.is === 'options')
  return {
    row,
    slots,
    required: slots.filter((slot) => slot.is !== 'maybe' && !(slot.is === 'many' && slot.min === 0)).length,
    list: alone ? slots.indexOf(/** @type {Part} */ (lists[0])) : -1,
    pairs: slots.some((slot) => slot.is === 'pairs'),
    options: part && new OptionSet(row, part),
  }
}

/**
 * The words of one call, and its variant.
 *
 * @param {Plan} plan
 * @param {readonly unknown[]} args
 * @returns {{ flat: unknown[], bits: number }}
 */
function build(plan, args) {
  const { row } = plan
  let given = args.length
  while (given > plan.required && args[given - 1] === undefined) given--
  // Where pairs are taken, the last object that is still needed is the pairs.
  const spare = given > plan.required || !plan.pairs
  const options = plan.options && spare && isOptions(args[given - 1]) ? args[--given] : undefined
  const values = assign(plan, args, given)

  /** @type {unknown[]} */
  const flat = []
  let bits = 0
  let slot = 0
  let countAt = -1
  /** @type {readonly unknown[] | undefined} */
  let lifted
  for (const part of row.parts) {
    switch (part.is) {
      case 'one':
        flat.push(convert(part.as, values[slot++]))
        break
      case 'maybe': {
        const value = values[slot++]
        if (value !== undefined) {
          flat.push(convert(part.as, value))
          bits |= part.bits
        }
        break
      }
      case 'word':
        flat.push(part.word)
        break
      case 'count':
        countAt = flat.push(0) - 1
        break
      case 'many':
      case 'pairs': {
        const before = flat.length
        if (part.is === 'many') pushList(row, flat, values[slot++], part.min)
        else pushPairs(row, flat, values[slot++])
        const added = flat.length - before
        if (countAt >= 0) flat[countAt] = part.is === 'many' ? added : added / 2
        countAt = -1
        break
      }
      case 'oneOrMany': {
        const value = values[slot++]
        if (Array.isArray(value)) {
          lifted = value
          if (value.length === 0) throw argumentError(row, `the array is empty; usage: ${row.usage}`)
          flat.push('')
        } else {
          flat.push(value)
        }
        break
      }
      case 'lifted':
        if (lifted !== undefined) {
          flat.push(part.word)
          for (const value of lifted) flat.push(value)
        }
        break
      case 'options': {
        const before = flat.length
        if (options !== undefined)
          bits |= /** @type {NonNullable<Plan['options']>} */ (plan.options).append(flat, options)
        if (part.required && flat.length === before) {
          throw argumentError(row, `at least one option must be given; usage: ${row.usage}`)
        }
      }
    }
  }
  return { flat, bits }
}

/**
 * Gives each slot its value. A list that stands alone takes, unless it is one array (or object, for pairs), everything
 * that the slots around it leave.
 *
 * @param {Plan} plan
 * @param {readonly unknown[]} args
 * @param {number} given how many of `args` are there, options apart
 * @returns {readonly unknown[]}
 */
function assign({ row, slots, required, list }, args, given) {
  const at = slots[list]
  const whole = at !== undefined && isContainer(at, args[list])
  if (at === undefined || whole) {
    if (given < required || given > slots.length) throw wrongArguments(row, args.length)
    return args.slice(0, given)
  }
  const after = slots.length - list - 1
  const taken = given - list - after
  if (taken < (at.is === 'pairs' ? 2 : at.min)) throw wrongArguments(row, args.length)
  return [...args.slice(0, list), args.slice(list, list + taken), ...args.slice(list + taken, given)]
}

/**
 * @param {Part} slot
 * @param {unknown} value
 */
function isContainer(slot, value) {
  return Array.isArray(value) || (slot.is === 'pairs' && (value instanceof Map || isOptions(value)))
}

/**
 * @param {Row} row
 * @param {unknown[]} flat
 * @param {unknown} list
 * @param {number} min
 */
function pushList(row, flat, list, min) {
  if (list === undefined && min === 0) return
  if (!Array.isArray(list)) {
    flat.push(list)
    return
  }
  if (list.length < min) throw argumentError(row, `the array is empty; usage: ${row.usage}`)
  for (let at = 0; at < list.length; at++) flat.push(list[at])
}

/**
 * @param {Row} row
 * @param {unknown[]} flat
 * @param {unknown} pairs
 */
function pushPairs(row, flat, pairs) {
  const before = flat.length
  if (pairs instanceof Map) {
    for (const [first, second] of pairs) flat.push(first, second)
  } else if (!Array.isArray(pairs)) {
    if (!isOptions(pairs))
      throw argumentError(row, `pairs must be an object, a Map or an array; usage: ${row.usage}`)
    for (const name of Object.keys(pairs)) flat.push(name, pairs[name])
  } else if (Array.isArray(pairs[0])) {
    for (const pair of pairs) {
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw argumentError(row, `each pair must be an array of two; usage: ${row.usage}`)
      }
      flat.push(pair[0], pair[1])
    }
  } else {
    if (pairs.length % 2 !== 0) {
      throw argumentError(
        row,
        `pairs need an even number of arguments, got ${pairs.length}; usage: ${row.usage}`,
      )
    }
    for (let at = 0; at < pairs.length; at++) flat.push(pairs[at])
  }
  if (flat.length === before) throw argumentError(row, `there are no pairs; usage: ${row.usage}`)
}

/**
 * @param {Row} row
 * @param {number} given
 */
function wrongArguments(row, given) {
  const noun = given === 1 ? 'argument' : 'arguments'
  return argumentError(row, `wrong number of arguments: got ${given} ${noun}; usage: ${row.usage}`)
}

module.exports = { argumentError, build, plan, wrongArguments }
