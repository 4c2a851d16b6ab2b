// @ts-check
'use strict'

/**
 * The asynchronous context that a listener or another function of the user's was handed over in (`AsyncLocalStorage`): it is called in
 * that one, and not in the one of the socket that has news.
 */

const { AsyncResource } = require('node:async_hooks')
const { EventEmitter } = require('node:events')

/** A context. Tools that look for open handles are told that it keeps nothing open. */
class Scope extends AsyncResource {
  constructor() {
    super('OxidisListener')
  }

  hasRef() {
    return false
  }
}

const { addListener, prependListener, removeListener } = EventEmitter.prototype

/**
 * A listener that is called in the context of its registration. Node finds it by the original, which is its `listener`.
 * @param {EventEmitter} emitter
 * @param {string | symbol} event
 * @param {(...args: any[]) => unknown} listener
 * @param {boolean} once
 */
function scoped(emitter, event, listener, once) {
  const scope = new Scope()
  /** @type {((...args: any[]) => unknown) & { listener?: Function }} */
  const wrapped = (...args) => {
    if (once) removeListener.call(emitter, event, wrapped)
    return scope.runInAsyncScope(listener, emitter, ...args)
  }
  wrapped.listener = listener
  return wrapped
}

/** @param {typeof addListener} register @param {boolean} once */
function registration(register, once) {
  /** @this {EventEmitter} @param {string | symbol} event @param {any} listener */
  return function (event, listener) {
    // Node says what is wrong with it.
    const given = typeof listener === 'function' ? scoped(this, event, listener, once) : listener
    return register.call(this, event, given)
  }
}

/** The methods of an emitter that add listeners. */
const registrations = {
  on: registration(addListener, false),
  addListener: registration(addListener, false),
  prependListener: registration(prependListener, false),
  once: registration(addListener, true),
  prependOnceListener: registration(prependListener, true),
}

/**
 * Has a class of emitters call listeners in the context of their registration.
 * @param {object} prototype
 */
function keepContexts(prototype) {
  for (const [name, value] of Object.entries(registrations)) {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true })
  }
}

module.exports = { Scope, keepContexts, registrations }
