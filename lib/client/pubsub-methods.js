// @ts-check
'use strict'

/** The methods of a handle that make subscribers. */

const { View } = require('../command/command-mixin.js')
const { errorOf } = require('../errors.js')
const { keyspace } = require('../pubsub/keyspace.js')
const { PubSub } = require('../pubsub/subscriber.js')
const { readOptions } = require('../pubsub/options.js')
const { ENCODINGS } = require('../command/call-options.js')

/**
 * @this {import('../command/command-mixin.js').Commander}
 * @param {Record<string, any>} [options]
 */
function pubsub(options = {}) {
  const { messages, bytes, overflow, signal } = readOptions('pubsub()', options)
  const { native } = this._core
  const { timeout, binary, signal: own } = this._settings
  const encoding = /** @type {BufferEncoding} */ (ENCODINGS[this._settings.encoding])
  // Cut out of one piece of memory, bytes become text as cheaply here as in the engine.
  const made = native.subscriber(messages, bytes, overflow, binary || encoding !== 'utf8')
  if (typeof made === 'string') throw errorOf(JSON.parse(made))
  const { name } = JSON.parse(native.facts)
  return new PubSub(made, { timeout, encoding, binary, name, signal: signal ?? own })
}

/**
 * @this {import('../command/command-mixin.js').Commander}
 * @param {Record<string, any>} [options]
 */
function keyspaceEvents(options = {}) {
  return keyspace(this, JSON.parse(this._core.native.facts), options)
}

/**
 * Lets a class of handles make subscribers.
 * @param {object} prototype
 */
function addSubscribing(prototype) {
  for (const [name, value] of Object.entries({ pubsub, keyspace: keyspaceEvents })) {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true })
  }
}

addSubscribing(View.prototype)

module.exports = { addSubscribing }
