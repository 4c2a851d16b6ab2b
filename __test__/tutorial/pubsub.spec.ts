import assert from 'node:assert/strict'
import { before, after, test } from 'node:test'
import { forBothProtocols, openClient, type Client } from '../support/client'
import { TestServer } from '../support/server'

const STOPWORD = 'STOP'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** The reader of both examples: a second at a time, until the word to stop. */
async function reader(channel: Client, print: (message: any) => void): Promise<void> {
  for (;;) {
    const message = await channel.getMessage({ timeout: 1000, ignoreSubscribeMessages: true })
    if (message === null) continue
    print(message)
    if (message.data === STOPWORD) return
  }
}

forBothProtocols((protocol) => {
  test('a reader task gets what is published to its channels, up to the stop word', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const pubsub = redis.pubsub()
    await pubsub.subscribe('channel:1', 'channel:2')
    const got: [string, string][] = []
    const task = reader(pubsub, ({ channel, data }) => got.push([channel, data]))
    assert.equal(await redis.publish('channel:1', 'Hello'), 1)
    assert.equal(await redis.publish('channel:2', 'World'), 1)
    assert.equal(await redis.publish('channel:1', STOPWORD), 1)
    await task
    assert.deepEqual(got, [
      ['channel:1', 'Hello'],
      ['channel:2', 'World'],
      ['channel:1', STOPWORD],
    ])
    await pubsub.close()
  })

  test('the same with a pattern', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using pubsub = redis.pubsub()
    await pubsub.psubscribe('channel:*')
    const got: any[] = []
    const task = reader(pubsub, (message) => got.push(message))
    await redis.publish('channel:1', 'Hello')
    await redis.publish('channel:2', STOPWORD)
    await task
    assert.deepEqual(got, [
      { type: 'pmessage', pattern: 'channel:*', channel: 'channel:1', data: 'Hello' },
      { type: 'pmessage', pattern: 'channel:*', channel: 'channel:2', data: STOPWORD },
    ])
  })

  test('a publisher that waits for its subscriber by pubsubNumsub', async (t) => {
    const got: string[] = []
    const subscriber = (async () => {
      const redis = openClient(t, server.url, { protocol, maxConnections: 10, decodeResponses: true })
      const psub = redis.pubsub()
      {
        await using p = psub
        await p.subscribe('channel:1')
        await reader(p, ({ data }) => got.push(data))
        await p.unsubscribe('channel:1')
      }
      await psub.close()
      await redis.close()
    })()
    let isDone = false
    void subscriber.then(() => (isDone = true))

    const pub = openClient(t, server.url, { protocol, decodeResponses: true })
    while (!isDone) {
      const subs = await pub.pubsubNumsub('channel:1')
      if (subs['channel:1'] !== 1) continue
      for (const message of ['one', 'two', 'three']) await pub.publish('channel:1', message)
      await pub.publish('channel:1', STOPWORD)
      break
    }
    await subscriber
    assert.deepEqual(got, ['one', 'two', 'three', STOPWORD])
    assert.deepEqual(await pub.pubsubNumsub('channel:1'), { 'channel:1': 0 })
    await pub.close()
  })
})
