import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  ClosedError,
  ConnectionError,
  type Failure,
  failure,
  forBothProtocols,
  next,
  openClient,
  outcome,
  ProtocolError,
  QueueFullError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { startServer, TestServer } from '../support/server'

const MIB = 1024 * 1024

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** Gives promises that are settled the time to be heard, and nothing else. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

forBothProtocols((protocol) => {
  test('100 000 calls of one tick are each settled', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    proxy.silence()
    const options = {
      protocol,
      offlineQueue: { maxCommands: 1 },
      connectTimeout: 300_000,
      commandTimeout: 300_000,
    }
    const client = openClient(t, proxy.url, options)
    let settled = 0
    const count = () => void (settled += 1)
    for (let call = 0; call < 100_000; call += 1) client.get('key').catch(count)
    await turn()
    assert.equal(settled, 99_999)
  })

  test('what waits is bounded by its bytes, too', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    proxy.silence()
    const client = openClient(t, proxy.url, { protocol, offlineQueue: { maxBytes: 10_000 } })
    const value = 'x'.repeat(900)
    const calls = Array.from({ length: 20 }, (_, index) => outcome(client.append('log', `${index},${value}`)))
    const refused = await Promise.all(calls.slice(-5))
    for (const { error } of refused) {
      assert.ok(error instanceof QueueFullError)
      assert.match(error!.message, /offlineQueue\.maxBytes \(10000\)/)
    }
    const huge = await failure(client.set('k', Buffer.alloc(20_000)))
    assert.ok(huge instanceof QueueFullError)
    proxy.answer()
    await proxy.cutAll()
    const accepted = (await Promise.all(calls)).filter(({ error }) => error === undefined)
    assert.ok(accepted.length >= 5 && accepted.length <= 11, `${accepted.length}`)
    // Now that the client is online, the same is no longer too much.
    assert.equal(await client.set('k', Buffer.alloc(20_000)), 'OK')
    await client.del('log')
  })

  test('what waited runs in the order of the calls, and only that', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    proxy.silence()
    const client = openClient(t, proxy.url, { protocol, offlineQueue: { maxCommands: 50 } })
    const calls = Array.from({ length: 80 }, (_, index) => outcome(client.append('order', `${index},`)))
    await turn()
    proxy.answer()
    await proxy.cutAll()
    const outcomes = await Promise.all(calls)
    await client.append('order', 'after')
    const expected = Array.from({ length: 50 }, (_, index) => `${index},`).join('')
    assert.equal(await client.get('order'), `${expected}after`)
    assert.ok(outcomes.slice(50).every(({ error }) => error instanceof QueueFullError))
    await client.del('order')
  })

  test('without an offline queue a call without a connection is refused at once', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const options = { protocol, offlineQueue: false, reconnect: { initialDelay: 1, maxDelay: 5 } }
    const client = openClient(t, proxy.url, options)
    const early = await failure(client.get('k'))
    assert.ok(early instanceof ConnectionError)
    assert.match(early.message, /offlineQueue is off/)
    assert.equal(early.maybeExecuted, false)
    await client.connect()
    assert.equal(await client.echo('online'), 'online')

    proxy.refuse()
    const closed = next(client, 'close')
    await proxy.cutAll()
    await closed
    assert.ok((await failure(client.get('k'))) instanceof ConnectionError)
    const ready = next(client, 'ready')
    await proxy.listen()
    await ready
    assert.equal(await client.echo('online'), 'online')
  })

  test('bytes in flight are bounded, and there is room again when they are answered', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const limits = { maxInFlightBytes: 100_000 }
    const client = openClient(t, proxy.url, { protocol, limits, commandTimeout: 30_000 })
    await client.connect()
    proxy.stall('reply')
    const value = Buffer.alloc(10_000)
    const calls = Array.from({ length: 30 }, (_, index) => outcome(client.set(`k${index}`, value)))
    const refused = await Promise.all(calls.slice(-10))
    for (const { error } of refused) {
      assert.ok(error instanceof QueueFullError)
      assert.match(error!.message, /limits\.maxInFlightBytes \(100000\)/)
      assert.equal(error?.maybeExecuted, false)
    }
    proxy.resume()
    const accepted = (await Promise.all(calls)).filter(({ error }) => error === undefined)
    assert.ok(accepted.length >= 8 && accepted.length <= 11, `${accepted.length}`)
    assert.equal(await client.set('k', value), 'OK')
    const tooLarge = await failure(client.set('k', Buffer.alloc(100_001)))
    assert.ok(tooLarge instanceof QueueFullError)
    assert.equal(await client.set('k', value), 'OK')
    assert.equal(proxy.connectionCount, 1)
  })

  test('a reply that is too large fails its own command and no other', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const limits = { maxReplyBytes: MIB }
    const client = openClient(t, proxy.url, { protocol, limits, commandTimeout: 60_000 })
    await client.set('fits', Buffer.alloc(MIB, 'a'))
    await client.set('large', Buffer.alloc(MIB + 1, 'b'))
    await server.raw('SETRANGE', 'huge', 16 * MIB, 'end')
    const [first, fits, large, huge, list, last] = await Promise.allSettled([
      client.echo('first'),
      client.get('fits'),
      client.get('large'),
      client.buffers.get('huge'),
      client.mget('fits', 'fits'),
      client.echo('last'),
    ])
    assert.equal(first.status === 'fulfilled' && first.value, 'first')
    assert.equal(fits.status === 'fulfilled' && fits.value.length, MIB)
    assert.equal(last.status === 'fulfilled' && last.value, 'last')
    for (const settled of [large, huge, list]) {
      assert.ok(settled.status === 'rejected')
      const error = settled.reason as Failure
      assert.ok(error instanceof ProtocolError)
      assert.equal(error.code, 'REPLY_LIMIT')
      assert.match(error.message, /maxReplyBytes \(1048576\)/)
      assert.equal(error.maybeExecuted, true)
    }
    assert.equal(proxy.connectionCount, 1)
    await server.raw('FLUSHALL')
  })

  test('a reply that is too deep fails its own command and no other, also when it never seems to end', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const proxied = openClient(t, proxy.url, { protocol, limits: { maxDepth: 100 } })
    await proxied.connect()
    const nested = (depth: number) => `${'*1\r\n'.repeat(depth)}:1\r\n`
    for (const [depth, refused] of [
      [100, false],
      [101, true],
      [5000, true],
      [1_000_000, true],
    ] as const) {
      proxy.replace({ next: 2 }, nested(depth))
      const [before, deep, behind] = await Promise.allSettled([
        proxied.echo('before'),
        proxied.executeCommand('PING'),
        proxied.echo('behind'),
      ])
      assert.deepEqual(
        [before, behind].map((settled) => (settled as { value?: unknown }).value),
        ['before', 'behind'],
      )
      assert.equal(deep.status, refused ? 'rejected' : 'fulfilled', `${depth}`)
      if (deep.status === 'rejected') {
        assert.ok(deep.reason instanceof ProtocolError)
        assert.equal(deep.reason.code, 'REPLY_LIMIT')
        assert.match(deep.reason.message, /maxDepth \(100\)/)
        assert.equal(deep.reason.maybeExecuted, true)
      }
    }
    assert.equal(proxy.connectionCount, 1)
  })

  test('a reply of the greatest depth becomes a value in every view', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const proxied = openClient(t, proxy.url, { protocol, limits: { maxDepth: 2048 } })
    await proxied.connect()
    for (const view of [proxied, proxied.buffers, proxied.with({ encoding: 'hex' })]) {
      proxy.replace({ next: 1 }, `${'*1\r\n'.repeat(2048)}$1\r\na\r\n`)
      let value = await view.executeCommand('PING')
      let depth = 0
      for (; Array.isArray(value); value = value[0]) depth += 1
      assert.equal(depth, 2048)
    }
  })

  test('a reply of more elements than allowed fails its own command and no other', async (t) => {
    const limited = openClient(t, server.url, { protocol, limits: { maxElements: 10 } })
    const list = (length: number) =>
      limited.executeCommand('EVAL', `local t = {} for i = 1, ${length} do t[i] = i end return t`, 0)
    const [ten, eleven, echo] = await Promise.allSettled([list(10), list(11), limited.echo('behind')])
    assert.equal(ten.status, 'fulfilled')
    assert.equal(eleven.status === 'rejected' && eleven.reason.code, 'REPLY_LIMIT')
    assert.equal(echo.status === 'fulfilled' && echo.value, 'behind')
  })

  test('a length that no reply has, or that nothing follows, fails its own command and no other', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const proxied = openClient(t, proxy.url, { protocol })
    await proxied.connect()
    let connections = 1
    for (const bytes of [
      '*4294967295\r\n',
      '%9007199254740993\r\n',
      '$99999999999999\r\nabc\r\n',
      '*-2\r\n',
    ]) {
      const announced = proxy.replace({ next: 1 }, bytes)
      // Nothing follows: what only announces much waits for it, until the caller does not want to wait any longer.
      const given = failure(proxied.with({ timeout: 1000, retry: false }).executeCommand('PING'))
      await announced.fired()
      await given
      await proxy.cutAll()
      assert.equal(await proxied.echo('next'), 'next')
      connections += 1
      assert.ok(proxy.connectionCount >= connections)
    }
  })

  test('what waits when the client is destroyed is rejected, and nothing is accepted any more', async (t) => {
    const own = await startServer(t)
    const client = openClient(t, own.url, { protocol })
    await client.connect()
    await own.stop()
    const calls = Array.from({ length: 1000 }, () => outcome(client.incr('n')))
    client.destroy()
    for (const { error } of await Promise.all(calls)) assert.ok(error instanceof ClosedError)
    assert.ok((await failure(client.get('k'))) instanceof ClosedError)
  })
})
