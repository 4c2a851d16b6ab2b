import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AuthenticationError,
  ConnectionError,
  type Failure,
  failure,
  forBothProtocols,
  next,
  openClient,
  outcome,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { assertHides } from '../support/secrets'
import { startServer, TestServer } from '../support/server'

const FAST = { initialDelay: 1, maxDelay: 5 }

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** Notes the events of a client, by name. */
function record(client: { on(name: string, listener: (value?: unknown) => void): void }): string[] {
  const events: string[] = []
  for (const name of ['connect', 'ready', 'close', 'reconnecting', 'end', 'error']) {
    client.on(name, () => events.push(name))
  }
  return events
}

forBothProtocols((protocol) => {
  test('a lost connection is made again with its database and its name, and told by events', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, db: 5, clientName: 'again', reconnect: FAST })
    const events = record(client)
    await client.connect()
    const connected = [...events]
    const closed = next(client, 'close')
    const ready = next(client, 'ready')
    await proxy.cutAll()
    const [cause] = await closed
    await ready
    assert.ok(cause instanceof ConnectionError)
    assert.equal((cause as Failure).code, 'CONNECTION_LOST')
    assert.match(String(await client.executeCommand('CLIENT INFO')), / name=again .* db=5 /)
    assert.deepEqual(connected, ['connect', 'ready'])
    assert.deepEqual(events, ['connect', 'ready', 'close', 'reconnecting', 'connect', 'ready'])
  })

  test('delays double up to the longest, and begin anew after a good connection', async (t) => {
    const proxy = await FaultProxy.start({ target: server })
    t.after(() => proxy.close())
    const reconnect = { initialDelay: 1, maxDelay: 8, jitter: false }
    const client = openClient(t, proxy.url, { protocol, reconnect })
    await client.connect()
    for (let outage = 0; outage < 2; outage += 1) {
      const attempts: { attempt: number; delay: number }[] = []
      const enough = new Promise<void>((resolve) => {
        const note = (attempt: { attempt: number; delay: number }) => {
          attempts.push(attempt)
          if (attempts.length < 6) return
          client.off('reconnecting', note)
          resolve()
        }
        client.on('reconnecting', note)
      })
      proxy.refuse()
      await proxy.cutAll()
      await enough
      assert.deepEqual(
        attempts.map(({ attempt }) => attempt),
        [1, 2, 3, 4, 5, 6],
      )
      assert.deepEqual(
        attempts.map(({ delay }) => delay),
        [1, 2, 4, 8, 8, 8],
      )
      const ready = next(client, 'ready')
      await proxy.listen()
      await ready
      // A connection is good that has answered something.
      assert.equal(await client.ping(), 'PONG')
    }
  })

  test('after the last attempt everything that waits is rejected, and the next call begins anew', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const options = { protocol, reconnect: { ...FAST, maxAttempts: 3 }, commandTimeout: 30_000 }
    const client = openClient(t, proxy.url, options)
    await client.connect()
    const events = record(client)
    const closed = next(client, 'close')
    const end = next(client, 'end')
    proxy.refuse()
    await proxy.cutAll()
    await closed
    const error = await failure(client.set('k', 'v'))
    await end
    assert.ok(error instanceof ConnectionError)
    assert.equal(error.code, 'CONNECTION_REFUSED')
    assert.equal(error.maybeExecuted, false)
    assert.equal(events.filter((name) => name === 'reconnecting').length, 3)
    assert.equal(events.filter((name) => name === 'error').length, 3)
    assert.equal(events.at(-1), 'end')
    await proxy.listen()
    assert.equal(await client.echo('anew'), 'anew')
  })

  test('with reconnect: false a lost connection rejects what was on it, reads too, and is the end', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, reconnect: false, commandTimeout: 30_000 })
    const events = record(client)
    await client.connect()
    const end = next(client, 'end')
    proxy.cut({ next: 1 })
    const [read, write] = await Promise.all([failure(client.get('k')), failure(client.incr('n'))])
    await end
    for (const error of [read, write]) {
      assert.ok(error instanceof ConnectionError)
      assert.equal(error.maybeExecuted, true)
    }
    assert.deepEqual(events, ['connect', 'ready', 'close', 'end'])
    assert.equal(proxy.connectionCount, 1)
    // Nothing but a call makes a connection, and a call does.
    assert.equal(await client.echo('anew'), 'anew')
    assert.equal(proxy.connectionCount, 2)
  })

  test('with singleConnection a lost connection is never made again', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, singleConnection: true })
    assert.equal(await client.set('k', 'before'), 'OK')
    const end = next(client, 'end')
    await proxy.cutAll()
    await end
    const calls = [client.get('k'), client.set('k', 'v'), client.connect()]
    for (const error of await Promise.all(calls.map(failure))) {
      assert.ok(error instanceof ConnectionError)
      assert.match(error.message, /this one connection is gone/)
      assert.notEqual(error.maybeExecuted, true)
    }
    assert.equal(proxy.connectionCount, 1)
  })

  test('calls made while the server is away run in their order when it is back', async (t) => {
    const own = await startServer(t)
    const client = openClient(t, own.url, { protocol, reconnect: FAST, commandTimeout: 30_000 })
    await client.set('order', '')
    const closed = next(client, 'close')
    await own.kill()
    await closed
    const calls = []
    for (let index = 0; index < 500; index += 1) calls.push(client.append('order', `${index},`))
    const read = client.get('order')
    await own.restart()
    for (let index = 500; index < 600; index += 1) calls.push(client.append('order', `${index},`))
    await Promise.all(calls)
    const all = (length: number) => Array.from({ length }, (_, index) => `${index},`).join('')
    assert.equal(await read, all(500))
    assert.equal(await client.get('order'), all(600))
  })

  test('calls without any wait between them run in their order', async () => {
    const client = openClient({ after: () => {} }, server.url, { protocol })
    const lengths = Array.from({ length: 3000 }, (_, index) => client.append(`order${protocol}`, `${index},`))
    const expected = lengths.map((_, index) => `${index},`).join('')
    await Promise.all(lengths)
    assert.equal(await client.get(`order${protocol}`), expected)
    await client.close()
  })

  test('a password that has changed lets no call through, and says so; the right one again does', async (t) => {
    const own = await startServer(t, { password: 'first s3cret' })
    const client = openClient(t, own.url, { protocol, reconnect: FAST, commandTimeout: 30_000 })
    await client.connect()
    await own.raw('CONFIG', 'SET', 'requirepass', 'second s3cret')
    const failed = next(client, 'error')
    await own.raw('CLIENT', 'KILL', 'USER', 'default')
    const [cause] = await failed
    assert.ok(cause instanceof AuthenticationError)
    for (const { error } of await Promise.all([outcome(client.set('k', 'v')), outcome(client.get('k'))])) {
      assert.ok(error instanceof AuthenticationError)
      assert.equal(error.code, 'AUTHENTICATION_FAILED')
      assert.equal(error.maybeExecuted, false)
      assertHides(error, 's3cret')
    }
    assert.equal(await own.raw('DBSIZE'), 0)
    await own.raw('CONFIG', 'SET', 'requirepass', 'first s3cret')
    const ready = next(client, 'ready')
    await ready
    assert.equal(await client.set('k', 'v'), 'OK')
  })

  test('a database that is no longer there lets no call through', async (t) => {
    const own = await startServer(t)
    await using proxy = await FaultProxy.start({ target: own })
    const client = openClient(t, proxy.url, { protocol, db: 3, reconnect: FAST, commandTimeout: 30_000 })
    await client.connect()
    const handshake = protocol === 3 ? 4 : 4
    proxy.replace({ connection: 2, frame: handshake }, '-ERR DB index is out of range\r\n')
    proxy.cut({ connection: 1, next: 1 })
    const error = await failure(client.with({ retry: 'idempotent' }).set('k', 'v'))
    assert.ok(error instanceof ConnectionError)
    assert.equal(error.code, 'HANDSHAKE_FAILED')
    assert.match(error.message, /SELECT/)
    assert.equal(String(await own.raw('INFO', 'keyspace')).includes('db0'), false)
    assert.equal(await client.with({ timeout: 30_000 }).set('k', 'v'), 'OK')
  })

  test('no state of a transaction can be left on a shared connection', async (t) => {
    const client = openClient(t, server.url, { protocol })
    for (const command of [['WATCH', 'k'], ['MULTI'], ['EXEC'], ['DISCARD'], ['UNWATCH']] as const) {
      const error = await failure(client.executeCommand(...command))
      assert.equal(error.code, 'NEEDS_OWN_CONNECTION')
    }
    assert.equal(await client.set('k', 'v'), 'OK')
  })

  test('several shared connections are each made again', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, sharedConnections: 3, reconnect: FAST })
    await client.connect()
    assert.equal(proxy.openConnectionCount, 3)
    for (const manner of ['fin', 'rst'] as const) {
      await proxy.cutAll(manner)
      const replies = await Promise.all(
        Array.from({ length: 300 }, (_, index) => client.get(`missing${index}`)),
      )
      assert.ok(replies.every((reply) => reply === null))
    }
  })
})
