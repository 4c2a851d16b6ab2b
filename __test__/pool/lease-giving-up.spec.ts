import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Client, failure, forBothProtocols, openClient } from '../support/client'
import { TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** Resolves when the server holds `count` callers. */
async function blocked(count: number): Promise<void> {
  for (;;) {
    const info = String(await server.raw('INFO', 'clients'))
    if (info.includes(`blocked_clients:${count}\r\n`)) return
  }
}

forBothProtocols((protocol) => {
  test('a blocked call that was aborted on a lease does not keep its place from others', async (t) => {
    const redis = openClient(t, server.url, { protocol, maxConnections: 2 })
    const conn = await redis.client()
    const controller = new AbortController()
    const popped = failure(conn.with({ signal: controller.signal }).blpop('giving-up', 0))
    await blocked(1)
    controller.abort()
    const { code, maybeExecuted } = await popped
    assert.deepEqual({ code, maybeExecuted }, { code: 'ABORTED', maybeExecuted: false })
    conn.release()
    assert.equal(await redis.client((next: Client) => next.ping()), 'PONG')
    await blocked(0)
  })

  test('nor does one whose time is over', async (t) => {
    const redis = openClient(t, server.url, { protocol, maxConnections: 2 })
    const conn = await redis.client()
    assert.equal((await failure(conn.with({ timeout: 20 }).blpop('giving-up', 0))).code, 'COMMAND_TIMEOUT')
    conn.release()
    assert.equal(await redis.client((next: Client) => next.ping()), 'PONG')
    await blocked(0)
  })

  test('one that is aborted after its lease was given back frees the place as well', async (t) => {
    const redis = openClient(t, server.url, { protocol, maxConnections: 2 })
    const controller = new AbortController()
    const popped = await redis.client(async (conn: Client) => {
      const call = failure(conn.with({ signal: controller.signal }).blpop('giving-up', 0))
      await blocked(1)
      return { call }
    })
    const next: Promise<string> = redis.client((conn: Client) => conn.ping())
    controller.abort()
    assert.equal((await popped.call).code, 'ABORTED')
    assert.equal(await next, 'PONG')
    await blocked(0)
  })

  test('a call that nobody gave up is answered although its lease was given back', async (t) => {
    const redis = openClient(t, server.url, { protocol, maxConnections: 2 })
    const popped = await redis.client(async (conn: Client) => {
      const [one, other] = [new AbortController(), conn.blpop('giving-up', 0)]
      const given = failure(conn.with({ signal: one.signal }).ping())
      await blocked(1)
      one.abort()
      assert.equal((await given).code, 'ABORTED')
      return { other }
    })
    await redis.rpush('giving-up', 'one')
    assert.deepEqual(await popped.other, ['giving-up', 'one'])
  })
})
