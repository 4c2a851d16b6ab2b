// @ts-check
'use strict'

/**
 * Names of channels and patterns: as the user gives them, as the engine wants them, and as the key under which one is found
 * again, whichever way it was given.
 */

/**
 * @typedef {object} Name
 * @property {string} key the name's bytes, one character for each
 * @property {Uint8Array} bytes
 */

const { BYTES_ARE_GONE, SCALAR, areBytesGone, described, isScalar, listOf } = require('../command/values.js')

const LONE_SURROGATE = 'is a string with a lone surrogate, which UTF-8 cannot hold; pass a Buffer'

/** @param {string} command @param {string} problem @returns {never} */
function refuse(command, problem) {
  throw Object.assign(new TypeError(`${command}: ${problem}`), { code: 'INVALID_ARGUMENT', command })
}

/**
 * @param {string} command
 * @param {number} position from 1
 * @param {unknown} value
 * @returns {Name}
 */
function nameOf(command, position, value) {
  if (!isScalar(value)) refuse(command, `argument ${position} must be ${SCALAR}, not ${described(value)}`)
  if (typeof value === 'object') {
    const given = /** @type {Uint8Array} */ (value)
    if (areBytesGone(given)) refuse(command, `argument ${position} ${BYTES_ARE_GONE}`)
    const bytes = Buffer.from(given)
    return { key: bytes.toString('latin1'), bytes }
  }
  const text = String(value)
  const bytes = Buffer.from(text)
  if (bytes.length === text.length) return { key: text, bytes }
  if (bytes.toString() !== text) refuse(command, `argument ${position} ${LONE_SURROGATE}`)
  return { key: bytes.toString('latin1'), bytes }
}

/**
 * Rest arguments or one array, each name once.
 * @param {string} command
 * @param {readonly unknown[]} args
 * @returns {Name[]}
 */
function namesOf(command, args) {
  const [first] = args
  const values = (args.length === 1 ? listOf(first) : undefined) ?? args
  /** @type {Map<string, Name>} */
  const names = new Map()
  values.forEach((value, index) => {
    const name = nameOf(command, index + 1, value)
    names.set(name.key, name)
  })
  return [...names.values()]
}

/**
 * All names as one piece of memory, and their lengths.
 * @param {readonly Name[]} names
 * @returns {[bytes: Uint8Array, lengths: Uint32Array]}
 */
function pack(names) {
  const bytes = Buffer.concat(names.map((name) => name.bytes))
  return [bytes, Uint32Array.from(names, (name) => name.bytes.length)]
}

module.exports = { namesOf, pack, refuse }
