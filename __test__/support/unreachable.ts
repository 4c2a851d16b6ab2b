import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import type { TestContext } from 'node:test'
import { type Client, type Failure, failure, Redis } from './client'
import { bindToFreePort } from './ports'
import { assertHides, collectWarnings } from './secrets'

/** The password of every client that `cannotConnect` makes. */
export const PASSWORD = 'pass/w@rd s3cret'
/** One attempt to connect, whose outcome, and no deadline of their own, is what calls end with. */
export const ONE_ATTEMPT = { connectTimeout: 30_000, commandTimeout: 60_000, reconnect: false }
/** The same, where nobody will ever answer. */
export const BRIEF = { ...ONE_ATTEMPT, connectTimeout: 500 }

/** A port on which nobody listens. */
export function closedPort(): Promise<number> {
  return bindToFreePort(
    (port) =>
      new Promise((resolve, reject) => {
        const probe = createServer().once('error', reject)
        probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)))
      }),
  )
}

/** Listens on a free port until the test ends. */
export async function listen(t: TestContext, listener: Server): Promise<number> {
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const sockets = new Set<{ destroy(): void }>()
  listener.on('connection', (socket) => sockets.add(socket))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    listener.close()
  })
  return (listener.address() as AddressInfo).port
}

/**
 * Expects `connect()`, a command before it and a command behind it to reject with this class and code, and the password
 * nowhere. Answers the error of `connect()`.
 */
export async function cannotConnect(
  t: TestContext,
  options: Record<string, unknown>,
  type: Function,
  code: string,
  cause: RegExp,
): Promise<Failure> {
  const warnings = collectWarnings(t)
  const client: Client = new Redis({ host: '127.0.0.1', password: PASSWORD, ...ONE_ATTEMPT, ...options })
  t.after(() => client.destroy())
  const events: unknown[] = []
  for (const name of ['close', 'reconnecting', 'end']) client.on(name, (event: unknown) => events.push(event))
  const errors = [
    await failure(client.connect()),
    ...(await Promise.all([failure(client.get('key')), failure(client.set('key', 'value'))])),
  ]
  for (const error of errors) {
    assert.ok(error instanceof type, `${error.name}: ${error.message}`)
    assert.equal(error.code, code)
    assert.match(error.message, cause)
  }
  assert.deepEqual(
    errors.map(({ command }) => command),
    [undefined, 'GET', 'SET'],
  )
  assert.deepEqual(
    errors.slice(1).map(({ maybeExecuted }) => maybeExecuted),
    [false, false],
  )
  await new Promise((resolve) => setImmediate(resolve))
  for (const shown of [...errors, ...events, ...warnings, client]) assertHides(shown, PASSWORD)
  return errors[0] as Failure
}
