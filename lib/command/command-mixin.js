// @ts-check
'use strict'

/**
 * What every object with commands can do besides: other settings for single calls, raw commands. Owns the one loop that
 * attaches the command table.
 */

const { addCalls } = require('./call.js')
const { attach } = require('./attach-commands.js')
const { explainUnknown } = require('../errors.js')
const native = require('../native.js')
const { Pipeline } = require('./pipeline.js')
const { nameRaw, rawName } = require('./raw-names.js')
const { addRoutines } = require('./scripting.js')
const { flagOption, flagsOf, merge, slowOf } = require('./call-options.js')
const { nameCommands } = require('../reply/pending-calls.js')

/** @type {readonly import('./encode-arguments.js').Row[]} */
const table = JSON.parse(native.commandTable())

explainUnknown(native.commandNeeds)

nameCommands(table)
nameRaw(table)

/** @param {string} message */
function wrongName(message) {
  const error = new TypeError(`executeCommand: ${message}`)
  return Object.assign(error, { code: 'INVALID_ARGUMENT' })
}

/**
 * @typedef {new (core: InstanceType<typeof import('./call.js').Core>, settings: import('./call-options.js').Settings) => object} ViewClass
 * @typedef {import('./call.js').Caller & { _settings: import('./call-options.js').Settings, _View: ViewClass }} Commander
 */

/**
 * @param {Commander} commander
 * @param {InstanceType<typeof import('./call.js').Core>} core
 * @param {import('./call-options.js').Settings} settings
 */
function configure(commander, core, settings) {
  // Not enumerable: printing a client must not print its inside.
  Object.defineProperties(commander, {
    _core: { value: core },
    _settings: { value: settings },
    _flags: { value: flagsOf(settings) },
    _slow: { value: slowOf(settings) },
    _buffers: { value: undefined, writable: true },
  })
}

/** The same connections with other settings. */
class View {
  /**
   * @param {InstanceType<typeof import('./call.js').Core>} core
   * @param {import('./call-options.js').Settings} settings
   */
  constructor(core, settings) {
    configure(/** @type {any} */ (this), core, settings)
  }
}

const methods = {
  /** @this {Commander} @param {Record<string, unknown>} changes */
  with(changes) {
    return new this._View(this._core, merge(this._settings, changes))
  },

  /**
   * @this {{ _callRaw(name: string, args: unknown[], written: unknown[]): unknown, _reject(error: Error): unknown }}
   * @param {unknown} name
   * @param {unknown[]} args
   */
  executeCommand(name, ...args) {
    if (typeof name !== 'string') return this._reject(wrongName('the name must be a string'))
    /** @type {unknown[]} */
    const words = name.split(' ')
    if (words.length > 2 || words.includes('')) {
      const message = 'the name must be one word, or two with one space; arguments follow it one by one'
      return this._reject(wrongName(message))
    }
    const flat = args.length === 1 && Array.isArray(args[0]) ? words.concat(args[0]) : [...words, ...args]
    return this._callRaw(rawName(flat), flat, [name, ...args])
  },

  /** @this {Commander} @param {unknown} [options] */
  pipeline(options) {
    const transaction = flagOption('pipeline()', 'transaction', options)
    return new Pipeline(this, transaction)
  },
}

const { with: withSettings, executeCommand, pipeline } = methods

/**
 * @param {object} prototype
 * @param {Record<string, Function>} functions
 */
function add(prototype, functions) {
  for (const [name, value] of Object.entries(functions)) {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true })
  }
}

/**
 * Makes a class carry commands.
 * @param {object} prototype
 * @param {{ session?: boolean, view?: ViewClass }} [choice] `session`: also the commands that change the state of their
 *   connection; `view`: what `with()` makes
 */
function carryCommands(prototype, { session = false, view = View } = {}) {
  addCalls(prototype)
  attach(prototype, table, { session })
  Object.defineProperty(prototype, '_View', { value: view })
  add(prototype, { with: withSettings, executeCommand, call: executeCommand, pipeline })
  addRoutines(prototype)
  Object.defineProperty(prototype, 'buffers', {
    /** @this {any} */
    get() {
      return (this._buffers ??= this.with({ decodeResponses: false }))
    },
    configurable: true,
  })
}

carryCommands(View.prototype)
attach(Pipeline.prototype, table, { iterators: false })
add(Pipeline.prototype, { executeCommand, call: executeCommand })

module.exports = { View, carryCommands, configure, table }
