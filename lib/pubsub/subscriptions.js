// @ts-check
'use strict'

/**
 * What a subscriber asks the engine for: subscriptions, their ends, and whether somebody listens to them. Owns the arguments of the
 * six methods.
 */

const { AbortError, abortError } = require('../errors.js')
const { ownOptions } = require('../own-options.js')
const { namesOf, pack, refuse: refuseArgument } = require('./channel-names.js')
const { PREFIXES } = require('./routes.js')
const { Scope } = require('../scope.js')
const { abortable } = require('../abort.js')
const { lastSlot, open, refuse } = require('../reply/pending-calls.js')

/** Beside a route's number: somebody listens to it. */
const FLOWS = 2 ** 31

/** @typedef {import('./routes.js').Route} Route */

/** What errors call a method. @param {number} kind @param {'' | 'un'} opposite */
function commandOf(kind, opposite) {
  return `${PREFIXES[kind]}${opposite}subscribe`.toUpperCase()
}

/**
 * Names, and perhaps a listener behind them.
 * @param {string} command
 * @param {readonly unknown[]} args
 */
function read(command, args) {
  const last = args.at(-1)
  if (typeof last !== 'function')
    return { given: args.length, names: namesOf(command, args), listener: undefined }
  const listener = /** @type {import('./routes.js').Listener['call']} */ (last)
  return { given: args.length - 1, names: namesOf(command, args.slice(0, -1)), listener }
}

/**
 * How long a call waits for the server, where it says so itself.
 * @typedef {{ timeout?: number | undefined, signal?: AbortSignal | undefined }} Patience
 */

/**
 * The outcome of a call that was just made, or its signal's.
 * @param {Promise<unknown>} outcome
 * @param {string} command
 * @param {AbortSignal | undefined} signal
 */
function awaited(outcome, command, signal) {
  return signal === undefined ? outcome : abortable(outcome, signal, command)
}

class Subscriptions {
  /** Which kinds of messages have event listeners. */
  #hearsKeys = false
  #heard = PREFIXES.map(() => false)

  /**
   * @param {object} parts
   * @param {import('../native.js').NativeSubscriber} parts.native
   * @param {InstanceType<typeof import('./routes.js').Routes>} parts.routes
   * @param {InstanceType<typeof import('./dispatcher.js').Flow>} parts.flow
   * @param {number | undefined} parts.timeout
   * @param {(command: string) => void} parts.assertOpen
   */
  constructor({ native, routes, flow, timeout, assertOpen }) {
    this.native = native
    this.routes = routes
    this.flow = flow
    this.timeout = timeout
    this.assertOpen = assertOpen
  }

  /**
   * @param {number} kind
   * @param {readonly unknown[]} args
   * @param {Patience} [patience]
   */
  async subscribe(kind, args, patience) {
    const { timeout = this.timeout, signal } = ownOptions(patience)
    const command = commandOf(kind, '')
    const { names, listener } = read(command, args)
    if (names.length === 0) refuseArgument(command, 'needs at least one name')
    this.assertOpen(command)
    if (signal?.aborted) throw abortError(signal.reason, command, false)
    const fresh = names.map(({ key }) => key).filter((key) => this.routes.find(kind, key) === undefined)
    const routes = names.map((name) => this.routes.get(kind, name))
    if (listener !== undefined) {
      const scope = new Scope()
      for (const route of routes) route.listeners = [...route.listeners, { call: listener, scope }]
      // What waits of them already is the listener's.
      this.#tell(routes.filter(({ key }) => !fresh.includes(key)))
    }
    for (const route of routes) route.flows = this.flow.isHeard(route)
    const words = Uint32Array.from(routes, ({ id, flows }) => id + (flows ? FLOWS : 0))
    const outcome = open(command)
    const failure = this.native.subscribe(lastSlot(), timeout, kind, ...pack(names), words)
    if (failure !== undefined) {
      refuse(lastSlot(), failure)
      for (const route of routes) if (fresh.includes(route.key)) this.routes.free(route)
    }
    try {
      await awaited(outcome, command, signal)
    } catch (error) {
      if (listener !== undefined) {
        for (const route of routes) this.#unlisten(route, listener)
        this.#tell(routes)
      }
      // Other failures are taken back by the engine, which knows of them.
      if (error instanceof AbortError) this.#takeBack(kind, outcome, fresh)
      throw error
    }
  }

  /**
   * @param {number} kind
   * @param {readonly unknown[]} args names, none for all; a listener behind them is the only one to go
   * @param {Patience} [patience]
   */
  async unsubscribe(kind, args, patience) {
    const { timeout = this.timeout, signal } = ownOptions(patience)
    const command = commandOf(kind, 'un')
    const { given, names, listener } = read(command, args)
    this.assertOpen(command)
    if (signal?.aborted) throw abortError(signal.reason, command, false)
    let routes =
      given === 0 ? this.routes.ofKind(kind) : names.flatMap(({ key }) => this.routes.find(kind, key) ?? [])
    if (listener !== undefined) {
      routes = routes.filter(({ listeners }) => listeners.some(({ call }) => call === listener))
      for (const route of routes) this.#unlisten(route, listener)
      routes = routes.filter(({ listeners }) => listeners.length === 0)
    }
    if (routes.length === 0) return
    for (const route of routes) this.routes.retire(route)
    const outcome = open(command)
    const failure = this.native.unsubscribe(lastSlot(), timeout, kind, ...pack(routes))
    if (failure !== undefined) refuse(lastSlot(), failure)
    await awaited(outcome, command, signal)
  }

  /**
   * Nobody waits any more for subscriptions that were asked for: those that are this call's alone end.
   * @param {number} kind
   * @param {Promise<unknown>} outcome of the call
   * @param {readonly string[]} fresh
   */
  #takeBack(kind, outcome, fresh) {
    const routes = fresh.flatMap((key) => this.routes.find(kind, key) ?? [])
    const unwanted = routes.filter((route) => route.listeners.length === 0)
    if (unwanted.length === 0) return
    for (const route of unwanted) this.routes.retire(route)
    const ended = open(commandOf(kind, 'un'))
    const failure = this.native.unsubscribe(lastSlot(), this.timeout, kind, ...pack(unwanted))
    if (failure !== undefined) refuse(lastSlot(), failure)
    // Whoever asked has his error, and nobody asked for this one.
    void Promise.allSettled([outcome, ended])
  }

  /** Who listens to events may have changed. */
  listening() {
    const keys = this.flow.areKeysHeard()
    if (keys !== this.#hearsKeys) {
      this.#hearsKeys = keys
      this.#tell(this.routes.ofKind(0))
    }
    for (const kind of PREFIXES.keys()) {
      const heard = this.flow.isKindHeard(kind)
      if (heard === this.#heard[kind]) continue
      this.#heard[kind] = heard
      this.#tell(this.routes.ofKind(kind))
    }
  }

  /** Tells the engine of which of these subscriptions somebody listens, where that has changed. @param {Route[]} routes */
  #tell(routes) {
    const changed = routes.filter((route) => route.active && route.flows !== this.flow.isHeard(route))
    for (const flows of [true, false]) {
      for (const kind of PREFIXES.keys()) {
        const same = changed.filter((route) => route.kind === kind && route.flows !== flows)
        if (same.length > 0) this.native.listen(kind, flows, ...pack(same))
      }
    }
    for (const route of changed) route.flows = !route.flows
  }

  /** @param {Route} route @param {Function} listener */
  #unlisten(route, listener) {
    const at = route.listeners.map(({ call }) => call).lastIndexOf(/** @type {any} */ (listener))
    if (at !== -1) route.listeners = route.listeners.filter((_, index) => index !== at)
  }
}

module.exports = { Subscriptions, commandOf }
