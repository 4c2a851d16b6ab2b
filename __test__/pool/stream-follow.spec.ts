import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AbortError,
  ConnectionError,
  failure,
  forBothProtocols,
  openClient,
  ReplyError,
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

const tick = () => new Promise((resolve) => setImmediate(resolve))

/** The ids in a raw reply of XREAD, whatever the protocol. */
function rawIds(reply: any): string[] {
  const streams: any[] = Array.isArray(reply) ? reply : Object.entries(reply)
  return streams.flatMap(([, entries]) => entries.map(([id]: [string]) => id))
}

forBothProtocols((protocol) => {
  const key = (name: string) => `follow:${protocol}:${name}`

  test('an entry added after the call is seen, also by the first call of a client', async (t) => {
    for (let round = 0; round < 20; round += 1) {
      const redis = openClient(t, server.url, { protocol })
      await redis.xadd(key('first'), '*', { round: 'before' })
      const read = redis.xread({ [key('first')]: '$' }, { block: 0 })
      if (round % 2 === 0) await tick()
      const id = await redis.xadd(key('first'), '*', { round: `${round}` })
      assert.deepEqual(await read, { [key('first')]: [[id, { round: `${round}` }]] })
      redis.destroy()
    }
  })

  test('raw calls, views, prefixed keys and several streams follow from their ends', async (t) => {
    const plain = openClient(t, server.url, { protocol })
    const prefixed = openClient(t, server.url, { protocol, keyPrefix: `${key('p')}:` })
    const [one, other] = [key('one'), key('other')]
    for (const name of [one, other, `${key('p')}:s`]) await plain.xadd(name, '*', { f: 'old' })
    const reads = [
      plain.executeCommand('xread', 'BLOCK', 0, 'STREAMS', one, '$').then(rawIds),
      plain
        .xread({ [other]: '$', [one]: '$' }, { block: 0, count: 5 })
        .then((r: any) => r[one].map((e: any) => e[0])),
      plain
        .xread({ [other]: '99999999999999-0', [one]: '$' }, { block: 0 })
        .then((r: any) => r[one].map((e: any) => e[0])),
      plain.buffers.xread({ [one]: '$' }, { block: 0 }).then((r: any) => [String(r[0][1][0][0])]),
    ]
    const named = prefixed.xread({ s: '$' }, { block: 0 })
    const id = await plain.xadd(one, '*', { f: 'new' })
    for (const ids of await Promise.all(reads)) assert.deepEqual(ids, [id])
    const last = await prefixed.xadd('s', '*', { f: 'new' })
    assert.deepEqual(await named, { s: [[last, { f: 'new' }]] })
  })

  test('a stream that is missing, or whose last entry was deleted, is followed', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const missing = redis.xread({ [key('missing')]: '$' }, { block: 0 })
    const id = await redis.xadd(key('missing'), '*', { f: 'v' })
    assert.deepEqual(await missing, { [key('missing')]: [[id, { f: 'v' }]] })
    await redis.xdel(key('missing'), id)
    const emptied = redis.xread({ [key('missing')]: '$' }, { block: 0 })
    const next = await redis.xadd(key('missing'), '*', { f: 'w' })
    assert.deepEqual(await emptied, { [key('missing')]: [[next, { f: 'w' }]] })
  })

  test('entries added while the connection was lost are read, because the read begins where it began', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol, reconnect: { initialDelay: 1, maxDelay: 5 } })
    const stream = key('lost')
    await redis.xadd(stream, '*', { f: 'old' })
    const read = redis.xread({ [stream]: '$' }, { block: 0 })
    await blocked(1)
    proxy.stall()
    await proxy.cutAll()
    await blocked(0)
    const id = String(await server.raw('XADD', stream, '*', 'f', 'missed'))
    proxy.resume()
    assert.deepEqual(await read, { [stream]: [[id, { f: 'missed' }]] })
  })

  test('a read whose beginning is not known is not sent again', async (t) => {
    const user = `follower-${protocol}`
    await server.raw('ACL', 'SETUSER', user, 'on', '>pw', '~*', '+@all', '-xrevrange')
    await using proxy = await FaultProxy.start({ target: server })
    const options = { protocol, username: user, password: 'pw', reconnect: { initialDelay: 1 } }
    const redis = openClient(t, proxy.url, options)
    const stream = key('denied')
    const read = redis.xread({ [stream]: '$' }, { block: 0 })
    await blocked(1)
    const id = await redis.xadd(stream, '*', { f: 'v' })
    assert.deepEqual(await read, { [stream]: [[id, { f: 'v' }]] })
    const lost = failure(redis.xread({ [stream]: '$' }, { block: 0 }))
    await blocked(1)
    await proxy.cutAll()
    const error = await lost
    assert.ok(error instanceof ConnectionError)
    await blocked(0)
  })

  test('a read whose beginning was asked for on a lost connection is rejected', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol, reconnect: { initialDelay: 1 } })
    await redis.ping()
    proxy.cut({ direction: 'reply', frame: proxy.replyCount + 1 })
    const error = await failure(redis.xread({ [key('unknown')]: '$' }, { block: 0 }))
    assert.ok(error instanceof ConnectionError)
    assert.equal(error.code, 'CONNECTION_LOST')
    assert.equal(error.maybeExecuted, false)
  })

  test('reading for a group is not sent again', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol, reconnect: { initialDelay: 1 } })
    const stream = key('group')
    await redis.xgroupCreate(stream, 'group', '$', { mkstream: true })
    const lost = failure(redis.xreadgroup('group', 'me', { [stream]: '>' }, { block: 0 }))
    await blocked(1)
    await proxy.cutAll()
    const error = await lost
    assert.ok(error instanceof ConnectionError)
    assert.equal(error.maybeExecuted, true)
    await blocked(0)
  })

  test("the error of a key that is no stream is the caller's, and an abort ends the read", async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await redis.set(key('string'), 'v')
    const wrong = await failure(redis.xread({ [key('string')]: '$' }, { block: 0 }))
    assert.ok(wrong instanceof ReplyError)
    assert.equal(wrong.code, 'WRONGTYPE')
    const controller = new AbortController()
    const aborted = failure(
      redis.with({ signal: controller.signal }).xread({ [key('none')]: '$' }, { block: 0 }),
    )
    await blocked(1)
    controller.abort()
    const error = await aborted
    assert.ok(error instanceof AbortError)
    assert.equal(error.maybeExecuted, false)
    await blocked(0)
  })

  test('a connection stays ready for the next blocking command', async (t) => {
    const name = `ready-${protocol}`
    const redis = openClient(t, server.url, { protocol, idleTimeout: 20, clientName: name })
    const own = async () => {
      const list = String(await server.raw('CLIENT', 'LIST'))
      return list.split('\n').filter((line: string) => line.includes(` name=${name} `)).length
    }
    await Promise.all(Array.from({ length: 3 }, () => redis.blpop(key('ready'), 0.01)))
    // The others are closed when they have been idle for long enough.
    while ((await own()) > 1) await tick()
    await new Promise((resolve) => setTimeout(resolve, 60))
    assert.equal(await own(), 1)
  })
})
