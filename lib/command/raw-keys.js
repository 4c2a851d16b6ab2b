// @ts-check
'use strict'

/**
 * The key prefix of commands that the table does not know: modules', and those of servers newer than this version. Owns the
 * question to the server which of their arguments are keys (`COMMAND INFO`, once for each command, or `COMMAND GETKEYS`, where
 * that depends on the arguments), and the order of calls meanwhile.
 *
 * While the server is asked, every call on the same connections waits behind the command: calls keep their order.
 */

const { RAW } = require('./batch-layout.js')
const { RedisError } = require('../errors.js')
const { lastSlot, open, refuse } = require('../reply/pending-calls.js')

/** The word of a raw command whose keys have their prefix (src/encode/command_word.rs). */
const PREFIXED = RAW | (1 << 12)
/** @typedef {InstanceType<typeof import('./call.js').Core>} Core */

/**
 * Where keys stand: at `first`, and at every `step` up to `last`, which counts from the end where it is negative. `asks`: the
 * server has to see the arguments. `subcommands`: by name, where the command is a container of others.
 * @typedef {object} Positions
 * @property {number} first
 * @property {number} last
 * @property {number} step
 * @property {boolean} asks
 * @property {Map<string, Positions>} subcommands
 */

/** @param {unknown} value @returns {any[]} */
const listOf = (value) =>
  value === null || typeof value !== 'object' ? [] : Array.from(/** @type {any} */ (value))

/**
 * @param {any[]} info an element of the reply to COMMAND INFO
 * @returns {Positions}
 */
function positionsOf(info) {
  const [, , flags, first, last, step, , , , subcommands] = info
  const asks = listOf(flags).map(String).includes('movablekeys')
  const named = listOf(subcommands).map(
    (each) =>
      /** @type {[string, Positions]} */ ([
        String(each[0]).split('|').pop()?.toLowerCase(),
        positionsOf(each),
      ]),
  )
  return { first: Number(first), last: Number(last), step: Number(step), asks, subcommands: new Map(named) }
}

/**
 * @param {Positions} positions
 * @param {number} count of words, the name included
 */
function places({ first, last, step }, count) {
  const found = []
  const end = last < 0 ? count + last : last
  if (first > 0) for (let at = first; at <= end && at < count; at += Math.max(step, 1)) found.push(at)
  return found
}

/** An argument as the server gets it, for comparisons. @param {unknown} arg */
function textOf(arg) {
  return arg instanceof Uint8Array
    ? Buffer.from(arg).toString('latin1')
    : Buffer.from(String(arg)).toString('latin1')
}

/** @param {string} name @param {string} problem @param {unknown} [cause] */
function unknown(name, problem, cause) {
  const message = `${name}: keyPrefix cannot be put before its keys: ${problem}; use a client without keyPrefix, and write the prefix into the keys`
  return new RedisError(message, {
    code: 'KEYS_UNKNOWN',
    command: name,
    maybeExecuted: false,
    ...(cause !== undefined && { cause }),
  })
}

class RawKeys {
  /** By the command's name in lower case. @type {Map<string, Positions>} */
  #known
  /** What waits for its turn. @type {{ run: () => void | Promise<void>, slot?: number }[]} */
  #waiting = []
  #prefix
  #core
  /** The core's own functions, while others stand in for them. @type {any} */
  #own

  /**
   * @param {Core} core
   * @param {string} prefix
   * @param {Map<string, Positions>} [known] what another core of the same client knows
   */
  constructor(core, prefix, known = new Map()) {
    this.#core = core
    this.#prefix = prefix
    this.#known = known
  }

  /** The same for a leased connection. @param {Core} core */
  for(core) {
    return new RawKeys(core, this.#prefix, this.#known)
  }

  /**
   * Where the keys are among these words, if that is known without asking.
   * @param {readonly unknown[]} words
   * @returns {number[] | undefined}
   */
  places(words) {
    if (this.#own !== undefined) return undefined
    const positions = this.#find(words)
    return positions === undefined || positions.asks ? undefined : places(positions, words.length)
  }

  /** @param {readonly unknown[]} words */
  #find(words) {
    const positions = this.#known.get(String(words[0]).toLowerCase())
    const subcommand =
      words.length > 1 ? positions?.subcommands.get(textOf(words[1]).toLowerCase()) : undefined
    return subcommand ?? positions
  }

  /**
   * These words with the prefix before those at `at`.
   * @param {readonly unknown[]} words
   * @param {readonly number[]} at
   */
  put(words, at) {
    const prefixed = words.slice()
    for (const place of at) prefixed[place] = this.#before(words[place])
    return prefixed
  }

  /** @param {unknown} key */
  #before(key) {
    if (key instanceof Uint8Array) return Buffer.concat([Buffer.from(this.#prefix), key])
    // Anything else is refused where arguments are encoded.
    return ['string', 'number', 'bigint'].includes(typeof key) ? `${this.#prefix}${key}` : key
  }

  /**
   * Finds out where the keys of commands are, and has `stage` send them in their turn.
   * @template T
   * @param {readonly { name: string, words: readonly unknown[], set(words: unknown[]): void }[]} commands
   * @param {number | undefined} timeout
   * @param {() => T} stage
   * @returns {Promise<T>}
   */
  staged(commands, timeout, stage) {
    const copies = commands.map(({ name, words, set }) => ({ name, words: words.map(copied), set }))
    return new Promise((resolve, reject) => {
      this.#enter(async () => {
        try {
          for (const { name, words, set } of copies) {
            set(this.put(words, await this.#ask(name, words, timeout)))
          }
          resolve(this.#through(stage))
        } catch (error) {
          reject(error)
        }
      })
    })
  }

  /**
   * @param {string} name
   * @param {readonly unknown[]} words
   * @param {number | undefined} timeout
   */
  async #ask(name, words, timeout) {
    let positions = this.#find(words)
    if (positions === undefined) {
      const info = await this.#send(name, ['COMMAND', 'INFO', words[0]], timeout)
      const found = listOf(info)[0]
      if (!Array.isArray(found)) throw unknown(name, 'the server does not know this command')
      this.#known.set(String(words[0]).toLowerCase(), positionsOf(found))
      positions = /** @type {Positions} */ (this.#find(words))
    }
    if (!positions.asks) return places(positions, words.length)
    const keys = await this.#send(name, ['COMMAND', 'GETKEYS', ...words], timeout)
    return located(name, words, listOf(keys))
  }

  /**
   * @param {string} name
   * @param {unknown[]} words
   * @param {number | undefined} timeout
   */
  async #send(name, words, timeout) {
    const { callList } = this.#own
    const reply = open(`${words[0]} ${words[1]}`)
    const slot = lastSlot()
    const failure = callList(slot, RAW, words, timeout)
    if (failure === undefined) this.#core.tick()
    else refuse(slot, failure)
    try {
      return await reply
    } catch (error) {
      const { name: kind, message } = /** @type {Error} */ (error)
      if (kind === 'ReplyError') {
        // A command without keys is an error for GETKEYS.
        if (/has no key arguments/.test(message)) return []
        throw unknown(name, `the server does not say which of its arguments are keys (${message})`, error)
      }
      throw error
    }
  }

  /** Has a call wait for its turn. @param {() => void | Promise<void>} run @param {number} [slot] */
  #enter(run, slot) {
    this.#waiting.push(slot === undefined ? { run } : { run, slot })
    if (this.#own === undefined) {
      this.#hold()
      void this.#work()
    }
  }

  async #work() {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const done = next.run()
      if (done !== undefined) await done
    }
    const core = this.#core
    const own = this.#own
    this.#own = undefined
    // Unless the client was closed meanwhile.
    if (core.native.held === this) Object.assign(core, own)
    core.tick()
  }

  /** From now on calls wait. */
  #hold() {
    const core = this.#core
    const { call, callList, callJoined, batch, native } = core
    const own = { call, callList, callJoined, batch, native }
    this.#own = own
    /** @param {number} slot @param {() => string | undefined} send @returns {undefined} */
    const later = (slot, send) => {
      this.#enter(() => {
        const failure = send()
        if (failure !== undefined) refuse(slot, failure)
      }, slot)
    }
    core.call = (slot, word, ...args) => {
      const kept = args.map(copied)
      return later(slot, () => own.call(slot, word, ...kept))
    }
    core.callList = (slot, word, args, timeout) => {
      const kept = args.map(copied)
      return later(slot, () => own.callList(slot, word, kept, timeout))
    }
    // As if the text could not be joined: it comes as a list then.
    core.callJoined = () => ''
    core.batch = (slot, flags, timeout, form, text, words, count, odd) => {
      const kept = odd.map(copied)
      const own_words = words.slice(0, count)
      return later(slot, () => own.batch(slot, flags, timeout, form, text, own_words, count, kept))
    }
    core.native = {
      ...native,
      held: this,
      withdraw: (/** @type {number} */ slot) => {
        const left = this.#waiting.filter((item) => item.slot !== slot)
        if (left.length === this.#waiting.length) return native.withdraw(slot)
        this.#waiting = left
        return 'withdrawn'
      },
    }
  }

  /** Calls made by `work` do not wait. @template T @param {() => T} work @returns {T} */
  #through(work) {
    const core = this.#core
    const { call, callList, callJoined, batch } = core
    const { native: _native, ...functions } = this.#own
    Object.assign(core, functions)
    try {
      return work()
    } finally {
      Object.assign(core, { call, callList, callJoined, batch })
    }
  }
}

/** What a caller may change while a call waits is kept as it was. @param {unknown} arg */
function copied(arg) {
  return arg instanceof Uint8Array ? Buffer.from(arg) : arg
}

/**
 * Where the keys that the server named are among the words.
 * @param {string} name
 * @param {readonly unknown[]} words
 * @param {readonly unknown[]} keys
 */
function located(name, words, keys) {
  const texts = words.map(textOf)
  const wanted = keys.map(textOf)
  const found = new Set()
  for (const key of new Set(wanted)) {
    const at = texts.flatMap((text, place) => (place > 0 && text === key ? [place] : []))
    if (at.length !== wanted.filter((each) => each === key).length) {
      throw unknown(name, 'one of its keys reads like another argument, and nobody can tell them apart')
    }
    for (const place of at) found.add(place)
  }
  return [...found]
}

module.exports = { PREFIXED, RawKeys }
