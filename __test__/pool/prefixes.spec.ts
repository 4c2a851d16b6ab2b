import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type Client, ConnectionPool, failure, forBothProtocols, Redis } from '../support/client'
import { TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
beforeEach(async () => void (await server.raw('FLUSHALL')))
after(() => server.close())

interface Tenants {
  pool: Client
  /** With the prefixes `a:`, `b:` and none. */
  a: Client
  b: Client
  plain: Client
}

/** Three handles on one pool of three connections. */
function tenants(test: { after(action: () => void): void }, protocol: 2 | 3): Tenants {
  const pool: Client = new (ConnectionPool as Client)(server.url, { protocol, maxConnections: 3 })
  pool.on('error', () => {})
  test.after(() => pool.destroy())
  const handle = (keyPrefix?: string): Client =>
    new (Redis as Client)({ connectionPool: pool, ...(keyPrefix !== undefined && { keyPrefix }) })
  return { pool, a: handle('a:'), b: handle('b:'), plain: handle() }
}

async function keys(): Promise<string[]> {
  return ((await server.raw('KEYS', '*')) as Buffer[]).map(String).sort()
}

async function all(iterator: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = []
  for await (const key of iterator) found.push(key)
  return found.sort()
}

forBothProtocols((protocol) => {
  test('handles with different prefixes share connections and no keys', async (t) => {
    const { a, b, plain } = tenants(t, protocol)
    const [first, second, third, got] = await Promise.all([
      a.set('k', 1),
      b.set('k', 2),
      plain.set('k', 3),
      Promise.all([a.get('k'), b.get('k'), plain.get('k')]),
    ])
    assert.deepEqual([first, second, third, got], ['OK', 'OK', 'OK', ['1', '2', '3']])
    assert.deepEqual(await keys(), ['a:k', 'b:k', 'k'])
    assert.deepEqual(await plain.mget('a:k', 'b:k'), ['1', '2'])
    assert.deepEqual([await a.keys('*'), await b.keys('*')], [['k'], ['k']])
  })

  test('a lease has the prefix of the handle that took it, one after the other on the same connection', async (t) => {
    const { a, b, plain } = tenants(t, protocol)
    const ids = new Set<number>()
    for (const handle of [a, b, plain]) {
      await handle.client(async (conn: Client) => {
        ids.add(await conn.executeCommand('CLIENT', 'ID'))
        await conn.set('leased', 'x')
        await conn.executeCommand('RPUSH', 'raw', 'y')
        assert.deepEqual(await conn.blpop('raw', 1), ['raw', 'y'])
        assert.deepEqual(await conn.pipeline().get('leased').execute(), ['x'])
      })
    }
    assert.equal(ids.size, 1)
    assert.deepEqual(await keys(), ['a:leased', 'b:leased', 'leased'])
  })

  test('blocking commands wait for their own keys, and name them as their callers do', async (t) => {
    const { a, b, plain } = tenants(t, protocol)
    const popped = Promise.all([a.blpop('q', 5), b.blpop('q', 5)])
    await plain.rpush('b:q', 'for b')
    await plain.rpush('a:q', 'for a')
    assert.deepEqual(await popped, [
      ['q', 'for a'],
      ['q', 'for b'],
    ])
    await b.zadd('z', { one: 1 })
    assert.deepEqual(await b.bzpopmin('z', 1), ['z', 'one', 1])
    await a.xadd('s', '1-1', { f: 'v' })
    const read = await a.xread({ s: '0' }, { block: 1000 })
    assert.ok(JSON.stringify(read).includes('"s"') && !JSON.stringify(read).includes('a:s'))
  })

  test('pipelines, transactions and scripts know their own keys only', async (t) => {
    const { a, b, plain } = tenants(t, protocol)
    const put = 'redis.call("set", KEYS[1], ARGV[1]) return KEYS[1]'
    for (const [handle, prefix] of [
      [a, 'a:'],
      [b, 'b:'],
      [plain, ''],
    ] as const) {
      const script = handle.script(put)
      const plainly = handle.pipeline({ transaction: false }).incr('n').run(script, ['s'], [prefix]).get('s')
      assert.deepEqual(await plainly.execute(), [1, `${prefix}s`, prefix])
      assert.deepEqual(await handle.pipeline().incr('n').run(script, ['s'], [prefix]).execute(), [
        2,
        `${prefix}s`,
      ])
      const work = async (tx: Client): Promise<Client> =>
        tx.pipeline().set('n', Number(await tx.get('n')) + 1)
      assert.deepEqual(await handle.transaction(work, { watch: ['n'] }), ['OK'])
      assert.equal(await script(['own'], [1]), `${prefix}own`)
    }
    assert.deepEqual(await keys(), ['a:n', 'a:own', 'a:s', 'b:n', 'b:own', 'b:s', 'n', 'own', 's'].sort())
    assert.deepEqual(await plain.mget('a:n', 'b:n', 'n'), ['3', '3', '3'])
  })

  test('a watch is on the key with the prefix', async (t) => {
    const { a, b } = tenants(t, protocol)
    await a.client(async (conn: Client) => {
      await conn.watch('k')
      await b.set('k', 'another key')
      assert.deepEqual(await conn.pipeline().set('k', 1).execute(), ['OK'])
      await conn.watch('k')
      await a.set('k', 'the same key')
      assert.equal((await failure(conn.pipeline().set('k', 2).execute())).code, 'WATCH_FAILED')
    })
  })

  test('iterators see the keys of their handle, without its prefix', async (t) => {
    const { a, b, plain } = tenants(t, protocol)
    for (let at = 0; at < 30; at += 1) await Promise.all([a.set(`k${at}`, at), b.set(`l${at}`, at)])
    await Promise.all([a.sadd('set', 'm'), b.hset('hash', { f: 'v' })])
    const names = (letter: string): string[] => Array.from({ length: 30 }, (_, at) => `${letter}${at}`).sort()
    const [ofA, ofB, ofAll] = await Promise.all([
      all(a.scanIter({ count: 7 })),
      all(b.scanIter({ match: 'l*', count: 7 })),
      all(plain.scanIter({ count: 7 })),
    ])
    assert.deepEqual(ofA, [...names('k'), 'set'])
    assert.deepEqual(ofB, names('l'))
    assert.equal(ofAll.length, 62)
    assert.ok(ofAll.every((key) => /^[ab]:/.test(key)))
    assert.deepEqual(await all(a.sscanIter('set')), ['m'])
    assert.deepEqual(await all(b.sscanIter('set')), [])
  })

  test('a handle that is closed leaves the others and the pool as they are', async (t) => {
    const { pool, a, b } = tenants(t, protocol)
    await a.set('k', 1)
    await a.close()
    assert.equal((await failure(a.get('k'))).code, 'CLIENT_CLOSED')
    assert.equal(await b.set('k', 2), 'OK')
    assert.equal(await b.client((conn: Client) => conn.get('k')), '2')
    await pool.close()
    assert.equal((await failure(b.get('k'))).code, 'CLIENT_CLOSED')
  })
})
