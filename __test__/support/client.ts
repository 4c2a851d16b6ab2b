import { createRequire } from 'node:module'
import { describe } from 'node:test'

/**
 * The client under test, without its types: tests also make the calls that those forbid, and the types have tests of their
 * own.
 */
export type Client = any

const oxidis: typeof import('../../index.js') = createRequire(__filename)('../../index.js')

export const {
  Redis,
  ConnectionPool,
  Sentinel,
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
} = oxidis

/** What every error of the client has. */
export interface Failure extends Error {
  code: string
  command?: string
  phase?: string
  maybeExecuted?: boolean
  index?: number
  results?: unknown[]
}

export type Outcome = { value: unknown; error?: undefined } | { error: Failure; value?: undefined }

interface Ending {
  after(action: () => void): void
}

/** A client that its creator destroys. */
export function createClient(...options: unknown[]): Client {
  const client: Client = new (Redis as Client)(...options)
  // Tests look at what commands and events say; the warning of a client that nobody listens to has a test of its own.
  client.on('error', () => {})
  return client
}

/** A client that is destroyed when the test ends. */
export function openClient(test: Ending, ...options: unknown[]): Client {
  const client = createClient(...options)
  test.after(() => client.destroy())
  return client
}

/** Declares the tests once for each version of the protocol. */
export function forBothProtocols(declare: (protocol: 2 | 3) => void): void {
  for (const protocol of [2, 3] as const) describe(`RESP${protocol}`, () => declare(protocol))
}

/** How a call settled. */
export async function outcome(call: Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await call }
  } catch (error) {
    return { error: error as Failure }
  }
}

/** The error of a call that must reject. */
export async function failure(call: Promise<unknown>): Promise<Failure> {
  const { error, value } = await outcome(call)
  if (error === undefined) throw new Error(`expected a rejection, got ${String(value)}`)
  return error
}

/** Resolves with the arguments of the next event of this name. */
export function next(client: Client, event: string): Promise<unknown[]> {
  return new Promise((resolve) => client.once(event, (...args: unknown[]) => resolve(args)))
}
