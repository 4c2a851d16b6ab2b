import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import {
  type Client,
  ConnectionError,
  failure,
  forBothProtocols,
  next,
  openClient,
  ProtocolError,
  TimeoutError,
} from '../support/client'
import { runProgram } from '../support/program'
import { FaultProxy } from '../support/proxy'
import { startServer, TestServer } from '../support/server'

/** So many commands, each awaited before the next, and JavaScript's thread reads their replies itself. */
const LONELY = 40
const FAST = { initialDelay: 1, maxDelay: 20 }

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

async function oneByOne(client: Client, count = LONELY): Promise<void> {
  for (let index = 0; index < count; index += 1) assert.equal(await client.echo(`${index}`), `${index}`)
}

forBothProtocols((protocol) => {
  async function proxied(t: TestContext, options = {}): Promise<{ proxy: FaultProxy; client: Client }> {
    await server.raw('FLUSHALL')
    const proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, reconnect: FAST, ...options })
    t.after(() => proxy.close())
    await oneByOne(client)
    return { proxy, client }
  }

  test('one by one and many at once take turns', async (t) => {
    const client = openClient(t, server.url, { protocol })
    for (let round = 0; round < 5; round += 1) {
      await oneByOne(client)
      const many = Array.from({ length: 2000 }, (_, index) => client.echo(`${index}`) as Promise<string>)
      assert.deepEqual(
        await Promise.all(many),
        many.map((_, index) => `${index}`),
      )
    }
  })

  test('replies of every size and kind arrive', async (t) => {
    const client = openClient(t, server.url, { protocol })
    await client.flushall()
    await oneByOne(client)
    for (const length of [0, 1, 60_000, 70_000, 300_000, 5_000_000]) {
      const text = 'ü'.repeat(length / 2) + 'x'.repeat(length % 2)
      await client.set('text', text)
      assert.equal(await client.get('text'), text)
      assert.deepEqual(await client.buffers.get('text'), Buffer.from(text))
      await oneByOne(client)
    }
    const items = Array.from({ length: 20_000 }, (_, index) => `item ${index}`)
    await client.executeCommand('RPUSH', ['list', ...items])
    await oneByOne(client)
    assert.deepEqual(await client.executeCommand('LRANGE', 'list', 0, -1), items)
    const error = await failure(client.executeCommand('LRANGE', 'text', 0, -1))
    assert.equal(error.code, 'WRONGTYPE')
  })

  test('a reply that comes byte by byte arrives', async (t) => {
    const { proxy, client } = await proxied(t)
    proxy.drip('reply')
    await oneByOne(client)
    await client.set('text', 'x'.repeat(5000))
    assert.equal(await client.get('text'), 'x'.repeat(5000))
  })

  test('an INCR whose reply is lost is not run again, and says so', async (t) => {
    const { proxy, client } = await proxied(t)
    const fault = proxy.cut({ next: 1 }, { where: { inside: 2 } })
    const error = await failure(client.incr('n'))
    await fault.fired()
    assert.ok(error instanceof ConnectionError)
    assert.equal(error.maybeExecuted, true)
    assert.equal(await client.incr('n'), 2)
  })

  test('a GET whose reply is lost is sent again', async (t) => {
    const { proxy, client } = await proxied(t)
    await client.set('k', 'v')
    proxy.cut({ next: 1 }, { manner: 'rst' })
    assert.equal(await client.get('k'), 'v')
  })

  test('a malformed reply ends the connection', async (t) => {
    const { proxy, client } = await proxied(t)
    proxy.replace({ next: 1 }, '?what\r\n')
    const error = await failure(client.incr('n'))
    assert.ok(error instanceof ProtocolError)
    await oneByOne(client)
  })

  test('a server that is killed is noticed without a call', async (t) => {
    const own = await startServer(t)
    const client = openClient(t, own.url, { protocol, reconnect: FAST })
    await oneByOne(client)
    const closed = next(client, 'close')
    await own.kill()
    assert.ok((await closed)[0] instanceof ConnectionError)
    await own.restart()
    await oneByOne(client)
  })

  test('a server that answers no more costs a call its deadline', async (t) => {
    const { proxy, client } = await proxied(t)
    proxy.stall('reply')
    const error = await failure(client.with({ timeout: 1000 }).incr('n'))
    assert.ok(error instanceof TimeoutError)
    assert.equal(error.maybeExecuted, true)
    proxy.resume()
    assert.equal(await client.incr('n'), 2)
  })

  test('a reply that came in time is not late because JavaScript was busy', async (t) => {
    const client = openClient(t, server.url, { protocol, commandTimeout: 2000 })
    await client.set('k', 'v')
    await oneByOne(client)
    const call = client.get('k')
    // The call is sent at the end of this tick; the thread stands still from the next one on.
    await null
    process.nextTick(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2300))
    assert.equal(await call, 'v')
  })
})

const WARM = `for (let i = 0; i < ${LONELY}; i += 1) await client.echo('x')`

test('a process ends by itself after close(), or when the client is unref’d', async () => {
  for (const end of ['await client.close()', 'client.destroy()', 'client.unref()', 'process.exit(0)']) {
    const source = `(async () => { const client = new Redis(process.argv[1]); ${WARM}; ${end} })()`
    const ended = await runProgram(source, { args: [server.url] })
    assert.deepEqual(ended, { end: 0, stdout: '', stderr: '' }, end)
  }
})

test('a worker may end, or be ended, at any time', async () => {
  const source = `
    const { Worker } = require('node:worker_threads')
    const { once } = require('node:events')
    const body = \`
      const { Redis } = require('./index.js')
      const { parentPort, workerData } = require('node:worker_threads')
      const client = new Redis(workerData.url)
      ;(async () => {
        ${WARM}
        parentPort.postMessage('warm')
        if (workerData.how === 'exit') process.exit(0)
        if (workerData.how === 'close') return client.close()
        for (;;) await client.echo('x')
      })()\`
    ;(async () => {
      for (const how of ['exit', 'close', 'terminate', 'terminate', 'terminate']) {
        const worker = new Worker(body, { eval: true, workerData: { url: process.argv[1], how } })
        const ended = once(worker, 'exit')
        await once(worker, 'message')
        if (how === 'terminate') await worker.terminate()
        await ended
      }
      console.log('done')
    })()`
  const ended = await runProgram(source, { args: [server.url] })
  assert.deepEqual(ended, { end: 0, stdout: 'done\n', stderr: '' })
})
