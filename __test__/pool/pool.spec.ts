import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type Client,
  ClosedError,
  ConnectionPool,
  failure,
  forBothProtocols,
  next,
  openClient,
  OptionError,
  outcome,
  QueueFullError,
  Redis,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { startServer, TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** A pool that is destroyed when the test ends. */
function openPool(test: { after(action: () => void): void }, ...options: unknown[]): Client {
  const pool: Client = new (ConnectionPool as Client)(...options)
  pool.on('error', () => {})
  test.after(() => pool.destroy())
  return pool
}

const on = (connectionPool: Client, options: object = {}): Client =>
  new (Redis as Client)({ connectionPool, ...options })

async function connections(name: string): Promise<number> {
  const list = String(await server.raw('CLIENT', 'LIST'))
  return list.split('\n').filter((line) => line.includes(` name=${name} `)).length
}

/** Waits until the condition holds: for what a server or the engine does and tells nobody of. */
async function eventually(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve))
}

forBothProtocols((protocol) => {
  test('several clients use the connections of one pool', async (t) => {
    const name = `several-${protocol}`
    const pool = openPool(t, server.url, { protocol, clientName: name })
    const [a, b] = [on(pool), on(pool)]
    assert.equal(await a.set('pool:k', 'v'), 'OK')
    assert.equal(await b.get('pool:k'), 'v')
    assert.equal(await connections(name), 1)
    const conn = await a.client()
    conn.release()
    assert.equal(
      await b.client((other: Client) => other.clientId()),
      await a.client((own: Client) => own.clientId()),
    )
    assert.equal(await connections(name), 2)
    const popped = b.blpop('pool:list', 5)
    await a.rpush('pool:list', 'x')
    assert.deepEqual(await popped, ['pool:list', 'x'])
    assert.equal(await connections(name), 2)
  })

  test('each client has options of its own for its calls, and otherwise those of the pool', async (t) => {
    const pool = openPool(t, server.url, { protocol, keyPrefix: 'p:', commandTimeout: 30_000 })
    const plain = on(pool)
    const bytes = on(pool, { decodeResponses: false, keyPrefix: 'q:' })
    const hex = on(pool, { encoding: 'hex', keyPrefix: '' })
    await plain.set('k', 'one')
    await bytes.set('k', 'two')
    assert.equal(await plain.get('k'), 'one')
    assert.deepEqual(await bytes.get('k'), Buffer.from('two'))
    assert.equal(await hex.get('p:k'), Buffer.from('one').toString('hex'))
    assert.equal(await bytes.client((conn: Client) => conn.exists('k')), 1)
    assert.equal(await server.raw('EXISTS', 'p:k', 'q:k'), 2)
    const hurried = on(pool, { commandTimeout: 20 })
    const error = await failure(
      hurried.client((conn: Client) => conn.executeCommand('DEBUG', 'SLEEP', '0.1')),
    )
    assert.equal(error.code, 'COMMAND_TIMEOUT')
    await server.raw('DEL', 'p:k', 'q:k')
  })

  test('closing a client closes nobody elses connections', async (t) => {
    const pool = openPool(t, server.url, { protocol })
    const [leaving, staying] = [on(pool), on(pool)]
    const calls = Array.from({ length: 100 }, (_, index) => leaving.echo(`${index}`))
    let answered = 0
    for (const call of calls) call.then(() => (answered += 1))
    await leaving.close()
    assert.equal(answered, 100)
    for (const call of [leaving.get('k'), leaving.mget(['a', 'b']), leaving.client(), leaving.connect()]) {
      const error = await failure(call)
      assert.ok(error instanceof ClosedError)
      assert.equal(error.code, 'CLIENT_CLOSED')
    }
    assert.equal(leaving.toJSON().state, 'closed')
    assert.equal(await staying.echo('still here'), 'still here')
    assert.equal(pool.toJSON().state, 'ready')
    const other = on(pool)
    other.destroy()
    assert.ok((await failure(other.ping())) instanceof ClosedError)
    await leaving.close()
    assert.equal(await staying.echo('still here'), 'still here')
  })

  test('closing the pool closes it for all of them', async (t) => {
    const pool = openPool(t, server.url, { protocol })
    const [a, b] = [on(pool), on(pool)]
    const calls = [a.echo('a'), b.echo('b')]
    await pool.close()
    assert.deepEqual(await Promise.all(calls), ['a', 'b'])
    for (const client of [a, b]) {
      assert.ok((await failure(client.ping())) instanceof ClosedError)
      assert.equal(client.toJSON().state, 'closed')
    }
    assert.ok((await failure(on(pool).ping())) instanceof ClosedError)
    await using scoped = new ConnectionPool(server.url)
    assert.equal(await on(scoped).ping(), 'PONG')
  })

  test('the pool and its clients hear what happens', async (t) => {
    const own = await startServer(t)
    const pool: Client = new (ConnectionPool as Client)(own.url, {
      protocol,
      reconnect: { initialDelay: 1, maxDelay: 5 },
    })
    t.after(() => pool.destroy())
    const [a, b] = [on(pool), on(pool)]
    const ready = [pool, a, b].map((each) => next(each, 'ready'))
    assert.equal(await a.ping(), 'PONG')
    await Promise.all(ready)
    const failed = [a, b].map((each) => next(each, 'error'))
    const closed = [pool, a, b].map((each) => next(each, 'close'))
    await own.kill()
    await Promise.all([...closed, ...failed])
    const again = [pool, a, b].map((each) => next(each, 'ready'))
    await own.restart()
    await Promise.all(again)
    assert.equal(pool.stats().reconnects, 1)
  })

  test('stats say how connections are used', async (t) => {
    const pool = openPool(t, server.url, { protocol, maxConnections: 4, acquireTimeout: 60_000 })
    const redis = on(pool)
    assert.deepEqual(pool.stats(), {
      ...{ open: 0, shared: 0, idle: 0, leased: 0, blocking: 0, subscribed: 0 },
      ...{ waiting: 0, inFlight: 0, queuedBytes: 0, reconnects: 0 },
    })
    await redis.ping()
    const conn = await redis.client()
    const rested = await redis.client()
    rested.release()
    const popped = redis.blpop('pool:stats', 0)
    await eventually(() => pool.stats().blocking === 1)
    const last = await redis.client()
    const waiting = redis.client((late: Client) => late.echo('late'))
    const held = conn.blpop('pool:none', 0.2)
    await eventually(() => pool.stats().waiting === 1 && pool.stats().inFlight === 2)
    const stats = pool.stats()
    assert.equal(stats.open, 4)
    assert.deepEqual([stats.shared, stats.idle, stats.leased, stats.blocking, stats.waiting], [1, 0, 2, 1, 1])
    assert.ok(stats.queuedBytes > 0)
    assert.equal(await held, null)
    await redis.rpush('pool:stats', 'x')
    await popped
    assert.equal(await waiting, 'late')
    conn.release()
    last.release()
    await eventually(() => pool.stats().idle === 3)
    assert.equal(pool.stats().queuedBytes, 0)
  })

  test('connections of minConnections are opened with the first use, and made again', async (t) => {
    const name = `min-${protocol}`
    const options = { protocol, clientName: name, minConnections: 5, idleTimeout: 20 }
    const redis = openClient(t, server.url, options)
    assert.equal(await connections(name), 0)
    await redis.ping()
    await eventually(async () => (await connections(name)) === 5)
    const first = (await redis.clientList()).filter(
      (each: Client) => each.name === name && each.cmd !== 'client|list',
    )
    for (const { id } of first) await server.raw('CLIENT', 'KILL', 'ID', id)
    await eventually(async () => (await connections(name)) === 5)
    await redis.close()
    assert.equal(await connections(name), 0)
  })

  test('a shared connection with less to do gets the next batch', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol, sharedConnections: 3, commandTimeout: 30_000 })
    await redis.connect()
    proxy.stall('reply')
    const before = proxy.requestCount
    const calls = []
    for (let batch = 0; batch < 9; batch += 1) {
      calls.push(redis.echo('x'.repeat(10)))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await proxy.requestFrames(before + 9)
    const counts = await Promise.all(
      [1, 2, 3].map(async (number) => (await proxy.connection(number)).requestCount),
    )
    const greeting = before / 3
    assert.deepEqual(
      counts.map((count) => count - greeting),
      [3, 3, 3],
    )
    proxy.resume()
    await Promise.all(calls)
  })

  test('what is buffered can be seen and waited for', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const limits = { maxInFlightBytes: 1_000_000 }
    const redis = openClient(t, proxy.url, { protocol, limits, commandTimeout: 30_000 })
    await redis.connect()
    assert.equal(redis.bufferedBytes, 0)
    proxy.stall('reply')
    const value = 'x'.repeat(10_000)
    const calls = []
    let refused: unknown
    while (refused === undefined) {
      const call = outcome(redis.set('pool:buffered', value))
      calls.push(call)
      if (redis.bufferedBytes > 990_000) refused = (await outcome(redis.set('pool:buffered', value))).error
      if (calls.length > 1_000) break
    }
    assert.ok(refused instanceof QueueFullError)
    assert.match(refused.message, /limits\.maxInFlightBytes \(1000000\)/)
    let drained = false
    const waiting = redis.drained().then(() => (drained = true))
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(drained, false)
    proxy.resume()
    await waiting
    assert.equal(redis.bufferedBytes, 0)
    assert.ok((await Promise.all(calls)).every(({ value: reply }) => reply === 'OK'))
    await redis.drained()
    assert.equal(await redis.set('pool:buffered', value), 'OK')
    await redis.del('pool:buffered')
  })

  test('waiting until everything is answered ends with a lost connection as well', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol, reconnect: { initialDelay: 1, maxDelay: 5 } })
    await redis.connect()
    proxy.stall('reply')
    const lost = failure(redis.incr('pool:lost'))
    const read = redis.get('pool:none')
    const drained = redis.drained()
    await proxy.requestFrames(proxy.requestCount + 2)
    await proxy.cutAll()
    proxy.resume()
    await lost
    await drained
    assert.equal(await read, null)
    redis.destroy()
    await redis.drained()
  })

  test('a single connection takes every command, and is not made again', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol, singleConnection: true, commandTimeout: 1000 })
    assert.equal(await redis.executeCommand('SELECT', '4'), 'OK')
    assert.equal(await redis.executeCommand('WATCH', 'single:k'), 'OK')
    assert.equal(await redis.executeCommand('MULTI'), 'OK')
    assert.equal(await redis.set('single:k', 'v'), 'QUEUED')
    assert.deepEqual(await redis.executeCommand('EXEC'), ['OK'])
    assert.equal(await redis.wait(0, 0), 0)
    assert.equal(await redis.wait(1, 1100), 0)
    assert.equal(await redis.blpop('single:none', 0.01), null)
    assert.equal((await failure(redis.executeCommand('SUBSCRIBE', 'c'))).code, 'BREAKS_CONNECTION')
    const lease = await failure(redis.client())
    assert.equal(lease.code, 'POOL_TIMEOUT')
    assert.match(lease.message, /singleConnection leaves no connection to lease/)
    const subscription = await failure(redis.pubsub().subscribe('c'))
    assert.equal(subscription.code, 'POOL_TIMEOUT')
    assert.match(subscription.message, /leaves no connection for subscriptions; make another client for them/)
    assert.equal(proxy.connectionCount, 1)
    await redis.del('single:k')
    const closed = next(redis, 'close')
    await proxy.cutAll()
    await closed
    const error = await failure(redis.get('k'))
    assert.equal(error.code, 'CONNECTION_LOST')
    assert.equal(proxy.connectionCount, 1)
  })
})

test('waiting for replicas on a shared connection is refused with the reason, and stands where it counts', async (t) => {
  const redis = openClient(t, server.url)
  for (const call of [redis.wait(1, 10), redis.executeCommand('WAITAOF', '0', '1', '10')]) {
    const error = await failure(call)
    assert.equal(error.code, 'NEEDS_OWN_CONNECTION')
    assert.match(error.message, /counts the writes of its own connection/)
  }
  assert.equal(await redis.client((conn: Client) => conn.wait(0, 10)), 0)
})

test('options of the pool are not options of a client on it, and only a pool is one', () => {
  const pool = new ConnectionPool(server.url)
  const refused = (options: unknown, message: RegExp, second?: unknown) =>
    assert.throws(
      () => new (Redis as Client)(options, second),
      (error: Error) => {
        assert.ok(error instanceof OptionError)
        assert.match(error.message, message)
        return true
      },
    )
  refused({ connectionPool: pool, db: 1 }, /option "db" belongs to the connection pool/)
  refused({ connectionPool: pool, nosuch: 1 }, /option "nosuch" belongs to the connection pool/)
  refused({ connectionPool: {} }, /option "connectionPool" must be a ConnectionPool/)
  refused({ connectionPool: pool, commandTimeout: 'soon' }, /commandTimeout/)
  refused('redis://localhost', /a URL belongs to the connection pool/, { connectionPool: pool })
  refused({ singleConnection: true, sharedConnections: 2 }, /singleConnection/)
  refused({ minConnections: 9, maxConnections: 4 }, /minConnections/)
  assert.throws(() => new (ConnectionPool as Client)({ connectionPool: pool }), /connectionPool/)
  pool.destroy()
})
