// @ts-check
'use strict'

/** The options of TLS. Owns what Node does of them: a key is decrypted here, a function stays here. */

const { createPrivateKey } = require('node:crypto')

const { OptionError } = require('../errors.js')

/** @param {string} message @returns {never} */
function refuse(message) {
  throw new OptionError(message, { code: 'INVALID_OPTION' })
}

/** @param {unknown} value */
function isGiven(value) {
  return value !== undefined && value !== null
}

/**
 * The key as PEM that is not encrypted.
 * @param {string} name
 * @param {unknown} key
 * @param {string} passphrase
 * @returns {unknown}
 */
function decrypted(name, key, passphrase) {
  if (Array.isArray(key)) return key.map((each) => decrypted(name, each, passphrase))
  if (typeof key !== 'string' && !(key instanceof Uint8Array)) return key
  try {
    const text = typeof key === 'string' ? key : Buffer.from(key)
    return createPrivateKey({ key: text, passphrase }).export({ type: 'pkcs8', format: 'pem' })
  } catch {
    // Without the cause, which may quote what it cannot read.
    return refuse(`option "${name}.key" cannot be read with "${name}.passphrase"`)
  }
}

/**
 * @param {string} name of the group
 * @param {object} given
 * @returns {{ members: Record<string, unknown>, checkServerIdentity: ((...args: any[]) => unknown) | undefined }}
 */
function tlsOptions(name, given) {
  /** @type {Record<string, unknown>} */
  const members = Object.assign(Object.create(null), given)
  const { passphrase, checkServerIdentity, key } = members
  delete members.passphrase
  if (isGiven(passphrase)) {
    if (typeof passphrase !== 'string') refuse(`option "${name}.passphrase" must be a string`)
    if (!isGiven(key)) refuse(`option "${name}.passphrase" is that of "${name}.key", which is not given`)
    members.key = decrypted(name, key, /** @type {string} */ (passphrase))
  }
  delete members.checkServerIdentity
  if (isGiven(checkServerIdentity)) {
    if (typeof checkServerIdentity !== 'function') {
      refuse(`option "${name}.checkServerIdentity" must be a function that returns an Error or undefined`)
    }
    members.checkServerIdentity = true
  }
  for (const option of ['ca', 'cert', 'key']) {
    const value = members[option]
    if (Array.isArray(value)) members[option] = value.map(text)
    else members[option] = text(value)
  }
  return { members, checkServerIdentity: /** @type {any} */ (checkServerIdentity ?? undefined) }
}

/** @param {unknown} pem */
function text(pem) {
  return pem instanceof Uint8Array ? Buffer.from(pem).toString('utf8') : pem
}

module.exports = { tlsOptions }
