import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { ConnectionError, failure, forBothProtocols, openClient } from '../support/client'
import { FaultProxy } from '../support/proxy'
import { RawClient } from '../support/raw-client'
import { startServer, TestServer } from '../support/server'
import { collector, few, numsub, publish, record } from '../support/subscribers'

const FAST = { initialDelay: 1, maxDelay: 5 }

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

/** Resolves when the server says that each channel has its subscriber again. */
async function restored(...channels: string[]): Promise<void> {
  while ((await numsub(raw, ...channels)).some((count) => count !== 1));
}

forBothProtocols((protocol) => {
  test('after an outage all kinds are subscribed to again, before anything else, and a gap tells', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol, reconnect: FAST })
    await using ps = redis.pubsub()
    const { listener, all } = collector(1)
    await ps.subscribe('out:a', 'out:b')
    await ps.psubscribe('out:p*', listener)
    await ps.ssubscribe('out:s')
    const messages = ps.messages({ gaps: true, close: false })
    await publish(raw, 'out:a', 'before')
    assert.equal((await messages.next()).value.data, 'before')
    const gap = once(ps, 'gap')
    await proxy.cutAll()
    const [told] = await gap
    assert.equal(told.type, 'gap')
    assert.equal(told.reason, 'reconnect')
    assert.equal(told.dropped, null)
    assert.ok(told.lost >= 0)
    assert.ok(told.cause instanceof ConnectionError)
    await publish(raw, 'out:b', 'after')
    await publish(raw, 'out:pattern', 'after')
    await raw.call('SPUBLISH', 'out:s', 'after')
    const items = await few(messages, 3)
    assert.deepEqual(items[0], told)
    assert.deepEqual(
      items.slice(1).map((item) => [item.type, item.channel, item.data]),
      [
        ['message', 'out:b', 'after'],
        ['smessage', 'out:s', 'after'],
      ],
    )
    assert.deepEqual(await all, ['after'])
  })

  test('what is published during an outage is lost, what is published before and after is not, and nothing comes twice', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol, reconnect: FAST })
    await using ps = redis.pubsub()
    const got: string[] = []
    ps.on('gap', () => got.push('gap'))
    await ps.subscribe('out:order', (data: string) => got.push(data))
    const expected: string[] = []
    for (let round = 0; round < 20; round += 1) {
      const { listener, all } = collector(1)
      await ps.subscribe('out:end', listener)
      for (let index = 0; index < 50; index += 1) {
        expected.push(`${round}:${index}`)
        await publish(raw, 'out:order', `${round}:${index}`)
      }
      await publish(raw, 'out:end', '')
      await all
      expected.push('gap')
      const gap = once(ps, 'gap')
      await proxy.cutAll(round % 2 === 0 ? 'rst' : 'fin')
      await gap
      await ps.unsubscribe('out:end')
    }
    assert.deepEqual(got, expected)
  })

  test('calls during an outage are followed by the new connection', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol, reconnect: FAST })
    await using ps = redis.pubsub()
    const events = record(ps, 'subscribe', 'unsubscribe', 'gap')
    await ps.subscribe('out:x', 'out:y')
    proxy.refuse()
    const failed = once(ps, 'error')
    await proxy.cutAll()
    assert.ok((await failed)[0] instanceof ConnectionError)
    const calls = [
      ps.subscribe('out:z'),
      ps.unsubscribe('out:x'),
      ps.subscribe('out:w'),
      ps.unsubscribe('out:w'),
    ]
    await proxy.listen()
    await Promise.all(calls)
    assert.deepEqual(await numsub(raw, 'out:w', 'out:x', 'out:y', 'out:z'), [0, 0, 1, 1])
    await publish(raw, 'out:y', 'y')
    await publish(raw, 'out:z', 'z')
    const items = await few(ps.messages({ close: false }), 2)
    assert.deepEqual(
      items.map(({ data }) => data),
      ['y', 'z'],
    )
    assert.deepEqual(
      events.map(([name, event]) => `${name} ${event.channel ?? event.reason}`),
      ['subscribe out:x', 'subscribe out:y', 'unsubscribe out:x', 'gap reconnect', 'subscribe out:z'],
    )
  })

  test('a half-open connection is noticed and replaced', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol, keepAlive: 100, reconnect: FAST })
    await using ps = redis.pubsub()
    await ps.subscribe('out:half')
    const before = proxy.connectionCount
    proxy.stall()
    const replaced = proxy.connection(before + 1)
    const gap = once(ps, 'gap')
    await replaced
    proxy.resume()
    const [{ lost }] = await gap
    assert.ok(lost >= 100)
    await restored('out:half')
    await publish(raw, 'out:half', 'again')
    assert.equal((await few(ps.messages({ close: false }), 1))[0].data, 'again')
  })

  test('a call that is made while the server is gone waits for it within its deadline', async (t) => {
    const other = await startServer(t)
    const redis = openClient(t, other.url, { protocol, reconnect: FAST })
    const { port } = other
    await other.kill()
    const late = failure(redis.with({ timeout: 50 }).pubsub().subscribe('a'))
    const ps = redis.pubsub()
    const waits = ps.subscribe('a')
    const error = await late
    assert.equal(error.code, 'CONNECTION_REFUSED')
    assert.equal(error.command, 'SUBSCRIBE')
    assert.equal(error.maybeExecuted, false)
    await other.restart()
    await waits
    assert.equal(other.port, port)
    assert.equal(Number(await other.raw('PUBLISH', 'a', 'x')), 1)
    await ps.close()
  })

  test('after the last attempt a subscriber fails with its cause', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol, reconnect: { ...FAST, maxAttempts: 2 } })
    const ps = redis.pubsub()
    await ps.subscribe('out:end')
    const next = failure(ps.messages().next())
    proxy.refuse()
    await proxy.cutAll()
    const error = await next
    assert.equal(error.code, 'CONNECTION_REFUSED')
    assert.equal(ps.closed, true)
    const refused = await failure(ps.subscribe('out:end'))
    assert.equal(refused.code, 'CLIENT_CLOSED')
    assert.equal(refused.cause, error)
  })

  test('a peer that breaks the protocol is left, and the subscriptions restored', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol, reconnect: FAST })
    await using ps = redis.pubsub()
    await ps.subscribe('out:broken')
    proxy.inject({ next: 1 }, 'before', '+surplus\r\n')
    const gap = once(ps, 'gap')
    await publish(raw, 'out:broken', 'unread')
    assert.equal((await gap)[0].cause.code, 'PROTOCOL_ERROR')
    await publish(raw, 'out:broken', 'read')
    assert.equal((await few(ps.messages({ close: false }), 1))[0].data, 'read')
  })
})
