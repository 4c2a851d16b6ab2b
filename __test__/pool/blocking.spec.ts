import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AbortError,
  type Client,
  ClosedError,
  ConnectionError,
  failure,
  forBothProtocols,
  openClient,
  outcome,
  PoolTimeoutError,
  ReplyError,
  TimeoutError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { startServer, TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** Waits until the server counts `count` blocked clients. */
async function blocked(count: number, on: TestServer = server): Promise<void> {
  for (;;) {
    const info = String(await on.raw('INFO', 'clients'))
    if (info.includes(`\r\nblocked_clients:${count}\r`)) return
  }
}

/** The lines about connections of this name. */
async function connections(name: string): Promise<string[]> {
  const list = String(await server.raw('CLIENT', 'LIST'))
  return list.split('\n').filter((line) => line.includes(` name=${name} `))
}

forBothProtocols((protocol) => {
  test('a blocking command and the command that serves it run on one object', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const popped = redis.blpop('b:one', 5)
    await blocked(1)
    assert.equal(await redis.lpush('b:one', 'x'), 1)
    assert.deepEqual(await popped, ['b:one', 'x'])
  })

  test('200 at once beside the pushes that serve them', async (t) => {
    const redis = openClient(t, server.url, { protocol, maxConnections: 201 })
    const waiting = Array.from({ length: 200 }, () => redis.blpop('b:many', 0))
    await blocked(200)
    const values = Array.from({ length: 200 }, (_, index) => `${index}`)
    await Promise.all(values.map((value) => redis.lpush('b:many', value)))
    const served = (await Promise.all(waiting)).map(([, value]) => Number(value))
    assert.deepEqual(
      served.sort((a, b) => a - b),
      values.map(Number),
    )
    assert.equal(await redis.llen('b:many'), 0)
  })

  test('200 share a small pool and wait for each other in line', async (t) => {
    const name = `small-${protocol}`
    const redis = openClient(t, server.url, {
      protocol,
      maxConnections: 4,
      acquireTimeout: 60_000,
      clientName: name,
    })
    const waiting = Array.from({ length: 200 }, () => redis.blpop('b:small', 0))
    let most = 0
    for (let index = 0; index < 200; index += 1) {
      await redis.lpush('b:small', index)
      most = Math.max(most, (await connections(name)).length)
    }
    const served = (await Promise.all(waiting)).map(([, value]) => Number(value))
    // Who waits longest is served first, by the pool as by the server.
    assert.equal(served.length, new Set(served).size)
    assert.ok(most <= 4, `${most} connections`)
  })

  test('a full pool rejects in time and says which commands have the connections', async (t) => {
    const redis = openClient(t, server.url, { protocol, maxConnections: 4, acquireTimeout: 50 })
    const waiting = [redis.blpop('b:full', 0), redis.blpop('b:full', 0), redis.brpop('b:full', 0)]
    await blocked(3)
    const error = await failure(redis.blpop('b:full', 0))
    assert.ok(error instanceof PoolTimeoutError)
    assert.equal(error.command, 'BLPOP')
    assert.equal(error.maybeExecuted, false)
    assert.match(error.message, /1 shared, 2 blocking \(BLPOP\), 1 blocking \(BRPOP\)/)
    const lease = await failure(redis.client())
    assert.ok(lease instanceof PoolTimeoutError)
    await redis.rpush('b:full', 1, 2, 3)
    assert.equal((await Promise.all(waiting)).length, 3)
  })

  test('an ordinary command never waits for the blocked ones', async (t) => {
    const redis = openClient(t, server.url, { protocol, maxConnections: 2, acquireTimeout: 60_000 })
    const waiting = [redis.blpop('b:beside', 0), redis.blpop('b:beside', 0)]
    await blocked(1)
    const echoes = Array.from({ length: 500 }, (_, index) => redis.echo(`${index}`))
    assert.deepEqual(
      await Promise.all(echoes),
      echoes.map((_, index) => `${index}`),
    )
    await redis.rpush('b:beside', 'a', 'b')
    assert.deepEqual(
      (await Promise.all(waiting)).map(([, value]) => value),
      ['a', 'b'],
    )
  })

  test('connections of answered commands are used again', async (t) => {
    const name = `reuse-${protocol}`
    const redis = openClient(t, server.url, { protocol, clientName: name })
    for (let round = 0; round < 50; round += 1) {
      await redis.lpush('b:again', round)
      assert.deepEqual(await redis.blpop('b:again', 1), ['b:again', `${round}`])
    }
    assert.equal((await connections(name)).length, 2)
    const lease = await redis.client((conn: Client) => conn.echo('the same pool'))
    assert.equal(lease, 'the same pool')
    assert.equal((await connections(name)).length, 2)
  })

  test('every blocking command takes its own connection, also by its raw name', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const calls = [
      redis.blpop('b:none', 0),
      redis.brpop(['b:none'], 0),
      redis.blmove('b:none', 'b:to', 'left', 'right', 0),
      redis.blmpop(0, ['b:none'], 'left'),
      redis.brpoplpush('b:none', 'b:to', 0),
      redis.bzpopmin('b:zset', 0),
      redis.bzpopmax('b:zset', 0),
      redis.bzmpop(0, ['b:zset'], 'min'),
      redis.executeCommand('blpop', 'b:none', '0'),
      redis.call('BZPOPMIN', ['b:zset', 0]),
      redis.buffers.blpop('b:none', 0),
    ]
    await blocked(calls.length)
    assert.equal(await redis.echo('not held up'), 'not held up')
    await redis.close()
    await Promise.all(calls.map(outcome))
  })

  test('reading a stream takes a connection of its own only where it waits', async (t) => {
    const name = `stream-${protocol}`
    const redis = openClient(t, server.url, { protocol, clientName: name })
    await redis.xgroupCreate('b:log', 'group', '$', { mkstream: true })
    assert.equal(await redis.xread({ 'b:log': '0' }), null)
    assert.equal(await redis.xreadgroup('group', 'me', { 'b:log': '>' }), null)
    assert.equal((await connections(name)).length, 1)
    const read = redis.xread({ 'b:log': '$' }, { block: 0 })
    const grouped = redis.xreadgroup('group', 'me', { 'b:log': '>' }, { block: 60_000 })
    const raw = redis.executeCommand('XREAD', 'COUNT', 1, 'BLOCK', 0, 'STREAMS', 'b:log', '$')
    await blocked(3)
    assert.equal((await connections(name)).length, 4)
    const id = await redis.xadd('b:log', '*', { field: 'value' })
    assert.deepEqual(await read, { 'b:log': [[id, { field: 'value' }]] })
    assert.deepEqual(await grouped, { 'b:log': [[id, { field: 'value' }]] })
    await raw
    assert.equal(await redis.xread({ 'b:log': '$' }, { block: 10 }), null)
    await redis.del('b:log')
  })

  test('the command is read no more than once, and its reply has the shape of its row', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await redis.zadd('b:scores', { a: 1.5 })
    assert.deepEqual(await redis.bzpopmin('b:scores', 1), ['b:scores', 'a', 1.5])
    await redis.rpush('b:bytes', Buffer.from([0xff, 0]))
    assert.deepEqual(await redis.buffers.blpop('b:bytes', 1), [
      Buffer.from('b:bytes'),
      Buffer.from([0xff, 0]),
    ])
    await redis.set('b:string', 'v')
    const error = await failure(redis.blpop('b:string', 1))
    assert.ok(error instanceof ReplyError)
    assert.equal(error.code, 'WRONGTYPE')
    assert.equal(error.command, 'BLPOP')
  })

  test('the server has its timeout, and a grace beyond it', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol, commandTimeout: 2000 })
    assert.equal(await redis.blpop('b:none', 0.5), null)
    proxy.stallAt({ direction: 'reply', frame: proxy.replyCount + 1 })
    const error = await failure(redis.blpop('b:none', 0.1))
    assert.ok(error instanceof TimeoutError)
    assert.equal(error.phase, 'server')
    assert.equal(error.maybeExecuted, true)
    assert.match(error.message, /after 2100 ms/)
    proxy.resume()
    assert.equal(await redis.blpop('b:none', 0.01), null)
  })

  test('a timeout of the call holds for the whole of it', async (t) => {
    const redis = openClient(t, server.url, { protocol, maxConnections: 2 })
    const error = await failure(redis.with({ timeout: 1000 }).blpop('b:own', 0))
    assert.ok(error instanceof TimeoutError)
    assert.equal(error.phase, 'server')
    await blocked(0)
    const held = redis.blpop('b:own', 0)
    const inLine = await failure(redis.with({ timeout: 50 }).blpop('b:own', 0))
    assert.ok(inLine instanceof TimeoutError)
    assert.equal(inLine.phase, 'queue')
    assert.equal(inLine.maybeExecuted, false)
    await redis.rpush('b:own', 'only one is waiting')
    assert.deepEqual(await held, ['b:own', 'only one is waiting'])
  })

  test('a signal ends a blocked command in the server, and one in line before it is sent', async (t) => {
    const name = `abort-${protocol}`
    const redis = openClient(t, server.url, { protocol, maxConnections: 3, clientName: name })
    for (let round = 0; round < 20; round += 1) {
      const [first, second] = [new AbortController(), new AbortController()]
      const served = redis.with({ signal: second.signal })
      const inServer = [failure(served.blpop('b:abort', 0)), failure(served.blpop('b:abort', 0))]
      await blocked(2)
      const late = redis.with({ signal: first.signal })
      const inLine = [failure(late.blpop('b:abort', 0)), failure(late.client())]
      const patient = redis.blpop('b:abort', 5)
      // In this order: what the second one frees goes to the next in line.
      first.abort()
      second.abort()
      const outcomes = await Promise.all([...inLine, ...inServer])
      assert.ok(outcomes.every((error) => error instanceof AbortError))
      assert.deepEqual(
        outcomes.map((error) => error.maybeExecuted),
        [false, false, false, false],
      )
      await blocked(1)
      await redis.rpush('b:abort', round)
      assert.deepEqual(await patient, ['b:abort', `${round}`])
    }
    assert.ok((await connections(name)).length <= 3)
    await blocked(0)
  })

  test('an abort says that it does not know the outcome where CLIENT UNBLOCK is not permitted', async (t) => {
    const user = `no-unblock-${protocol}`
    await server.raw('ACL', 'SETUSER', user, 'on', '>pw', '~*', '+@all', '-client|unblock')
    const options = { protocol, username: user, password: 'pw' }
    const redis = openClient(t, server.url, options)
    await redis.ping()
    const controller = new AbortController()
    const waiting = failure(redis.with({ signal: controller.signal }).blpop('b:denied', 0))
    await blocked(1)
    controller.abort()
    const error = await waiting
    assert.ok(error instanceof AbortError)
    assert.equal(error.maybeExecuted, true)
    const late = await failure(redis.with({ timeout: 20 }).blpop('b:denied', 0))
    assert.ok(late instanceof TimeoutError)
    assert.equal(late.maybeExecuted, true)
    // Its connection is closed, which ends the wait as well.
    await blocked(0)
  })

  test('a lost connection rejects what only it could answer, and a read is asked again', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol, reconnect: { initialDelay: 1, maxDelay: 5 } })
    const popped = failure(redis.blpop('b:lost', 0))
    await redis.xadd('b:stream', '*', { f: 1 })
    const read = redis.executeCommand('XREAD', 'BLOCK', '0', 'STREAMS', 'b:stream', '99999999999999')
    await blocked(2)
    await proxy.cutAll()
    const error = await popped
    assert.ok(error instanceof ConnectionError)
    assert.equal(error.maybeExecuted, true)
    await blocked(1)
    await redis.executeCommand('XADD', 'b:stream', '99999999999999-1', 'g', '2')
    const [[, [[id]]]] = protocol === 2 ? await read : Object.entries(await read)
    assert.equal(id, '99999999999999-1')
    await redis.del('b:stream')
  })

  test('closing ends the waiting in the server, and nothing is taken for nobody', async (t) => {
    const own = await startServer(t)
    const redis = openClient(t, own.url, { protocol })
    const waiting = [redis.blpop('b:closing', 0), redis.blpop('b:closing', 60), redis.bzpopmin('b:z', 0)]
    await blocked(3, own)
    await redis.close()
    assert.deepEqual(await Promise.all(waiting), [null, null, null])
    await blocked(0, own)
    assert.ok((await failure(redis.blpop('b:closing', 0))) instanceof ClosedError)
  })

  test('closing ends the waiting although there is no shared connection', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const waiting = redis.blpop('b:lonely', 0)
    await blocked(1)
    await redis.close()
    assert.equal(await waiting, null)
  })

  test('destroying rejects what waits at once', async (t) => {
    const redis = openClient(t, server.url, { protocol, maxConnections: 2 })
    const waiting = [failure(redis.blpop('b:destroyed', 0)), failure(redis.blpop('b:destroyed', 0))]
    await blocked(1)
    redis.destroy()
    const [served, inLine] = await Promise.all(waiting)
    assert.ok(served instanceof ClosedError)
    assert.equal(served?.maybeExecuted, true)
    assert.ok(inLine instanceof ClosedError)
    assert.equal(inLine.maybeExecuted, false)
    await blocked(0)
  })

  test('a server that falls silent is noticed behind a command without a timeout', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const options = { protocol, keepAlive: 60, commandTimeout: 1000, connectTimeout: 20_000 }
    const redis = openClient(t, proxy.url, options)
    const waiting = failure(redis.blpop('b:silent', 0))
    const leased = await redis.client()
    const onLease = failure(leased.blpop('b:silent', 0))
    await blocked(2)
    proxy.stall()
    for (const error of await Promise.all([waiting, onLease])) {
      assert.ok(error instanceof ConnectionError)
      assert.equal(error.code, 'CONNECTION_LOST')
      assert.equal(error.maybeExecuted, true)
    }
    leased.release()
    proxy.resume()
  })

  test('a server that is alive is waited for, however long it keeps a command', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const options = { protocol, keepAlive: 20, commandTimeout: 2000 }
    const redis = openClient(t, proxy.url, options)
    const waiting = redis.blpop('b:patient', 0)
    await blocked(1)
    // Several looks at the connection: each asks for a sign of life on another one.
    await proxy.connection(4)
    await server.raw('RPUSH', 'b:patient', 'at last')
    assert.deepEqual(await waiting, ['b:patient', 'at last'])
  })
})
