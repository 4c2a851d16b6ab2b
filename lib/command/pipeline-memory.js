// @ts-check
'use strict'

/** The memory that a batch's words are written to, kept from batch to batch. */

/** Room for the words of an ordinary batch. */
const ORDINARY_WORDS = 4096

/** Words that are kept from batch to batch: two chunks of a batch. */
const WORDS_KEPT = 128 * 1024

/** @type {Uint32Array} */
const NO_WORDS = new Uint32Array(0)

/** The memory of the last batch's words, for the next one. */
let spare = NO_WORDS

/** @returns {Uint32Array} */
function roomForWords() {
  const words = spare
  spare = NO_WORDS
  return words.length === 0 ? new Uint32Array(ORDINARY_WORDS) : words
}

/** @param {Uint32Array} words */
function keepWords(words) {
  if (words.length <= WORDS_KEPT) spare = words
}

module.exports = { NO_WORDS, keepWords, roomForWords }
