// @ts-check
'use strict'

/**
 * Large replies, put together from the elements that the addon makes. The addon calls `assemble` with thousands of them at a
 * time, because an argument costs it a tenth of setting an element.
 */

const { answer, park, resume } = require('./pipeline-chunks.js')

/** What is put together; the addon knows the same numbers (src/results/flat_aggregate.rs). */
const LIST = 0
const PAIRS = 1
const ENTRIES = 3
const ANSWER = 4
const PARK = 5
const RESUME = 6

/** Longer texts of names are not kept for the next time. */
const KEPT_MAX = 64 * 1024

/** The leaves of the calls before the last. @type {unknown[] | undefined} */
let collected

/**
 * @param {number} plan
 * @param {boolean} first Whether these are the first leaves of the reply.
 * @param {boolean} last Whether these are the last leaves of the reply.
 * @param {string | undefined} names The names of an object's members as JSON text, or notes about results.
 * @param {unknown[]} leaves
 * @returns {unknown} The reply, from the last call.
 */
function assemble(plan, first, last, names, ...leaves) {
  if (plan === ANSWER) return answer(first, last, names, leaves)
  if (plan === PARK) return park(/** @type {number} */ (leaves[0]))
  if (plan === RESUME) return resume(/** @type {number} */ (leaves[0]))
  let all = leaves
  if (!first && collected !== undefined) {
    all = collected
    for (let index = 0; index < leaves.length; index++) all.push(leaves[index])
  }
  collected = undefined
  if (!last) {
    collected = all
    return undefined
  }
  if (plan === LIST) return all
  if (plan === PAIRS) return pairs(all)
  if (plan === ENTRIES) return entries(all)
  return wideObject(namesOf(/** @type {string} */ (names)), all)
}

/**
 * @param {readonly unknown[]} leaves
 * @returns {[unknown, unknown][]}
 */
function pairs(leaves) {
  const count = leaves.length / 2
  const made = new Array(count)
  for (let index = 0; index < count; index++) made[index] = [leaves[2 * index], leaves[2 * index + 1]]
  return made
}

/**
 * @param {readonly any[]} leaves of each entry its id, the number of its fields, and their names and values
 * @returns {[string, Record<string, unknown>][]}
 */
function entries(leaves) {
  /** @type {[string, Record<string, unknown>][]} */
  const made = []
  let at = 0
  while (at < leaves.length) {
    /** @type {Record<string, unknown>} */
    const fields = {}
    made.push([leaves[at], fields])
    const end = at + 2 + 2 * leaves[at + 1]
    for (at += 2; at < end; at += 2) {
      const name = leaves[at]
      if (name === '__proto__') define(fields, name, leaves[at + 1])
      else fields[name] = leaves[at + 1]
    }
  }
  return made
}

/** The names of the last object and their JSON text. */
let lastText = ''
/** @type {readonly string[]} */
let lastNames = []

/**
 * The names are often those of the last time: hashes of one kind, or one hash that is read again and again.
 * @param {string} text
 * @returns {readonly string[]}
 */
function namesOf(text) {
  if (text === lastText) return lastNames
  /** @type {string[]} */
  const names = JSON.parse(text)
  if (text.length <= KEPT_MAX) {
    lastText = text
    lastNames = names
  }
  return names
}

/**
 * @param {readonly string[]} names
 * @param {readonly unknown[]} values
 * @returns {Record<string, unknown>}
 */
function wideObject(names, values) {
  /** @type {Record<string, unknown>} */
  const object = { first: 0, second: 0 }
  // An object that lost a member keeps the others in a hash table from then on.
  delete object['first']
  delete object['second']
  for (let index = 0; index < names.length; index++) {
    const name = /** @type {string} */ (names[index])
    // As JSON.parse does: a member of this name, not the prototype.
    if (name === '__proto__') define(object, name, values[index])
    else object[name] = values[index]
  }
  return object
}

/**
 * @param {object} object
 * @param {string} name
 * @param {unknown} value
 */
function define(object, name, value) {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
}

module.exports = { assemble }
