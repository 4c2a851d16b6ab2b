// @ts-check
'use strict'

/**
 * The options object as JSON, which is how it crosses to the engine. Owns the few forms that JSON does not have; names and
 * ranges are the engine's to check.
 */

const { OptionError } = require('./errors.js')

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
      if (value === null) return undefined
      if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
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
 * @param {unknown} options
 * @returns {{ json: string, credentials: (() => unknown) | undefined }}
 */
function serialise(options) {
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    throw new OptionError('the options must be an object', { code: 'INVALID_OPTION' })
  }
  /** @type {Record<string, unknown>} */
  const members = Object.create(null)
  /** @type {(() => unknown) | undefined} */
  let credentials
  for (const [name, value] of Object.entries(options)) {
    if (name === 'credentials' && value !== undefined) {
      if (typeof value !== 'function') refuse(name, 'must be a function that answers { username?, password }')
      credentials = value
    } else {
      members[name] = plain(name, value)
    }
  }
  return { json: JSON.stringify(members), credentials }
}

module.exports = { serialise }
