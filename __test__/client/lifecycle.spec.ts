import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type Client,
  ClosedError,
  ConnectionError,
  ConnectionPool,
  failure,
  forBothProtocols,
  next,
  openClient,
  outcome,
  Redis,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { collectWarnings } from '../support/secrets'
import { startServer, TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

forBothProtocols((protocol) => {
  test('connect() may be called again and again', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol })
    await Promise.all([client.connect(), client.connect(), client.connect()])
    await client.connect()
    assert.equal(await client.echo('one'), 'one')
    assert.equal(proxy.connectionCount, 1)
  })

  test('a client connects with its first call, and with lazyConnect: false by itself', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const lazy = openClient(t, proxy.url, { protocol })
    assert.equal(proxy.connectionCount, 0)
    await lazy.ping()
    assert.equal(proxy.connectionCount, 1)
    const eager = openClient(t, proxy.url, { protocol, lazyConnect: false })
    await next(eager, 'ready')
    assert.equal(proxy.connectionCount, 2)
  })

  test('close() answers what is in flight first, and may be called again and again', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol })
    await client.connect()
    await server.raw('DEL', 'n')
    const calls = Array.from({ length: 1000 }, () => client.incr('n'))
    const closes = [client.close(), client.close()]
    assert.deepEqual(
      await Promise.all(calls),
      Array.from({ length: 1000 }, (_, index) => index + 1),
    )
    await Promise.all(closes)
    await client.close()
    client.destroy()
    const connection = await proxy.connection(1)
    await connection.closed
  })

  test('close() sends what was called before the client was connected', async (t) => {
    const client = openClient(t, server.url, { protocol })
    const calls = [client.set('k', 'closing'), client.get('k')]
    await client.close()
    assert.deepEqual(await Promise.all(calls), ['OK', 'closing'])
  })

  test('calls behind close() and destroy() reject', async (t) => {
    for (const end of ['close', 'destroy']) {
      for (const connects of [true, false]) {
        const client = openClient(t, server.url, { protocol })
        if (connects) await client.connect()
        const ended = client[end]()
        const calls = [client.get('k'), client.connect(), client.with({ timeout: 5 }).get('k')]
        for (const error of await Promise.all(calls.map(failure))) {
          assert.ok(error instanceof ClosedError)
          assert.equal(error.code, 'CLIENT_CLOSED')
        }
        await ended
        await client.close()
        const refused = await failure(client.get('k'))
        assert.ok(refused instanceof ClosedError)
        assert.equal(refused.maybeExecuted, false)
      }
    }
  })

  test('close() is patient with a server until the calls have their deadlines', async (t) => {
    const own = await startServer(t)
    const client = openClient(t, own.url, { protocol, commandTimeout: 50 })
    await client.connect()
    await own.stop()
    const call = failure(client.get('k'))
    await client.close()
    assert.equal((await call).code, 'COMMAND_TIMEOUT')
  })

  test('close() of a client that cannot connect rejects what waits, by its deadline', async (t) => {
    const proxy = await FaultProxy.start({ target: server })
    proxy.refuse()
    const client = openClient(t, proxy.url, { protocol, commandTimeout: 1000 })
    const call = failure(client.get('k'))
    await client.close()
    assert.ok((await call) instanceof ConnectionError)
    await proxy.close()
  })

  test('close() cuts off what a server does not answer when its timeout is over', async (t) => {
    const own = await startServer(t)
    const client = openClient(t, own.url, { protocol, commandTimeout: 0 })
    await client.connect()
    const ps = client.pubsub()
    await ps.subscribe('channel')
    const waiting = failure(client.blpop('nothing', 0))
    const lease = await client.client()
    await lease.ping()
    while (!/blocked_clients:1\b/.test(String(await own.raw('INFO', 'clients'))));
    await own.stop()
    const calls = [client.get('k'), client.pipeline().incr('n').execute(), lease.get('k')].map(failure)
    await ps.close({ timeout: 100 })
    await client.close({ timeout: 100 })
    for (const error of await Promise.all([waiting, ...calls])) {
      assert.ok(error instanceof ClosedError, String(error))
      assert.deepEqual([error.code, error.maybeExecuted], ['CLIENT_CLOSED', true])
    }
    assert.equal(client.toJSON().state, 'closed')
  })

  test('close() cuts off what waits for a connection when its timeout is over', async (t) => {
    const proxy = await FaultProxy.start({ target: server })
    proxy.refuse()
    const client = openClient(t, proxy.url, { protocol, commandTimeout: 0 })
    const calls = [client.incr('n'), client.pipeline().incr('n').execute(), client.blpop('nothing', 0)].map(
      failure,
    )
    await client.close({ timeout: 100 })
    for (const error of await Promise.all(calls)) assert.equal(error.maybeExecuted, false, String(error))
    await proxy.close()
  })

  test('close() of a pool cuts off the calls of its clients, close() of one of them only waits no longer', async (t) => {
    const own = await startServer(t)
    const pool = new ConnectionPool({ port: own.port, protocol, commandTimeout: 0 })
    t.after(() => pool.destroy())
    pool.on('error', () => {})
    const client = openClient(t, { connectionPool: pool })
    await client.ping()
    await own.stop()
    const call = client.get('k')
    await client.close({ timeout: 100 })
    await own.cont()
    assert.equal(await call, null)
    const other = openClient(t, { connectionPool: pool })
    await own.stop()
    const lost = failure(other.get('k'))
    await pool.close({ timeout: 100 })
    assert.deepEqual([(await lost).code, (await lost).maybeExecuted], ['CLIENT_CLOSED', true])
  })

  test('close() refuses what is no timeout', async (t) => {
    const client = openClient(t, server.url, { protocol })
    const ps = client.pubsub()
    for (const options of [{ timeout: -1 }, { timeout: '1' }, { tiemout: 1 }, null, 1]) {
      assert.equal((await failure(client.close(options))).code, 'INVALID_OPTION')
      assert.equal((await failure(ps.close(options))).code, 'INVALID_OPTION')
    }
    assert.equal(await client.ping(), 'PONG')
    await client.close({ timeout: 0 })
    await client.close({})
  })

  test('destroy() rejects what is in flight and what waits', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol })
    await client.connect()
    proxy.stall('reply')
    const calls = Array.from({ length: 100 }, () => outcome(client.get('k')))
    client.destroy()
    client.destroy()
    for (const { error } of await Promise.all(calls)) assert.ok(error instanceof ClosedError)
    await client.close()
  })

  test('a connect() that is overtaken by destroy() rejects', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    proxy.silence()
    const client = openClient(t, proxy.url, { protocol })
    const connecting = failure(client.connect())
    await proxy.connection(1)
    client.destroy()
    assert.ok((await connecting) instanceof ClosedError)
  })

  test('await using closes the client at the end of its block', async () => {
    let kept: Client
    {
      await using client = new Redis(server.url, { protocol })
      kept = client
      void client.set('k', 'using')
    }
    assert.ok((await failure(kept.get('k'))) instanceof ClosedError)
    assert.equal(String(await server.raw('GET', 'k')), 'using')
  })

  test('events come in their order, from the first connection to the end', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = new Redis(proxy.url, {
      protocol,
      reconnect: { initialDelay: 1, maxDelay: 1, maxAttempts: 2 },
    })
    t.after(() => client.destroy())
    const events: string[] = []
    for (const name of ['connect', 'ready', 'close', 'reconnecting', 'error', 'end'] as const) {
      client.on(name, (value?: unknown) =>
        events.push(value instanceof Error ? `${name} with an error` : name),
      )
    }
    await client.connect()
    const ready = next(client, 'ready')
    await proxy.cutAll()
    await ready
    // A reply, not the greeting, is what makes the attempts count anew.
    await client.ping()
    const end = next(client, 'end')
    proxy.refuse()
    await proxy.cutAll()
    await end
    assert.deepEqual(events, [
      ...['connect', 'ready', 'close with an error', 'reconnecting'],
      ...['connect', 'ready', 'close with an error', 'reconnecting'],
      ...['error with an error', 'reconnecting', 'error with an error', 'end'],
    ])
  })

  test('close() ends with the event end, and without error or close', async (t) => {
    const client = openClient(t, server.url, { protocol })
    const events: string[] = []
    for (const name of ['close', 'reconnecting', 'error', 'end']) client.on(name, () => events.push(name))
    await client.connect()
    const end = next(client, 'end')
    await client.close()
    await end
    assert.deepEqual(events, ['end'])
  })

  test('an error that nobody listens for is one warning, however often it comes', async (t) => {
    const warnings = collectWarnings(t)
    await using proxy = await FaultProxy.start({ target: server })
    proxy.refuse()
    const client = new Redis(proxy.url, {
      protocol,
      reconnect: { initialDelay: 1, maxDelay: 1, maxAttempts: 20 },
    })
    t.after(() => client.destroy())
    const end = next(client, 'end')
    await failure(client.get('k'))
    await end
    await new Promise((resolve) => setImmediate(resolve))
    // The first protocol's test warned already; the second one's falls into the time in which no more is told.
    assert.equal(warnings.length, protocol === 2 ? 1 : 0)
    for (const warning of warnings) {
      assert.equal(warning.name, 'OxidisWarning')
      assert.match(warning.message, /connection refused/)
    }
  })

  test('what a listener throws is the user’s own, and loses no result', async (t) => {
    const client = openClient(t, server.url, { protocol })
    const thrown = new Promise((resolve) => process.once('uncaughtException', resolve))
    const listeners = process.listeners('uncaughtException').slice(0, -1) as (() => void)[]
    for (const listener of listeners) process.off('uncaughtException', listener)
    t.after(() => {
      for (const listener of listeners) process.on('uncaughtException', listener)
    })
    const error = new Error('thrown by a listener')
    client.once('ready', () => {
      throw error
    })
    const replies = await Promise.all(Array.from({ length: 100 }, (_, index) => client.echo(index)))
    assert.equal(await thrown, error)
    assert.equal(replies.length, 100)
    assert.equal(await client.echo('next'), 'next')
  })
})
