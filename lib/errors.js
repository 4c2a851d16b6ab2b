// @ts-check
'use strict'

/** The error classes. Every error has a stable `code`; none holds an argument or a password. */

/**
 * @typedef {object} Failure What the engine reports, as JSON.
 * @property {string} kind
 * @property {string} code
 * @property {string} message
 * @property {string | null} [phase]
 * @property {boolean | null} [maybeExecuted]
 * @property {number} [index] the command's place in its batch
 * @property {number} [position] of a wrong argument: its place on the wire, from 1
 * @property {string} [problem] what is wrong with it
 * @property {{ index: number, code: string, message: string }[]} [rejected] the commands that the server would not queue
 * @property {Failure | { system: SystemFault[] }} [cause]
 *
 * @typedef {object} SystemFault What the system says, in Node's terms.
 * @property {string} code
 * @property {number | null} errno
 * @property {string} syscall
 * @property {string | null} address
 * @property {number | null} port
 * @property {string | null} hostname
 */

const { getSystemErrorMap } = require('node:util')

class RedisError extends Error {
  /**
   * @param {string} message
   * @param {{ code?: string, command?: string, maybeExecuted?: boolean, cause?: unknown }} [details]
   */
  constructor(message, details = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    /** @type {string} */
    this.code = details.code ?? 'REDIS_ERROR'
    if (details.command !== undefined) this.command = details.command
    if (details.maybeExecuted !== undefined) this.maybeExecuted = details.maybeExecuted
  }
}

class ReplyError extends RedisError {
  /**
   * @param {string} message
   * @param {{ code?: string, command?: string, maybeExecuted?: boolean, cause?: unknown, serverMessage?: string }} [details]
   */
  constructor(message, details = {}) {
    super(message, details)
    /** @type {string} */
    this.serverMessage = details.serverMessage ?? message
  }
}
class ConnectionError extends RedisError {}
class AuthenticationError extends RedisError {}
class TimeoutError extends RedisError {
  /**
   * @param {string} message
   * @param {{ code?: string, command?: string, maybeExecuted?: boolean, cause?: unknown, phase?: string }} [details]
   */
  constructor(message, details = {}) {
    super(message, details)
    this.phase = details.phase ?? 'queue'
  }
}
class AbortError extends RedisError {}
class QueueFullError extends RedisError {}
class PoolTimeoutError extends RedisError {}
class WatchError extends RedisError {}
class ExecAbortError extends RedisError {
  /** The errors of the commands that the server would not queue. @type {Error[]} */
  errors = []
}
class ProtocolError extends RedisError {}
class ClosedError extends RedisError {}
class SentinelError extends RedisError {}
class OptionError extends RedisError {}
class InternalError extends RedisError {}

const CLASSES = {
  Redis: RedisError,
  Reply: ReplyError,
  Connection: ConnectionError,
  Authentication: AuthenticationError,
  Timeout: TimeoutError,
  QueueFull: QueueFullError,
  PoolTimeout: PoolTimeoutError,
  Watch: WatchError,
  ExecAbort: ExecAbortError,
  Protocol: ProtocolError,
  Closed: ClosedError,
  Sentinel: SentinelError,
  Option: OptionError,
  Internal: InternalError,
}

for (const type of [RedisError, AbortError, ...Object.values(CLASSES)]) {
  Object.defineProperty(type.prototype, 'name', { value: type.name, writable: true, configurable: true })
}

/** Node's number for an error of the system. @param {string} code */
function errnoOf(code) {
  for (const [errno, [name]] of getSystemErrorMap()) if (name === code) return errno
  return undefined
}

/**
 * The code for a number of the system that the engine has no name for.
 * @param {number | null} errno
 */
function codeOf(errno) {
  return (errno !== null && getSystemErrorMap().get(-errno)?.[0]) || 'UNKNOWN'
}

/**
 * The error that Node would have made.
 * @param {SystemFault} fault
 */
function systemError({ code: known, errno: number, syscall, address, port, hostname }) {
  const code = known || codeOf(number)
  const errno = errnoOf(code)
  const place = hostname ?? address
  const words = [syscall, code, place !== null && port !== null ? `${place}:${port}` : place]
  return Object.assign(new Error(words.filter((word) => word).join(' ')), {
    code,
    ...(errno !== undefined && { errno }),
    ...(syscall !== '' && { syscall }),
    ...(hostname !== null && { hostname }),
    ...(address !== null && { address }),
    ...(port !== null && { port }),
  })
}

/**
 * What lies behind a failure. Where several addresses were tried, there is an error for each, as Node has it.
 * @param {NonNullable<Failure['cause']>} cause
 * @returns {Error}
 */
function causeOf(cause) {
  if (!('system' in cause)) return errorOf(cause)
  const errors = cause.system.map(systemError)
  const [first] = errors
  if (errors.length === 1) return /** @type {Error} */ (first)
  return Object.assign(new AggregateError(errors, first?.message), first)
}

/** What a server says that does not know a command. */
const UNKNOWN = /^ERR unknown (sub)?command/i

/** @type {(command: string) => string | null | undefined} */
let needsOf = () => undefined

/**
 * Errors about unknown commands say from now on which servers know them.
 * @param {typeof needsOf} lookUp
 */
function explainUnknown(lookUp) {
  needsOf = lookUp
}

/**
 * What the server said, and why.
 * @param {Failure} failure
 * @param {string | undefined} command
 */
function explained({ kind, message }, command) {
  const needs = kind === 'Reply' && command !== undefined && UNKNOWN.test(message) ? needsOf(command) : null
  return needs ? `${message}; it needs ${needs}` : message
}

/**
 * The error for a failure of the engine.
 * @param {Failure} failure
 * @param {string} [command]
 * @returns {Error}
 */
function errorOf(failure, command) {
  const { kind, code, phase, maybeExecuted, index } = failure
  const text = explained(failure, command)
  const message = command === undefined ? text : `${command}: ${text}`
  if (kind === 'Argument') {
    return Object.assign(new TypeError(message), {
      code,
      ...(command !== undefined && { command }),
      ...(index !== undefined && { index }),
    })
  }
  /** @type {Record<string, unknown>} */
  const details = { code }
  if (command !== undefined) details.command = command
  if (phase) details.phase = phase
  if (typeof maybeExecuted === 'boolean') details.maybeExecuted = maybeExecuted
  if (failure.cause !== undefined) details.cause = causeOf(failure.cause)
  if (kind === 'Reply') details.serverMessage = failure.message
  const type = CLASSES[/** @type {keyof typeof CLASSES} */ (kind)] ?? InternalError
  const error = new type(message, details)
  return index === undefined ? error : Object.assign(error, { index })
}

/**
 * The error of a call whose signal aborted.
 * @param {unknown} reason the signal's
 * @param {string} [command]
 * @param {boolean} [maybeExecuted] false when the signal had aborted before the call
 */
function abortError(reason, command, maybeExecuted = true) {
  const message = 'the call was aborted'
  return new AbortError(command === undefined ? message : `${command}: ${message}`, {
    code: 'ABORTED',
    maybeExecuted,
    cause: reason,
    ...(command !== undefined && { command }),
  })
}

module.exports = {
  RedisError,
  ReplyError,
  ConnectionError,
  AuthenticationError,
  TimeoutError,
  AbortError,
  QueueFullError,
  PoolTimeoutError,
  WatchError,
  ExecAbortError,
  ProtocolError,
  ClosedError,
  SentinelError,
  OptionError,
  InternalError,
  abortError,
  errorOf,
  explainUnknown,
}
