import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AbortError,
  type Client,
  ConnectionError,
  failure,
  forBothProtocols,
  openClient,
  outcome,
  TimeoutError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

async function blocked(count: number): Promise<void> {
  for (;;) {
    const info = String(await server.raw('INFO', 'clients'))
    if (info.includes(`\r\nblocked_clients:${count}\r`)) return
  }
}

/** Lets a random part of a millisecond pass, in turns of the event loop. */
async function moment(): Promise<void> {
  for (let turns = Math.floor(Math.random() * 8); turns > 0; turns -= 1) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Connections of one user: a lease, and a client with a single connection. */
const OWN: Record<string, (t: any, options: object) => Promise<Client>> = {
  async lease(t, options) {
    const redis = openClient(t, server.url, options)
    const lease = await redis.client()
    t.after(() => lease.release())
    return lease
  },
  async 'single connection'(t, options) {
    const redis = openClient(t, server.url, { ...options, singleConnection: true })
    await redis.connect()
    return redis
  },
}

forBothProtocols((protocol) => {
  for (const [name, open] of Object.entries(OWN)) {
    const key = (part: string) => `own:${protocol}:${name}:${part}`

    test(`${name}: an abort ends the wait, and later calls go on`, async (t) => {
      const conn = await open(t, { protocol })
      const controller = new AbortController()
      const waiting = failure(conn.with({ signal: controller.signal }).blpop(key('a'), 0))
      const later = conn.echo('later')
      await blocked(1)
      controller.abort()
      const error = await waiting
      assert.ok(error instanceof AbortError)
      assert.equal(error.maybeExecuted, false)
      assert.equal(await later, 'later')
      assert.equal(await conn.echo('still there'), 'still there')
    })

    test(`${name}: so does a timeout of the call, and one behind another is never sent`, async (t) => {
      const conn = await open(t, { protocol })
      const first = failure(conn.with({ timeout: 60 }).blpop(key('t'), 0))
      const second = failure(conn.with({ timeout: 20 }).blpop(key('t'), 0))
      const error = await second
      assert.ok(error instanceof TimeoutError)
      assert.equal(error.maybeExecuted, false)
      assert.equal(error.phase, 'queue')
      const late = await first
      assert.ok(late instanceof TimeoutError)
      assert.equal(late.maybeExecuted, false)
      assert.equal(late.phase, 'server')
      assert.equal(await conn.echo('on'), 'on')
      assert.equal(await conn.blpop(key('t'), 0.01), null)
    })

    test(`${name}: an abort at the moment of a push loses nothing and hits no other call`, async (t) => {
      const conn = await open(t, { protocol })
      const pusher = openClient(t, server.url, { protocol })
      let received = 0
      const rounds = 400
      for (let round = 0; round < rounds; round += 1) {
        const controller = new AbortController()
        const raced = outcome(conn.with({ signal: controller.signal }).blpop(key('raced'), 0))
        const next = conn.blpop(key('next'), 0)
        await moment()
        const pushed = pusher.rpush(key('raced'), 'element')
        await moment()
        controller.abort()
        const { error } = await raced
        if (error === undefined) received += 1
        else {
          assert.ok(error instanceof AbortError, String(error))
          assert.equal(error.maybeExecuted, false)
        }
        await pushed
        await pusher.rpush(key('next'), round)
        // An order for the first one would have made this null.
        assert.deepEqual(await next, [key('next'), `${round}`])
      }
      assert.equal(received + (await pusher.llen(key('raced'))), rounds)
    })

    test(`${name}: replies come in the order of the calls around a blocking one`, async (t) => {
      const conn = await open(t, { protocol })
      const calls = [
        conn.echo('1'),
        conn.blpop(key('none'), 0.01),
        conn.echo('2'),
        conn.blpop(key('none'), 0.01),
        conn.echo('3'),
      ]
      const settled: number[] = []
      calls.forEach((call, index) => call.then(() => settled.push(index)))
      assert.deepEqual(await Promise.all(calls), ['1', null, '2', null, '3'])
      assert.deepEqual(settled, [0, 1, 2, 3, 4])
    })

    test(`${name}: it is closed where CLIENT UNBLOCK is not permitted`, async (t) => {
      const user = `held-${protocol}-${name.length}`
      await server.raw('ACL', 'SETUSER', user, 'on', '>pw', '~*', '+@all', '-client|unblock')
      const conn = await open(t, { protocol, username: user, password: 'pw' })
      const controller = new AbortController()
      const waiting = failure(conn.with({ signal: controller.signal }).blpop(key('d'), 0))
      const later = failure(conn.echo('later'))
      await blocked(1)
      controller.abort()
      const error = await waiting
      assert.ok(error instanceof AbortError)
      assert.equal(error.maybeExecuted, true)
      const lost = await later
      assert.ok(lost instanceof ConnectionError)
      assert.equal(lost.maybeExecuted, false)
      await blocked(0)
    })
  }

  test('closing a client ends the wait on a lease, and the call is told null', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const conn = await redis.client()
    const waiting = conn.blpop('own:closing', 0)
    await blocked(1)
    await redis.close()
    assert.equal(await waiting, null)
    await blocked(0)
  })

  test('a lease tells when its connection is lost', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol })
    const conn = await redis.client()
    const other = await redis.client()
    assert.equal(conn.lost, undefined)
    const closed = new Promise<Error>((resolve) => conn.on('close', resolve))
    let ofOther = 0
    other.on('close', () => (ofOther += 1))
    other.release()
    await proxy.cutAll()
    const error = await closed
    assert.ok(error instanceof ConnectionError)
    assert.equal((error as any).code, 'CONNECTION_LOST')
    assert.equal(conn.lost, error)
    assert.equal(ofOther, 0)
    assert.equal(other.lost, undefined)
    conn.release()
    assert.equal(conn.lost, error)
    const next = await redis.client()
    assert.equal(next.lost, undefined)
    assert.equal(await next.echo('new'), 'new')
    next.release()
  })

  test('a lease keeps the signal it was taken with, until a view of it has none', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const controller = new AbortController()
    const conn = await redis.with({ signal: controller.signal, timeout: 1000 }).client()
    controller.abort()
    assert.ok((await failure(conn.echo('a'))) instanceof AbortError)
    assert.equal(await conn.with({ signal: null, timeout: 0 }).echo('a'), 'a')
    conn.release()
  })
})
