import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import {
  AbortError,
  type Client,
  ConnectionPool,
  type Failure,
  failure,
  forBothProtocols,
  openClient,
  TimeoutError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { TestServer } from '../support/server'

/** Inside of the package: how many promises wait for the engine. */
const { slotsInUse }: { slotsInUse: () => number } = createRequire(__filename)(
  '../../lib/reply/pending-calls.js',
)

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** The call was ended by its signal, which nobody listens to any more. */
function assertAborted(error: Failure, { signal }: AbortController, maybeExecuted?: boolean): void {
  assert.ok(error instanceof AbortError, String(error))
  assert.equal(error.code, 'ABORTED')
  assert.equal(error.cause, signal.reason)
  if (maybeExecuted !== undefined) assert.equal(error.maybeExecuted, maybeExecuted)
  assert.equal(getEventListeners(signal, 'abort').length, 0)
}

forBothProtocols((protocol) => {
  test('connect() ends with its signal and its timeout, and the attempt goes on for others', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    proxy.stall()
    const client = openClient(t, proxy.url, { protocol, connectTimeout: 60_000 })
    const controller = new AbortController()
    const calls = [
      client.connect({ signal: controller.signal }),
      client.with({ signal: controller.signal }).connect(),
      client.with({ timeout: 1 }).connect({ timeout: 60_000, signal: controller.signal }),
    ]
    const others = client.connect()
    for (const late of [client.connect({ timeout: 1 }), client.with({ timeout: 1 }).connect()]) {
      const error = await failure(late)
      assert.ok(error instanceof TimeoutError, String(error))
      assert.deepEqual([error.phase, error.maybeExecuted], ['queue', false])
    }
    controller.abort(new Error('enough'))
    for (const error of await Promise.all(calls.map(failure))) assertAborted(error, controller, false)
    assertAborted(await failure(client.connect({ signal: controller.signal })), controller, false)
    proxy.resume()
    await others
    await client.connect({ signal: new AbortController().signal, timeout: 60_000 })
    assert.equal(await client.echo('there'), 'there')
    const refused = await failure(client.connect({ signl: controller.signal }))
    assert.match(refused.message, /unknown option "signl" in connect\(\)/)
    assert.equal(refused.code, 'INVALID_OPTION')
  })

  test('a pool and a client on it connect with a signal', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    proxy.stall()
    const pool: Client = new (ConnectionPool as Client)(proxy.url, { protocol, connectTimeout: 60_000 })
    t.after(() => pool.destroy())
    const client = openClient(t, { connectionPool: pool })
    const controller = new AbortController()
    const { signal } = controller
    const calls = [pool.connect({ signal }), client.connect({ signal }), client.with({ signal }).connect()]
    controller.abort()
    for (const error of await Promise.all(calls.map(failure))) assertAborted(error, controller, false)
    proxy.resume()
    await pool.connect()
  })

  test('a scan ends at once, whether a page is on its way or has come', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol })
    await client.mset(Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`c:scan:${at}`, at])))
    const before = slotsInUse()

    const come = new AbortController()
    const pages = client.with({ signal: come.signal }).scanIter({ match: 'c:scan:*', count: 1000 })
    assert.equal((await pages.next()).done, false)
    come.abort()
    assertAborted(await failure(pages.next()), come, false)
    assert.deepEqual(await pages.next(), { value: undefined, done: true })

    const coming = new AbortController()
    const stalled = client.with({ signal: coming.signal }).scanIter({ match: 'c:scan:*' })
    proxy.stall('reply')
    const next = failure(stalled.next())
    await proxy.requestFrames(proxy.requestCount + 1)
    coming.abort()
    assertAborted(await next, coming)
    proxy.resume()

    const loop = new AbortController()
    const seen = new Set<string>()
    const looping = (async () => {
      for await (const key of client
        .with({ signal: loop.signal })
        .scanIter({ match: 'c:scan:*', count: 10 })) {
        seen.add(key)
        if (seen.size === 20) loop.abort()
      }
    })()
    assertAborted(await failure(looping), loop)
    assert.equal(seen.size, 20)

    await client.drained()
    assert.equal(slotsInUse(), before)
  })

  test('calls on a lease end with their signals, wherever they are, and the lease goes on', async (t) => {
    const client = openClient(t, server.url, { protocol, maxConnections: 2 })
    const lease = await client.client()
    const before = slotsInUse()
    const controller = new AbortController()
    const view = lease.with({ signal: controller.signal })
    const kept = [lease.rpush('c:lease', 'kept')]
    const given = [
      view.rpush('c:lease', 'single'),
      view.pipeline().rpush('c:lease', 'transaction').execute(),
      view.pipeline({ transaction: false }).rpush('c:lease', 'plain').execute(),
    ]
    kept.push(lease.rpush('c:lease', 'also kept'))
    controller.abort()
    for (const error of await Promise.all(given.map(failure))) assertAborted(error, controller, false)
    assert.deepEqual(await Promise.all(kept), [1, 2])
    assert.deepEqual(await lease.lrange('c:lease', 0, -1), ['kept', 'also kept'])

    const blocked = new AbortController()
    const popped = failure(lease.with({ signal: blocked.signal }).blpop('c:nothing', 0))
    const behind = lease.echo('behind')
    lease.with({}) // A view that nobody uses.
    await new Promise((resolve) => setImmediate(resolve))
    blocked.abort()
    assertAborted(await popped, blocked, false)
    assert.equal(await behind, 'behind')
    assert.equal(slotsInUse(), before)

    const inLine = new AbortController()
    const waiting = failure(client.with({ signal: inLine.signal }).client())
    inLine.abort()
    assertAborted(await waiting, inLine, false)
    lease.release()
    await client.client((conn: Client) => conn.del('c:lease'))
  })

  test('a transaction ends with its signal, in line, in its function and in a pause', async (t) => {
    const client = openClient(t, server.url, { protocol, maxConnections: 2 })
    const lease = await client.client()
    const inLine = new AbortController()
    const waiting = failure(client.transaction(() => undefined, { signal: inLine.signal }))
    inLine.abort()
    assertAborted(await waiting, inLine, false)
    lease.release()

    const inside = new AbortController()
    const work = async (tx: Client): Promise<Client> => {
      const pipeline = tx.pipeline().incr('c:t')
      inside.abort()
      return pipeline
    }
    assertAborted(await failure(client.transaction(work, { signal: inside.signal })), inside, false)
    assert.equal(await client.get('c:t'), null)

    const pausing = new AbortController()
    const contested = async (tx: Client): Promise<Client> => {
      await client.incr('c:watched')
      return tx.pipeline().incr('c:t')
    }
    const backoff = (): number => {
      setImmediate(() => pausing.abort())
      return 60_000
    }
    const options = { watch: 'c:watched', signal: pausing.signal, backoff }
    assertAborted(await failure(client.transaction(contested, options)), pausing, false)
    assert.equal(await client.get('c:t'), null)
  })

  test('scripts and functions end with the signal of the handle that they are run on', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol })
    await client.connect()
    const script = client.script('return ARGV[1]')
    const library = client.function(
      `#!lua name=c${protocol}\nredis.register_function('c_same${protocol}', function(keys, args) return args[1] end)`,
    )
    const same = library.handle(`c_same${protocol}`)
    const before = slotsInUse()
    const controller = new AbortController()
    const view = client.with({ signal: controller.signal })
    proxy.stall('reply')
    const calls = [
      view.run(script, [], ['a']),
      view.run(same, [], ['a']),
      view.pipeline().run(script, [], ['a']).execute(),
      view.pipeline().run(same, [], ['a']).execute(),
    ]
    const patient = client.pipeline().run(same, [], ['patient']).execute()
    await proxy.requestFrames(proxy.requestCount + 1)
    controller.abort()
    for (const error of await Promise.all(calls.map(failure))) assertAborted(error, controller)
    proxy.resume()
    assert.deepEqual(await patient, ['patient'])
    assert.equal(await same([], ['again']), 'again')
    await client.drained()
    assert.equal(slotsInUse(), before)
  })

  test('a subscriber asks for a message, and for channels, with a signal', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol })
    await using ps = client.pubsub()
    await ps.subscribe('c:kept')
    await ps.getMessage()
    const before = slotsInUse()

    const waiting = new AbortController()
    const { signal } = waiting
    const calls = [
      ps.getMessage({ timeout: Infinity, signal }),
      ps.getMessage({ timeout: 60_000, signal }),
      ps.with({ signal, timeout: 60_000 }).getMessage({ ignoreSubscribeMessages: true }),
    ]
    waiting.abort()
    for (const error of await Promise.all(calls.map(failure))) assertAborted(error, waiting, false)
    assertAborted(await failure(ps.getMessage({ signal })), waiting, false)

    const asking = new AbortController()
    const view = ps.with({ signal: asking.signal })
    proxy.stall()
    const asked = [
      view.subscribe('c:kept', 'c:new', 'c:heard'),
      view.psubscribe('c:*', () => {}),
      view.unsubscribe('c:gone'),
    ]
    const heard: string[] = []
    const other = ps.subscribe('c:heard', (data: string) => heard.push(data))
    asking.abort()
    const [first, second] = await Promise.all([failure(asked[0]), failure(asked[1]), asked[2]])
    assertAborted(first as Failure, asking, true)
    assertAborted(second as Failure, asking, true)
    proxy.resume()
    await other
    assert.deepEqual([...ps.channels].sort(), ['c:heard', 'c:kept'])
    assert.deepEqual(ps.patterns, [])
    // Once this is acknowledged, so is everything before it.
    await ps.subscribe('c:last')
    assert.deepEqual(Object.keys(await client.pubsubNumsub('c:new', 'c:heard', 'c:kept')).length, 3)
    assert.deepEqual(
      { ...(await client.pubsubNumsub('c:new', 'c:heard', 'c:kept')) },
      { 'c:new': 0, 'c:heard': 1, 'c:kept': 1 },
    )
    assert.equal(await client.pubsubNumpat(), 0)
    await client.publish('c:kept', 'to whoever asks')
    assert.equal(
      (await ps.with({ timeout: 60_000 }).getMessage({ ignoreSubscribeMessages: true })).data,
      'to whoever asks',
    )
    assert.equal(slotsInUse(), before)
    assert.throws(() => ps.with({ retry: false }), /unknown option "retry" in with\(\)/)
  })

  test('a loop over keyspace events ends with its signal, before and after it has begun', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol })
    await client.configSet('notify-keyspace-events', 'AE')
    const begun = new AbortController()
    const events = client.keyspace({ events: ['set'], signal: begun.signal })
    await events.ready
    await client.set('c:event', 1)
    assert.equal((await events.next()).value.key, 'c:event')
    const next = failure(events.next())
    begun.abort()
    assertAborted(await next, begun, false)
    assert.equal(events.closed, true)

    const before = slotsInUse()
    for (const [name, open] of Object.entries({
      own: (signal: AbortSignal) => client.keyspace({ signal }),
      view: (signal: AbortSignal) => client.with({ signal }).keyspace(),
    })) {
      proxy.stall('reply')
      const controller = new AbortController()
      const waiting = failure(open(controller.signal).next())
      await proxy.requestFrames(proxy.requestCount + 1)
      controller.abort()
      assertAborted(await waiting, controller)
      assert.ok(slotsInUse() > before, `${name}: the server has answered nothing`)
      proxy.resume()
      await client.drained()
    }
  })

  test('the signal of a view closes its subscribers and ends their loops', async (t) => {
    const client = openClient(t, server.url, { protocol })
    const controller = new AbortController()
    const view = client.with({ signal: controller.signal })
    const ps = view.pubsub()
    await ps.subscribe('c:loop')
    const ended = failure(
      (async () => {
        for await (const message of ps) assert.fail(`${message}`)
      })(),
    )
    const asked = failure(ps.getMessage({ timeout: Infinity }))
    controller.abort()
    assertAborted(await ended, controller, false)
    assertAborted(await asked, controller, false)
    assert.equal(ps.closed, true)
    assertAborted(await failure(ps.subscribe('c:more')), controller, false)
  })
})
