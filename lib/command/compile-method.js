// @ts-check
'use strict'

/**
 * A row becomes a method. Owns the closures, the shortest one that fits; sends nothing itself: a method calls `_call0` ... `_call3` or
 * `_callMany` of its receiver.
 */

const { build, checked, plan, wrongArguments } = require('./encode-arguments')
const { emptyError } = require('./encode-lists')
const { OptionSet } = require('./option-set')
const { Sequences } = require('./option-templates')
const { fits, listOf } = require('./values')

/**
 * What the methods expect of `this`. `meta` is the command's number and, above its 12 bits, the variant that the options
 * chose. `_callMany` reads the array before it returns: it may be the caller's own, so it is neither changed nor kept. What it
 * gets besides are the arguments as the caller wrote them, where these are others: errors name what is wrong by them.
 *
 * @typedef {object} Receiver
 * @property {(meta: number) => unknown} _call0
 * @property {(meta: number, a: unknown) => unknown} _call1
 * @property {(meta: number, a: unknown, b: unknown) => unknown} _call2
 * @property {(meta: number, a: unknown, b: unknown, c: unknown) => unknown} _call3
 * @property {(meta: number, args: readonly unknown[], written?: readonly unknown[]) => unknown} _callMany
 * @property {((meta: number, sequence: Sequence, count: number, a: unknown, b: unknown, c: unknown) => unknown) | undefined}
 *   _callOptions the first `count` arguments, then the options of a sequence whose numbers are put down; not every class has it
 * @property {(error: Error) => unknown} _reject
 */

/** @typedef {import('./encode-arguments').Row} Row */
/** @typedef {InstanceType<typeof Sequences>['start']} Sequence */
/** @typedef {(this: Receiver, ...args: any[]) => unknown} Method */

const VARIANT_SHIFT = 12

/**
 * Chooses the shortest closure that fits the row.
 *
 * @param {Row} row
 * @param {number} meta
 * @returns {Method}
 */
function compile(row, meta) {
  const { parts } = row
  if (parts.length <= 3 && parts.some(isOneOfTwo) && parts.every((part) => part.is === 'one'))
    return guarded(row, positional(row, meta, parts.length))
  const last = parts.at(-1)
  const fixed = last === undefined || last.is === 'one' ? parts.length : parts.length - 1
  for (let at = 0; at < fixed; at++) {
    const part = parts[at]
    if (part?.is !== 'one' || part.as !== undefined) return general(row, meta)
  }
  if (last === undefined || last.is === 'one')
    return fixed <= 3 ? positional(row, meta, fixed) : general(row, meta)
  if (last.is === 'options' && !last.required && fixed > 0 && fixed <= 3) return optional(row, meta, fixed)
  if (last.is === 'many' && fixed <= 1) return variadic(row, meta, fixed, last.min)
  if (last.is === 'maybe' && last.as === undefined && fixed <= 1) return trailing(row, meta, fixed, last.bits)
  return general(row, meta)
}

/**
 * A number or a label, one of which could be taken for the other.
 *
 * @param {import('./encode-arguments').Part} part
 */
function isOneOfTwo({ as }) {
  return as === 'number' || as === 'label'
}

/**
 * The same method for a row that has such arguments.
 *
 * @param {Row} row
 * @param {Method} method
 * @returns {Method}
 */
function guarded(row, method) {
  const { parts } = row
  const [first, second, third] = parts
  return function (a, b, c) {
    if (arguments.length === 3 && fits(first?.as, a) && fits(second?.as, b) && fits(third?.as, c))
      return method.call(this, a, b, c)
    try {
      for (let at = 0; at < parts.length && at < arguments.length; at++)
        checked(row, /** @type {import('./encode-arguments').Part} */ (parts[at]), arguments[at])
    } catch (error) {
      return this._reject(/** @type {Error} */ (error))
    }
    return method.apply(this, /** @type {any} */ (arguments))
  }
}

/**
 * Exactly `count` arguments.
 *
 * @param {Row} row
 * @param {number} meta
 * @param {number} count
 * @returns {Method}
 */
function positional(row, meta, count) {
  switch (count) {
    case 0:
      return function () {
        return arguments.length === 0 ? this._call0(meta) : miscounted(this, row, arguments.length)
      }
    case 1:
      return function (a) {
        return arguments.length === 1 ? this._call1(meta, a) : miscounted(this, row, arguments.length)
      }
    case 2:
      return function (a, b) {
        return arguments.length === 2 ? this._call2(meta, a, b) : miscounted(this, row, arguments.length)
      }
    default:
      return function (a, b, c) {
        return arguments.length === 3 ? this._call3(meta, a, b, c) : miscounted(this, row, arguments.length)
      }
  }
}

/**
 * `count` arguments, then perhaps options.
 *
 * @param {Row} row
 * @param {number} meta
 * @param {number} count
 * @returns {Method}
 */
function optional(row, meta, count) {
  /** @type {InstanceType<typeof OptionSet> | undefined} Built by the first call that needs it: most never do. */
  let known
  /** @type {InstanceType<typeof Sequences> | undefined} */
  let sequences
  /**
   * @param {Receiver} receiver
   * @param {unknown} a
   * @param {unknown} b
   * @param {unknown} c
   * @param {unknown} options
   */
  const send = (receiver, a, b, c, options) => {
    const flat = count === 1 ? [a] : count === 2 ? [a, b] : [a, b, c]
    let bits
    try {
      known ??= new OptionSet(row, row.parts[count])
      bits = known.append(flat, options)
    } catch (error) {
      return receiver._reject(/** @type {Error} */ (error))
    }
    const written = count === 1 ? [a, options] : count === 2 ? [a, b, options] : [a, b, c, options]
    return receiver._callMany(meta | (bits << VARIANT_SHIFT), flat, written)
  }
  /**
   * @param {Receiver} receiver
   * @param {unknown} a
   * @param {unknown} b
   * @param {unknown} c
   * @param {unknown} options
   */
  const shortly = (receiver, a, b, c, options) => {
    if (receiver._callOptions === undefined) return send(receiver, a, b, c, options)
    if (sequences === undefined) {
      known ??= new OptionSet(row, row.parts[count])
      sequences = new Sequences(known.known, known.needs)
    }
    const sequence = sequences.find(options)
    if (sequence === undefined) return send(receiver, a, b, c, options)
    return receiver._callOptions(meta | (sequence.bits << VARIANT_SHIFT), sequence, count, a, b, c)
  }
  switch (count) {
    case 1:
      return function (a, options) {
        const given = arguments.length
        if (given === 1 || (given === 2 && options === undefined)) return this._call1(meta, a)
        return given === 2 ? shortly(this, a, undefined, undefined, options) : miscounted(this, row, given)
      }
    case 2:
      return function (a, b, options) {
        const given = arguments.length
        if (given === 2 || (given === 3 && options === undefined)) return this._call2(meta, a, b)
        return given === 3 ? shortly(this, a, b, undefined, options) : miscounted(this, row, given)
      }
    default:
      return function (a, b, c, options) {
        const given = arguments.length
        if (given === 3 || (given === 4 && options === undefined)) return this._call3(meta, a, b, c)
        return given === 4 ? shortly(this, a, b, c, options) : miscounted(this, row, given)
      }
  }
}

/**
 * `count` arguments, then a list: one by one, or as one array.
 *
 * @param {Row} row
 * @param {number} meta
 * @param {number} count 0 or 1
 * @param {number} min
 * @returns {Method}
 */
function variadic(row, meta, count, min) {
  /**
   * The last argument is an object: the list itself, unless it is a single value.
   *
   * @param {Receiver} receiver
   * @param {unknown} list
   * @param {readonly unknown[]} args
   */
  const send = (receiver, list, args) => {
    const values = listOf(list)
    if (values === undefined) return receiver._callMany(meta, args)
    if (values.length < min) return receiver._reject(emptyError(row, list))
    return receiver._callMany(meta, count === 0 ? values : [args[0]].concat(values), args)
  }
  if (count === 0) {
    return function (a, b, c) {
      switch (arguments.length) {
        case 0:
          return min === 0 ? this._call0(meta) : miscounted(this, row, 0)
        case 1:
          return typeof a === 'object' ? send(this, a, [a]) : this._call1(meta, a)
        case 2:
          return this._call2(meta, a, b)
        case 3:
          return this._call3(meta, a, b, c)
        default:
          return this._callMany(meta, copy(arguments))
      }
    }
  }
  return function (a, b, c) {
    switch (arguments.length) {
      case 0:
        return miscounted(this, row, 0)
      case 1:
        return min === 0 ? this._call1(meta, a) : miscounted(this, row, 1)
      case 2:
        return typeof b === 'object' ? send(this, b, [a, b]) : this._call2(meta, a, b)
      case 3:
        return this._call3(meta, a, b, c)
      default:
        return this._callMany(meta, copy(arguments))
    }
  }
}

/**
 * `count` arguments, then perhaps one more, which chooses the variant.
 *
 * @param {Row} row
 * @param {number} meta
 * @param {number} count 0 or 1
 * @param {number} bits
 * @returns {Method}
 */
function trailing(row, meta, count, bits) {
  const variant = meta | (bits << VARIANT_SHIFT)
  if (count === 0) {
    return function (a) {
      if (arguments.length > 1) return miscounted(this, row, arguments.length)
      return a === undefined ? this._call0(meta) : this._call1(variant, a)
    }
  }
  return function (a, b) {
    if (arguments.length < 1 || arguments.length > 2) return miscounted(this, row, arguments.length)
    return b === undefined ? this._call1(meta, a) : this._call2(variant, a, b)
  }
}

/**
 * Any other row.
 *
 * @param {Row} row
 * @param {number} meta
 * @returns {Method}
 */
function general(row, meta) {
  /** @type {import('./encode-arguments').Plan | undefined} */
  let known
  return function (...args) {
    let call
    try {
      known ??= plan(row)
      call = build(known, args)
    } catch (error) {
      return this._reject(/** @type {Error} */ (error))
    }
    return this._callMany(meta | (call.bits << VARIANT_SHIFT), call.flat, args)
  }
}

/**
 * @param {Receiver} receiver
 * @param {Row} row
 * @param {number} given
 */
function miscounted(receiver, row, given) {
  return receiver._reject(wrongArguments(row, given))
}

/**
 * The arguments as an array, without spreading: any number of them fits.
 *
 * @param {IArguments} list
 */
function copy(list) {
  const flat = new Array(list.length)
  for (let at = 0; at < list.length; at++) flat[at] = list[at]
  return flat
}

module.exports = { compile }
