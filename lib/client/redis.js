// @ts-check
'use strict'

/** The client: connections with commands. */

const { Core, shut } = require('../command/call.js')
const { carryCommands, configure } = require('../command/command-mixin.js')
const { Connections } = require('./base-client.js')
const { addLeasing } = require('./lease.js')
const { refuse, source } = require('./connection-source.js')
const { ownOptions } = require('../own-options.js')
const { ConnectionPool } = require('./connection-pool.js')
const { RawKeys } = require('../command/raw-keys.js')
const { SplitCore } = require('./read-from.js')
const { encodingNumber } = require('../command/call-options.js')
const { addSubscribing } = require('./pubsub-methods.js')
const { addTransactions } = require('./transaction.js')

/**
 * The pool that the constructor's arguments name, if they do, and the options beside it.
 * @param {unknown} first
 * @param {unknown} second
 */
function pooled(first, second) {
  const options = /** @type {any} */ (first !== null && typeof first === 'object' ? first : second)
  const { connectionPool: pool, ...own } = ownOptions(options)
  if (pool === undefined) return { pool: undefined, from: source(first, second) }
  if (!(pool instanceof ConnectionPool)) refuse('option "connectionPool" must be a ConnectionPool')
  if (first !== undefined && first !== options) refuse('a URL belongs to the connection pool')
  return { pool, from: source(own, undefined) }
}

class Redis extends Connections {
  /**
   * @param {string | URL | Record<string, unknown> | InstanceType<typeof import('./sentinel-binding.js').Following>} [first] a URL or options; default
   *   `REDIS_URL`, `VALKEY_URL`, localhost:6379
   * @param {Record<string, unknown>} [second] options behind a URL
   */
  constructor(first, second) {
    const { pool, from } = pooled(first, second)
    super(from, pool)
    const { decodeResponses, encoding, keyPrefix } = this._options
    const settings = {
      binary: !decodeResponses,
      retry: 0,
      encoding: encodingNumber(encoding),
      timeout: undefined,
      signal: undefined,
    }
    const reader = this._reader
    const core = reader === undefined ? new Core(this._native) : new SplitCore(this._native, reader)
    if (keyPrefix) core.rawKeys = new RawKeys(core, keyPrefix)
    core.connect = (options) => this.connect(options)
    configure(/** @type {any} */ (this), core, /** @type {any} */ (settings))
  }

  /**
   * @param {string | URL} url
   * @param {Record<string, unknown>} [options]
   */
  static fromUrl(url, options) {
    if (typeof url !== 'string' && !(url instanceof URL)) refuse('the URL must be a string')
    return new this(url, options)
  }

  /**
   * @override
   * @param {import('../errors.js').Failure} failure
   */
  _refuse(failure) {
    shut(/** @type {any} */ (this)._core, failure)
  }
}

carryCommands(Redis.prototype)
addLeasing(Redis.prototype)
addTransactions(Redis.prototype)
addSubscribing(Redis.prototype)

module.exports = { Redis }
