// @ts-check
'use strict'

/** Names of raw commands: which the table knows, and what they are called in errors. */

const LONGEST_SECOND_WORD = 32

/** @type {Set<string>} */
let names = new Set()
/** The first words of names of two words. @type {Set<string>} */
let containers = new Set()

/**
 * Says which commands there are.
 * @param {readonly { name: string }[]} table
 */
function nameRaw(table) {
  names = new Set(table.map((row) => row.name))
  const pairs = [...names].filter((name) => name.includes(' '))
  containers = new Set(pairs.map((name) => name.slice(0, name.indexOf(' '))))
}

/** The first two words together, where they may be a name. @param {readonly unknown[]} words */
function both(words) {
  const [first, second] = words
  const text = second instanceof Uint8Array ? Buffer.from(second).toString('latin1') : second
  if (typeof text !== 'string' || text.length > LONGEST_SECOND_WORD) return undefined
  return `${String(first).toUpperCase()} ${text.toUpperCase()}`
}

/**
 * What a raw command is called in errors: two words where the table knows them together, otherwise the first, since the
 * second may be an argument.
 * @param {readonly unknown[]} words
 */
function rawName(words) {
  const first = String(words[0]).toUpperCase()
  if (!containers.has(first) || typeof words[1] !== 'string') return first
  const name = both(words)
  return name !== undefined && names.has(name) ? name : first
}

/** Whether the table knows a raw command. @param {readonly unknown[]} words */
function isKnown(words) {
  return names.has(String(words[0]).toUpperCase()) || names.has(both(words) ?? '')
}

module.exports = { isKnown, nameRaw, rawName }
