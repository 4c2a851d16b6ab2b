import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  AbortError,
  type Client,
  ClosedError,
  ConnectionError,
  failure,
  forBothProtocols,
  openClient,
  PoolTimeoutError,
  ReplyError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { startServer, TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** The connections that the server has, by name. */
async function connections(name: string): Promise<string[]> {
  const list = String(await server.raw('CLIENT', 'LIST'))
  return list.split('\n').filter((line) => line.includes(` name=${name} `))
}

/** Waits until `condition` holds: for what a server or the engine does after a reply, and tells nobody of. */
async function eventually(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(5)
}

const idOf = (conn: Client): Promise<number> => conn.executeCommand('CLIENT', 'ID')

forBothProtocols((protocol) => {
  test('a lease is one connection, another than the shared one, and the next lease gets the same', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const shared = await idOf(redis)
    const conn = await redis.client()
    const id = await idOf(conn)
    assert.notEqual(id, shared)
    assert.equal(await idOf(conn), id)
    const other = await redis.client()
    assert.notEqual(await idOf(other), id)
    conn.release()
    const again = await redis.client()
    assert.equal(await idOf(again), id)
    again.release()
    other.release()
  })

  test('a lease has every command, and the ones that are about a connection', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const conn = await redis.client()
    t.after(() => conn.release())
    assert.equal(await conn.set('lease:k', 'v'), 'OK')
    assert.equal(await conn.get('lease:k'), 'v')
    assert.deepEqual(await conn.buffers.get('lease:k'), Buffer.from('v'))
    assert.equal(await conn.with({ encoding: 'hex' }).get('lease:k'), '76')
    assert.equal(await conn.executeCommand('get', 'lease:k'), 'v')
    assert.equal(await conn.call('GET', ['lease:k']), 'v')
    assert.equal(await conn.clientSetname('leased'), 'OK')
    assert.equal(await conn.buffers.select(3), 'OK')
    assert.equal(await conn.get('lease:k'), null)
    assert.equal(await conn.wait(0, 10), 0)
    assert.equal(redis.select, undefined)
    assert.equal(redis.buffers.watch, undefined)
  })

  test('a block gives its connection back, whatever it ends with', async (t) => {
    const redis = openClient(t, server.url, { protocol, maxConnections: 2 })
    assert.equal(await redis.client((conn: Client) => conn.echo('inside')), 'inside')
    const problem = new Error('mine')
    await assert.rejects(
      redis.client(async () => {
        throw problem
      }),
      problem,
    )
    const conn = await redis.client()
    await conn[Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')]()
    const last = await redis.client()
    last[Symbol.dispose ?? Symbol.for('nodejs.dispose')]()
    last.release()
    assert.equal(await redis.client(() => 7), 7)
    assert.equal((await failure(redis.client(7))).code, 'INVALID_ARGUMENT')
  })

  test('a lease that was given back refuses every call', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const conn = await redis.client()
    const { buffers } = conn
    conn.release()
    for (const call of [
      conn.get('k'),
      buffers.mget(['a', 'b']),
      conn.with({ timeout: 5 }).call('GET', 'k'),
    ]) {
      const error = await failure(call)
      assert.ok(error instanceof ClosedError)
      assert.equal(error.code, 'LEASE_RELEASED')
      assert.equal(error.maybeExecuted, false)
    }
    conn.release()
    assert.equal(await redis.echo('shared'), 'shared')
  })

  test('what was called before a release is answered', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const conn = await redis.client()
    const calls = [conn.echo('a'), conn.echo('b'), conn.executeCommand('DEBUG', 'SLEEP', '0.01')]
    conn.release()
    assert.deepEqual(await Promise.all(calls), ['a', 'b', 'OK'])
  })

  for (const [what, change] of Object.entries<(conn: Client) => Promise<unknown>>({
    'another database': (conn) => conn.select(5),
    'another name': (conn) => conn.clientSetname('dirty'),
    'an open transaction': async (conn) => {
      await conn.executeCommand('MULTI')
      assert.equal(await conn.set('lease:queued', 'never'), 'QUEUED')
    },
    'watched keys': (conn) => conn.watch('lease:watched'),
    'tracked keys': (conn) => conn.clientTracking(true, { bcast: true }).catch(() => {}),
    'the other protocol': (conn) => conn.executeCommand('HELLO', protocol === 3 ? 2 : 3),
    'no user': (conn) => conn.executeCommand('RESET'),
    'a closed connection': (conn) => conn.executeCommand('QUIT'),
    'a command that nobody knows': (conn) => conn.executeCommand('NOSUCHCOMMAND').catch(() => {}),
  })) {
    test(`${what} is not left to the next lease`, async (t) => {
      const redis = openClient(t, server.url, { protocol, clientName: 'clean', maxConnections: 2 })
      const before = await redis.client((conn: Client) => conn.clientGetname())
      await redis.client(change)
      await server.raw('SET', 'lease:watched', String(Math.random()))
      await redis.client(async (conn: Client) => {
        assert.equal(await conn.clientGetname(), before)
        const [info] = await conn.clientList({ id: [await idOf(conn)] })
        assert.equal(Number(info.db), 0)
        const { flags } = await conn.clientTrackinginfo()
        assert.deepEqual(flags, ['off'])
        assert.equal(await conn.executeCommand('MULTI'), 'OK')
        assert.equal(await conn.set('lease:clean', 'yes'), 'QUEUED')
        assert.deepEqual(await conn.executeCommand('EXEC'), ['OK'])
      })
      assert.equal(await redis.exists('lease:queued'), 0)
    })
  }

  test('watching leaves a connection that is used again', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const first = await redis.client(async (conn: Client) => {
      await conn.watch('lease:again')
      return idOf(conn)
    })
    assert.equal(await redis.client(idOf), first)
  })

  test('what would break a connection is refused on a lease, too', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const conn = await redis.client()
    t.after(() => conn.release())
    for (const [name, ...args] of [
      ['SUBSCRIBE', 'a'],
      ['CLIENT', 'REPLY', 'OFF'],
      ['MONITOR'],
      ['SYNC'],
    ] as const) {
      const error = await failure(conn.executeCommand(name, ...args))
      assert.equal(error.code, 'BREAKS_CONNECTION')
      assert.equal(error.maybeExecuted, false)
    }
    assert.equal(await conn.echo('still one reply each'), 'still one reply each')
  })

  test('a blocking command on a lease waits as long as the server may', async (t) => {
    const redis = openClient(t, server.url, { protocol, commandTimeout: 1000 })
    await redis.client(async (conn: Client) => {
      await conn.set('lease:k', 'v')
      assert.equal(await conn.wait(1, 1200), 0)
      const popped = conn.executeCommand('BLPOP', 'lease:list', '0')
      await redis.rpush('lease:list', 'x')
      assert.deepEqual(await popped, ['lease:list', 'x'])
      const error = await failure(conn.with({ timeout: 20 }).blpop('lease:list', 0))
      assert.equal(error.code, 'COMMAND_TIMEOUT')
    })
  })

  test('a full pool rejects in time and says who has the connections', async (t) => {
    const redis = openClient(t, server.url, { protocol, maxConnections: 3, acquireTimeout: 50 })
    const held = [await redis.client(), await redis.client()]
    const error = await failure(redis.client())
    assert.ok(error instanceof PoolTimeoutError)
    assert.equal(error.code, 'POOL_TIMEOUT')
    assert.equal(error.maybeExecuted, false)
    assert.match(error.message, /maxConnections \(3\) are: 1 shared, 2 leased/)
    for (const conn of held) conn.release()
    assert.equal(await redis.client((conn: Client) => conn.echo('room')), 'room')
  })

  test('those who wait are served in the order in which they came', async (t) => {
    const redis = openClient(t, server.url, { protocol, maxConnections: 2 })
    const first = await redis.client()
    const order: number[] = []
    const waiting = [1, 2, 3, 4].map((number) =>
      redis.client(async (conn: Client) => {
        order.push(number)
        assert.equal(await conn.echo(`${number}`), `${number}`)
      }),
    )
    first.release()
    await Promise.all(waiting)
    assert.deepEqual(order, [1, 2, 3, 4])
  })

  test('without room for leases the error says so at once', async (t) => {
    const redis = openClient(t, server.url, { protocol, maxConnections: 1, acquireTimeout: 0 })
    const error = await failure(redis.client())
    assert.ok(error instanceof PoolTimeoutError)
    assert.match(error.message, /leaves no connection beside the shared ones/)
  })

  test('waiting for a lease can be given up by timeout and by signal, and costs nobody a connection', async (t) => {
    const redis = openClient(t, server.url, { protocol, maxConnections: 2 })
    const held = await redis.client()
    assert.ok((await failure(redis.with({ timeout: 20 }).client())) instanceof PoolTimeoutError)
    const controller = new AbortController()
    const aborted = failure(redis.with({ signal: controller.signal }).client())
    controller.abort()
    assert.ok((await aborted) instanceof AbortError)
    assert.ok((await failure(redis.with({ signal: controller.signal }).client())) instanceof AbortError)
    held.release()
    assert.equal(await redis.client((conn: Client) => conn.echo('free')), 'free')
  })

  test('a lost connection fails what is on it, and is nobody elses', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol })
    const conn = await redis.client()
    assert.equal(await conn.echo('here'), 'here')
    proxy.stall('reply')
    const lost = failure(conn.get('lease:k'))
    await proxy.requestFrames(proxy.requestCount + 1)
    await proxy.cutAll()
    proxy.resume()
    const error = await lost
    assert.ok(error instanceof ConnectionError)
    assert.equal(error.maybeExecuted, true)
    const after = await failure(conn.echo('gone'))
    assert.ok(after instanceof ConnectionError)
    assert.equal(after.maybeExecuted, false)
    conn.release()
    assert.equal(await redis.client((next: Client) => next.echo('next')), 'next')
  })

  test('connections that rest while the server goes away are not given out', async (t) => {
    const own = await startServer(t)
    const redis = openClient(t, own.url, { protocol, reconnect: { initialDelay: 1, maxDelay: 20 } })
    const held = [await redis.client(), await redis.client(), await redis.client()]
    for (const conn of held) conn.release()
    await own.restart()
    for (let round = 0; round < 3; round += 1) {
      assert.equal(await redis.client((conn: Client) => conn.echo('alive')), 'alive')
    }
  })

  test('a lease waits for a server that is about to come back, and names the cause when it does not', async (t) => {
    const own = await startServer(t)
    const reconnect = { initialDelay: 5, maxDelay: 20 }
    const redis = openClient(t, own.url, { protocol, reconnect, acquireTimeout: 30_000 })
    await own.kill()
    const waiting = redis.client((conn: Client) => conn.echo('back'))
    const error = await failure(redis.with({ timeout: 500 }).client())
    assert.ok(error instanceof ConnectionError)
    assert.equal(error.code, 'CONNECTION_REFUSED')
    await own.restart()
    assert.equal(await waiting, 'back')
  })

  test('an idle connection is closed after its time, and those of minConnections stay', async (t) => {
    const name = `idle-${protocol}`
    const options = { protocol, clientName: name, idleTimeout: 30, minConnections: 2 }
    const redis = openClient(t, server.url, options)
    await redis.ping()
    const held = [await redis.client(), await redis.client(), await redis.client()]
    assert.equal((await connections(name)).length, 4)
    for (const conn of held) conn.release()
    await eventually(async () => (await connections(name)).length === 2)
    assert.equal(await redis.client((conn: Client) => conn.echo('one was kept')), 'one was kept')
  })

  test('closing a client closes its leases after their work, destroying it at once', async (t) => {
    for (const end of ['close', 'destroy'] as const) {
      const redis = openClient(t, server.url, { protocol, clientName: `end-${end}-${protocol}` })
      const conn = await redis.client()
      const rested = await redis.client()
      rested.release()
      if (end === 'close') {
        const call = conn.echo('last')
        const closed = redis.close()
        assert.equal(await call, 'last')
        await closed
      } else {
        await conn.set('lease:k', 'v')
        const call = failure(conn.wait(1, 0))
        await redis.ping()
        redis.destroy()
        assert.ok((await call) instanceof ClosedError)
      }
      assert.ok((await failure(conn.echo('too late'))) instanceof ClosedError)
      assert.ok((await failure(redis.client())) instanceof ClosedError)
      await eventually(async () => (await connections(`end-${end}-${protocol}`)).length === 0)
      conn.release()
    }
  })

  test('errors of the server are errors of the call', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await redis.client(async (conn: Client) => {
      const error = await failure(conn.executeCommand('EXEC'))
      assert.ok(error instanceof ReplyError)
      assert.equal(error.command, 'EXEC')
    })
  })
})
