import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { failure, forBothProtocols, openClient, QueueFullError } from '../support/client'
import { flood } from '../support/flood'
import { FaultProxy } from '../support/proxy'
import { RawClient } from '../support/raw-client'
import { startServer, TestServer } from '../support/server'
import { collector, few, publish } from '../support/subscribers'

let server: TestServer
let raw: RawClient
before(async () => {
  server = await TestServer.start()
  raw = await server.client()
})
after(async () => {
  raw.close()
  await server.close()
})

/** Publishes the numbers below `count`, each of `bytes` characters at least. */
async function publishMany(channel: string, count: number, bytes = 0): Promise<void> {
  const calls = Array.from({ length: count }, (_, index) =>
    publish(raw, channel, String(index).padStart(bytes, '0')),
  )
  await Promise.all(calls)
}

/** Publishes the numbers from 1 to ARGV[2], of 99 characters each, as fast as a server can. */
const PUBLISH_ALL = `for i = 1, ARGV[2] do redis.call('PUBLISH', ARGV[1], string.format('%099d', i)) end`

/** Bytes that the server holds for its subscribers. */
async function heldByServer(client: RawClient): Promise<number> {
  const list = String(await client.call('CLIENT', 'LIST', 'TYPE', 'pubsub'))
  return [...list.matchAll(/ omem=(\d+)/g)].reduce((sum, [, bytes]) => sum + Number(bytes), 0)
}

forBothProtocols((protocol) => {
  test('a slow consumer stops the reading, and gets everything in order', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub({ maxBacklog: { messages: 100 } })
    await ps.subscribe('slow')
    // More than the sockets between hold.
    const count = 2000
    const filler = 10_000
    const published = publishMany('slow', count, filler)
    while ((await heldByServer(raw)) === 0);
    const messages = ps.messages({ close: false })
    for (let index = 0; index < count; index += 1) {
      const { value } = await messages.next()
      if (Number(value.data) !== index) assert.equal(Number(value.data), index)
    }
    await published
    assert.equal(await ps.getMessage({ ignoreSubscribeMessages: true }), null)
  })

  test('a flood is delivered to its end, though nothing follows', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    // More than the socket waits for while messages flood in, and a rest that is less.
    const count = 150_000
    for (let flood = 0; flood < 3; flood += 1) {
      const received: string[] = []
      let finish = () => {}
      const all = new Promise<void>((resolve) => (finish = resolve))
      await ps.subscribe(`flood:${flood}`, (data: string) => {
        if (received.push(data) === count) finish()
      })
      await raw.call('EVAL', PUBLISH_ALL, '0', `flood:${flood}`, String(count))
      await all
      assert.ok(received.every((data, index) => Number(data) === index + 1))
    }
  })

  test('when the server gives a paused subscriber up, what had come is delivered, and a gap follows', async (t) => {
    const limit = 'pubsub 2mb 2mb 0'
    const other = await startServer(t, { config: { 'client-output-buffer-limit': limit.split(' ') } })
    const publisher = await other.client()
    const redis = openClient(t, other.url, { protocol, reconnect: { initialDelay: 1, maxDelay: 5 } })
    await using ps = redis.pubsub({ maxBacklog: { messages: 10 } })
    await ps.subscribe('given-up')
    const data = 'x'.repeat(10_000)
    let sent = 0
    // The server says that nobody has got it once it has closed the connection.
    while ((await publish(publisher, 'given-up', `${sent} ${data}`)) === 1) sent += 1
    publisher.close()
    const messages = ps.messages({ gaps: true, close: false })
    let last = -1
    for (;;) {
      const { value } = await messages.next()
      if (value.type === 'gap') {
        assert.equal(value.reason, 'reconnect')
        break
      }
      assert.equal(Number(value.data.split(' ')[0]), last + 1)
      last += 1
    }
    assert.ok(last >= 10 && last < sent)
  })

  test('the oldest messages make room where that is wanted, and a gap tells how many', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub({ maxBacklog: { messages: 100 }, overflow: 'drop-oldest' })
    await using marker = redis.pubsub()
    await ps.subscribe('drop')
    const { listener, all } = collector(1)
    await marker.subscribe('drop:end', listener)
    const gap = once(ps, 'gap')
    await publishMany('drop', 1000)
    await publish(raw, 'drop:end', '')
    await all
    assert.equal((await gap)[0].reason, 'overflow')
    const messages = ps.messages({ gaps: true, close: false })
    const [told, ...rest] = await few(messages, 101)
    assert.deepEqual(
      rest.map(({ data }) => Number(data)),
      Array.from({ length: 100 }, (_, index) => 900 + index),
    )
    assert.equal(told.dropped, 900)
  })

  test('a subscriber may fail instead: what fits is used up first', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const ps = redis.pubsub({ maxBacklog: { messages: 10 }, overflow: 'error' })
    await using other = redis.pubsub()
    const { listener, all } = collector(100)
    await other.subscribe('fail', listener)
    const events: Error[] = []
    ps.on('error', (error: Error) => events.push(error))
    await ps.subscribe('fail')
    await publishMany('fail', 100)
    assert.equal((await all).length, 100, 'others are not affected')
    const got: number[] = []
    const loop = async () => {
      for await (const { data } of ps) got.push(Number(data))
    }
    const error = await failure(loop())
    assert.ok(error instanceof QueueFullError)
    assert.equal(error.code, 'QUEUE_FULL')
    assert.match(error.message, /maxBacklog \(10 messages, 67108864 bytes\) is full/)
    assert.deepEqual(got, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    assert.equal(events.length, 1)
    assert.equal(ps.closed, true)
  })

  test('a blocked thread costs what the bound says, and nothing is lost silently', async (t) => {
    const other = await startServer(t, { config: { 'client-output-buffer-limit': ['pubsub', 0, 0, 0] } })
    const count = 1000
    const bytes = 100_000
    const maxBacklog = { bytes: 1024 * 1024 }
    await using paused = openClient(t, other.url, { protocol }).pubsub({ maxBacklog })
    await using dropping = openClient(t, other.url, { protocol }).pubsub({
      maxBacklog,
      overflow: 'drop-oldest',
    })
    const numberOf = (data: string) => Number(data.slice(0, data.indexOf(' ')))
    const got: number[] = []
    const kept: number[] = []
    let dropped = 0
    dropping.on('gap', (gap: any) => (dropped += gap.dropped))
    const all = new Promise<void>((resolve) => {
      void paused.subscribe('blocked', (data: string) => {
        got.push(numberOf(data))
        if (got.length === count) resolve()
      })
    })
    const newest = new Promise<void>((resolve) => {
      void dropping.subscribe('blocked', (data: string) => {
        kept.push(numberOf(data))
        if (numberOf(data) === count - 1) resolve()
      })
    })
    while (Number(((await other.raw('PUBSUB', 'NUMSUB', 'blocked')) as any[])[1]) < 2);
    const { waitBlocked, ended } = await flood(other.port, 'blocked', { count, bytes })
    const before = process.memoryUsage().rss
    waitBlocked()
    const grown = process.memoryUsage().rss - before
    assert.ok(grown < (count * bytes) / 2, `${grown} bytes more for bounds of 2 MiB`)
    await Promise.all([all, newest, ended])
    assert.deepEqual(got, [...Array(count).keys()])
    assert.equal(kept.length + dropped, count, 'each is delivered or told')
    assert.ok(dropped > 0)
  })

  test('a subscriber that is slow holds up others of its connection, and no longer when it is gone', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol })
    const slow = redis.pubsub({ maxBacklog: { messages: 1 } })
    await using quick = redis.pubsub()
    const { listener, got, all } = collector(100)
    await slow.subscribe('held')
    await quick.subscribe('held', listener)
    await publishMany('held', 100)
    assert.ok(got.length < 100)
    await slow.close()
    assert.deepEqual((await all).map(Number), [...Array(100).keys()])
  })
})
