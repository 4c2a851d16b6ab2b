// @ts-check
'use strict'

/**
 * The results of a batch, as they come from the addon, in pieces. Owns what stands in them that is no reply yet: texts that are
 * to be parsed, and failures.
 */

const { errorOf } = require('../errors.js')
const { replaceErrors } = require('./replace-errors.js')

/** What a result is that is not the reply itself; the addon knows the same numbers (src/results/result_batch.rs). */
const JSON_TEXT = 1
const FAILURE = 2
const WITH_ERRORS = 4

/**
 * What is known of a batch when it is settled.
 * @typedef {object} Answer
 * @property {any[]} results
 * @property {number[]} failures the places in `results` where the engine's failures stand
 * @property {import('../errors.js').Failure | undefined} broken why there are no further results
 */

/** The results of the calls before the last. @type {unknown[][]} */
let collected = []

/** The results of batches of which others are still to come. @type {unknown[][][]} */
const parked = []

/**
 * Puts the results of a batch aside. What stands at the place is of a batch that came to nothing.
 * @param {number} place
 */
function park(place) {
  parked[place] = collected
  collected = []
}

/**
 * What was put aside goes on.
 * @param {number} place
 */
function resume(place) {
  collected = parked[place] ?? []
  parked[place] = []
}

/**
 * @param {boolean} first
 * @param {boolean} last
 * @param {string | undefined} notes what is to be known of the results beside themselves, as JSON text
 * @param {unknown[]} values
 * @returns {Answer | undefined} from the last call
 */
function answer(first, last, notes, values) {
  if (first) collected = [values]
  else collected.push(values)
  if (!last) return undefined
  /** @type {unknown[]} */
  const results = collected.length === 1 ? values : [].concat(.../** @type {any[]} */ (collected))
  collected = []
  if (notes === undefined) return { results, failures: [], broken: undefined }
  const { marks, broken } = JSON.parse(notes)
  /** @type {number[]} */
  const failures = []
  for (let index = 0; index < marks.length; index += 2) {
    const place = marks[index]
    const value = /** @type {any} */ (results[place])
    switch (marks[index + 1]) {
      case JSON_TEXT:
        results[place] = JSON.parse(value)
        break
      case FAILURE:
        results[place] = JSON.parse(value)
        failures.push(place)
        break
      case WITH_ERRORS:
        results[place] = withErrors(value)
    }
  }
  return { results, failures, broken: broken ?? undefined }
}

/**
 * An error inside of a reply is of the class that a call rejects with.
 * @param {unknown} value
 */
function withErrors(value) {
  return replaceErrors(value, replyError)
}

/** @param {Error & { code?: string }} error */
function replyError({ code = 'ERR', message }) {
  return errorOf({ kind: 'Reply', code, message })
}

module.exports = { answer, park, resume, withErrors }
