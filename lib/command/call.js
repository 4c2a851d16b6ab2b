// @ts-check
'use strict'

/**
 * The few calls that every command method ends in. Owns the way from a method to the addon, and the flush at the end of the
 * tick. A class that carries commands is given these methods and then the table's (see `commands.js`).
 */

const { abortError } = require('../errors.js')
const { PREFIXED } = require('./raw-keys.js')
const { isKnown } = require('./raw-names.js')
const { follow } = require('./call-options.js')
const {
  commandName,
  commandRow,
  defineOptions,
  lastSlot,
  open,
  refuse,
  reject,
} = require('../reply/pending-calls.js')
const { explain } = require('./wrong-argument.js')

const { nextTick } = process

/** The bits of a word that hold the command's number; the addon knows the same ones (src/encode/command_word.rs). */
const COMMAND_MASK = 0xfff
/** The number that says: the name is the first argument. */
const RAW = 0xfff

/** Fewer arguments are read one by one. */
const JOIN_FROM = 8
/** Longer lists of arguments are not joined. */
const JOINED_MAX = 16 * 1024 * 1024
/** Strings whose lengths fit the buffer that is kept. */
const LENGTHS_KEPT = 4096
/** What the addon answers when joined text cannot be taken apart again. */
const NOT_ASCII = ''

/** The connections behind a handle and its views, or the one behind a lease. */
class Core {
  /** @param {import('../native.js').NativePort} native */
  constructor(native) {
    /** @type {any} What else it is depends on whose it is. */
    this.native = native
    this.call = native.call
    this.callList = native.callList
    this.callJoined = native.callJoined
    this.batch = native.batch
    /** Where reads go elsewhere: how. @type {import('../client/read-from.js').Split | undefined} */
    this.split = undefined
    /** Where the connection is leased: what its objects share. @type {InstanceType<typeof import('../client/lost-leases.js').LeaseState> | undefined} */
    this.lease = undefined
    /** Finds the keys of commands outside the table, where keys have a prefix. @type {InstanceType<typeof import('./raw-keys.js').RawKeys> | undefined} */
    this.rawKeys = undefined
    /** Makes the connections, where they are a client's. @type {((options: object) => Promise<void>) | undefined} */
    this.connect = undefined
    this.scheduled = false
    this.tick = () => {
      this.scheduled = false
      native.flush()
    }
  }
}

/**
 * Refuses every call from now on.
 * @param {Core} core
 * @param {import('../errors.js').Failure} failure
 */
function shut(core, failure) {
  const text = JSON.stringify(failure)
  const refusal = () => text
  core.call = core.callList = core.callJoined = core.batch = refusal
  core.native = { ...core.native, held: undefined, lease: (/** @type {number} */ slot) => refuse(slot, text) }
}

/**
 * What a class that carries commands has.
 * @typedef {object} Caller
 * @property {Core} _core
 * @property {number} _flags
 * @property {import('./call-options.js').Settings | undefined} _slow
 * @property {(meta: number, args: readonly unknown[]) => Promise<any>} _callMany
 */

/**
 * The end of every call that the addon took: it is sent at the end of the tick.
 * @param {Core} core
 * @param {Promise<any>} promise
 */
function staged(core, promise) {
  if (!core.scheduled) {
    core.scheduled = true
    nextTick(core.tick)
  }
  return promise
}

/**
 * The end of a call that the addon refused. Its error names a wrong argument as the caller wrote it.
 * @param {Promise<any>} promise
 * @param {number} slot
 * @param {string} text the failure
 * @param {number} index of the command
 * @param {readonly unknown[]} args those that were refused
 * @param {readonly unknown[]} [written] the caller's, where these are others
 */
function refused(promise, slot, text, index, args, written = args) {
  const failure = JSON.parse(text)
  const { position, problem } = failure
  try {
    if (position !== undefined) {
      failure.message = explain(commandRow(index), written, args[position - 1], problem)
    }
    refuse(slot, failure)
  } catch (error) {
    // A list may be a proxy or have accessors: what they throw is the caller's.
    reject(slot, error)
  }
  return promise
}

/**
 * A short list goes without being read element by element in the addon.
 * @param {Core} core
 * @param {number} slot
 * @param {number} word
 * @param {readonly unknown[]} args
 * @param {number | undefined} timeout
 * @returns {string | undefined}
 */
function listed(core, slot, word, args, timeout) {
  if (timeout === undefined) {
    switch (args.length) {
      case 4:
        return core.call(slot, word, args[0], args[1], args[2], args[3])
      case 5:
        return core.call(slot, word, args[0], args[1], args[2], args[3], args[4])
      case 6:
        return core.call(slot, word, args[0], args[1], args[2], args[3], args[4], args[5])
      default:
    }
  }
  return core.callList(slot, word, args, timeout)
}

/**
 * @param {Caller} caller
 * @param {number} meta
 * @param {number | string} name
 * @param {readonly unknown[]} args
 * @param {readonly unknown[]} [written] as the caller wrote them
 */
function list(caller, meta, name, args, written) {
  const core = caller._core
  const promise = open(name)
  const slot = lastSlot()
  const word = meta | caller._flags
  const timeout = caller._slow?.timeout
  let failure
  try {
    const joined = args.length >= JOIN_FROM ? join(args) : undefined
    // Text that is not ASCII has other lengths in bytes than in JavaScript: it goes the long way.
    failure =
      joined === undefined ? NOT_ASCII : core.callJoined(slot, word, joined, lengths, args.length, timeout)
    if (failure === NOT_ASCII) failure = listed(core, slot, word, args, timeout)
  } catch (error) {
    // A list may be a proxy or have accessors: what they throw is the caller's.
    reject(slot, error)
    return promise
  }
  if (failure !== undefined) return refused(promise, slot, failure, meta & COMMAND_MASK, args, written)
  return staged(core, promise)
}

/** The lengths of the strings that `join` put together; reused from call to call. */
let lengths = new Uint32Array(LENGTHS_KEPT)

/**
 * Many strings as one: reading one long string in the addon costs far less than reading each.
 * @param {readonly unknown[]} args
 * @returns {string | undefined} undefined when not all of them are strings
 */
function join(args) {
  const count = args.length
  if (count > lengths.length || lengths.length > LENGTHS_KEPT) {
    lengths = new Uint32Array(Math.max(count, LENGTHS_KEPT))
  }
  let joined = ''
  for (let index = 0; index < count; index++) {
    const arg = args[index]
    if (typeof arg !== 'string') return undefined
    lengths[index] = arg.length
    joined += arg
    if (joined.length > JOINED_MAX) return undefined
  }
  return joined
}

/**
 * @param {Caller} caller
 * @param {import('./call-options.js').Settings} slow
 * @param {number} meta
 * @param {readonly unknown[]} args
 * @param {readonly unknown[]} [written] as the caller wrote them
 */
function slowly(caller, slow, meta, args, written) {
  const index = meta & COMMAND_MASK
  const send = () => list(caller, meta, index, args, written)
  return follow(slow, commandName(index), send, caller._core.native)
}

/**
 * A raw command outside the table, over connections whose keys have a prefix.
 * @param {Caller} caller
 * @param {string} name
 * @param {readonly unknown[]} words
 * @param {readonly unknown[]} written as the caller wrote them
 */
async function unknown(caller, name, words, written) {
  const slow = caller._slow
  const keys = /** @type {InstanceType<typeof import('./raw-keys.js').RawKeys>} */ (caller._core.rawKeys)
  /** @param {readonly unknown[]} prefixed */
  const send = (prefixed) => {
    const go = () => list(caller, PREFIXED, name, prefixed, written)
    return slow === undefined ? go() : follow(slow, name, go, caller._core.native)
  }
  const at = keys.places(words)
  if (at !== undefined) return send(keys.put(words, at))
  if (slow?.signal?.aborted) throw abortError(slow.signal.reason, name, false)
  /** @type {readonly unknown[]} */
  let prefixed = []
  const command = { name, words, set: (/** @type {unknown[]} */ found) => void (prefixed = found) }
  // In an object: a promise would be waited for in the queue.
  const { reply } = await keys.staged([command], slow?.timeout, () => ({ reply: send(prefixed) }))
  return reply
}

const calls = {
  /** @this {Caller} @param {number} meta */
  _call0(meta) {
    if (this._slow !== undefined) return slowly(this, this._slow, meta, [])
    const core = this._core
    const promise = open(meta & COMMAND_MASK)
    const slot = lastSlot()
    const failure = core.call(slot, meta | this._flags)
    if (failure !== undefined) return refused(promise, slot, failure, meta & COMMAND_MASK, [])
    return staged(core, promise)
  },

  /** @this {Caller} @param {number} meta @param {unknown} a */
  _call1(meta, a) {
    if (this._slow !== undefined) return slowly(this, this._slow, meta, [a])
    const core = this._core
    const promise = open(meta & COMMAND_MASK)
    const slot = lastSlot()
    const failure = core.call(slot, meta | this._flags, a)
    if (failure !== undefined) return refused(promise, slot, failure, meta & COMMAND_MASK, [a])
    return staged(core, promise)
  },

  /** @this {Caller} @param {number} meta @param {unknown} a @param {unknown} b */
  _call2(meta, a, b) {
    if (this._slow !== undefined) return slowly(this, this._slow, meta, [a, b])
    const core = this._core
    const promise = open(meta & COMMAND_MASK)
    const slot = lastSlot()
    const failure = core.call(slot, meta | this._flags, a, b)
    if (failure !== undefined) return refused(promise, slot, failure, meta & COMMAND_MASK, [a, b])
    return staged(core, promise)
  },

  /** @this {Caller} @param {number} meta @param {unknown} a @param {unknown} b @param {unknown} c */
  _call3(meta, a, b, c) {
    if (this._slow !== undefined) return slowly(this, this._slow, meta, [a, b, c])
    const core = this._core
    const promise = open(meta & COMMAND_MASK)
    const slot = lastSlot()
    const failure = core.call(slot, meta | this._flags, a, b, c)
    if (failure !== undefined) return refused(promise, slot, failure, meta & COMMAND_MASK, [a, b, c])
    return staged(core, promise)
  },

  /**
   * @this {Caller}
   * @param {number} meta
   * @param {import('./compile-method.js').Sequence} sequence
   * @param {number} count
   * @param {unknown} a
   * @param {unknown} b
   * @param {unknown} c
   */
  _callOptions(meta, sequence, count, a, b, c) {
    if (this._slow !== undefined || !sequence.isDefined) {
      sequence.define(defineOptions)
      return this._callMany(meta, sequence.appendTo([a, b, c].slice(0, count)))
    }
    const core = this._core
    const promise = open(meta & COMMAND_MASK)
    const slot = lastSlot()
    const word = meta | this._flags | sequence.template
    const failure =
      count === 2
        ? core.call(slot, word, a, b)
        : count === 1
          ? core.call(slot, word, a)
          : core.call(slot, word, a, b, c)
    if (failure !== undefined) return refused(promise, slot, failure, meta & COMMAND_MASK, [a, b, c])
    return staged(core, promise)
  },

  /** @this {Caller} @param {number} meta @param {readonly unknown[]} args @param {readonly unknown[]} [written] */
  _callMany(meta, args, written) {
    if (this._slow !== undefined) return slowly(this, this._slow, meta, args, written)
    return list(this, meta, meta & COMMAND_MASK, args, written)
  },

  /**
   * @this {Caller}
   * @param {string} name
   * @param {readonly unknown[]} args The name included.
   * @param {readonly unknown[]} written As the caller wrote them.
   */
  _callRaw(name, args, written) {
    if (this._core.rawKeys !== undefined && !isKnown(args)) return unknown(this, name, args, written)
    const slow = this._slow
    if (slow === undefined) return list(this, RAW, name, args, written)
    return follow(slow, name, () => list(this, RAW, name, args, written), this._core.native)
  },

  /** @param {Error} error */
  _reject(error) {
    return Promise.reject(error)
  },
}

/**
 * Gives a class that carries commands its calls.
 * @param {object} prototype
 */
function addCalls(prototype) {
  for (const [name, value] of Object.entries(calls)) {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true })
  }
}

module.exports = { Core, addCalls, shut }
