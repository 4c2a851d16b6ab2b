// @ts-check
'use strict'

/**
 * Arguments of any form become the flat list of words that goes over the wire: lists, pairs, options wherever the table
 * puts them. Checks how many there are and their structure; single values are checked where they are encoded.
 */

const {
  emptyError,
  pushList,
  pushPairs,
  pushRows,
  pushSteps,
  pushVector,
  pushWeighted,
} = require('./encode-lists')
const { OptionSet } = require('./option-set')
const {
  argumentError,
  convert,
  fits,
  formOf,
  isRecord,
  isScalar,
  listOf,
  ownProperty,
  wantedFor,
} = require('./values')

/**
 * One step along the wire, as the engine describes it.
 *
 * @typedef {object} Part
 * @property {'one' | 'maybe' | 'word' | 'count' | 'many' | 'pairs' | 'weighted' | 'rows' | 'steps' | 'oneOrMany'
 *   | 'lifted' | 'vector' | 'early' | 'options'} is
 * @property {import('./values').Conversion} [as] what happens to the value before it is sent
 * @property {number} bits the variant bits of an optional argument
 * @property {string} word a constant word
 * @property {number} min how few a list accepts
 * @property {'named' | 'valued' | 'columns'} layout how pairs stand on the wire; the names of an object are the first of each,
 *   of a 'valued' one the second
 * @property {readonly string[]} names what a row or a pair has, in the order of the wire
 * @property {readonly import('./values').Conversion[]} [kinds] which of these are numbers and labels
 * @property {string} [name] what a number, a label or a vector is called, or the option that stands early
 * @property {boolean} element whether a vector may be given by an element's name
 * @property {string} [counted] what the entries of a list are called that is counted for the caller
 * @property {string} [behind] the constant word in front of that count
 * @property {boolean} required whether an option must be given
 * @property {number} needs the groups of which one option must be given
 * @property {Record<string, import('./encode-options').Option>} options of the options object, or of a step
 */

/**
 * One command.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {readonly string[]} methods
 * @property {string} usage
 * @property {string} connectionUse
 * @property {readonly Part[]} parts
 * @property {boolean} [scan]
 * @property {boolean} [reads]
 */

/**
 * @typedef {object} Plan
 * @property {Row} row
 * @property {readonly Part[]} slots the parts that take a JavaScript argument, options apart
 * @property {number} required how many arguments are needed at least, a list counting as one
 * @property {number} list the slot of the only list, which may be given one by one; -1 without
 * @property {number} counted the slot of the list that is counted for the caller; -1 without
 * @property {InstanceType<typeof OptionSet> | undefined} options
 * @property {InstanceType<typeof OptionSet> | undefined} steps
 * @property {boolean} objects whether an object may be something else than options
 */

const TAKES_NOTHING = new Set(['word', 'count', 'lifted', 'early', 'options'])
const LISTS = new Set(['many', 'pairs', 'weighted', 'rows'])
/** What an object may be, besides options. */
const OBJECTS = new Set(['pairs', 'weighted', 'rows', 'steps'])

/**
 * @param {Row} row
 * @returns {Plan}
 */
function plan(row) {
  const slots = row.parts.filter((part) => !TAKES_NOTHING.has(part.is))
  const lists = slots.filter((slot) => LISTS.has(slot.is))
  const alone = lists.length === 1 && !slots.some((slot) => slot.is === 'maybe')
  const part = row.parts.find((each) => each.is === 'options')
  const steps = row.parts.find((each) => each.is === 'steps')
  return {
    row,
    slots,
    required: slots.filter((slot) => slot.is !== 'maybe' && !(slot.is === 'many' && slot.min === 0)).length,
    list: alone ? slots.indexOf(/** @type {Part} */ (lists[0])) : -1,
    counted: slots.findIndex((slot) => slot.counted !== undefined),
    objects: slots.some((slot) => OBJECTS.has(slot.is)),
    options: part && new OptionSet(row, part),
    steps: steps && new OptionSet(row, steps),
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
  // Where pairs and their like are taken, the last object that is still needed is these.
  const spare = given > plan.required || !plan.objects
  const options = plan.options && spare && isRecord(args[given - 1]) ? args[--given] : undefined
  const values = assign(plan, args, given)

  /** @type {unknown[]} */
  const flat = []
  let bits = 0
  let slot = 0
  let countAt = -1
  let skipped = false
  /** @type {readonly unknown[] | undefined} */
  let lifted
  for (const part of row.parts) {
    switch (part.is) {
      case 'one':
        flat.push(convert(part.as, checked(row, part, values[slot++])))
        break
      case 'maybe': {
        const value = values[slot++]
        if (value === undefined) {
          skipped = true
        } else {
          if (skipped) throw argumentError(row, `an argument is missing before the last; usage: ${row.usage}`)
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
      case 'pairs':
      case 'weighted':
      case 'rows':
      case 'steps': {
        const value = values[slot++]
        let entries
        if (part.is === 'many') entries = pushList(row, flat, value, part.min)
        else if (part.is === 'pairs') entries = pushPairs(row, flat, value, part)
        else if (part.is === 'rows') entries = pushRows(row, flat, value, part)
        else if (part.is === 'steps')
          entries = pushSteps(flat, value, /** @type {InstanceType<typeof OptionSet>} */ (plan.steps))
        else ({ count: entries, weights: lifted } = pushWeighted(row, flat, value))
        if (countAt >= 0) flat[countAt] = entries
        countAt = -1
        break
      }
      case 'oneOrMany': {
        const value = values[slot++]
        const list = listOf(value)
        if (list !== undefined) {
          lifted = list
          if (list.length === 0) throw emptyError(row, value)
          flat.push('')
        } else {
          flat.push(value)
        }
        break
      }
      case 'vector':
        pushVector(row, flat, values[slot++], part)
        break
      case 'early': {
        const value = isRecord(options) ? ownProperty(options, part.name ?? '') : undefined
        if (value !== undefined) flat.push(part.word, value)
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
function assign({ row, slots, required, list, counted }, args, given) {
  const at = slots[list]
  if (counted >= 0 && counted < given) {
    const after = counted === list ? slots.length - list - 1 : given - counted - 1
    refuseCount(
      row,
      /** @type {Part} */ (slots[counted]),
      args,
      counted,
      Math.max(given - after, counted + 1),
    )
  }
  const whole = at !== undefined && isContainer(at, args[list])
  if (at === undefined || whole) {
    if (given < required || given > slots.length) throw wrongArguments(row, args.length)
    return args.slice(0, given)
  }
  const after = slots.length - list - 1
  const taken = given - list - after
  if (taken < fewest(at)) throw wrongArguments(row, args.length)
  return [...args.slice(0, list), args.slice(list, list + taken), ...args.slice(list + taken, given)]
}

/**
 * Refuses what looks like the count of another client's form, or like the word in front of it: it would be taken for an entry of
 * the list. In an array everything is an entry.
 *
 * @param {Row} row
 * @param {Part} part
 * @param {readonly unknown[]} args
 * @param {number} from where the list begins, if it is given one by one
 * @param {number} until where it ends then
 */
function refuseCount(row, part, args, from, until) {
  const first = args[from]
  if (isContainer(part, first)) return
  const isCount = part.behind === undefined && typeof first === 'string' && /^\d+$/.test(first)
  let refused = isCount
  // The second of a pair may be anything.
  const step = part.is === 'pairs' ? 2 : 1
  for (let at = from; at < until && !refused; at += step) {
    const value = args[at]
    if (typeof value === 'number' || typeof value === 'bigint') refused = true
    else if (typeof value === 'string' && part.behind !== undefined)
      refused = value.toUpperCase() === part.behind && until - from > step
  }
  if (!refused) return
  const name = /** @type {string} */ (part.counted)
  const weights = part.is === 'weighted' ? ', or { key: weight }' : ''
  const list = `an array, as in ${inArray(row, name)}${weights}`
  const form = part.is === 'pairs' ? 'an object, a Map or an array of pairs' : list
  throw argumentError(row, `${name} are not counted here: give ${form}`)
}

/**
 * The usage with a list as an array.
 *
 * @param {Row} row
 * @param {string} name
 */
function inArray({ usage }, name) {
  const open = usage.indexOf('(') + 1
  const words = usage.slice(open, -1).split(', ')
  return `${usage.slice(0, open)}${words.map((word) => (word.replace(/^\.{3}|\?$/g, '') === name ? `[${name}]` : word)).join(', ')})`
}

/**
 * @template V
 * @param {Row} row
 * @param {Part} part
 * @param {V} value
 */
function checked(row, part, value) {
  if (fits(part.as, value)) return value
  throw argumentError(row, `${part.name} must be ${wantedFor(part.as, value)}; usage: ${row.usage}`)
}

/**
 * How few arguments a list takes one by one.
 *
 * @param {Part} list
 */
function fewest(list) {
  switch (list.is) {
    case 'pairs':
      return 2
    case 'rows':
      return list.names.length
    case 'weighted':
      return 1
    default:
      return list.min
  }
}

/**
 * @param {Part} slot
 * @param {unknown} value
 */
function isContainer(slot, value) {
  const form = formOf(value)
  if (form === 'array' || form === 'set') return true
  // What is no collection at all is refused where the pairs are read, which says so.
  return OBJECTS.has(slot.is) && typeof value === 'object' && value !== null && !isScalar(value)
}

/**
 * @param {Row} row
 * @param {number} given
 */
function wrongArguments(row, given) {
  const noun = given === 1 ? 'argument' : 'arguments'
  return argumentError(row, `wrong number of arguments: got ${given} ${noun}; usage: ${row.usage}`)
}

module.exports = { argumentError, build, checked, plan, wrongArguments }
