import { deepEqual as equal } from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { type Client, ConnectionPool, forBothProtocols, openClient, Redis } from '../support/client'
import { section } from '../support/tutorial'
import { TestServer } from '../support/server'

section('Scan, on one connection', {
  async 'async with redis.client() as conn: cur, keys = await conn.scan(cur, match="key:*")'(redis) {
    await redis.mset({ 'key:1': 'value1', 'key:2': 'value2' })
    await redis.client(async (conn: Client) => {
      const found: string[] = []
      let cursor = '0'
      do {
        const [next, keys] = await conn.scan(cursor, { match: 'key:*' })
        found.push(...keys)
        cursor = next
      } while (cursor !== '0')
      equal(found.sort(), ['key:1', 'key:2'])
    })
  },
})

section('Blocking commands', {
  async 'with await redis as r: await r.brpop("my-key"), beside redis.lpush("my-key", "value")'(redis) {
    const future = redis.client((conn: Client) => conn.brpop('my-key', 0))
    await redis.lpush('my-key', 'value')
    equal(await future, ['my-key', 'value'])
  },

  async 'the same without a lease'(redis) {
    const future = redis.brpop('my-key', 0)
    await redis.lpush('my-key', 'value')
    equal(await future, ['my-key', 'value'])
  },
})

section('High-level client', {
  async 'async with redis.client() as conn: conn.set("my-key", "value"); conn.get("my-key")'(redis) {
    const conn = await redis.client()
    try {
      equal(await conn.set('my-key', 'value'), 'OK')
      equal(await conn.get('my-key'), 'value')
    } finally {
      conn.release()
    }
  },

  async 'redis.set("my-key", "value"); redis.get("my-key")'(redis) {
    await redis.set('my-key', 'value')
    equal(await redis.get('my-key'), 'value')
  },
})

section('Low-level connection', {
  async 'conn.execute_command("set", "my-key", "some value"); conn.execute_command("get", "my-key")'(redis) {
    await redis.client(async (conn: Client) => {
      equal(await conn.executeCommand('set', 'my-key', 'some value'), 'OK')
      equal(await conn.executeCommand('get', 'my-key'), 'some value')
    })
  },
})

describe('a client', () => {
  let server: TestServer
  let secured: TestServer
  before(async () => {
    server = await TestServer.start()
    const users = { user: 'on >sEcRet ~* &* +@all' }
    secured = await TestServer.start({ password: 'default-secret', users })
  })
  after(async () => {
    await server.close()
    await secured.close()
  })
  beforeEach(() => server.raw('FLUSHALL'))

  forBothProtocols((protocol) => {
    test("create_redis_pool((host, port), db=7, minsize=8, maxsize=32, encoding='utf-8')", async (t) => {
      const redis = openClient(t, server.url, {
        ...{ protocol, db: 7, minConnections: 8, maxConnections: 32, encoding: 'utf-8' },
      })
      equal(await redis.get('key'), null)
      await redis.set('key', 'seven')
      equal(await redis.get('key'), 'seven')
      await redis.close()
    })

    test('from_url("redis://localhost", db=1), from_url("redis://localhost/1")', async (t) => {
      const named = openClient(t, server.url, { protocol, db: 1 })
      const inUrl = openClient(t, `${server.url}/1`, { protocol })
      await named.set('my-key', 'value')
      equal(await inUrl.get('my-key'), 'value')
    })

    test('from_url("redis://localhost", username="user", password="sEcRet"), from_url("redis://user:sEcRet@localhost/")', async (t) => {
      const place = `${secured.host}:${secured.port}`
      const credentials = { username: 'user', password: 'sEcRet' }
      const named = openClient(t, `redis://${place}`, { protocol, ...credentials })
      const inUrl = openClient(t, `redis://user:sEcRet@${place}/`, { protocol })
      await named.set('my-key', 'value')
      equal(await inUrl.get('my-key'), 'value')
    })

    test('from_url("redis://localhost", max_connections=10): execute_command("set", ...), execute_command("get", ...)', async (t) => {
      const redis = openClient(t, server.url, { protocol, maxConnections: 10 })
      equal(await redis.executeCommand('set', 'my-key', 'value'), 'OK')
      equal(await redis.executeCommand('get', 'my-key'), 'value')
    })

    test('ConnectionPool.from_url("redis://localhost", max_connections=10); Redis(connection_pool=pool)', async (t) => {
      const pool = (ConnectionPool as Client).fromUrl(server.url, { protocol, maxConnections: 10 })
      t.after(() => pool.destroy())
      const redis = new (Redis as Client)({ connectionPool: pool })
      equal(await redis.executeCommand('set', 'my-key', 'value'), 'OK')
      equal(await redis.executeCommand('get', 'my-key'), 'value')
      await pool.close()
    })

    test('Redis(host="localhost", single_connection_client=True): execute_command("set", ...)', async (t) => {
      const { host, port } = server
      const redis = openClient(t, { host, port, protocol, singleConnection: true })
      equal(await redis.executeCommand('set', 'my-key', 'some value'), 'OK')
      equal(await redis.executeCommand('get', 'my-key'), 'some value')
      equal(await redis.executeCommand('select', 3), 'OK')
      equal(await redis.executeCommand('get', 'my-key'), null)
    })
  })
})
