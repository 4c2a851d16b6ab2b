import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AbortError, failure, forBothProtocols, openClient } from '../support/client'
import { RawClient } from '../support/raw-client'
import { startServer, TestServer } from '../support/server'
import { few } from '../support/subscribers'

let server: TestServer
let raw: RawClient
before(async () => {
  server = await TestServer.start()
  raw = await server.client()
  await raw.call('CONFIG', 'SET', 'notify-keyspace-events', 'KEA')
})
after(async () => {
  raw.close()
  await server.close()
})

forBothProtocols((protocol) => {
  test('events of keys that match come with event, key and database', async (t) => {
    const redis = openClient(t, server.url, { protocol, db: 3 })
    const events = redis.keyspace({ pattern: 'user:*' })
    await events.ready
    await redis.set('user:1', 'a')
    await redis.set('other', 'b')
    await redis.lpush('user:2', 'c')
    await redis.del('user:1', 'other', 'user:2')
    assert.deepEqual(await few(events, 4), [
      { event: 'set', key: 'user:1', db: 3 },
      { event: 'lpush', key: 'user:2', db: 3 },
      { event: 'del', key: 'user:1', db: 3 },
      { event: 'del', key: 'user:2', db: 3 },
    ])
    await events.close()
    assert.equal(events.closed, true)
    assert.equal(await raw.call('PUBSUB', 'NUMPAT'), 0)
  })

  test('events may be chosen, of all keys or of those that match, in another database', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using chosen = redis.keyspace({ events: ['del', 'incrby'], db: 2 })
    await using both = redis.keyspace({ events: ['del'], pattern: 'k*', db: 2 })
    await using all = redis.keyspace({ db: 2 })
    await Promise.all([chosen.ready, both.ready, all.ready])
    const other = openClient(t, server.url, { protocol, db: 2 })
    await other.set('k1', 1)
    await other.incr('k1')
    await other.incr('x')
    await other.del('k1', 'x')
    const named = (items: any[]) => items.map(({ event, key }) => `${event} ${key}`)
    assert.deepEqual(named(await few(chosen, 4)), ['incrby k1', 'incrby x', 'del k1', 'del x'])
    assert.deepEqual(named(await few(both, 1)), ['del k1'])
    assert.deepEqual(named(await few(all, 5)), ['set k1', 'incrby k1', 'incrby x', 'del k1', 'del x'])
  })

  test('keys are bytes where replies are', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const key = Buffer.from([0x6b, 0xff, 0x00])
    for (const options of [{ pattern: 'k*' }, { events: ['set'] }]) {
      const events = redis.buffers.keyspace(options)
      await events.ready
      await redis.set(key, 'x')
      for await (const event of events) {
        assert.deepEqual(event, { event: 'set', key, db: 0 })
        break
      }
      assert.equal(events.closed, true)
    }
  })

  test('a client with a prefix hears of its own keys, by the names that it gives them', async (t) => {
    const other = openClient(t, server.url, { protocol })
    for (const keyPrefix of ['app:', 'a[p]*?\\p:', 'ä:']) {
      const redis = openClient(t, server.url, { protocol, keyPrefix })
      await using matching = redis.keyspace({ pattern: 'k?' })
      await using chosen = redis.keyspace({ events: ['set'] })
      await Promise.all([matching.ready, chosen.ready])
      await other.mset({ k1: 1, 'ap:k2': 1, 'xapp:k3': 1, [`${keyPrefix}longer`]: 1 })
      await redis.set('k4', 1)
      assert.deepEqual(await few(chosen, 2), [
        { event: 'set', key: 'longer', db: 0 },
        { event: 'set', key: 'k4', db: 0 },
      ])
      assert.deepEqual(await few(matching, 1), [{ event: 'set', key: 'k4', db: 0 }])
    }
    await other.flushdb()
  })

  test('keys come in the encoding of the view', async (t) => {
    const redis = openClient(t, server.url, { protocol }).with({ encoding: 'hex' })
    for (const options of [{ pattern: 'k*' }, { events: ['set'] }]) {
      await using events = redis.keyspace(options)
      await events.ready
      await redis.set(Buffer.from([0x6b, 0xff]), 'x')
      assert.deepEqual(await few(events, 1), [{ event: 'set', key: '6bff', db: 0 }])
    }
  })

  test('keys that expire are told', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using events = redis.keyspace({ events: ['expired'] })
    await events.ready
    await redis.set('short', 'x', { px: 1 })
    assert.deepEqual(await few(events, 1), [{ event: 'expired', key: 'short', db: 0 }])
  })

  test('a signal ends the iteration', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const controller = new AbortController()
    const events = redis.keyspace({ signal: controller.signal })
    await events.ready
    const next = failure(events.next())
    controller.abort()
    assert.ok((await next) instanceof AbortError)
    await events.close()
  })
})

describe('a server that does not send what is asked for', () => {
  const cases: [setting: string, options: object, advice: RegExp | undefined][] = [
    ['', {}, /is off on this server.*CONFIG SET notify-keyspace-events EA/],
    ['', { pattern: 'a' }, /CONFIG SET notify-keyspace-events KA/],
    ['KEA', { events: ['set', 'expired', 'evicted'] }, undefined],
    ['KA', {}, /is "AK" on this server.*notify-keyspace-events AKE/],
    ['Kg', { pattern: 'a', events: ['expired'] }, /notify-keyspace-events gKx/],
    ['Kg', { pattern: 'a', events: ['del'] }, undefined],
    ['KEA', { events: ['keymiss'] }, /notify-keyspace-events AKEm/],
    ['KEAm', { events: ['keymiss', 'set'] }, undefined],
    ['Ex', { events: ['expired'] }, undefined],
    ['Ex', {}, /notify-keyspace-events xEA|notify-keyspace-events EA/],
  ]
  for (const [setting, options, advice] of cases) {
    test(`"${setting}" for ${JSON.stringify(options)}`, async (t) => {
      const other = await startServer(t)
      await other.raw('CONFIG', 'SET', 'notify-keyspace-events', setting)
      const redis = openClient(t, other.url)
      const events = redis.keyspace(options)
      if (advice === undefined) return await events.ready
      const error = await failure(events.next())
      assert.equal(error.code, 'KEYSPACE_EVENTS_OFF')
      assert.match(error.message, advice)
      assert.equal(await failure(events.ready), error)
      assert.equal(events.closed, true)
    })
  }

  test('one that does not tell its settings is believed', async (t) => {
    const other = await startServer(t, { users: { limited: 'on >secret ~* &* +@all -config' } })
    const redis = openClient(t, { port: other.port, username: 'limited', password: 'secret' })
    await redis.keyspace().ready
  })
})

test('wrong options are refused', (t) => {
  const redis = openClient(t, server.url)
  for (const [options, message] of [
    [{ events: [] }, /"events" must be an array/],
    [{ events: 'set' }, /"events" must be an array/],
    [{ pattern: 1 }, /"pattern" must be a string/],
    [{ db: -1 }, /"db" must be the number of a database/],
    [{ event: 'set' }, /unknown option "event"/],
  ] as const) {
    assert.throws(() => redis.keyspace(options), { code: 'INVALID_OPTION', message })
  }
})
