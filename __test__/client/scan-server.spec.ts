import assert, { deepEqual as equal } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Client, createClient, type Failure, forBothProtocols, openClient } from '../support/client'
import { FaultProxy } from '../support/proxy'
import { TestServer } from '../support/server'

const KEYS = 3000

let server: TestServer
before(async () => {
  server = await TestServer.start()
  using raw = await server.client()
  for (let at = 0; at < KEYS; at++) raw.write(`SET key:${at} ${at}\r\n`)
  for (let at = 0; at < KEYS; at++) {
    raw.write(`HSET hash f${at} ${at}\r\nSADD set m${at}\r\nZADD zset ${at}.5 m${at}\r\n`)
  }
  for (let at = 0; at < 4 * KEYS; at++) await raw.read()
})
after(() => server.close())

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = []
  for await (const item of items) seen.push(item)
  return seen
}

forBothProtocols((protocol) => {
  let redis: Client
  before(() => (redis = createClient(server.url, { protocol })))
  after(() => redis.destroy())

  test('every key is seen, in many pages', async () => {
    const seen = new Set(await all(redis.scanIter({ match: 'key:*', count: 100 })))
    equal(seen.size, KEYS)
  })

  test('keys are chosen by type', async () => {
    equal(await all(redis.scanIter({ type: 'zset', count: 1000 })), ['zset'])
  })

  test('hashes, sets and sorted sets give their entries, Buffers where these are wanted', async () => {
    const fields = await all<[string, string]>(redis.hscanIter('hash', { count: 500 }))
    equal(new Map(fields).get('f7'), '7')
    equal(new Map(fields).size, KEYS)
    equal(new Set(await all(redis.sscanIter('set', { match: 'm1*' }))).size, 1111)
    const scored = await all<[Buffer, number]>(redis.buffers.zscanIter('zset', { match: 'm42' }))
    equal(scored, [[Buffer.from('m42'), 42.5]])
    equal(await all(redis.sscanIter('none')), [])
  })

  test('a loop that stops early leaves one page behind, which is read and dropped', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const proxied = openClient(t, proxy.url, { protocol })
    await proxied.connect()
    const sent = proxy.requestCount
    for await (const key of proxied.scanIter({ match: 'key:*', count: 100 })) {
      assert.match(key, /^key:/)
      break
    }
    equal(await proxied.echo('next'), 'next')
    equal(proxy.requestCount - sent, 3, 'two pages and the echo')
    await proxied.close()
  })

  test('a connection that is lost on the way fails the loop, with its own stack', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const proxied = openClient(t, proxy.url, { protocol, reconnect: false, offlineQueue: false })
    await proxied.connect()
    async function theLoop() {
      for await (const key of proxied.scanIter({ count: 10 })) {
        assert.ok(key)
        await proxy.close()
      }
    }
    const error = await theLoop().then(
      () => assert.fail('the loop came to an end'),
      (reason: Failure) => reason,
    )
    equal(error.command, 'SCAN')
    assert.match(error.stack ?? '', /theLoop/)
  })
})
