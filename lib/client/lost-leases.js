// @ts-check
'use strict'

/** Leased connections that are lost while their users have them. Owns who is notified, by the engine's number for a lease. */

const { EventEmitter } = require('node:events')

/** What the objects of one leased connection share. */
class LeaseState {
  /** Why the connection was lost. @type {Error | undefined} */
  lost
  /** @type {EventEmitter | undefined} Made for the first listener: most leases have none. */
  #listeners

  get listeners() {
    return (this.#listeners ??= new EventEmitter())
  }

  /** @param {any[] | null} keys */
  invalidate(keys) {
    this.#listeners?.emit('invalidate', keys)
  }

  /** @param {Error} error */
  lose(error) {
    if (this.lost !== undefined) return
    this.lost = error
    this.#listeners?.emit('close', error)
  }
}

/** @type {Map<number, WeakRef<LeaseState>>} */
const states = new Map()

/**
 * @param {number} number
 * @param {LeaseState} state
 */
function follow(number, state) {
  states.set(number, new WeakRef(state))
}

/** @param {number} number */
function forget(number) {
  states.delete(number)
}

/**
 * The connection of this lease was lost.
 * @param {number} number
 * @param {Error} error
 */
function lose(number, error) {
  const state = states.get(number)?.deref()
  forget(number)
  state?.lose(error)
}

/**
 * The server says that keys have changed which the connection of this lease tracks.
 * @param {number} number
 * @param {any[] | null} keys null: all keys
 */
function invalidate(number, keys) {
  states.get(number)?.deref()?.invalidate(keys)
}

module.exports = { LeaseState, follow, forget, invalidate, lose }
