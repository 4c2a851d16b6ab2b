// @ts-check
'use strict'

/**
 * What is said about a value that is no argument: where it stands in the call as the caller wrote it. Looked for only when a call was
 * refused, so that other calls pay nothing for it. Errors name options, and names within objects, but show no value.
 */

const { SCALAR, described, formOf, isRecord, isScalar } = require('./values.js')

/** @typedef {import('./encode-arguments.js').Row} Row */

/** Longer names are cut: they are hardly names. */
const LONGEST_NAME = 40

/** What the usage of a command says of its parameters. @typedef {{ name: string, isList: boolean }} Parameter */

/**
 * @param {Row} row
 * @returns {Parameter[]} without the options
 */
function parametersOf({ usage }) {
  const inside = usage.slice(usage.indexOf('(') + 1, usage.lastIndexOf(')'))
  return inside
    .split(', ')
    .filter((word) => word !== '' && !/^options\??$/.test(word))
    .map((word) => ({ name: word.replace(/^\.\.\.|\?$/g, ''), isList: word.startsWith('...') }))
}

/**
 * What the parameter is called that takes the argument at `index`.
 *
 * @param {Row | undefined} row
 * @param {readonly unknown[]} written
 * @param {number} index
 */
function parameterOf(row, written, index) {
  if (row === undefined) return undefined
  const parameters = parametersOf(row)
  const list = parameters.findIndex((each) => each.isList)
  if (list < 0 || index <= list) return parameters[index]?.name
  const given = hasOptions(row, written) ? written.length - 1 : written.length
  const fromEnd = given - index
  const behind = parameters.length - list - 1
  return parameters[fromEnd <= behind ? parameters.length - fromEnd : list]?.name
}

/**
 * Whether the last argument is the options object.
 *
 * @param {Row} row
 * @param {readonly unknown[]} written
 */
function hasOptions(row, written) {
  const last = written.at(-1)
  if (!isRecord(last)) return false
  const part = row.parts.find((each) => each.is === 'options')
  return part !== undefined && Object.keys(last).some((name) => Object.hasOwn(part.options, name))
}

/** @param {string} name */
function quoted(name) {
  return JSON.stringify(name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}...` : name)
}

/**
 * Where `wrong` stands in a collection, in words that end with `whole`; undefined when it does not.
 *
 * @param {unknown} collection
 * @param {unknown} wrong
 * @param {string} whole what the collection is called
 * @param {string} entry what its properties are called: options, values
 * @returns {string | undefined}
 */
function within(collection, wrong, whole, entry) {
  const form = formOf(collection)
  if (form === 'array' || form === 'set') {
    const elements = [.../** @type {Iterable<unknown>} */ (collection)]
    for (const [index, element] of elements.entries()) {
      const place = `element ${index + 1} of ${whole}`
      if (Object.is(element, wrong)) return place
      const deeper = within(element, wrong, place, 'the value of')
      if (deeper !== undefined) return deeper
    }
  } else if (form === 'map' || form === 'record') {
    const entries =
      form === 'map'
        ? [.../** @type {Map<unknown, unknown>} */ (collection)]
        : Object.entries(/** @type {object} */ (collection))
    for (const [index, [name, value]] of entries.entries()) {
      if (Object.is(name, wrong)) return `name ${index + 1} of ${whole}`
      const place = typeof name === 'string' ? `${entry} ${quoted(name)}` : `value ${index + 1} of ${whole}`
      if (Object.is(value, wrong)) return place
      const deeper = within(value, wrong, place, 'the value of')
      if (deeper !== undefined) return deeper
    }
  }
  return undefined
}

/**
 * Where `wrong` stands among the arguments.
 *
 * @param {Row | undefined} row
 * @param {readonly unknown[]} written
 * @param {unknown} wrong
 * @returns {string | undefined}
 */
function placeOf(row, written, wrong) {
  for (const [index, value] of written.entries()) {
    const parameter = parameterOf(row, written, index)
    const name = parameter === undefined ? `argument ${index + 1}` : `argument ${index + 1} (${parameter})`
    if (Object.is(value, wrong)) return name
    const isLast = row !== undefined && index === written.length - 1 && hasOptions(row, written)
    const deeper = within(value, wrong, name, isLast ? 'the option' : 'the value of')
    if (deeper !== undefined) return deeper
  }
  return undefined
}

/**
 * What is wrong with an argument that was refused.
 *
 * @param {Row | undefined} row none for a raw command
 * @param {readonly unknown[]} written the arguments as the caller wrote them
 * @param {unknown} wrong the value that was refused
 * @param {string} problem what the addon says of it
 */
function explain(row, written, wrong, problem) {
  const place = placeOf(row, written, wrong) ?? 'an argument'
  return `${place} ${isScalar(wrong) ? problem : `must be ${SCALAR}, not ${described(wrong)}`}`
}

module.exports = { explain }
