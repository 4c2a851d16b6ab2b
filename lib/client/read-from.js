// @ts-check
'use strict'

/**
 * Reads that go to other servers than writes (`readFrom`). Owns which calls are reads, and a core with two natives: that of the
 * master, which does everything, and that of the servers to read from.
 */

const { COMMAND_MASK, FORM_READS, FORM_TRANSACTION, ODD, RAW } = require('../command/batch-layout.js')
const { Core } = require('../command/call.js')
const { table } = require('../command/command-mixin.js')

/**
 * A page of a scan can only be followed by another page of the same server, and what may wait there waits for what the master
 * hears first: both stay with the master.
 * @param {import('../command/encode-arguments.js').Row} row
 */
function isRead(row) {
  return row.reads === true && row.scan !== true && row.connectionUse === 'shared'
}

/** By the command's number. */
const reads = table.map(isRead)
/** By the command's name. */
const readNames = new Set(table.filter(isRead).map((row) => row.name))

/**
 * @param {unknown} first
 * @param {unknown} second
 */
function isReadByName(first, second) {
  const name = String(first).toUpperCase()
  return readNames.has(name) || readNames.has(`${name} ${String(second).toUpperCase()}`)
}

/**
 * @param {number} word
 * @param {readonly unknown[]} args
 */
function isReadCall(word, args) {
  const index = word & COMMAND_MASK
  return index === RAW ? isReadByName(args[0], args[1]) : reads[index] === true
}

/**
 * The same for arguments that were joined.
 * @param {number} word
 * @param {string} joined
 * @param {Uint32Array} lengths
 */
function isReadJoined(word, joined, lengths) {
  const index = word & COMMAND_MASK
  if (index !== RAW) return reads[index] === true
  const [first = 0, second = 0] = lengths
  return isReadByName(joined.slice(0, first), joined.slice(first, first + second))
}

/** @param {readonly import('../command/pipeline.js').Chunk[]} chunks */
function areReads(chunks) {
  return chunks.every(({ text, words, count, odd }) => {
    let from = 0
    let oddFrom = 0
    /** @param {number} length of the next argument */
    const next = (length) => (length === ODD ? odd[oddFrom++] : text.slice(from, (from += length)))
    let at = 0
    while (at < count) {
      const index = /** @type {number} */ (words[at]) & COMMAND_MASK
      const end = at + 2 + /** @type {number} */ (words[at + 1])
      at += 2
      if (index === RAW) {
        const first = next(/** @type {number} */ (words[at++]))
        const second = at < end ? next(/** @type {number} */ (words[at++])) : ''
        if (!isReadByName(first, second)) return false
      } else if (reads[index] !== true) {
        return false
      }
      for (; at < end; at++) {
        const length = /** @type {number} */ (words[at])
        if (length === ODD) oddFrom++
        else from += length
      }
    }
    return true
  })
}

/**
 * How reads go elsewhere.
 * @typedef {object} Split
 * @property {InstanceType<typeof Core>} master of the calls that do not
 * @property {(form: number, chunks: readonly import('../command/pipeline.js').Chunk[]) => number} formOf the form of a batch, with where
 *   it goes
 */

class SplitCore extends Core {
  /**
   * @param {import('../native.js').NativeClient} writer
   * @param {import('../native.js').NativeClient} reader
   */
  constructor(writer, reader) {
    super(writer)
    this.native = {
      ...writer,
      withdraw: (/** @type {number} */ slot) => writer.withdraw(slot) ?? reader.withdraw(slot),
    }
    /** @type {import('../native.js').NativePort['call']} */
    this.call = (slot, word, ...args) => (isReadCall(word, args) ? reader : writer).call(slot, word, ...args)
    /** @type {import('../native.js').NativePort['callList']} */
    this.callList = (slot, word, args, timeout) =>
      (isReadCall(word, args) ? reader : writer).callList(slot, word, args, timeout)
    /** @type {import('../native.js').NativePort['callJoined']} */
    this.callJoined = (slot, word, joined, lengths, count, timeout) => {
      const native = isReadJoined(word, joined, lengths) ? reader : writer
      return native.callJoined(slot, word, joined, lengths, count, timeout)
    }
    /** @type {import('../native.js').NativePort['batch']} */
    this.batch = (slot, flags, timeout, form, text, words, count, odd) => {
      const native = (form & FORM_READS) === 0 ? writer : reader
      return native.batch(slot, flags, timeout, form & ~FORM_READS, text, words, count, odd)
    }
    /** @type {Split} */
    this.split = {
      master: new Core(writer),
      // A transaction is one because others write: it belongs where they do.
      formOf: (form, chunks) =>
        (form & FORM_TRANSACTION) === 0 && areReads(chunks) ? form | FORM_READS : form,
    }
    this.tick = () => {
      this.scheduled = false
      writer.flush()
      reader.flush()
    }
  }
}

module.exports = { SplitCore }
