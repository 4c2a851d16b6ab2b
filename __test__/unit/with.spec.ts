import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { after, before, test } from 'node:test'
import {
  AbortError,
  type Failure,
  failure,
  forBothProtocols,
  next,
  openClient,
  OptionError,
  TimeoutError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { collectWarnings } from '../support/secrets'
import { TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

forBothProtocols((protocol) => {
  test('a timeout is that of the view, and of no other call', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, commandTimeout: 30_000 })
    await client.connect()
    proxy.stall('reply')
    const patient = client.echo('patient')
    for (const [timeout, told] of [
      [1000, 1000],
      [1000.2, 1001],
    ] as const) {
      const error = await failure(client.with({ timeout }).echo('hurried'))
      assert.ok(error instanceof TimeoutError)
      assert.equal(error.code, 'COMMAND_TIMEOUT')
      assert.equal(error.command, 'ECHO')
      assert.equal(error.phase, 'server')
      assert.match(error.message, new RegExp(`timed out after ${told} ms`))
    }
    // So short that it may be over before the call is sent.
    const shortest = await failure(client.with({ timeout: 0.2 }).echo('shortest'))
    assert.ok(shortest instanceof TimeoutError)
    assert.match(shortest.message, /timed out after 1 ms/)
    proxy.resume()
    assert.equal(await patient, 'patient')
    assert.equal(proxy.connectionCount, 1)
  })

  test('a timeout of 0 is none', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, commandTimeout: 30 })
    await client.connect()
    proxy.stall('reply')
    const endless = client.with({ timeout: 0 }).echo('endless')
    await failure(client.echo('hurried'))
    proxy.resume()
    assert.equal(await endless, 'endless')
    assert.equal(proxy.connectionCount, 1)
  })

  test('a timeout counts while the client is offline, too', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    proxy.silence()
    const client = openClient(t, proxy.url, { protocol, commandTimeout: 30_000 })
    const patient = client.echo('patient')
    const error = await failure(client.with({ timeout: 20 }).set('never', 'written'))
    assert.ok(error instanceof TimeoutError)
    assert.equal(error.phase, 'queue')
    assert.equal(error.maybeExecuted, false)
    proxy.answer()
    await proxy.cutAll()
    assert.equal(await patient, 'patient')
    assert.equal(await client.exists('never'), 0)
  })

  test('a signal that has aborted rejects at once, and nothing is sent', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol })
    await client.connect()
    const sent = proxy.requestCount
    const reason = new Error('no longer wanted')
    const error = await failure(client.with({ signal: AbortSignal.abort(reason) }).set('k', 'v'))
    assert.ok(error instanceof AbortError)
    assert.equal(error.name, 'AbortError')
    assert.equal(error.code, 'ABORTED')
    assert.equal(error.command, 'SET')
    assert.equal(error.cause, reason)
    assert.equal(error.maybeExecuted, false)
    await client.echo('next')
    assert.equal(proxy.requestCount, sent + 1)
  })

  test('a signal that aborts in flight rejects at once; its reply is dropped when it comes', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol })
    await client.connect()
    proxy.stall('reply')
    const sent = proxy.requestCount
    const controller = new AbortController()
    const view = client.with({ signal: controller.signal })
    const before = client.echo('before')
    const given = [view.echo('given up'), view.get('k'), view.executeCommand('PING'), view.incr('n')]
    const behind = client.echo('behind')
    await proxy.requestFrames(sent + 6)
    controller.abort()
    for (const error of await Promise.all(given.map(failure))) {
      assert.ok(error instanceof AbortError)
      assert.equal(error.maybeExecuted, true)
    }
    proxy.resume()
    assert.deepEqual(await Promise.all([before, behind]), ['before', 'behind'])
    assert.equal(await client.echo('next'), 'next')
    assert.equal(proxy.connectionCount, 1)
  })

  test('a signal that aborts while the client is offline rejects at once', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    proxy.silence()
    const client = openClient(t, proxy.url, { protocol, commandTimeout: 30_000 })
    const controller = new AbortController()
    const call = client.with({ signal: controller.signal }).echo('given up')
    const other = client.echo('kept')
    await proxy.connection(1)
    controller.abort()
    assert.ok((await failure(call)) instanceof AbortError)
    proxy.answer()
    await proxy.cutAll()
    assert.equal(await other, 'kept')
  })

  test('AbortSignal.timeout() works, and says so in the cause', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol })
    await client.connect()
    proxy.stall('reply')
    const error = await failure(client.with({ signal: AbortSignal.timeout(10) }).echo('late'))
    assert.ok(error instanceof AbortError)
    assert.equal((error.cause as Error).name, 'TimeoutError')
  })

  test('a signal has one listener while calls wait on it, and none when they have settled', async (t) => {
    const warnings = collectWarnings(t)
    const client = openClient(t, server.url, { protocol })
    const { signal } = new AbortController()
    const view = client.with({ signal })
    await client.set('text', 'v')
    const calls = Array.from({ length: 500 }, (_, index) =>
      index % 2 === 0 ? view.echo(index) : failure(view.incr('text')),
    )
    assert.equal(getEventListeners(signal, 'abort').length, 1)
    await Promise.all(calls)
    assert.equal(getEventListeners(signal, 'abort').length, 0)
    await failure(view.set('k', undefined))
    assert.equal(getEventListeners(signal, 'abort').length, 0)
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(warnings.map(String), [])
  })

  test('views add up, and change nothing of what they come from', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, commandTimeout: 30_000 })
    await client.set('k', 'v')
    const hurried = client.with({ timeout: 2000 })
    const both = hurried.with({ encoding: 'hex' })
    const bytes = both.buffers
    assert.equal(await hurried.get('k'), 'v')
    assert.equal(await both.get('k'), '76')
    assert.deepEqual(await bytes.get('k'), Buffer.from('v'))
    assert.equal(await client.with({}).get('k'), 'v')
    assert.equal(await hurried.with({ timeout: undefined }).get('k'), 'v')
    proxy.stall('reply')
    const slow = client.get('k')
    for (const error of await Promise.all([hurried, both, bytes].map((view) => failure(view.get('k')))))
      assert.ok(error instanceof TimeoutError)
    proxy.resume()
    assert.equal(await slow, 'v')
    for (const name of ['close', 'destroy', 'on']) assert.equal(hurried[name], undefined)
  })

  test('a retry is that of the view', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, reconnect: { initialDelay: 1 } })
    await client.connect()
    const ready = next(client, 'ready')
    proxy.cut({ next: 1 })
    const [lost, kept] = await Promise.allSettled([
      client.set('k', 'v'),
      client.with({ retry: 'idempotent' }).set('k', 'v'),
    ])
    await ready
    assert.equal(lost.status, 'rejected')
    assert.equal(kept.status, 'fulfilled')
  })
})

test('what with() does not know is refused by its name', (t) => {
  const client = openClient(t, server.url)
  const wrong: [unknown, RegExp][] = [
    [{ timeOut: 5 }, /unknown option "timeOut".*timeout, signal, retry/],
    [{ __proto__: null, constructor: 1 }, /unknown option "constructor"/],
    [{ timeout: -1 }, /"timeout"/],
    [{ timeout: Number.NaN }, /"timeout"/],
    [{ timeout: '5' }, /"timeout"/],
    [{ signal: {} }, /"signal"/],
    [{ retry: true }, /"retry"/],
    [{ retry: 'always' }, /"retry"/],
    [{ decodeResponses: 'no' }, /"decodeResponses"/],
    [{ encoding: 'utf7' }, /"encoding"/],
    [null, /given an object/],
    ['timeout', /given an object/],
    [undefined, /given an object/],
  ]
  for (const [options, message] of wrong) {
    assert.throws(
      () => client.with(options),
      (error: Failure) => {
        assert.ok(error instanceof OptionError, String(error))
        assert.equal(error.code, 'INVALID_OPTION')
        assert.match(error.message, message)
        return true
      },
    )
  }
})
