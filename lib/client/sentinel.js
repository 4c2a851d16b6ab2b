// @ts-check
'use strict'

/** The sentinels of a deployment: where its masters and replicas are, and clients that follow them. */

const { EventEmitter } = require('node:events')

const { Deployment, Following } = require('./sentinel-binding.js')
const { OptionError, errorOf } = require('../errors.js')
const { ownOptions } = require('../own-options.js')
const { Redis } = require('./redis.js')
const { keepContexts } = require('../scope.js')
const { warn } = require('../warn.js')

/** Questions that any sentinel can answer; each is a method of the same name. */
const QUESTIONS = ['masters', 'master', 'replicas', 'sentinels', 'failover', 'ckquorum']
/** The one that asks about no master in particular. */
const ABOUT_ALL = 'masters'

/** @param {string} message @returns {never} */
function refuse(message) {
  throw new OptionError(message, { code: 'INVALID_OPTION' })
}

/** @param {unknown} name @returns {string} */
function checkedName(name) {
  if (typeof name !== 'string' || name === '') {
    throw Object.assign(new TypeError('the name of a master must be a string that is not empty'), {
      code: 'INVALID_ARGUMENT',
    })
  }
  return name
}

/** Whether a credential is meant. An empty one is none. @param {unknown} value */
function isGiven(value) {
  return value !== undefined && value !== null && value !== ''
}

/** @param {unknown} sentinels */
function checkedList(sentinels) {
  if (!Array.isArray(sentinels) || sentinels.length === 0) {
    refuse('the first argument must be an array of sentinels: URLs, or objects with host and port')
  }
  return sentinels.map((/** @type {any} */ one) => (one instanceof URL ? one.href : one))
}

class Sentinel extends EventEmitter {
  #deployment
  /** What clients are made with where their makers say nothing else. @type {Record<string, unknown>} */
  #defaults

  /**
   * @param {readonly (string | URL | Record<string, unknown>)[]} sentinels
   * @param {Record<string, unknown>} [options] of the sentinels (`sentinel`, `addressMap`), and of the clients made here
   */
  constructor(sentinels, options = {}) {
    super()
    const list = checkedList(sentinels)
    const self = new WeakRef(this)
    this.#deployment = new Deployment({ list }, options, (happening) => self.deref()?._happened(happening))
    const { sentinel, addressMap, ...defaults } = ownOptions(options)
    this.#defaults = defaults
  }

  /**
   * A client of the master called `name`.
   * @param {string} name
   * @param {Record<string, unknown>} [options]
   */
  masterFor(name, options) {
    return this.#client(name, 'master', options)
  }

  /**
   * A client of the replicas of the master called `name`.
   * @param {string} name
   * @param {Record<string, unknown>} [options]
   */
  replicaFor(name, options) {
    return this.#client(name, 'replicas', options)
  }

  /**
   * @param {string} name
   * @param {'master' | 'replicas'} target
   * @param {Record<string, unknown>} [given]
   */
  #client(name, target, given = {}) {
    if (given === null || typeof given !== 'object') refuse('the options must be an object')
    const own = ownOptions(given)
    for (const option of ['sentinel', 'addressMap']) {
      if (own[option] !== undefined) refuse(`option "${option}" belongs to the Sentinel itself`)
    }
    const options = { ...this.#defaults, ...own }
    // What is said of all clients here holds for those that it means something to.
    const [foreign, owner] =
      target === 'replicas' ? ['readFrom', 'masterFor()'] : ['replicaFallback', 'replicaFor()']
    if (own[foreign] !== undefined) refuse(`option "${foreign}" is one of ${owner}`)
    delete options[foreign]
    // Credentials come from one place: those of the client replace those of the deployment as a whole.
    if (isGiven(own.credentials)) {
      if (!isGiven(own.username)) delete options.username
      if (!isGiven(own.password)) delete options.password
    } else if (isGiven(own.username) || isGiven(own.password)) {
      delete options.credentials
    }
    return new Redis(new Following(this.#deployment, checkedName(name), target, options))
  }

  /** Watches the sentinels, whether or not clients do. Resolves when one of them has answered. */
  async connect() {
    await this.#deployment.connect()
  }

  /** @param {string} name */
  async discoverMaster(name) {
    return this.#deployment.discoverMaster(checkedName(name))
  }

  /** @param {string} name */
  async discoverReplicas(name) {
    return this.#deployment.discoverReplicas(checkedName(name))
  }

  /**
   * @param {string} question
   * @param {unknown} name
   */
  async _ask(question, name) {
    return this.#deployment.ask(question, question === ABOUT_ALL ? undefined : checkedName(name))
  }

  async close() {
    this.#deployment.close()
  }

  destroy() {
    this.#deployment.close()
  }

  /** @param {any} happening */
  _happened({ event, error, ...rest }) {
    if (event === 'trouble') {
      const failure = errorOf(error)
      if (this.listenerCount('error') > 0) this.emit('error', failure)
      else warn(failure, null)
    } else {
      delete rest.request
      this.emit(event, { ...rest, ...(error && { error: errorOf(error) }) })
    }
  }
}

keepContexts(Sentinel.prototype)

for (const question of QUESTIONS) {
  Object.defineProperty(Sentinel.prototype, question, {
    /** @this {Sentinel} @param {unknown} name */
    value(name) {
      return this._ask(question, name)
    },
    writable: true,
    configurable: true,
  })
}

const { replicaFor, discoverReplicas, close } = Sentinel.prototype
const aliases = { slaveFor: replicaFor, discoverSlaves: discoverReplicas }
for (const [alias, value] of Object.entries(aliases)) {
  Object.defineProperty(Sentinel.prototype, alias, { value, writable: true, configurable: true })
}

Object.defineProperty(Sentinel.prototype, Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose'), {
  value: close,
  writable: true,
  configurable: true,
})

module.exports = { Sentinel }
