import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Client, forBothProtocols, next, openClient } from '../support/client'
import { TestServer } from '../support/server'

const CHANNEL = '__redis__:invalidate'
const ODD = Buffer.from([0x6b, 0xff, 0x22, 0x5c, 0x0a])

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** The number of the one connection that has subscribed. */
async function subscriberId(name: string): Promise<number> {
  const list = String(await server.raw('CLIENT', 'LIST', 'TYPE', 'PUBSUB'))
  const line = list.split('\n').find((each) => each.includes(` name=${name} `)) ?? ''
  return Number(/id=(\d+)/.exec(line)?.[1])
}

forBothProtocols((protocol) => {
  test('changed keys reach a subscriber, whose connection lives on', async (t) => {
    const clientName = `tracker-${protocol}`
    const client = openClient(t, server.url, { protocol, clientName })
    const subscriber = client.pubsub()
    t.after(() => subscriber.close())
    const gaps: unknown[] = []
    subscriber.on('gap', (gap: unknown) => gaps.push(gap))
    await subscriber.subscribe(CHANNEL, 'other')
    const redirect = await subscriberId(clientName)
    await client.client(async (lease: Client) => {
      await lease.clientTracking(true, { redirect })
      await lease.mget('cached', ODD)
      await server.raw('SET', 'cached', '1')
      const message = await subscriber.getMessage({ timeout: 60_000, ignoreSubscribeMessages: true })
      assert.deepEqual(message, { type: 'invalidate', channel: CHANNEL, pattern: null, data: ['cached'] })
      const told = next(subscriber, 'invalidate')
      await server.raw('SET', ODD, '1')
      assert.deepEqual(await told, [[ODD.toString()]])
      const all = next(subscriber, 'invalidate')
      await lease.get('cached')
      await server.raw('FLUSHALL')
      assert.deepEqual(await all, [null])
    })
    await server.raw('PUBLISH', CHANNEL, 'published')
    await server.raw('PUBLISH', 'other', 'hello')
    const data = []
    while (data.length < 2)
      data.push((await subscriber.getMessage({ timeout: 60_000, ignoreSubscribeMessages: true })).data)
    assert.deepEqual([data, gaps, await subscriberId(clientName)], [['published', 'hello'], [], redirect])
  })

  test('a subscriber of bytes gets the bytes of keys', async (t) => {
    const clientName = `bytes-${protocol}`
    const client = openClient(t, server.url, { protocol, clientName })
    const subscriber = client.buffers.pubsub()
    t.after(() => subscriber.close())
    await subscriber.subscribe(CHANNEL)
    const redirect = await subscriberId(clientName)
    await client.client(async (lease: Client) => {
      await lease.clientTracking(true, { redirect })
      await lease.get(ODD)
      const told = next(subscriber, 'invalidate')
      await server.raw('SET', ODD, '1')
      assert.deepEqual(await told, [[ODD]])
    })
  })
})

test('a lease and its client hear of changed keys over RESP3', async (t) => {
  const client = openClient(t, server.url, { keyPrefix: 'app:' })
  await client.client(async (lease: Client) => {
    await lease.clientTracking(true)
    await lease.get('cached')
    const heard = [next(lease, 'invalidate'), next(client, 'invalidate')]
    await server.raw('SET', 'app:cached', '1')
    assert.deepEqual(await Promise.all(heard), [[['cached']], [['cached']]])
    const all = next(lease, 'invalidate')
    await lease.get('cached')
    await server.raw('FLUSHALL')
    assert.deepEqual(await all, [null])
  })
})

test('so does a single connection, in the client it belongs to', async (t) => {
  const client = openClient(t, server.url, { singleConnection: true, decodeResponses: false })
  await client.executeCommand('CLIENT', 'TRACKING', 'ON')
  await client.get(ODD)
  const told = next(client, 'invalidate')
  await server.raw('SET', ODD, '1')
  assert.deepEqual(await told, [[ODD]])
})
