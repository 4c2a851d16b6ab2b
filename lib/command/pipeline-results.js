// @ts-check
'use strict'

/** What became of a batch: its results with errors in their places, or the error that it rejects with. */

const { errorOf } = require('../errors.js')

/** @typedef {(index: number) => string | undefined} NameOf */

/**
 * @param {Error} error
 * @param {unknown[]} results
 */
function withResults(error, results) {
  // Printing an error must print no data.
  return Object.defineProperty(error, 'results', { value: results, configurable: true })
}

/**
 * @param {import('../errors.js').Failure} failure
 * @param {number} index
 * @param {NameOf} nameOf
 */
function errorAt(failure, index, nameOf) {
  return Object.assign(errorOf(failure, nameOf(index)), { index })
}

/**
 * The results, unless an error is to be thrown.
 * @param {import('../reply/pipeline-chunks.js').Answer} answer
 * @param {boolean} raise whether the first error of a command is to be thrown
 * @param {NameOf} nameOf
 * @returns {unknown[]}
 */
function conclude({ results, failures, broken }, raise, nameOf) {
  for (const index of failures) {
    const failure = results[index]
    const known = failure instanceof Error
    results[index] = known ? Object.assign(failure, { index }) : errorAt(failure, index, nameOf)
  }
  if (broken !== undefined) throw withResults(brokenError(broken, results.length, nameOf), results)
  const [first] = failures
  if (raise && first !== undefined) throw withResults(results[first], results)
  return results
}

/**
 * @param {import('../errors.js').Failure} failure
 * @param {number} answered
 * @param {NameOf} nameOf
 */
function brokenError(failure, answered, nameOf) {
  const { rejected } = failure
  const error = errorOf(failure)
  if (rejected !== undefined) {
    const errors = rejected.map(({ index, code, message }) =>
      errorAt({ kind: 'Reply', code, message }, index, nameOf),
    )
    return Object.assign(error, { errors })
  }
  return answered === 0 ? error : Object.assign(error, { index: answered })
}

module.exports = { conclude }
