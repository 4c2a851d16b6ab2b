// @ts-check
'use strict'

/**
 * Pipelines: many commands, one write, one promise. Owns the recording of commands and their hand-over to the addon in a few
 * large values. Knows no command: it records what the methods of the table call.
 */

const { COMMAND_MASK, FORM_FIRST, FORM_LAST, FORM_TRANSACTION, ODD, RAW } = require('./batch-layout.js')
const { conclude } = require('./pipeline-results.js')
const { ClosedError, abortError, errorOf } = require('../errors.js')
const { NO_WORDS, keepWords, roomForWords } = require('./pipeline-memory.js')
const { PREFIXED } = require('./raw-keys.js')
const { isKnown } = require('./raw-names.js')
const { routineOf } = require('./scripting.js')
const { flagOption } = require('./call-options.js')
const { abortable } = require('../abort.js')
const {
  commandName,
  commandRow,
  lastSlot,
  openUnit,
  release,
  withdrawal,
} = require('../reply/pending-calls.js')
const { isScalar } = require('./values.js')
const { explain } = require('./wrong-argument.js')

const { nextTick } = process

/** A chunk ends when it has this many words, or characters: larger ones are no faster. */
const CHUNK_WORDS = 64 * 1024
const CHUNK_TEXT = 1024 * 1024

/**
 * Some commands of a batch.
 * @typedef {object} Chunk
 * @property {string} text the arguments that are strings, one behind the other
 * @property {Uint32Array} words for each command: its word, how many arguments it has, and the length of each
 * @property {number} count how many of the words count
 * @property {unknown[]} odd the other arguments
 */

/** What a disposed pipeline says. */
const DISPOSED = 'the pipeline was disposed at the end of its block: begin another one by pipeline()'

class Pipeline {
  #handle
  #core
  #settings
  #flags
  #form
  #text = ''
  /** @type {Uint32Array} */
  #words = NO_WORDS
  /** How many of the words count. */
  #count = 0
  /** @type {unknown[]} */
  #odd = []
  /** @type {Chunk[]} */
  #chunks = []
  #length = 0
  /** The names of raw commands, by their places. @type {Map<number, string>} */
  #names = new Map()
  /** Raw commands whose keys are not found yet. @type {{ name: string, words: unknown[], set(words: unknown[]): void }[]} */
  #unknown = []
  /** The commands that run scripts and functions, by their places. @type {Map<number, import('./scripting.js').Run>} */
  #runs = new Map()
  /** What was wrong first. @type {Error | undefined} */
  #wrong
  #isDisposed = false
  /** An argument of the command that is being recorded is wrong. */
  #isWrong = false

  /**
   * @param {import('./command-mixin.js').Commander} handle
   * @param {boolean} transaction
   */
  constructor(handle, transaction) {
    this.#handle = handle
    this.#core = handle._core
    this.#settings = handle._settings
    this.#flags = handle._flags
    this.#form = transaction ? FORM_TRANSACTION : 0
  }

  /** How many commands wait for `execute()`. */
  get length() {
    return this.#length
  }

  /**
   * Whether it is a transaction over the connections of `handle`.
   * @param {{ _core: unknown }} handle
   */
  _isTransactionOf(handle) {
    return this.#form === FORM_TRANSACTION && this.#core === handle._core
  }

  /** Forgets the commands. */
  discard() {
    this.#reset()
    return this
  }

  /** Forgets the commands for good. */
  _dispose() {
    this.#reset()
    this.#isDisposed = true
  }

  /**
   * Sends the commands as one unit and forgets them: what is recorded from now on belongs to the next batch.
   * @param {{ raiseOnError?: boolean }} [options]
   * @returns {Promise<unknown[]>}
   */
  async execute(options) {
    const raise = flagOption('execute()', 'raiseOnError', options)
    if (this.#isDisposed) {
      this.#reset()
      throw new ClosedError(DISPOSED, { code: 'PIPELINE_DISPOSED', maybeExecuted: false })
    }
    const wrong = this.#wrong
    const count = this.#length
    const names = this.#names
    this.#endChunk()
    const chunks = this.#chunks
    const runs = this.#runs
    const unknown = this.#unknown
    this.#reset()
    if (wrong !== undefined) throw wrong
    if (count === 0) return []
    const { signal } = this.#settings
    if (signal?.aborted) throw abortError(signal.reason, undefined, false)
    for (const { routine } of runs.values()) {
      const ready = routine.prepare(this.#handle)
      // A batch that needs nothing is staged before this function returns.
      if (ready !== undefined) {
        await (signal === undefined ? ready : abortable(ready, signal, undefined, () => 'withdrawn'))
      }
    }
    /** @param {number} index */
    const nameOf = (index) => names.get(index) ?? nameAt(chunks, index)

    const stage = () => {
      let promise = openUnit()
      const slot = lastSlot()
      const refusal = this.#send(slot, chunks)
      if (refusal !== undefined) {
        release(slot)
        const failure = JSON.parse(refusal)
        throw errorOf(failure, failure.index === undefined ? undefined : nameOf(failure.index))
      }
      if (signal !== undefined) promise = abortable(promise, signal, undefined, withdrawal(this.#core.native))
      return { promise }
    }
    const keys = this.#core.rawKeys
    const { promise } =
      keys === undefined || unknown.length === 0
        ? stage()
        : await keys.staged(unknown, this.#settings.timeout, stage)
    const answer = await promise
    if (runs.size > 0) await this.#look(answer, runs)
    const results = conclude(answer, raise, nameOf)
    // Names that are asked for are asked for until here.
    keepWords(/** @type {Chunk} */ (chunks[0]).words)
    return results
  }

  /**
   * Looks for scripts and functions that the server had forgotten by their turn, and runs those of a plain batch after all. In a
   * transaction there is no after: the next one finds them.
   * @param {import('../reply/pipeline-chunks.js').Answer} answer
   * @param {Map<number, import('./scripting.js').Run>} runs
   */
  async #look(answer, runs) {
    const { results, failures } = answer
    const missing = failures.filter((place) => runs.get(place)?.routine.isMissing(results[place]))
    for (const place of missing) runs.get(place)?.routine.forget(this.#handle)
    if (missing.length === 0 || this.#form === FORM_TRANSACTION) return
    const again = new Pipeline(this.#handle, false)
    const places = missing.map((place) => {
      const { routine, keys, args } = /** @type {import('./scripting.js').Run} */ (runs.get(place))
      routine.recordWhole(again, keys, args)
      return again.length - 1
    })
    const others = await again.execute({ raiseOnError: false })
    for (const [index, place] of missing.entries()) {
      results[place] = others[/** @type {number} */ (places[index])]
    }
    answer.failures = failures.filter((place) => !missing.includes(place) || results[place] instanceof Error)
  }

  /**
   * @param {number} slot
   * @param {readonly Chunk[]} chunks
   * @returns {string | undefined}
   */
  #send(slot, chunks) {
    const core = this.#core
    const { timeout } = this.#settings
    const last = chunks.length - 1
    const unit = core.split === undefined ? this.#form : core.split.formOf(this.#form, chunks)
    for (let at = 0; at <= last; at++) {
      const { text, words, count, odd } = /** @type {Chunk} */ (chunks[at])
      const form = unit | (at === 0 ? FORM_FIRST : 0) | (at === last ? FORM_LAST : 0)
      const refusal = core.batch(slot, this.#flags, timeout, form, text, words, count, odd)
      if (refusal !== undefined) return refusal
    }
    if (!core.scheduled) {
      core.scheduled = true
      nextTick(core.tick)
    }
    return undefined
  }

  #reset() {
    this.#text = ''
    this.#words = NO_WORDS
    this.#count = 0
    this.#odd = []
    this.#chunks = []
    this.#length = 0
    this.#names = new Map()
    this.#runs = new Map()
    this.#unknown = []
    this.#wrong = undefined
  }

  #endChunk() {
    if (this.#count === 0) return
    this.#chunks.push({ text: this.#text, words: this.#words, count: this.#count, odd: this.#odd })
    this.#text = ''
    this.#words = NO_WORDS
    this.#count = 0
    this.#odd = []
  }

  /** A command is recorded. */
  #recorded() {
    this.#length++
    if (this.#count >= CHUNK_WORDS || this.#text.length >= CHUNK_TEXT) this.#endChunk()
    return this
  }

  /**
   * Begins a command.
   * @param {number} meta
   * @param {number} args How many arguments it has.
   */
  #begin(meta, args) {
    const at = this.#count
    const end = at + 2 + args
    if (end > this.#words.length) this.#makeRoom(end)
    const words = this.#words
    words[at] = meta
    words[at + 1] = args
    this.#count = at + 2
  }

  /** @param {number} end */
  #makeRoom(end) {
    const old = this.#words
    let words = old.length === 0 ? roomForWords() : old
    if (words.length < end) {
      words = new Uint32Array(Math.max(end, 2 * words.length))
      words.set(old)
    }
    this.#words = words
  }

  /** @param {unknown} arg */
  #record(arg) {
    if (typeof arg === 'string') {
      this.#text += arg
      this.#words[this.#count++] = arg.length
    } else if (Number.isSafeInteger(arg)) {
      const text = `${arg}`
      this.#text += text
      this.#words[this.#count++] = text.length
    } else {
      if (!isScalar(arg)) this.#isWrong = true
      this.#odd.push(arg)
      this.#words[this.#count++] = ODD
    }
  }

  /**
   * A command is recorded, one of whose arguments is wrong: `execute()` will say so.
   * @param {number} meta
   * @param {readonly unknown[]} args
   * @param {readonly unknown[]} written
   */
  #recordedWrong(meta, args, written) {
    this.#isWrong = false
    const index = meta & COMMAND_MASK
    const wrong = args.find((arg) => !isScalar(arg))
    const message = explain(commandRow(index), written, wrong, '')
    const failure = { kind: 'Argument', code: 'INVALID_ARGUMENT', message, index: this.#length }
    this.#wrong ??= errorOf(failure, this.#names.get(this.#length) ?? commandName(index))
    return this.#recorded()
  }

  /** @param {number} meta */
  _call0(meta) {
    this.#begin(meta, 0)
    return this.#recorded()
  }

  /** @param {number} meta @param {unknown} a */
  _call1(meta, a) {
    this.#begin(meta, 1)
    this.#record(a)
    return this.#isWrong ? this.#recordedWrong(meta, [a], [a]) : this.#recorded()
  }

  /** @param {number} meta @param {unknown} a @param {unknown} b */
  _call2(meta, a, b) {
    this.#begin(meta, 2)
    this.#record(a)
    this.#record(b)
    return this.#isWrong ? this.#recordedWrong(meta, [a, b], [a, b]) : this.#recorded()
  }

  /** @param {number} meta @param {unknown} a @param {unknown} b @param {unknown} c */
  _call3(meta, a, b, c) {
    this.#begin(meta, 3)
    this.#record(a)
    this.#record(b)
    this.#record(c)
    return this.#isWrong ? this.#recordedWrong(meta, [a, b, c], [a, b, c]) : this.#recorded()
  }

  /** @param {number} meta @param {readonly unknown[]} args @param {readonly unknown[]} [written] as the caller wrote them */
  _callMany(meta, args, written = args) {
    const count = args.length
    this.#begin(meta, count)
    for (let at = 0; at < count; at++) this.#record(args[at])
    return this.#isWrong ? this.#recordedWrong(meta, args, written) : this.#recorded()
  }

  /**
   * @param {string} name
   * @param {readonly unknown[]} args The name included.
   * @param {readonly unknown[]} written As the caller wrote them.
   */
  _callRaw(name, args, written) {
    this.#names.set(this.#length, name)
    const keys = this.#core.rawKeys
    if (keys !== undefined && !isKnown(args)) return this.#callUnknown(keys, name, args, written)
    return this._callMany(RAW, args, written)
  }

  /**
   * A raw command outside the table, whose keys get their prefix before it is sent.
   * @param {InstanceType<typeof import('./raw-keys.js').RawKeys>} keys
   * @param {string} name
   * @param {readonly unknown[]} args
   * @param {readonly unknown[]} written
   */
  #callUnknown(keys, name, args, written) {
    const at = keys.places(args)
    if (at !== undefined) return this._callMany(PREFIXED, keys.put(args, at), written)
    this.#begin(PREFIXED, args.length)
    const odd = this.#odd
    const start = odd.length
    for (const arg of args) {
      odd.push(arg)
      this.#words[this.#count++] = ODD
    }
    this.#unknown.push({
      name,
      words: args.slice(),
      set: (words) => words.forEach((word, index) => (odd[start + index] = word)),
    })
    return this.#recorded()
  }

  /**
   * A script or a function.
   * @param {unknown} callable
   * @param {unknown} [keys]
   * @param {unknown} [args]
   */
  run(callable, keys, args) {
    const routine = routineOf(callable)
    const place = this.#length
    let first = true
    for (const run of this.#runs.values()) first &&= run.routine !== routine
    routine.record(this, keys, args, first)
    this.#runs.set(place, { routine, keys, args })
    return this
  }

  /**
   * A command that cannot be recorded: `execute()` will say so, and nothing is sent.
   * @param {Error} error
   */
  _reject(error) {
    this.#wrong ??= Object.assign(error, { index: this.#length })
    this.#length++
    return this
  }
}

/**
 * What the command at a place of the batch is called.
 * @param {readonly Chunk[]} chunks
 * @param {number} index
 */
function nameAt(chunks, index) {
  let left = index
  for (const { words, count } of chunks) {
    for (let at = 0; at < count; at += 2 + /** @type {number} */ (words[at + 1])) {
      if (left-- === 0) return commandName(/** @type {number} */ (words[at]) & COMMAND_MASK)
    }
  }
  return undefined
}

/** `await using pipe = redis.pipeline()`, as other clients have it, and `using`: there is nothing to wait for. */
Object.defineProperties(Pipeline.prototype, {
  [Symbol.dispose ?? Symbol.for('nodejs.dispose')]: {
    /** @this {Pipeline} */
    value() {
      this._dispose()
    },
  },
  [Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')]: {
    /** @this {Pipeline} */
    async value() {
      this._dispose()
    },
  },
})

module.exports = { Pipeline }
