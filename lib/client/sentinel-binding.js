// @ts-check
'use strict'

/**
 * The addon's part of a set of sentinels. Owns the calls into it and the answers to its questions; what happens is told to whoever made it.
 */

const { ClosedError, errorOf } = require('../errors.js')
const { serialise } = require('./options-json.js')
const { answer, namesOf } = require('./questions.js')
const { register } = require('./event-dispatch.js')
const { createSentinel, lastSlot, open } = require('../reply/pending-calls.js')

/** Deployments with calls in flight, which somebody has to answer. @type {Set<Deployment>} */
const busy = new Set()

/** @typedef {(happening: any) => void} Tell */

class Deployment {
  #native
  #closed = false
  /** @type {Tell} */
  #tell
  /** @type {import('./questions.js').Functions} */
  #functions

  /**
   * @param {{ url: string } | { list: readonly unknown[] }} where
   * @param {unknown} options
   * @param {Tell} tell
   */
  constructor(where, options, tell) {
    const { json, functions } = serialise(options)
    const url = 'url' in where ? where.url : undefined
    const list = 'list' in where ? JSON.stringify(where.list) : undefined
    const native = createSentinel(url, list, json, namesOf(functions))
    if (typeof native === 'string') throw errorOf(JSON.parse(native))
    this.#native = native
    this.#tell = tell
    this.#functions = functions
    /** The master that the URL names. @type {string | null} */
    this.master = JSON.parse(native.facts).master
    register(native.id, this)
  }

  get id() {
    return this.#native.id
  }

  /** Watches from now on, also while no client needs it. */
  connect() {
    return this.#outcome((slot) => this.#native.connect(slot))
  }

  /** Ends what `connect` began. */
  close() {
    this.#closed = true
    this.#native.close()
  }

  /** @param {string} name */
  discoverMaster(name) {
    return this.#outcome((slot) => this.#native.discoverMaster(slot, name)).then(JSON.parse)
  }

  /** @param {string} name */
  discoverReplicas(name) {
    return this.#outcome((slot) => this.#native.discoverReplicas(slot, name)).then(JSON.parse)
  }

  /**
   * @param {string} question
   * @param {string} [name]
   */
  ask(question, name) {
    return this.#outcome((slot) => this.#native.ask(slot, question, name))
  }

  /**
   * Waits until the engine says how a call went.
   * @param {(slot: number) => void} call
   */
  async #outcome(call) {
    if (this.#closed) throw new ClosedError('the Sentinel is closed', { code: 'CLIENT_CLOSED' })
    const outcome = open('')
    call(lastSlot())
    busy.add(this)
    try {
      return await outcome
    } finally {
      busy.delete(this)
    }
  }

  /** @param {any} happening */
  _happened(happening) {
    if (happening.event === 'question') void answer(this.#native, this.#functions, happening)
    else this.#tell(happening)
  }
}

/** A client that sentinels tell where to connect: whose, to which master, and to which of its servers. */
class Following {
  /**
   * @param {Deployment} deployment
   * @param {string} master
   * @param {'master' | 'replicas' | 'reads'} target
   * @param {unknown} options
   */
  constructor(deployment, master, target, options) {
    this.deployment = deployment
    this.master = master
    this.target = target
    this.options = options
  }
}

module.exports = { Deployment, Following }
