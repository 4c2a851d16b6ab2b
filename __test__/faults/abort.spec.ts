import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { after, before, test } from 'node:test'
import { AbortError, type Client, failure, forBothProtocols, openClient } from '../support/client'
import { FaultProxy } from '../support/proxy'
import { Random } from '../support/random'
import { TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

forBothProtocols((protocol) => {
  test('a call that waits for a connection and is given up is never sent, and the others are', async (t) => {
    await server.raw('DEL', 'a:list')
    await using proxy = await FaultProxy.start({ target: server })
    proxy.silence()
    const client = openClient(t, proxy.url, {
      protocol,
      commandTimeout: 30_000,
      reconnect: { initialDelay: 1 },
    })
    const controller = new AbortController()
    const view = client.with({ signal: controller.signal })
    const kept = [client.rpush('a:list', 'before')]
    const given = [
      view.rpush('a:list', 'single'),
      view.executeCommand('rpush', 'a:list', 'raw'),
      view.pipeline().rpush('a:list', 'transaction').incr('a:n').execute(),
      view.pipeline({ transaction: false }).rpush('a:list', 'plain').execute(),
    ]
    kept.push(client.rpush('a:list', 'behind'))
    await proxy.connection(1)
    controller.abort(new Error('enough'))
    for (const error of await Promise.all(given.map(failure))) {
      assert.ok(error instanceof AbortError, String(error))
      assert.deepEqual([error.code, error.maybeExecuted], ['ABORTED', false])
      assert.equal((error.cause as Error).message, 'enough')
    }
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
    kept.push(client.rpush('a:list', 'after'))
    proxy.answer()
    await proxy.cutAll()
    assert.deepEqual(await Promise.all(kept), [1, 2, 3])
    assert.deepEqual(await client.lrange('a:list', 0, -1), ['before', 'behind', 'after'])
  })

  test('a call that is given up before its tick ends may have been sent only if its error says so', async (t) => {
    await server.raw('DEL', 'a:n', 'a:m')
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol })
    await client.connect()
    const controller = new AbortController()
    const view = client.with({ signal: controller.signal })
    const calls = [view.incr('a:n'), view.pipeline().incr('a:m').execute()]
    controller.abort()
    const [single, batch] = await Promise.all(calls.map(failure))
    for (const [error, key] of [
      [single, 'a:n'],
      [batch, 'a:m'],
    ] as const) {
      assert.ok(error instanceof AbortError)
      if (error.maybeExecuted === false) assert.equal(await client.get(key), null)
    }
  })

  test('calls given up at random leave every reply with its own caller', async (t) => {
    const client: Client = openClient(t, server.url, { protocol })
    const random = new Random(7)
    let aborted = 0
    for (let round = 0; round < 200; round++) {
      const controller = new AbortController()
      const view = client.with({ signal: controller.signal })
      const calls = Array.from({ length: 100 }, async (_, index) => {
        const name = `${round}:${index}`
        const kind = random.integer(0, 3)
        try {
          if (kind === 0) assert.equal(await view.echo(name), name)
          else if (kind === 1)
            assert.deepEqual(await view.pipeline().echo(name).echo(index).execute(), [name, `${index}`])
          else assert.equal(await client.echo(name), name)
        } catch (error) {
          assert.ok(error instanceof AbortError, String(error))
          aborted += 1
        }
      })
      if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve))
      controller.abort()
      await Promise.all(calls)
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
    }
    assert.ok(aborted > 1_000, `${aborted}`)
    assert.equal(await client.echo('last'), 'last')
  })
})
