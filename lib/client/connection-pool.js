// @ts-check
'use strict'

/** Connections without commands, for several clients. */

const { Connections } = require('./base-client.js')
const { refuse, source } = require('./connection-source.js')

class ConnectionPool extends Connections {
  /**
   * @param {string | URL | Record<string, unknown>} [first] a URL or options; default `REDIS_URL`, `VALKEY_URL`, localhost:6379
   * @param {Record<string, unknown>} [second] options behind a URL
   */
  constructor(first, second) {
    super(source(first, second))
  }

  /**
   * @param {string | URL} url
   * @param {Record<string, unknown>} [options]
   */
  static fromUrl(url, options) {
    if (typeof url !== 'string' && !(url instanceof URL)) refuse('the URL must be a string')
    return new this(url, options)
  }
}

module.exports = { ConnectionPool }
