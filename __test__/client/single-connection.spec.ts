import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import {
  type Client,
  ConnectionError,
  failure,
  forBothProtocols,
  openClient,
  PoolTimeoutError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

const RECONNECT = { initialDelay: 1, maxDelay: 5 }

/** A client with one connection through a proxy, which is made again. */
async function open(t: any, protocol: 2 | 3): Promise<{ proxy: FaultProxy; redis: Client }> {
  const proxy = await FaultProxy.start({ target: server })
  t.after(() => proxy[Symbol.asyncDispose]())
  const redis = openClient(t, proxy.url, { protocol, singleConnection: true, reconnect: RECONNECT })
  await redis.connect()
  return { proxy, redis }
}

/** Loses the connection and waits for the next one. */
async function lose(proxy: FaultProxy, redis: Client): Promise<void> {
  const ready = once(redis, 'ready')
  await proxy.cutAll()
  await ready
}

forBothProtocols((protocol) => {
  test('database, name and tracking are restored in order, and events tell', async (t) => {
    const { proxy, redis } = await open(t, protocol)
    await redis.executeCommand('SELECT', 1)
    await redis.executeCommand('SELECT', 3)
    await redis.executeCommand('CLIENT SETNAME', 'first')
    await redis.call('client', 'setname', 'restored')
    if (protocol === 3) await redis.executeCommand('CLIENT', 'TRACKING', 'ON', 'OPTOUT')
    await redis.set('single:db', 'three')
    const before = await redis.executeCommand('CLIENT', 'ID')
    const seen: string[] = []
    for (const event of ['close', 'reconnecting', 'connect', 'ready']) redis.on(event, () => seen.push(event))
    await lose(proxy, redis)
    assert.equal(await redis.get('single:db'), 'three')
    assert.equal(await redis.executeCommand('CLIENT', 'GETNAME'), 'restored')
    assert.ok((await redis.executeCommand('CLIENT', 'ID')) > before)
    if (protocol === 3) {
      const info = JSON.stringify(await redis.executeCommand('CLIENT', 'TRACKINGINFO'))
      assert.match(info, /"on"/)
      assert.match(info, /"optout"/)
    }
    assert.deepEqual(seen, ['close', 'reconnecting', 'connect', 'ready'])
    await lose(proxy, redis)
    assert.equal(await redis.get('single:db'), 'three')
    await redis.del('single:db')
  })

  test('a command that the server refused is not restored', async (t) => {
    const { proxy, redis } = await open(t, protocol)
    await redis.executeCommand('SELECT', 2)
    await failure(redis.executeCommand('SELECT', 9999))
    await redis.set('single:two', 'v')
    await lose(proxy, redis)
    assert.equal(await redis.get('single:two'), 'v')
    await redis.del('single:two')
  })

  test('what was called behind a SELECT that is lost does not run in another database', async (t) => {
    const { proxy, redis } = await open(t, protocol)
    await redis.set('single:zero', 'of database 0')
    proxy.cut({ direction: 'request', frame: proxy.requestCount + 1 })
    const calls = [redis.executeCommand('SELECT', 5), redis.get('single:zero')]
    for (const error of await Promise.all(calls.map(failure))) {
      assert.ok(error instanceof ConnectionError)
      assert.equal(error.code, 'CONNECTION_LOST')
    }
    assert.equal(await redis.get('single:zero'), 'of database 0')
    await redis.del('single:zero')
  })

  test('what cannot be restored is refused, and transactions are pipelines', async (t) => {
    const { redis } = await open(t, protocol)
    for (const words of [
      ['WATCH', 'k'],
      ['MULTI'],
      ['HELLO', '3'],
      ['RESET'],
      ['CLIENT', 'CACHING', 'YES'],
    ]) {
      const error = await failure(redis.executeCommand(...words))
      assert.equal(error.code, 'NEEDS_OWN_CONNECTION', words.join(' '))
      assert.match(error.message, /lost when the connection is made again/)
      assert.equal(error.maybeExecuted, false)
    }
    assert.deepEqual(await redis.pipeline().set('single:p', '1').get('single:p').execute(), ['OK', '1'])
    assert.ok((await failure(redis.client())) instanceof PoolTimeoutError)
    await redis.del('single:p')
  })

  test('a blocking call ends by CLIENT UNBLOCK from outside, on the connection that was made again too', async (t) => {
    const { proxy, redis } = await open(t, protocol)
    await lose(proxy, redis)
    const id = await redis.executeCommand('CLIENT', 'ID')
    const waiting = redis.blpop('single:none', 0)
    while (Number(await server.raw('CLIENT', 'UNBLOCK', String(id))) === 0);
    assert.equal(await waiting, null)
    assert.equal(await redis.ping(), 'PONG')
  })

  test('calls of an outage run on the next connection', async (t) => {
    const { proxy, redis } = await open(t, protocol)
    await redis.executeCommand('SELECT', 4)
    const ready = once(redis, 'ready')
    redis.once('close', () => void redis.set('single:later', 'v'))
    await proxy.cutAll()
    await ready
    assert.equal(await redis.get('single:later'), 'v')
    await redis.executeCommand('SELECT', 0)
    assert.equal(await redis.get('single:later'), null)
    await redis.executeCommand('SELECT', 4)
    await redis.del('single:later')
  })
})
