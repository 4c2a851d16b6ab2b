// @ts-check
'use strict'

/**
 * Options that come again and again: flags and numbers, in the same order. Each such sequence is described to the addon once,
 * which keeps its words; a call then hands over the numbers only. Everything else takes the long way (`options.js`), and says
 * there what is wrong.
 */

/** Numbers of one call's options; the addon knows the same number and reads them from here. */
const NUMBERS_PER_CALL = 8
const numbers = new Float64Array(NUMBERS_PER_CALL)

/** The bits of a word that hold a template's number; the addon knows the same ones (src/encode/command_word.rs). */
const TEMPLATE_SHIFT = 22
/** What a sequence has instead of a template before its first call, and where the addon has no room for one. */
const NOT_DEFINED = 0
const NO_ROOM = -1

/** Sequences of one command: callers use few, and others go the long way. */
const MOST_SEQUENCES = 64

const { hasOwnProperty } = Object.prototype

/** @typedef {import('./option-set').Known} Known */

/** How often a call has begun to put its numbers down. */
let turns = 0

/** Options in their order, and the ways to go on. */
class Sequence {
  /** The option that followed last, and where it led: it mostly follows again. */
  lastName = ''
  lastIsFlag = false
  /** @type {Sequence | undefined} */
  last = undefined
  /** By the option: what follows a flag. @type {Map<string, Sequence>} */
  flags = new Map()
  /** By the option: what follows a number. @type {Map<string, Sequence>} */
  numbers = new Map()
  /** The template's bits, or one of the two constants. */
  template = NOT_DEFINED

  /**
   * @param {readonly string[]} words one for each word on the wire, empty for a number
   * @param {number} bits the variant
   * @param {number} groups
   */
  constructor(words, bits, groups) {
    this.words = words
    this.bits = bits
    this.groups = groups
  }

  /** Whether the addon knows it by a template. */
  get isDefined() {
    return this.template !== NOT_DEFINED && this.template !== NO_ROOM
  }

  /**
   * Describes it to the addon, once.
   *
   * @param {(words: string) => number | undefined} describe
   */
  define(describe) {
    if (this.template !== NOT_DEFINED) return
    const id = describe(this.words.join('\n'))
    this.template = id === undefined ? NO_ROOM : id << TEMPLATE_SHIFT
  }

  /**
   * What the template stands for, as a list of words.
   *
   * @param {unknown[]} flat
   */
  appendTo(flat) {
    let at = 0
    for (const word of this.words) flat.push(word === '' ? numbers[at++] : word)
    return flat
  }
}

/** The sequences of one command. */
class Sequences {
  /**
   * @param {ReadonlyMap<string, Known>} known
   * @param {number} needs the groups of which one option must be given
   */
  constructor(known, needs) {
    this.known = known
    this.needs = needs
    this.start = new Sequence([], 0, 0)
    this.room = MOST_SEQUENCES
  }

  /**
   * The sequence of these options, their numbers put down for the addon; undefined when they have to take the long way.
   *
   * @param {unknown} options
   * @returns {Sequence | undefined}
   */
  find(options) {
    if (typeof options !== 'object' || options === null) return undefined
    const turn = ++turns
    let sequence = this.start
    let count = 0
    for (const name in options) {
      if (!hasOwnProperty.call(options, name)) continue
      const value = /** @type {Record<string, unknown>} */ (options)[name]
      const isFlag = value === true
      if (!isFlag) {
        if (value === undefined) continue
        if (typeof value !== 'number' || value !== value || count === NUMBERS_PER_CALL) return undefined
        numbers[count++] = value
      }
      const next =
        name === sequence.lastName && isFlag === sequence.lastIsFlag
          ? sequence.last
          : this.step(sequence, name, isFlag)
      if (next === undefined) return undefined
      sequence = next
    }
    // An accessor among the options may have made another call, whose numbers are there now.
    if (sequence === this.start || turn !== turns) return undefined
    return (sequence.groups & this.needs) === this.needs ? sequence : undefined
  }

  /**
   * Where an option leads.
   *
   * @param {Sequence} sequence
   * @param {string} name
   * @param {boolean} isFlag
   * @returns {Sequence | undefined}
   */
  step(sequence, name, isFlag) {
    const ways = isFlag ? sequence.flags : sequence.numbers
    const next = ways.get(name) ?? this.extend(sequence, name, isFlag ? 'flag' : 'value')
    if (next !== undefined) {
      sequence.lastName = name
      sequence.lastIsFlag = isFlag
      sequence.last = next
    }
    return next
  }

  /**
   * @param {Sequence} sequence
   * @param {string} name
   * @param {'flag' | 'value'} is
   * @returns {Sequence | undefined}
   */
  extend(sequence, name, is) {
    const option = this.known.get(name)
    if (option?.is !== is || (sequence.groups & option.groups) !== 0 || this.room === 0) return undefined
    this.room--
    const words = is === 'flag' ? [option.token] : [option.token, '']
    const next = new Sequence(
      [...sequence.words, ...words],
      sequence.bits | option.bits,
      sequence.groups | option.groups,
    )
    const ways = is === 'flag' ? sequence.flags : sequence.numbers
    ways.set(name, next)
    return next
  }
}

module.exports = { Sequences, numbers }
