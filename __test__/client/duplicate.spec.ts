import assert, { deepEqual as equal } from 'node:assert/strict'
import { test } from 'node:test'
import {
  ConnectionPool,
  createClient,
  failure,
  forBothProtocols,
  openClient,
  OptionError,
} from '../support/client'
import { startServer } from '../support/server'

/** Sets variables of the environment until the test ends. */
function setEnvironment(t: { after(action: () => void): void }, values: Record<string, string | undefined>) {
  for (const [name, value] of Object.entries(values)) {
    const before = process.env[name]
    t.after(() => {
      if (before === undefined) delete process.env[name]
      else process.env[name] = before
    })
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
}

forBothProtocols((protocol) => {
  test('a duplicate has the same server and options, and connections of its own', async (t) => {
    const server = await startServer(t)
    const first = openClient(t, server.url, { protocol, db: 3, keyPrefix: 'a:', clientName: 'first' })
    const second = first.duplicate()
    const third = first.duplicate({ keyPrefix: 'b:', clientName: 'third' })
    for (const one of [second, third]) t.after(() => one.destroy())
    await first.set('k', 1)
    equal([await second.get('k'), await third.get('k')], ['1', null])
    equal([second.toJSON().db, third.toJSON().db], [3, 3])
    assert.notEqual(await first.clientId(), await second.clientId())
    equal(await third.clientGetname(), 'third')
    await first.close()
    equal(await second.get('k'), '1')
    // Its class is that of the first.
    assert.ok(second instanceof first.constructor)
  })

  test('options of a duplicate replace those that stand in the URL', async (t) => {
    const server = await startServer(t)
    const url = `${server.url}/2?protocol=${protocol}&clientName=url&reconnect.maxDelay=100`
    const first = openClient(t, url)
    const other = first.duplicate({ db: 5, clientName: 'other', reconnect: { maxDelay: 200 } })
    t.after(() => other.destroy())
    equal([await first.clientGetname(), await other.clientGetname()], ['url', 'other'])
    equal([first.toJSON().db, other.toJSON().db], [2, 5])
    await other.set('k', 5)
    equal([await first.get('k'), await other.get('k')], [null, '5'])
    assert.throws(() => first.duplicate({ port: 1 }), OptionError)
    assert.throws(() => first.duplicate('text'), OptionError)
    assert.throws(() => first.duplicate({ hots: 1 }), /unknown option "hots"/)
  })

  test('a duplicate of a client on a pool is on the pool, one of a pool is another pool', async (t) => {
    const server = await startServer(t)
    const pool = new ConnectionPool(server.url, { protocol, maxConnections: 3 } as any) as any
    t.after(() => pool.destroy())
    const first = new (openClient(t, server.url).constructor)({ connectionPool: pool, keyPrefix: 'a:' })
    const second = first.duplicate({ keyPrefix: 'b:' })
    equal(await first.clientId(), await second.clientId())
    await second.set('k', 2)
    equal(String(await server.raw('GET', 'b:k')), '2')
    equal(second.stats().open, pool.stats().open)
    const another = pool.duplicate()
    t.after(() => another.destroy())
    await another.connect()
    equal([another.stats().open, another instanceof ConnectionPool], [1, true])
  })

  test('every client tells how its connections are used', async (t) => {
    const server = await startServer(t)
    const redis = openClient(t, server.url, { protocol })
    await redis.ping()
    const conn = await redis.client()
    const { open, shared, leased, waiting } = redis.stats()
    equal({ open, shared, leased, waiting }, { open: 2, shared: 1, leased: 1, waiting: 0 })
    conn.release()
  })

  test('what a pipeline has not executed at the end of its block is dropped', async (t) => {
    const server = await startServer(t)
    const redis = openClient(t, server.url, { protocol })
    let kept
    {
      await using pipe = redis.pipeline()
      pipe.set('done', 1)
      equal(await pipe.execute(), ['OK'])
      pipe.set('dropped', 1)
      kept = pipe
    }
    {
      using pipe = redis.pipeline({ transaction: false })
      pipe.set('dropped', 1)
    }
    equal([kept.length, await redis.exists('done', 'dropped')], [0, 1])
    const error = await failure(kept.set('dropped', 1).execute())
    equal([error.name, error.code, error.maybeExecuted], ['ClosedError', 'PIPELINE_DISPOSED', false])
    assert.match(error.message, /disposed at the end of its block/)
    equal([kept.length, await redis.exists('dropped')], [0, 0])
  })
})

test('options that name no server stand beside the URL of the environment', async (t) => {
  const server = await startServer(t)
  setEnvironment(t, { REDIS_URL: server.url, VALKEY_URL: undefined })
  const redis = openClient(t, { keyPrefix: 'p:', host: undefined })
  await redis.set('k', 1)
  equal(String(await server.raw('GET', 'p:k')), '1')
  const pool = new ConnectionPool({ maxConnections: 2 })
  t.after(() => pool.destroy())
  await pool.connect()
  equal(pool.toJSON().address, redis.toJSON().address)
  // What is named counts.
  const other = createClient({ port: 1 })
  equal(other.toJSON().address, 'localhost:1')
  equal(createClient({ path: '/nowhere' }).toJSON().address, 'unix:/nowhere')
  assert.throws(() => createClient({ keyPrefx: 'p:' }), /unknown option "keyPrefx".*REDIS_URL/)
  process.env['REDIS_URL'] = 'redis://elsewhere:1'
  equal(other.duplicate().toJSON().address, 'localhost:1')
  equal(redis.duplicate().toJSON().address, redis.toJSON().address)
  equal(createClient({ db: 1 }).duplicate({ db: 2 }).toJSON(), {
    state: 'idle',
    address: 'elsewhere:1',
    db: 2,
  })
})
