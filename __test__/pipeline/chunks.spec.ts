import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import {
  type Client,
  ConnectionError,
  type Failure,
  failure,
  forBothProtocols,
  openClient,
  ReplyError,
  TimeoutError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { TestServer } from '../support/server'

/** Long enough that the server works while the rest is written, and that the replies come in several reads. */
const COUNT = 1500
/** So many calls, each awaited before the next, and JavaScript's thread reads the replies itself. */
const LONELY = 40
const FAST = { initialDelay: 1, maxDelay: 20 }

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

const keys = Array.from({ length: COUNT }, (_, index) => `pieces:${index}`)
const values = keys.map((_, index) => `${index}:${'v'.repeat(index % 90)}`)

function reads(client: Client, transaction = false) {
  const pipeline = client.pipeline({ transaction })
  for (const key of keys) pipeline.get(key)
  return pipeline
}

async function oneByOne(client: Client, count = LONELY): Promise<void> {
  for (let index = 0; index < count; index += 1) assert.equal(await client.echo(`${index}`), `${index}`)
}

forBothProtocols((protocol) => {
  async function proxied(t: TestContext, options = {}): Promise<{ proxy: FaultProxy; client: Client }> {
    await server.raw('FLUSHALL')
    const proxy = await FaultProxy.start({ target: server })
    t.after(() => proxy.close())
    const client = openClient(t, proxy.url, { protocol, reconnect: FAST, ...options })
    const pipeline = client.pipeline({ transaction: false })
    keys.forEach((key, index) => pipeline.set(key, values[index]!))
    await pipeline.execute()
    await oneByOne(client)
    return { proxy, client }
  }

  for (const transaction of [false, true]) {
    const what = transaction ? 'a transaction' : 'a pipeline'

    test(`${what} has the same results however its bytes are cut`, async (t) => {
      const { proxy, client } = await proxied(t, { commandTimeout: 60_000 })
      for (const mostBytes of [29, 333, 4000, 20_000]) {
        proxy.slice({ mostBytes, seed: mostBytes, direction: 'reply' })
        proxy.slice({ mostBytes, seed: mostBytes, direction: 'request' })
        assert.deepEqual(await reads(client, transaction).execute(), values)
        proxy.unslice()
        await oneByOne(client)
        assert.deepEqual(await reads(client, transaction).execute(), values)
      }
      assert.equal(proxy.connectionCount, 1)
    })

    test(`${what} of every kind of reply keeps them in their places`, async (t) => {
      const { proxy, client } = await proxied(t)
      await client.rpush('pieces:list', 'a', 'b')
      await client.hset('pieces:hash', { __proto__x: '1', ü: 'ö' })
      await client.set('pieces:wide', 'ü€😀'.repeat(100))
      proxy.slice({ mostBytes: 3000, seed: 5, direction: 'reply' })
      const pipeline = client.pipeline({ transaction })
      for (let round = 0; round < 200; round += 1) {
        pipeline.get('pieces:none').incr('pieces:n').get('pieces:wide').incr('pieces:list')
        pipeline.lrange('pieces:list', 0, -1).hgetall('pieces:hash').exists('pieces:list').echo(`${round}`)
      }
      const results: unknown[] = await pipeline.execute({ raiseOnError: false })
      assert.equal(results.length, 1600)
      for (let round = 0; round < 200; round += 1) {
        const [none, n, wide, wrong, list, hash, exists, echo] = results.slice(8 * round, 8 * round + 8)
        assert.ok(wrong instanceof ReplyError && wrong.code === 'WRONGTYPE', String(wrong))
        assert.equal((wrong as Failure & { index?: number }).index, 8 * round + 3)
        assert.deepEqual(
          [none, n, wide, list, hash, exists, echo],
          [null, round + 1, 'ü€😀'.repeat(100), ['a', 'b'], { __proto__x: '1', ü: 'ö' }, 1, `${round}`],
        )
      }
    })
  }

  test('a pipeline of reads that is lost between its replies is sent again, and no result comes twice', async (t) => {
    const { proxy, client } = await proxied(t)
    for (const frame of [1, 400, 1499]) {
      proxy.slice({ mostBytes: 2000, seed: frame, direction: 'reply' })
      proxy.cut({ next: frame, direction: 'reply' })
      assert.deepEqual(await reads(client).execute(), values)
      proxy.unslice()
      await oneByOne(client)
    }
    assert.equal(proxy.connectionCount, 4)
  })

  test('a pipeline of writes that is lost has the results that came, in order', async (t) => {
    const { proxy, client } = await proxied(t)
    for (const frame of [1, 700, 1500]) {
      await client.del('pieces:n')
      await oneByOne(client)
      const pipeline = client.pipeline({ transaction: false })
      for (let index = 0; index < COUNT; index += 1) pipeline.incr('pieces:n')
      proxy.slice({ mostBytes: 900, seed: frame, direction: 'reply' })
      proxy.cut({ next: frame, direction: 'reply' })
      const error = await failure(pipeline.execute())
      proxy.unslice()
      assert.ok(error instanceof ConnectionError, String(error))
      assert.equal(error.maybeExecuted, true)
      const count = frame - 1
      assert.deepEqual(
        error.results,
        Array.from({ length: count }, (_, index) => index + 1),
      )
      await oneByOne(client)
      const ran = Number(await client.get('pieces:n'))
      assert.ok(ran >= count && ran <= COUNT, `${ran}`)
    }
  })

  test('a pipeline that is given up between its replies leaves nothing to the next', async (t) => {
    const { proxy, client } = await proxied(t)
    for (const frame of [300, 900]) {
      const fault = proxy.stallAt({ next: frame, direction: 'reply' })
      const error = await failure(reads(client.with({ timeout: 1000 })).execute())
      assert.ok(error instanceof TimeoutError, String(error))
      await fault.fired()
      const others = [reads(client).execute(), client.echo('behind')] as const
      proxy.resume()
      assert.deepEqual(await others[0], values)
      assert.equal(await others[1], 'behind')
      await oneByOne(client)
    }
    assert.equal(proxy.connectionCount, 1)
  })

  test('calls of the same tick stay in order around a long pipeline', async (t) => {
    const { client } = await proxied(t)
    for (let round = 0; round < 5; round += 1) {
      await client.set('pieces:order', '0')
      const before = client.incr('pieces:order')
      const pipeline = client.pipeline({ transaction: false })
      for (let index = 0; index < COUNT; index += 1) pipeline.incr('pieces:order')
      const results = pipeline.execute()
      const behind = client.incr('pieces:order')
      assert.equal(await before, 1)
      assert.equal(await behind, COUNT + 2)
      assert.deepEqual(
        await results,
        Array.from({ length: COUNT }, (_, index) => index + 2),
      )
    }
  })

  test('of a long pipeline with a wrong argument nothing is sent', async (t) => {
    const { proxy, client } = await proxied(t)
    await client.del('pieces:n')
    const sent = proxy.requestCount
    const pipeline = client.pipeline({ transaction: false })
    for (let index = 0; index < COUNT; index += 1) pipeline.incr('pieces:n')
    pipeline.set('pieces:n', Symbol('no') as unknown as string)
    const error = await failure(pipeline.execute())
    assert.ok(error instanceof TypeError, String(error))
    assert.equal(proxy.requestCount, sent)
    assert.equal(await client.get('pieces:n'), null)
  })

  test('texts, numbers and bytes of every kind go the same way', async (t) => {
    const { client } = await proxied(t)
    for (const odd of ['', 'ü', '😀', 7, -0.5, 2n ** 60n, Buffer.from([0, 255, 13, 10])]) {
      const pipeline = client.pipeline({ transaction: false })
      for (const key of keys) pipeline.set(key, 'plain')
      pipeline.set('pieces:odd', odd)
      for (const key of keys) pipeline.set(key, 'again')
      const results: unknown[] = await pipeline.execute()
      assert.equal(results.filter((result) => result === 'OK').length, 2 * COUNT + 1)
      const expected = typeof odd === 'object' ? odd : Buffer.from(String(odd))
      assert.deepEqual(await client.buffers.get('pieces:odd'), expected)
      assert.equal(await client.get(keys[COUNT - 1]!), 'again')
    }
  })
})
