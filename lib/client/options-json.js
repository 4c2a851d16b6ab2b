// @ts-check
'use strict'

/**
 * The options object as JSON, which is how it crosses to the engine. Owns the few forms that JSON does not have; names and
 * ranges are the engine's to check.
 */

const { types } = require('node:util')

const { OptionError } = require('../errors.js')
const { FUNCTIONS } = require('./questions.js')
const { Scope } = require('../scope.js')
const { tlsOptions } = require('./tls-options.js')
const { BYTES_ARE_GONE, areBytesGone } = require('../command/values.js')

/** @param {string} name @param {string} problem @returns {never} */
function refuse(name, problem) {
  throw new OptionError(`option "${name}" ${problem}`, { code: 'INVALID_OPTION' })
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {unknown}
 */
function plain(name, value) {
  switch (typeof value) {
    case 'undefined':
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'object':
      // None is given; the name may be wrong all the same.
      if (value === null) return null
      if (types.isUint8Array(value)) {
        if (areBytesGone(value)) refuse(name, BYTES_ARE_GONE)
        return Buffer.from(value).toString('utf8')
      }
      if (Array.isArray(value)) return value.map((item) => plain(name, item))
      return group(name, value)
    default:
      return refuse(name, `cannot be a ${typeof value}`)
  }
}

/**
 * @param {string} name
 * @param {object} value
 */
function group(name, value) {
  /** @type {Record<string, unknown>} */
  const members = Object.create(null)
  for (const [member, item] of Object.entries(value)) members[member] = plain(`${name}.${member}`, item)
  return members
}

/**
 * The options of TLS, or the function that returns them.
 * @param {string} name
 * @param {unknown} value
 * @param {import('./questions.js').Functions} functions
 */
function secured(name, value, functions) {
  if (typeof value === 'function') {
    functions[name] = /** @type {() => unknown} */ (value)
    return true
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return plain(name, value)
  const { members, checkServerIdentity } = tlsOptions(name, value)
  if (checkServerIdentity !== undefined) functions[`${name}.checkServerIdentity`] = checkServerIdentity
  return plain(name, members)
}

/**
 * Those of connections to sentinels.
 * @param {unknown} value
 * @param {import('./questions.js').Functions} functions
 */
function ofSentinels(value, functions) {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, 'tls')) {
    return plain('sentinel', value)
  }
  const { tls, ...others } = /** @type {Record<string, unknown>} */ (value)
  const members = /** @type {Record<string, unknown>} */ (plain('sentinel', others))
  members.tls = secured('sentinel.tls', tls, functions)
  return members
}

/**
 * @param {unknown} options
 * @returns {{ json: string, functions: import('./questions.js').Functions }} `functions` stay in JavaScript
 */
function serialise(options) {
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    throw new OptionError('the options must be an object', { code: 'INVALID_OPTION' })
  }
  /** @type {Record<string, unknown>} */
  const members = Object.create(null)
  /** @type {import('./questions.js').Functions} */
  const functions = Object.create(null)
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && value !== null && Object.hasOwn(FUNCTIONS, name)) {
      if (typeof value !== 'function') refuse(name, `must be a function that returns ${FUNCTIONS[name]}`)
      // Whoever made the client is whom it is asked for.
      functions[name] = new Scope().bind(value)
    } else if (name === 'tls') {
      members[name] = secured(name, value, functions)
    } else if (name === 'sentinel') {
      members[name] = ofSentinels(value, functions)
    } else {
      members[name] = plain(name, value)
    }
  }
  return { json: JSON.stringify(members), functions }
}

module.exports = { serialise }
