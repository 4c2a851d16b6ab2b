// @ts-check
'use strict'

/**
 * Objects of many members, out of two arrays. V8's JSON parser takes twice as long for an object of more than 128 members as
 * for an array of its names and one of its values, and the names are often those of the last time: hashes of one kind, or
 * one hash that is read again and again.
 */

/** Longer texts of names are not kept for the next time. */
const KEPT_MAX = 64 * 1024

/** The names of the last object and their JSON text. */
let lastText = ''
/** @type {readonly string[]} */
let lastNames = []

/**
 * @param {string} text
 * @returns {readonly string[]}
 */
function namesOf(text) {
  if (text === lastText) return lastNames
  /** @type {string[]} */
  const names = JSON.parse(text)
  if (text.length <= KEPT_MAX) {
    // A part of a string keeps all of it; this one is to outlive the rest.
    lastText = Buffer.from(text).toString()
    lastNames = names
  }
  return names
}

/**
 * @param {string} text the names and, on a second line, the values, each as JSON
 * @returns {Record<string, unknown>}
 */
function wideObject(text) {
  const end = text.indexOf('\n')
  const names = namesOf(text.slice(0, end))
  /** @type {unknown[]} */
  const values = JSON.parse(text.slice(end + 1))
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

module.exports = { wideObject }
