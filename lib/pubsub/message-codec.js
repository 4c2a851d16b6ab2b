// @ts-check
'use strict'

/**
 * How text crosses: all messages of a parcel in one string, or in one Buffer, out of which each is cut. A piece of a string costs
 * no copy and keeps the whole alive, which is why parcels are small (`PARCEL_BYTES` in the engine).
 */

/** Numbers of a parcel's message: its route, the units of its channel, those of its data. */
const WORDS_PER_MESSAGE = 3
/** Most messages of a parcel; the addon knows the same number. */
const PARCEL_MESSAGES = 128
/** The count, and each message's numbers. */
const WORDS = 1 + WORDS_PER_MESSAGE * PARCEL_MESSAGES
/** In the count: the data of the one message stands apart. */
const LARGE = 2 ** 31

/** @typedef {(text: any, start: number, end: number) => any} Cut */

/** @type {Cut} */
const cutString = (text, start, end) => text.substring(start, end)

/** @type {Cut} A copy: what the user writes to, or hands on, must not be part of other messages. */
const cutBuffer = (text, start, end) => Buffer.from(text.subarray(start, end))

/**
 * @param {{ binary: boolean, encoding: BufferEncoding }} settings
 * @returns {{ binary: boolean, cut: Cut, whole: (value: any) => any }} `binary`: what the engine is asked for; `whole`: a value
 *   that needs no cutting
 */
function cutting({ binary, encoding }) {
  if (binary) return { binary: true, cut: cutBuffer, whole: (value) => value }
  if (encoding === 'utf8') return { binary: false, cut: cutString, whole: (value) => value }
  return {
    binary: true,
    cut: (text, start, end) => text.toString(encoding, start, end),
    whole: (value) => value.toString(encoding),
  }
}

module.exports = { LARGE, WORDS, WORDS_PER_MESSAGE, cutting }
