import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type Client,
  failure,
  type Failure,
  forBothProtocols,
  openClient,
  TimeoutError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { TestServer } from '../support/server'

/** A deadline, and work beyond it: long enough that a call made after the work is in time on a slow machine, too. */
const TIMEOUT = 3000
const WORK = TIMEOUT + 300

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** Keeps the thread busy. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

function assertUnsent(error: Failure, what: string): void {
  assert.ok(error instanceof TimeoutError, `${what}: ${String(error)}`)
  assert.deepEqual([error.phase, error.maybeExecuted], ['queue', false], what)
  assert.match(error.message, /the JavaScript thread was busy for \d+ ms/, what)
}

forBothProtocols((protocol) => {
  const openShared = (t: any, more = {}): Client =>
    openClient(t, { port: server.port, protocol, commandTimeout: TIMEOUT, ...more })

  test('what is handed over after its deadline is never sent, and a call made after the work is', async (t) => {
    await server.raw('FLUSHALL')
    const client = openShared(t)
    const lease = await client.client()
    const offline = openShared(t)
    const single = openShared(t, { singleConnection: true })
    await Promise.all([client.ping(), lease.ping(), single.ping()])
    const late = {
      call: client.incr('late'),
      'another call of the same tick': client.set('late', 'set'),
      'a raw call': client.executeCommand('INCR', 'late'),
      'a call with options': client.set('late', 'set', { ex: 100 }),
      'a read': client.get('late'),
      'a transaction': client.pipeline().incr('late').incr('late').execute(),
      'a plain pipeline': client.pipeline({ transaction: false }).incr('late').incr('late').execute(),
      'a call with a timeout of its own': client.with({ timeout: 5 }).incr('late'),
      'on a lease': lease.incr('late'),
      'without a connection': offline.incr('late'),
      'on a single connection': single.incr('late'),
    }
    const unhurried = client.with({ timeout: 0 }).incr('unhurried')
    const failures = Promise.all(
      Object.entries(late).map(async ([what, call]) => [what, await failure(call)] as const),
    )
    work(WORK)
    const fresh = [client.incr('fresh'), client.pipeline().incr('fresh').execute(), lease.incr('fresh')]
    for (const [what, error] of await failures) assertUnsent(error, what)
    assert.equal(await unhurried, 1)
    await Promise.all(fresh)
    assert.equal(await client.get('fresh'), '3')
    assert.equal(await client.get('late'), null)
    await lease.release()
  })

  test('calls between pieces of work that are longer than the deadline together are all in time', async (t) => {
    await server.raw('FLUSHALL')
    const client = openShared(t)
    await client.ping()
    const calls = [client.incr('n')]
    for (let piece = 0; piece < 3; piece++) {
      work(TIMEOUT * 0.4)
      calls.push(client.incr('n'))
    }
    // The first was called longer ago than it may wait.
    const [first, ...others] = calls
    assertUnsent(await failure(first), 'the first')
    assert.deepEqual(await Promise.all(others), [1, 2, 3])
  })

  test('a reply that came in time and is seen late is the reply', async (t) => {
    await server.raw('FLUSHALL')
    const client = openShared(t)
    // One by one, so that this thread reads the replies itself.
    for (let call = 0; call < 100; call++) await client.incr('n')
    const value = 'x'.repeat(300_000)
    await client.set('large', value)
    const calls = [client.incr('n'), client.get('large'), client.pipeline().incr('n').get('large').execute()]
    // What was called is on its way.
    await new Promise((resolve) => setImmediate(resolve))
    work(WORK)
    assert.deepEqual(await Promise.all(calls), [101, value, [102, value]])
  })

  test('a caller is not told that the server is late while another caller encodes a large batch', async (t) => {
    const client = openShared(t, { commandTimeout: 50 })
    await client.ping()
    const bystander = failure(client.incr('bystander'))
    const batch = client.with({ timeout: 0 }).pipeline({ transaction: false })
    for (let at = 0; at < 100_000; at++) batch.set('k', 'v'.repeat(100))
    const results = batch.execute()
    work(60)
    assertUnsent(await bystander, 'the bystander')
    assert.equal((await results).length, 100_000)
  })

  test('what waits behind a server that takes nothing is told so, and is not sent later', async (t) => {
    await server.raw('FLUSHALL')
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, commandTimeout: 200 })
    await client.connect()
    proxy.stall('request')
    const large = failure(client.with({ timeout: 0 }).set('large', 'x'.repeat(64 * 1024 * 1024)))
    const behind = await failure(client.incr('n'))
    assert.ok(behind instanceof TimeoutError)
    assert.equal(behind.maybeExecuted, false)
    proxy.resume()
    client.destroy()
    await large
    assert.equal(await server.raw('GET', 'n'), null)
  })
})
