// @ts-check
'use strict'

/**
 * Promise slots: the promises that wait for the engine, by number. JavaScript makes the promise and keeps its two functions
 * here; the engine hands results back 32 a call. Nothing is allocated per command beside the promise itself.
 */

const native = require('../native.js')
const { errorOf } = require('../errors.js')
const { numbers } = require('../command/option-templates.js')
const { withErrors } = require('./pipeline-chunks.js')
const { assemble } = require('./assemble.js')
const { warn } = require('../warn.js')

/** Results of one call into JavaScript; the addon knows the same number. */
const RESULTS_PER_CALL = 32
const KIND_SHIFT = 28
const SLOT_MASK = (1 << KIND_SHIFT) - 1
const JSON_TEXT = 1
const ERROR = 2
const EVENT = 3
const RING = 8

/** What the slot of a batch is called: its errors are made by its pipeline. */
const BATCH = -1

/** @typedef {(value?: any) => void} Settler */

/** @type {(Settler | undefined)[]} */
const resolvers = []
/** @type {(Settler | undefined)[]} */
const rejecters = []
/** What to call the command in an error: the table's index, or the name of a raw command. @type {(number | string)[]} */
const names = []
/** @type {number[]} */
const free = []

/** @type {Settler} */
let resolveNew
/** @type {Settler} */
let rejectNew
/** @type {(resolve: Settler, reject: Settler) => void} */
const capture = (resolve, reject) => {
  resolveNew = resolve
  rejectNew = reject
}

/** The number of the slot that the last `open` took. */
let opened = 0

/**
 * Makes a promise and a slot for it; `lastSlot()` tells its number.
 * @param {number | string} name
 * @returns {Promise<any>}
 */
function open(name) {
  const promise = new Promise(capture)
  const slot = free.length > 0 ? /** @type {number} */ (free.pop()) : resolvers.length
  resolvers[slot] = resolveNew
  rejecters[slot] = rejectNew
  names[slot] = name
  opened = slot
  return promise
}

/**
 * Makes a promise and a slot for a batch. It resolves with what there is to say of the batch, also if that is a failure.
 * @returns {Promise<import('./pipeline-chunks.js').Answer>}
 */
function openUnit() {
  return open(BATCH)
}

/** How many calls wait for the engine, or were given up and their late replies are still to come. @returns {number} */
function slotsInUse() {
  return resolvers.length - free.length
}

/** @returns {number} */
function lastSlot() {
  return opened
}

/**
 * What takes back the call whose slot was opened last, if the addon can.
 * @param {{ withdraw(slot: number): unknown }} native
 * @returns {() => 'withdrawn' | 'pending' | undefined} `withdrawn`: nobody will settle the call's promise. `pending`: the promise
 *   settles soon, with the call's outcome
 */
function withdrawal(native) {
  const slot = opened
  const own = resolvers[slot]
  return () => {
    // The slot may be another call's by now.
    if (own === undefined || resolvers[slot] !== own) return undefined
    const withdrawal = native.withdraw(slot)
    if (withdrawal === 'pending') return 'pending'
    if (withdrawal === undefined) return undefined
    release(slot)
    return 'withdrawn'
  }
}

/** @type {readonly import('../command/encode-arguments.js').Row[]} */
let commands = []

/**
 * Says which commands there are.
 * @param {readonly import('../command/encode-arguments.js').Row[]} table
 */
function nameCommands(table) {
  commands = table
}

/**
 * @param {number} index the command's place in the table
 * @returns {string | undefined}
 */
function commandName(index) {
  return commands[index]?.name
}

/**
 * The command's row; none for a raw command.
 * @param {number} index
 */
function commandRow(index) {
  return commands[index]
}

/** @param {number} slot */
function commandOf(slot) {
  const name = /** @type {number | string} */ (names[slot])
  return typeof name === 'string' ? name || undefined : commandName(name)
}

/** @param {number} slot */
function release(slot) {
  // The functions hold the promise and through it the result: a free slot must not keep either.
  resolvers[slot] = undefined
  rejecters[slot] = undefined
  names[slot] = ''
  free.push(slot)
}

/**
 * Rejects a slot that the engine never saw.
 * @param {number} slot
 * @param {string | import('../errors.js').Failure} failure
 */
function refuse(slot, failure) {
  reject(slot, errorOf(typeof failure === 'string' ? JSON.parse(failure) : failure, commandOf(slot)))
}

/**
 * Rejects a slot that the engine never saw with an error that is not the engine's.
 * @param {number} slot
 * @param {unknown} error
 */
function reject(slot, error) {
  const settler = /** @type {Settler} */ (rejecters[slot])
  release(slot)
  settler(error)
}

/**
 * Throws the error from inside a promise job, so that its stack leads through `await` to the caller: V8 follows the promise
 * that the caller awaits, which adopts the one of this function.
 * @param {string} failure
 * @param {string | undefined} command
 */
async function raise(failure, command) {
  // The caller's promise adopts this one in the next job; the error must be made after that.
  await undefined
  await undefined
  const error = errorOf(JSON.parse(failure), command)
  Error.captureStackTrace(error, raise)
  throw error
}

/** Which slot each result is for, and of what kind it is. The addon writes it before each call. */
const words = new Uint32Array(RESULTS_PER_CALL)

/** @type {(client: number, event: any) => void} */
let onEvent = () => {}

/**
 * Says who hears what happens to connections.
 * @param {(client: number, event: any) => void} listener
 */
function listen(listener) {
  onEvent = listener
}

/** @type {(subscriber: number) => void} */
let onRing = () => {}

/**
 * Says who takes what subscribers have got. The answer must not throw: results are waiting behind it.
 * @param {(subscriber: number) => void} answer
 */
function answerRings(answer) {
  onRing = answer
}

/**
 * A result for a slot on which nobody waits. The slot stays as it is: freed twice, it would be two calls'.
 * @param {number} slot
 */
function reachesNobody(slot) {
  const message = `a second result came for the call in slot ${slot}, and reached nobody`
  warn(errorOf({ kind: 'Internal', code: 'INTERNAL_ERROR', message }), null)
}

/**
 * @param {number} word
 * @param {any} value
 */
function settleSpecial(word, value) {
  const slot = word & SLOT_MASK
  const kind = word >>> KIND_SHIFT
  if (kind === EVENT) return onEvent(slot, JSON.parse(value))
  if (kind === RING) return onRing(slot)
  const resolve = resolvers[slot]
  if (resolve === undefined) return reachesNobody(slot)
  if (kind === JSON_TEXT) {
    release(slot)
    resolve(JSON.parse(value))
  } else if (kind === ERROR) {
    if (names[slot] === BATCH) {
      release(slot)
      return resolve({ results: [], failures: [], broken: JSON.parse(value) })
    }
    const command = commandOf(slot)
    release(slot)
    resolve(raise(value, command))
  } else {
    release(slot)
    resolve(withErrors(value))
  }
}

/** Called by the addon with up to 32 results. */
function settle() {
  const count = arguments.length
  for (let index = 0; index < count; index++) {
    const word = /** @type {number} */ (words[index])
    if (word <= SLOT_MASK) {
      const resolve = resolvers[word]
      if (resolve === undefined) {
        reachesNobody(word)
        continue
      }
      resolvers[word] = undefined
      rejecters[word] = undefined
      free.push(word)
      resolve(arguments[index])
    } else {
      settleSpecial(word, arguments[index])
    }
  }
}

/** Other hosts than Node may have the names of libuv's functions, and end the process when one is called. */
const watchesSockets = process.versions['bun'] === undefined && process.versions['deno'] === undefined
/**
 * What async hooks, and by them test runners that look for open handles, know the addon by: it is active while a client keeps the
 * process alive.
 */
const resource = { hasRef: () => isHeld() }
let isHeld = () => false
const createClient = native.setup(settle, words, assemble, numbers, watchesSockets, resource)
isHeld = createClient.isHeld

module.exports = {
  open,
  openUnit,
  release,
  lastSlot,
  slotsInUse,
  settle,
  words,
  withdrawal,
  refuse,
  reject,
  commandName,
  commandRow,
  nameCommands,
  listen,
  answerRings,
  createClient,
  createSentinel: createClient.createSentinel,
  defineOptions: createClient.defineOptions,
}
