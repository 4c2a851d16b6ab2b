// @ts-check
'use strict'

/** Functions among the options: the engine asks, they answer. Owns what each of them must return. */

/**
 * @typedef {Record<string, ((...args: any[]) => unknown) | undefined>} Functions by the name of their option
 * @typedef {{ event: string, name: string, request: number, [detail: string]: any }} Question
 */

/** Options that can only be functions, and what each returns. @type {Record<string, string>} */
const FUNCTIONS = { credentials: '{ username?, password, expiresAt? }', addressMap: '{ host, port }' }

/** The names of the functions that return the options of TLS. */
const TLS = ['tls', 'sentinel.tls']

/**
 * When credentials expire: milliseconds since 1970, or a Date.
 * @param {unknown} at
 */
function lifetime(at) {
  if (at === undefined || at === null) return undefined
  const time = at instanceof Date ? at.getTime() : at
  if (typeof time !== 'number' || Number.isNaN(time)) {
    throw new TypeError('expiresAt must be a Date, or a number of milliseconds since 1970')
  }
  return time === Infinity ? undefined : Math.max(0, Math.floor(time - Date.now()))
}

/** @type {Record<string, (functions: Functions, question: Question) => unknown>} */
const ANSWERS = {
  async credentials(functions) {
    const given = /** @type {any} */ (await functions.credentials?.())
    const { username = undefined, password, expiresAt } = given ?? {}
    if (typeof password !== 'string' || !['string', 'undefined'].includes(typeof (username ?? undefined)))
      throw new TypeError('it must return { username?, password, expiresAt? }')
    return { username, password, lifetime: lifetime(expiresAt) }
  },

  async addressMap(functions, { host, port }) {
    const address = /** @type {any} */ (await functions.addressMap?.(host, port))
    if (typeof address?.host !== 'string' || !Number.isInteger(address.port)) {
      throw new TypeError('it must return { host, port }')
    }
    return { host: address.host, port: address.port }
  },

  /** Only a machine without certificates of its own asks for those of Node. */
  roots: () => require('node:tls').rootCertificates,

  certificate(functions, question) {
    return require('./certificates.js').judge(question, functions[question.check])
  },
}

for (const name of TLS) {
  ANSWERS[name] = async (functions) => {
    const given = await functions[name]?.()
    if (given === null || typeof given !== 'object' || Array.isArray(given)) {
      throw new TypeError('it must return an object with options of TLS')
    }
    const { members, checkServerIdentity } = require('./tls-options.js').tlsOptions(name, given)
    functions[`${name}.checkServerIdentity`] = checkServerIdentity
    return members
  }
}

/**
 * @param {{ answer: (request: number, result: string | undefined, problem: string | undefined) => void }} native who asks
 * @param {Functions} functions
 * @param {Question} question
 */
async function answer(native, functions, question) {
  const { name, request } = question
  try {
    const result = await ANSWERS[name]?.(functions, question)
    native.answer(request, JSON.stringify(result ?? null), undefined)
  } catch (error) {
    native.answer(request, undefined, String(error instanceof Error ? error.message : error))
  }
}

/** @param {Functions} functions */
function namesOf(functions) {
  return Object.keys(functions)
    .filter((name) => functions[name] !== undefined)
    .join(',')
}

module.exports = { FUNCTIONS, TLS, answer, namesOf }
