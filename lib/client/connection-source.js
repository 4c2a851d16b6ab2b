// @ts-check
'use strict'

/**
 * Where connections come from: a URL, a variable, options, sentinels, another's pool. Owns the sorting of the constructors'
 * arguments, and the addon's part that is made from them.
 */

const { Deployment, Following } = require('./sentinel-binding.js')
const { OptionError, errorOf } = require('../errors.js')
const { serialise } = require('./options-json.js')
const { ownOptions } = require('../own-options.js')
const { namesOf } = require('./questions.js')
const { createClient } = require('../reply/pending-calls.js')

/** @typedef {InstanceType<typeof import('./base-client.js').Connections>} Connections */

/** The variables that are looked at where there is no URL, in this order. */
const URL_VARIABLES = ['REDIS_URL', 'VALKEY_URL']

/** The value of `readFrom` with which nothing goes elsewhere. */
const MASTER = 'master'

/** @param {string} message @returns {never} */
function refuse(message) {
  throw new OptionError(message, { code: 'INVALID_OPTION' })
}

/**
 * Sorts the constructor's arguments out.
 * @param {unknown} first
 * @param {unknown} second
 * @returns {{ url: string | undefined, variable: string | undefined, options: unknown, following?: InstanceType<typeof Following> }}
 */
function source(first, second) {
  if (first instanceof Following) {
    return { url: undefined, variable: undefined, options: first.options, following: first }
  }
  if (typeof first === 'string') return { url: first, variable: undefined, options: second ?? {} }
  if (first instanceof URL) return { url: first.href, variable: undefined, options: second ?? {} }
  if (first === undefined) return fromEnvironment(second ?? {})
  if (second !== undefined) refuse('options stand behind a URL, or alone')
  return namesServer(first) ? { url: undefined, variable: undefined, options: first } : fromEnvironment(first)
}

/** The options that say which server is meant. */
const SERVER_OPTIONS = ['host', 'port', 'path']

/**
 * Whether options say which server is meant; what is no object at all is refused later.
 * @param {unknown} options
 */
function namesServer(options) {
  if (options === null || typeof options !== 'object') return true
  const own = ownOptions(options)
  return SERVER_OPTIONS.some((name) => own[name] !== undefined && own[name] !== null)
}

/**
 * The server of the environment's URL, if there is one.
 * @param {unknown} options
 */
function fromEnvironment(options) {
  // An empty variable is what shells leave where none is meant.
  const variable = URL_VARIABLES.find((name) => process.env[name])
  return { url: variable && process.env[variable], variable, options }
}

/** What a URL says outside of its query, and how it is made to say nothing of it. @type {Record<string, (url: URL) => void>} */
const PARTS = {
  username: (url) => (url.username = ''),
  password: (url) => (url.password = ''),
  credentials: (url) => (url.username = url.password = ''),
  db: (url) => (url.pathname = '/'),
}

/**
 * The URL without what `changes` say otherwise, since no option may be given twice.
 * @param {string} text
 * @param {Record<string, unknown>} changes
 */
function without(text, changes) {
  const names = Object.keys(changes).filter((name) => changes[name] !== undefined)
  // A list of sentinels is no URL to JavaScript; what is given twice there is refused by its name.
  if (names.length === 0 || !URL.canParse(text)) return text
  const url = new URL(text)
  const isSocket = /^(redis\+)?unix:$/.test(url.protocol)
  for (const name of names) {
    if (!(name === 'db' && isSocket)) PARTS[name]?.(url)
    for (const key of [...url.searchParams.keys()]) {
      if (key === name || key.startsWith(`${name}.`)) url.searchParams.delete(key)
    }
  }
  return url.href
}

/**
 * The arguments of a constructor that makes what came from `from` once more.
 * @param {ReturnType<typeof source>} from
 * @param {Connections | undefined} pool whose connections are used, if they are another's
 * @param {unknown} changes
 * @returns {unknown[]}
 */
function duplicated({ url, options, following }, pool, changes = {}) {
  if (changes === null || typeof changes !== 'object' || Array.isArray(changes)) {
    refuse('duplicate() takes an object of options')
  }
  const own = ownOptions(changes)
  const merged = { ...ownOptions(options), ...own }
  // They exclude each other; the last word counts.
  if (own.credentials !== undefined) {
    delete merged.username
    delete merged.password
  } else if (own.username !== undefined || own.password !== undefined) {
    delete merged.credentials
  }
  if (pool !== undefined) return [{ ...merged, connectionPool: pool }]
  if (following !== undefined) {
    return [new Following(following.deployment, following.master, following.target, merged)]
  }
  // The environment may have changed; the server has not.
  if (url === undefined) return [namesServer(merged) ? merged : { ...merged, host: 'localhost' }]
  if (namesServer(own)) refuse('a client of a URL is duplicated for the same server; make one of another URL')
  return [without(url, own), merged]
}

/**
 * The addon's part of a client.
 * @param {Connections} owner
 * @param {ReturnType<typeof source>} from
 */
function create(owner, { url, variable, options, following }) {
  const { json, functions } = serialise(options)
  try {
    const follow = following ?? (url === undefined ? undefined : followed(url, options, owner))
    if (follow === undefined && functions.addressMap !== undefined) {
      refuse('option "addressMap" needs sentinels: a redis-sentinel:// URL, or a Sentinel')
    }
    const { deployment, master, target } = follow ?? {}
    const native = createClient(json, url, owner, namesOf(functions), deployment?.id, master, target)
    if (typeof native === 'string') throw errorOf(JSON.parse(native))
    const facts = JSON.parse(native.facts)
    /** @type {any} */
    let reader
    if (facts.readFrom !== MASTER) {
      reader = createClient(json, url, owner, namesOf(functions), deployment?.id, master, 'reads')
      if (typeof reader === 'string') throw errorOf(JSON.parse(reader))
    }
    return { native, reader, functions, deployment, facts }
  } catch (error) {
    if (variable !== undefined && error instanceof OptionError) {
      error.message = `${error.message} (the URL comes from ${variable})`
    }
    throw error
  }
}

/**
 * The sentinels that a URL names, if it does.
 * @param {string} url
 * @param {unknown} options
 * @param {Connections} owner
 */
function followed(url, options, owner) {
  if (!/^\s*redis-sentinel:/i.test(url)) return undefined
  const client = new WeakRef(owner)
  const deployment = new Deployment({ url }, options, (happening) => client.deref()?._happened(happening))
  return new Following(deployment, /** @type {string} */ (deployment.master), 'master', options)
}

/** Where connections come from. @typedef {ReturnType<typeof source>} Source */

/** Options of one handle on a pool; all others are the pool's. */
const HANDLE_OPTIONS = ['commandTimeout', 'decodeResponses', 'encoding', 'keyPrefix', 'name']

/**
 * Another way to the connections of `pool`.
 * @param {Connections} pool
 * @param {Record<string, unknown>} given
 */
function join(pool, given) {
  const own = ownOptions(given)
  const theirs = pool._options
  /** @type {Record<string, unknown>} */
  const options = {}
  for (const name of HANDLE_OPTIONS) options[name] = theirs[name] ?? undefined
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined) continue
    if (!HANDLE_OPTIONS.includes(name)) {
      refuse(
        `option "${name}" belongs to the connection pool; a client on one has ${HANDLE_OPTIONS.join(', ')}`,
      )
    }
    options[name] = value
  }
  // They exclude each other; the client's own word counts.
  if (own.encoding !== undefined && own.decodeResponses === undefined) delete options.decodeResponses
  if (options.decodeResponses === false && own.encoding === undefined) delete options.encoding
  const { json } = serialise(options)
  /** @param {any} native */
  const handleOn = (native) => {
    const handle = native.handle(json)
    if (typeof handle === 'string') throw errorOf(JSON.parse(handle))
    return handle
  }
  const handle = handleOn(pool._native)
  const { address, db } = theirs
  const facts = { ...JSON.parse(handle.facts), address, db, lazyConnect: true }
  return {
    native: { ...pool._native, ...handle, facts: JSON.stringify(facts) },
    reader: pool._reader && { ...pool._reader, ...handleOn(pool._reader) },
    facts,
    functions: {},
    deployment: undefined,
  }
}

module.exports = { create, duplicated, join, refuse, source }
