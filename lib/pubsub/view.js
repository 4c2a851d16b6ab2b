// @ts-check
'use strict'

/** The six methods by which a subscriber asks for something, and the view of one whose calls have a timeout or a signal. */

const { merge } = require('../command/call-options.js')
const { refuseUnknown } = require('./options.js')
const { PREFIXES } = require('./routes.js')

/** Nothing is given. @type {import('../command/call-options.js').Settings} */
const NOTHING = { binary: false, retry: 0, encoding: 0, timeout: undefined, signal: undefined }

class PubSubView {
  #subscriber
  #patience

  /**
   * @param {any} subscriber
   * @param {Record<string, unknown>} changes
   */
  constructor(subscriber, changes) {
    refuseUnknown('with()', changes, ['timeout', 'signal'])
    const { timeout, signal } = merge(NOTHING, changes)
    this.#subscriber = subscriber
    this.#patience = { timeout, signal }
  }

  /** @param {boolean} begins @param {number} kind @param {readonly unknown[]} args */
  _ask(begins, kind, args) {
    return this.#subscriber._ask(begins, kind, args, this.#patience)
  }

  /** @param {object} [options] */
  getMessage(options) {
    const { timeout, signal } = this.#patience
    return this.#subscriber.getMessage({
      ...(timeout !== undefined && { timeout }),
      ...(signal !== undefined && { signal }),
      ...options,
    })
  }
}

/**
 * Lets a class of subscribers subscribe.
 * @param {object} prototype
 */
function addAsking(prototype) {
  for (const [kind, prefix] of PREFIXES.entries()) {
    for (const begins of [true, false]) {
      const name = `${prefix}${begins ? '' : 'un'}subscribe`
      /** @this {{ _ask(begins: boolean, kind: number, args: readonly unknown[]): Promise<void> }} @param {unknown[]} args */
      const value = function (...args) {
        return this._ask(begins, kind, args)
      }
      Object.defineProperty(value, 'name', { value: name })
      Object.defineProperty(prototype, name, { value, writable: true, configurable: true })
    }
  }
}

addAsking(PubSubView.prototype)

module.exports = { PubSubView, addAsking }
