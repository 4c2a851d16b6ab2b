// @ts-check
'use strict'

/**
 * Keyspace notifications: what happens to keys, as an iterator. Owns the names of the channels and what the server's setting
 * must hold for them.
 */

const { RedisError, ReplyError } = require('../errors.js')
const { ownOptions } = require('../own-options.js')
const { readOptions, refuse } = require('./options.js')
const { ENCODINGS } = require('../command/call-options.js')

/** The letters of `notify-keyspace-events` for what has a letter of its own. `A` stands for some of them only. */
const LETTERS = new Map([
  ['expired', 'x'],
  ['evicted', 'e'],
  ['keymiss', 'm'],
  ['new', 'n'],
  ['overwritten', 'o'],
  ['type_changed', 'c'],
])
/** Those that `A` stands for. */
const ALL = 'g$lshzxetd'
/** Letters for the events of commands, one for each kind of key. */
const OF_COMMANDS = 'g$lshztd'

const SETTING = 'notify-keyspace-events'

/** @param {readonly string[] | undefined} events */
function checkEvents(events) {
  if (events === undefined) return
  const isName = (/** @type {unknown} */ event) => typeof event === 'string' && event !== ''
  if (!Array.isArray(events) || events.length === 0 || !events.every(isName)) {
    refuse('option "events" must be an array of names of events')
  }
}

/**
 * What has to be in the server's setting for these events: a letter of each string.
 * @param {string} channels `K` or `E`
 * @param {readonly string[] | undefined} events
 */
function needs(channels, events) {
  const classes = (events ?? ['']).map((event) => LETTERS.get(event) ?? OF_COMMANDS)
  return [channels, ...new Set(classes)]
}

/** @param {string} setting @param {readonly string[]} needed */
function holds(setting, needed) {
  const letters = setting.replace('A', ALL)
  return needed.every((choice) => [...choice].some((letter) => letters.includes(letter)))
}

/** @param {string} setting @param {readonly string[]} needed */
function unset(setting, needed) {
  const wanted = needed.map((choice) => (choice === OF_COMMANDS ? 'A' : choice)).join('')
  const own = `${setting}${wanted}`
  const better = [...new Set(own)].filter((letter) => !own.includes('A') || !ALL.includes(letter)).join('')
  const message =
    `${SETTING} is ${setting === '' ? 'off' : `"${setting}"`} on this server, which does not send these events; ` +
    `set it to "${better}" (CONFIG SET ${SETTING} ${better}, or in the server's configuration file)`
  return new RedisError(message, { code: 'KEYSPACE_EVENTS_OFF', maybeExecuted: false })
}

/**
 * Rejects where the server does not send what is asked for. Servers that do not tell their settings are believed.
 * @param {any} redis
 * @param {readonly string[]} needed
 */
async function checkServer(redis, needed) {
  let settings
  try {
    settings = await redis.with({ encoding: 'utf8' }).configGet(SETTING)
  } catch (error) {
    if (error instanceof ReplyError) return
    throw error
  }
  const setting = settings[SETTING]
  if (typeof setting === 'string' && !holds(setting, needed)) throw unset(setting, needed)
}

/**
 * A pattern that `text` matches and nothing else.
 * @param {string} text
 */
function literally(text) {
  return text.replace(/[\\*?[\]]/g, '\\$&')
}

/**
 * How a view shows the name of a key.
 * @param {{ binary: boolean, encoding: number }} settings
 * @returns {(name: Buffer) => Buffer | string}
 */
function shown({ binary, encoding }) {
  return binary ? (name) => name : (name) => name.toString(/** @type {any} */ (ENCODINGS[encoding]))
}

class KeyspaceEvents {
  #subscriber
  #messages
  #read
  #closing = false

  /**
   * @param {any} redis
   * @param {string} keyPrefix
   * @param {{ events?: readonly string[], pattern?: string, db: number, [option: string]: any }} options
   */
  constructor(redis, keyPrefix, { events, pattern, db, ...options }) {
    const byKey = pattern !== undefined
    const channels = `__key${byKey ? 'space' : 'event'}@${db}__:`
    const wanted = events === undefined ? undefined : new Set(events)
    const own = Buffer.from(keyPrefix)
    const show = shown(redis._settings)
    /** @param {{ channel: Buffer, data: Buffer }} message */
    this.#read = ({ channel, data }) => {
      const named = channel.subarray(channels.length)
      const [event, key] = byKey ? [String(data), named] : [String(named), data]
      if (byKey && wanted !== undefined && !wanted.has(event)) return undefined
      if (!key.subarray(0, own.length).equals(own)) return undefined
      return { event, key: show(key.subarray(own.length)), db }
    }
    // Bytes, because a view's encoding is for keys, and not for the names of channels that they stand in.
    this.#subscriber = redis.buffers.pubsub(options)
    this.#messages = this.#subscriber.messages()
    const keys = byKey ? `${literally(keyPrefix)}${pattern}` : undefined
    const { signal } = ownOptions(options)
    const asking = signal === undefined ? redis : redis.with({ signal })
    this.ready = this.#start(asking, byKey ? 'K' : 'E', events, channels, keys)
    // It reaches the iterator as well.
    this.ready.catch(() => {})
  }

  /**
   * @param {any} redis
   * @param {'K' | 'E'} kind
   * @param {readonly string[] | undefined} events
   * @param {string} channels what their names begin with
   * @param {string | undefined} keys
   */
  async #start(redis, kind, events, channels, keys) {
    try {
      await checkServer(redis, needs(kind, events))
      if (keys !== undefined) await this.#subscriber.psubscribe(`${channels}${keys}`)
      else if (events === undefined) await this.#subscriber.psubscribe(`${channels}*`)
      else await this.#subscriber.subscribe(events.map((event) => `${channels}${event}`))
    } catch (error) {
      // Its end is not waited for: the server may be what nothing is heard of.
      void this.close()
      throw error
    }
  }

  async next() {
    await this.ready
    for (;;) {
      const { value, done } = await this.#messages.next()
      if (done) return { value: undefined, done }
      const event = this.#read(value)
      if (event !== undefined) return { value: event, done: false }
    }
  }

  async return() {
    await this.close()
    return { value: undefined, done: true }
  }

  /** @param {unknown} error */
  async throw(error) {
    await this.close()
    throw error
  }

  /** @param {string} event @param {(...args: any[]) => void} listener */
  on(event, listener) {
    this.#subscriber.on(event, listener)
    return this
  }

  async close() {
    this.#closing = true
    await this.#messages.return()
  }

  get closed() {
    return this.#closing || this.#subscriber.closed
  }

  [Symbol.asyncIterator]() {
    return this
  }
}

Object.defineProperty(KeyspaceEvents.prototype, Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose'), {
  /** @this {KeyspaceEvents} */
  value() {
    return this.close()
  },
  writable: true,
  configurable: true,
})

/**
 * @param {any} redis
 * @param {{ db: number, keyPrefix: string | null }} facts the client's own
 * @param {Record<string, any>} options
 */
function keyspace(redis, facts, options) {
  readOptions('keyspace()', options, ['events', 'pattern', 'db'])
  const { events, pattern, db = facts.db } = ownOptions(options)
  checkEvents(events)
  if (pattern !== undefined && typeof pattern !== 'string') refuse('option "pattern" must be a string')
  if (!Number.isSafeInteger(db) || db < 0) refuse('option "db" must be the number of a database')
  return new KeyspaceEvents(redis, facts.keyPrefix ?? '', { ...ownOptions(options), db })
}

module.exports = { keyspace }
