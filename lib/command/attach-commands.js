// @ts-check
'use strict'

/**
 * The command table becomes methods of classes. Knows no command by name; handles, leased connections and pipelines share the
 * same closures.
 */

const { compile } = require('./compile-method')
const { iterator } = require('./scan-iterator')

/** @typedef {import('./encode-arguments').Row} Row */
/** @typedef {import('./compile-method').Method} Method */

/**
 * Defines one method for each row, under its name and its aliases, and an async iterator beside each that returns pages.
 *
 * @param {object} prototype
 * @param {readonly Row[]} table the table as the engine describes it; a row's place is its command's number
 * @param {{ session?: boolean, iterators?: boolean }} [choice] `session`: also the commands that change the state of
 *   their connection (default false); `iterators`: also the async iterators (default true)
 */
function attach(prototype, table, { session = false, iterators = true } = {}) {
  const methods = methodsOf(table)
  expectMany(/** @type {Record<string, unknown>} */ (prototype))
  for (let index = 0; index < table.length; index++) {
    const row = /** @type {Row} */ (table[index])
    const method = methods[index]
    if (method === undefined || (row.connectionUse === 'session' && !session)) continue
    for (const name of row.methods) define(prototype, name, method)
    if (row.scan === true && iterators) {
      define(prototype, `${method.name}Iter`, named(`${method.name}Iter`, iterator(method, row)))
    }
  }
}

/**
 * Hundreds of properties one by one take V8 milliseconds, since each gives the object another layout. An object that has lost a
 * property is a hash table instead, and becomes as fast as any other when its first method is called.
 *
 * @param {Record<string, unknown>} object
 */
function expectMany(object) {
  object['first'] = object['second'] = undefined
  delete object['first']
  delete object['second']
}

/** The methods of a table: the same ones for every class, since start-up waits for them. @type {WeakMap<object, (Method | undefined)[]>} */
const made = new WeakMap()

/**
 * @param {readonly Row[]} table
 * @returns {(Method | undefined)[]} by the commands' numbers; none for internal ones
 */
function methodsOf(table) {
  let methods = made.get(table)
  if (methods === undefined) {
    methods = table.map((row, index) => {
      const [name] = row.methods
      return name === undefined ? undefined : named(name, compile(row, index))
    })
    made.set(table, methods)
  }
  return methods
}

/**
 * Names a closure for stack traces.
 *
 * @template {Function} F
 * @param {string} name
 * @param {F} method
 * @returns {F}
 */
function named(name, method) {
  return Object.defineProperty(method, 'name', { value: name, configurable: true })
}

/**
 * @param {object} prototype
 * @param {string} name
 * @param {Function} method
 */
function define(prototype, name, method) {
  Object.defineProperty(prototype, name, {
    value: method,
    writable: true,
    configurable: true,
    enumerable: false,
  })
}

module.exports = { attach }
