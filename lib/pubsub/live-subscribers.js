// @ts-check
'use strict'

/** All subscribers of this thread: who answers when the engine rings, and which of them nobody but their listeners keeps. */

const { answerRings } = require('../reply/pending-calls.js')

/** @typedef {{ _pump(): void }} Subscriber */

/** @type {Map<number, WeakRef<Subscriber>>} */
const subscribers = new Map()
const collected = new FinalizationRegistry((/** @type {number} */ id) => subscribers.delete(id))
/** Those that must be called although nobody may hold them. @type {Set<Subscriber>} */
const kept = new Set()

answerRings((id) => subscribers.get(id)?.deref()?._pump())

/** @param {number} id @param {Subscriber} subscriber */
function enrol(id, subscriber) {
  subscribers.set(id, new WeakRef(subscriber))
  collected.register(subscriber, id)
}

/** @param {Subscriber} subscriber @param {boolean} keeps */
function keep(subscriber, keeps) {
  if (keeps) kept.add(subscriber)
  else kept.delete(subscriber)
}

module.exports = { enrol, keep }
