import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  ConnectionError,
  ExecAbortError,
  failure,
  forBothProtocols,
  openClient,
  QueueFullError,
  TimeoutError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

const FAST = { initialDelay: 1 }

forBothProtocols((protocol) => {
  test('a plain pipeline that is lost has the results that came, and says what may have run', async (t) => {
    await server.raw('DEL', 'f:n')
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, reconnect: FAST })
    await client.connect()
    proxy.cut({ next: 3 })
    const error = await failure(
      client.pipeline({ transaction: false }).incr('f:n').incr('f:n').incr('f:n').incr('f:n').execute(),
    )
    assert.ok(error instanceof ConnectionError, String(error))
    assert.deepEqual([error.code, error.maybeExecuted], ['CONNECTION_LOST', true])
    assert.deepEqual([error.index, error.results], [2, [1, 2]])
    assert.equal(await client.get('f:n'), '4', 'it was not sent again')
  })

  test('a batch that is refused after its first part leaves nothing behind for the calls after it', async (t) => {
    await server.raw('DEL', 'f:refused')
    const client = openClient(t, server.url, { protocol })
    await client.connect()
    // Longer than what is handed to the addon at once.
    const long = 'x'.repeat(2 ** 20)
    for (const staged of [[], ['before']]) {
      const before = staged.map((word) => client.echo(word))
      const core = client._core
      const { batch } = core
      let parts = 0
      core.batch = (...args: unknown[]) => {
        if (++parts === 1) return batch(...args)
        return JSON.stringify({
          kind: 'QueueFull',
          code: 'QUEUE_FULL',
          message: 'no room for the second part',
        })
      }
      const pipeline = client.pipeline({ transaction: false }).set('f:refused', long).set('f:refused', long)
      const error = await failure(pipeline.execute())
      assert.ok(error instanceof QueueFullError, String(error))
      assert.equal(parts, 2)
      core.batch = batch
      const after = [client.echo('one'), client.echo('two')]
      const next = client.pipeline({ transaction: false }).echo('three').echo('four').execute()
      assert.deepEqual(await Promise.all([...before, ...after]), [...staged, 'one', 'two'])
      assert.deepEqual(await next, ['three', 'four'])
      assert.equal(await client.exists('f:refused'), 0)
    }
  })

  test('a plain pipeline of reads that is lost is sent again as a whole', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, reconnect: FAST })
    await client.mset({ 'f:a': 1, 'f:b': 2 })
    proxy.cut({ next: 2 })
    assert.deepEqual(await client.pipeline({ transaction: false }).get('f:a').get('f:b').execute(), [
      '1',
      '2',
    ])
    assert.equal(proxy.connectionCount, 2)
  })

  test('a transaction that is lost after its EXEC was sent may have run, and is not sent again', async (t) => {
    await server.raw('DEL', 'f:n')
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, reconnect: FAST })
    await client.connect()
    proxy.cut({ next: 2 })
    const error = await failure(client.pipeline().incr('f:n').incr('f:n').execute())
    assert.ok(error instanceof ConnectionError, String(error))
    assert.deepEqual([error.maybeExecuted, error.results], [true, []])
    assert.equal(await client.get('f:n'), '2')
  })

  test('a transaction that the server will not queue names the commands, and ran none', async (t) => {
    await server.raw('SET', 'f:n', '1')
    const client = openClient(t, server.url, { protocol })
    const pipeline = client.pipeline().incr('f:n').executeCommand('nonsense', 'secret').executeCommand('get')
    const error = await failure(pipeline.execute())
    assert.ok(error instanceof ExecAbortError, String(error))
    assert.deepEqual([error.code, error.maybeExecuted], ['EXECABORT', false])
    const errors = (error as unknown as ExecAbortErrors).errors
    assert.deepEqual(
      errors.map(({ index, command, code }) => [index, command, code]),
      [
        [1, 'NONSENSE', 'ERR'],
        [2, 'GET', 'ERR'],
      ],
    )
    assert.equal(await client.get('f:n'), '1')
  })

  test('a pipeline that is too late is given up as a whole, and the next reply is the next caller’s', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol })
    await client.connect()
    proxy.stall('reply')
    const view = client.with({ timeout: 1000 })
    for (const transaction of [true, false]) {
      const error = await failure(view.pipeline({ transaction }).echo('a').echo('b').execute())
      assert.ok(error instanceof TimeoutError, String(error))
      assert.deepEqual([error.phase, error.maybeExecuted], ['server', true])
    }
    const next = client.echo('next')
    proxy.resume()
    assert.equal(await next, 'next')
    assert.equal(proxy.connectionCount, 1)
  })

  test('a million commands in one pipeline are answered, or refused by the name of a limit', async (t) => {
    const client = openClient(t, server.url, { protocol, commandTimeout: 60_000 })
    const count = 1_000_000
    const pipeline = client.pipeline({ transaction: false })
    for (let index = 0; index < count; index++) pipeline.echo(`${index}`)
    const offline = await failure(pipeline.execute())
    assert.ok(offline instanceof QueueFullError, String(offline))
    assert.match(offline.message, /offlineQueue\.maxCommands \(10000\)/)
    assert.equal(offline.maybeExecuted, false)

    await client.connect()
    for (let index = 0; index < count; index++) pipeline.echo(`${index}`)
    const results: string[] = await pipeline.execute()
    assert.equal(results.length, count)
    for (let index = 0; index < count; index++) if (results[index] !== `${index}`) assert.fail(`${index}`)

    const small = openClient(t, server.url, { protocol, limits: { maxInFlightBytes: 1_000_000 } })
    await small.connect()
    await small.set('f:kept', 'before')
    const large = small.pipeline().set('f:kept', 'after')
    for (let index = 0; index < 100_000; index++) large.echo(`${index}`)
    const refused = await failure(large.execute())
    assert.ok(refused instanceof QueueFullError, String(refused))
    assert.match(refused.message, /limits\.maxInFlightBytes/)
    assert.equal(await small.get('f:kept'), 'before')
  })
})

interface ExecAbortErrors {
  errors: { index: number; command: string; code: string }[]
}
