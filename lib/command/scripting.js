// @ts-check
'use strict'

/**
 * Scripts and functions of libraries as functions of JavaScript. Owns when the server is given their code: it forgets scripts
 * whenever it is told to, or started anew.
 */

const { createHash } = require('node:crypto')

const { ReplyError } = require('../errors.js')
const { flagOption } = require('./call-options.js')

/**
 * What runs on the server.
 * @typedef {object} Routine
 * @property {(handle: any, keys: unknown, args: unknown) => Promise<unknown>} call
 * @property {(pipeline: any, keys: unknown, args: unknown, first: boolean) => unknown} record `first`: not yet in this batch
 * @property {(pipeline: any, keys: unknown, args: unknown) => unknown} recordWhole with all that the server may lack
 * @property {(handle: any) => Promise<unknown> | undefined} prepare what has to be done before a batch with it, if anything
 * @property {(failure: { code?: string, message: string }) => boolean} isMissing whether the server did not know it
 * @property {(handle: any) => void} forget the server did not know it: what was prepared has to be done again
 *
 * @typedef {{ routine: Routine, keys: unknown, args: unknown }} Run
 */

/** What stands behind a function that was handed out. @type {WeakMap<Function, Routine>} */
const routines = new WeakMap()

/** @param {string} message @returns {never} */
function wrong(message) {
  throw Object.assign(new TypeError(message), { code: 'INVALID_ARGUMENT' })
}

/**
 * @param {unknown} callable
 * @returns {Routine}
 */
function routineOf(callable) {
  const routine = typeof callable === 'function' ? routines.get(callable) : undefined
  return routine ?? wrong('run() takes what script() or handle() answered')
}

/**
 * @param {any} handle
 * @param {Routine} routine
 */
function callableOf(handle, routine) {
  const callable = (/** @type {unknown} */ keys, /** @type {unknown} */ args) =>
    routine.call(handle, keys, args)
  routines.set(callable, routine)
  return callable
}

/**
 * @param {string} code
 * @param {boolean} readOnly
 * @returns {Routine & { sha1: string }}
 */
function scriptRoutine(code, readOnly) {
  const sha1 = createHash('sha1').update(code).digest('hex')
  const known = readOnly ? 'evalsha_ro' : 'evalsha'
  const whole = readOnly ? 'eval_ro' : 'eval'
  const isMissing = (/** @type {{ code?: string }} */ failure) => failure.code === 'NOSCRIPT'
  return {
    sha1,
    isMissing,
    prepare: () => undefined,
    forget: () => {},
    async call(handle, keys, args) {
      try {
        return await handle[known](sha1, keys, args)
      } catch (error) {
        if (!(error instanceof ReplyError) || !isMissing(error)) throw error
      }
      return await handle[whole](code, keys, args)
    },
    // Were the first one to fail, the commands behind it would run before it.
    record: (pipeline, keys, args, first) =>
      first ? pipeline[whole](code, keys, args) : pipeline[known](sha1, keys, args),
    recordWhole: (pipeline, keys, args) => pipeline[whole](code, keys, args),
  }
}

/**
 * The same handle with nothing going elsewhere than to the master.
 * @param {any} handle
 */
function atMaster(handle) {
  const { split } = handle._core
  return split === undefined ? handle : new handle._View(split.master, handle._settings)
}

/** The code of a library, and where it is known to be. */
class Library {
  #handle
  #code
  /** The connections' clients whose server has the library. @type {WeakMap<object, Promise<unknown>>} */
  #ready = new WeakMap()

  /**
   * @param {any} handle
   * @param {string} code
   */
  constructor(handle, code) {
    this.#handle = handle
    this.#code = code
    const name = /^#!\s*\S+\s[^\n]*?\bname=(\S+)/.exec(code)?.[1]
    if (name === undefined) wrong('the code of a library begins with a line such as "#!lua name=mylib"')
    /** @type {string} */
    this.name = name
  }

  /** Gives the server the code, whether or not it has a library of this name. */
  load() {
    return this.#load(this.#handle)
  }

  /**
   * A function of the library.
   * @param {unknown} name
   * @param {unknown} [options]
   */
  handle(name, options) {
    if (typeof name !== 'string') wrong('handle(): the name of the function must be a string')
    return callableOf(this.#handle, this.#routine(name, flagOption('handle()', 'readOnly', options, false)))
  }

  /** @param {any} handle */
  #load(handle) {
    return handle.functionLoad(this.#code, { replace: true })
  }

  /**
   * @param {string} name
   * @param {boolean} readOnly
   * @returns {Routine}
   */
  #routine(name, readOnly) {
    const method = readOnly ? 'fcall_ro' : 'fcall'
    const isMissing = (/** @type {{ message: string }} */ failure) =>
      failure.message.includes('Function not found')
    const call = (/** @type {any} */ on, /** @type {unknown} */ keys, /** @type {unknown} */ args) =>
      on[method](name, keys, args)
    return {
      isMissing,
      prepare: (handle) => this.#prepare(handle),
      forget: (handle) => this.#ready.delete(handle._core),
      call: async (handle, keys, args) => {
        try {
          return await call(handle, keys, args)
        } catch (error) {
          if (!(error instanceof ReplyError) || !isMissing(error)) throw error
        }
        await this.#load(handle)
        // The replica that was asked need not have heard of it yet.
        return await call(atMaster(handle), keys, args)
      },
      record: call,
      recordWhole: (pipeline, keys, args) => {
        this.#load(pipeline)
        return call(pipeline, keys, args)
      },
    }
  }

  /**
   * Sees to it, once for each client, that the server has a library of this name. Others may wait for it as well, so that the
   * handle's own timeout and signal do not hold.
   * @param {any} handle
   */
  #prepare(handle) {
    const core = handle._core
    let ready = this.#ready.get(core)
    if (ready === undefined) {
      const settings = { ...handle._settings, timeout: undefined, signal: undefined }
      ready = this.#look(new handle._View(core, settings))
      this.#ready.set(core, ready)
      ready.catch(() => this.#ready.delete(core))
    }
    return ready
  }

  /** @param {any} handle */
  async #look(handle) {
    const found = await handle.functionList({ libraryname: this.name })
    if (found.length === 0) await this.#load(handle)
  }
}

const methods = {
  /** @this {any} @param {unknown} code @param {unknown} [options] */
  script(code, options) {
    if (typeof code !== 'string') wrong('script(): the code must be a string')
    const routine = scriptRoutine(code, flagOption('script()', 'readOnly', options, false))
    return Object.assign(callableOf(this, routine), { sha1: routine.sha1 })
  },

  /** @this {any} @param {unknown} code */
  function(code) {
    if (typeof code !== 'string') wrong('function(): the code must be a string')
    return new Library(this, code)
  },

  /** @this {any} @param {unknown} callable @param {unknown} [keys] @param {unknown} [args] */
  async run(callable, keys, args) {
    return await routineOf(callable).call(this, keys, args)
  },
}

/**
 * Lets a class of handles run scripts and functions.
 * @param {object} prototype
 */
function addRoutines(prototype) {
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true })
  }
}

module.exports = { addRoutines, routineOf }
