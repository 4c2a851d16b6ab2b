// @ts-check
'use strict'

/**
 * Leased connections. Owns how one is taken and given back, and what happens to one that nobody gives back.
 */

const { Core, shut } = require('../command/call.js')
const { carryCommands, configure, View } = require('../command/command-mixin.js')
const { lastSlot, open, withdrawal } = require('../reply/pending-calls.js')
const { abortable } = require('../abort.js')
const { abortError, errorOf } = require('../errors.js')
const { LeaseState, follow, forget, lose } = require('./lost-leases.js')

/** What a call on a lease that was given back is refused with. */
const RELEASED = {
  kind: 'Closed',
  code: 'LEASE_RELEASED',
  message: 'the leased connection was given back',
  maybeExecuted: false,
}

/** Places that forgot a lease and were reported. A program with more of them knows by now. */
const REPORTED_MAX = 100
/** @type {Set<string | undefined>} */
const reported = new Set()

/**
 * Looks after the connections, and not after the lease: a view of it is as good a reason to keep it.
 * @type {FinalizationRegistry<{ native: import('../native.js').NativeLease, taken: { stack?: string }, number: number }>}
 */
const forgotten = new FinalizationRegistry(({ native, taken, number }) => {
  forget(number)
  // Whoever closes a client need not give its connections back.
  if (native.release() === 0) return
  // The first line is the one that names an error, the second one the place.
  const lines = taken.stack?.split('\n').slice(1) ?? []
  if (reported.has(lines[0]) || reported.size === REPORTED_MAX) return
  reported.add(lines[0])
  const message = 'a leased connection was never released, and was reclaimed when it was collected'
  const detail = ['It was taken here:', ...lines].join('\n')
  process.emitWarning(message, { type: 'OxidisWarning', code: 'LEASE_NOT_RELEASED', detail })
})

/** The same leased connection with other settings. */
class LeaseView {
  /**
   * @param {InstanceType<typeof Core>} core
   * @param {import('../command/call-options.js').Settings} settings
   */
  constructor(core, settings) {
    configure(/** @type {any} */ (this), core, settings)
  }
}

class Lease extends LeaseView {
  #number
  #state

  /**
   * @param {InstanceType<typeof Core>} core
   * @param {import('../command/call-options.js').Settings} settings
   * @param {number} number the engine's
   */
  constructor(core, settings, number) {
    super(core, settings)
    this.#number = number
    this.#state = new LeaseState()
    // A view of the lease is as good a reason to keep it.
    core.lease = this.#state
    follow(number, this.#state)
    // It may have been lost on its way here.
    const lost = core.native.lost()
    if (lost !== undefined) lose(number, errorOf(JSON.parse(lost)))
  }

  /** Why the connection was lost, if it was. */
  get lost() {
    return this.#state.lost
  }

  /**
   * @param {string} event
   * @param {(...values: any[]) => void} listener
   */
  on(event, listener) {
    this.#state.listeners.on(event, listener)
    return this
  }

  /**
   * @param {string} event
   * @param {(...values: any[]) => void} listener
   */
  once(event, listener) {
    this.#state.listeners.once(event, listener)
    return this
  }

  /**
   * @param {string} event
   * @param {(...values: any[]) => void} listener
   */
  off(event, listener) {
    this.#state.listeners.off(event, listener)
    return this
  }

  /** Gives the connection back. What was called before is still answered. */
  release() {
    const core = /** @type {any} */ (this)._core
    if (!forgotten.unregister(core)) return
    const { native } = core
    forget(this.#number)
    shut(core, RELEASED)
    native.release()
  }
}

carryCommands(LeaseView.prototype, { session: true, view: LeaseView })

/**
 * @param {'asyncDispose' | 'dispose'} name
 * @param {(this: Lease) => unknown} value
 */
function onDispose(name, value) {
  // Older versions of Node have their own symbol, which the compilers use as well.
  const symbol = Symbol[name] ?? Symbol.for(`nodejs.${name}`)
  Object.defineProperty(Lease.prototype, symbol, { value, writable: true, configurable: true })
}

onDispose('asyncDispose', async function () {
  this.release()
})
onDispose('dispose', function () {
  this.release()
})

/**
 * Takes a connection out of the pool of `handle`, whose settings the lease has, and which hold for the waiting as well.
 * @param {import('../command/command-mixin.js').Commander} handle
 * @param {{ stack?: string }} taken
 * @returns {Promise<Lease>}
 */
async function take(handle, taken) {
  const { _core: core, _settings: settings } = handle
  const { signal, timeout } = settings
  if (signal?.aborted) throw abortError(signal.reason, undefined, false)
  const granted = open('')
  const giveUp = withdrawal({ withdraw: (slot) => core.native.giveUpLease(slot) })
  core.native.lease(lastSlot(), timeout)
  const taking = granted.then((number) => {
    const native = core.native.leased(number)
    const own = new Core(native)
    own.rawKeys = core.rawKeys?.for(own)
    forgotten.register(own, { native, taken, number }, own)
    return new Lease(own, settings, number)
  })
  if (signal === undefined) return taking
  try {
    return await abortable(taking, signal, undefined, () => {
      giveUp()
      return 'withdrawn'
    })
  } catch (error) {
    // It may have been granted at that moment, to nobody.
    taking.then(
      (lease) => lease.release(),
      () => {},
    )
    throw error
  }
}

/**
 * @this {import('../command/command-mixin.js').Commander}
 * @param {(conn: Lease) => unknown} [use]
 */
async function client(use) {
  if (use !== undefined && typeof use !== 'function') {
    const error = new TypeError('client() takes a function of the connection, or nothing')
    throw Object.assign(error, { code: 'INVALID_ARGUMENT' })
  }
  /** @type {{ stack?: string }} */
  const taken = {}
  Error.captureStackTrace(taken, client)
  const lease = await take(this, taken)
  if (use === undefined) return lease
  try {
    return await use(lease)
  } finally {
    lease.release()
  }
}

/**
 * Lets a class of handles lease connections.
 * @param {object} prototype
 */
function addLeasing(prototype) {
  Object.defineProperty(prototype, 'client', { value: client, writable: true, configurable: true })
}

addLeasing(View.prototype)

module.exports = { addLeasing }
