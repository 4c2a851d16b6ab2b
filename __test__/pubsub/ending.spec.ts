import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AbortError,
  ClosedError,
  createClient,
  failure,
  forBothProtocols,
  openClient,
} from '../support/client'
import { runProgram } from '../support/program'
import { FaultProxy } from '../support/proxy'
import { RawClient } from '../support/raw-client'
import { TestServer } from '../support/server'
import { few, numsub, publish } from '../support/subscribers'

let server: TestServer
let raw: RawClient
before(async () => {
  server = await TestServer.start()
  raw = await server.client()
})
after(async () => {
  raw.close()
  await server.close()
})

forBothProtocols((protocol) => {
  const channel = `ending:${protocol}`

  test('close ends what waits and leaves nothing subscribed', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    const ps = redis.pubsub()
    await ps.subscribe(channel)
    await ps.psubscribe(`${channel}*`)
    const iterating = (async () => {
      for await (const _ of ps) assert.fail('nothing was published')
    })()
    await ps.close()
    await iterating
    assert.deepEqual(await numsub(raw, channel), [0])
    assert.equal(await raw.call('PUBSUB', 'NUMPAT'), 0)
    assert.equal(ps.closed, true)
    assert.deepEqual(ps.toJSON(), { channels: [], patterns: [], shardChannels: [], closed: true })
    const error = await failure(ps.subscribe(channel))
    assert.ok(error instanceof ClosedError)
    assert.equal(error.code, 'CLIENT_CLOSED')
    await ps.close()
    await redis.set('still', 'there')
  })

  test('await using, a break and an error in the loop end a subscriber as well', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    {
      await using ps = redis.pubsub()
      await ps.subscribe(channel)
      assert.deepEqual(await numsub(raw, channel), [1])
    }
    assert.deepEqual(await numsub(raw, channel), [0])
    const broken = redis.pubsub()
    await broken.subscribe(channel)
    await publish(raw, channel, 'x')
    for await (const { data } of broken) {
      assert.equal(data, 'x')
      break
    }
    assert.equal(broken.closed, true)
    assert.deepEqual(await numsub(raw, channel), [0])
    const thrown = redis.pubsub()
    await thrown.subscribe(channel)
    await publish(raw, channel, 'x')
    const loop = async () => {
      for await (const _ of thrown) throw new Error('in the loop')
    }
    assert.equal((await failure(loop())).message, 'in the loop')
    assert.deepEqual(await numsub(raw, channel), [0])
  })

  test('an iteration that is not to close leaves its subscriber open', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    await ps.subscribe(channel)
    await publish(raw, channel, '1')
    await publish(raw, channel, '2')
    for await (const _ of ps.messages({ close: false })) break
    assert.equal(ps.closed, false)
    assert.equal((await few(ps.messages(), 1))[0].data, '2')
  })

  test('a signal ends a subscriber: what waits rejects, and nothing stays subscribed', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    for (const make of [
      (signal: AbortSignal) => redis.pubsub({ signal }),
      (signal: AbortSignal) => redis.with({ signal }).pubsub(),
    ]) {
      const controller = new AbortController()
      const ps = make(controller.signal)
      await ps.subscribe(channel)
      const next = failure(ps.messages().next())
      const message = failure(ps.getMessage({ timeout: 10_000 }))
      const reason = new Error('enough')
      controller.abort(reason)
      for (const error of [await next, await message, await failure(ps.subscribe('more'))]) {
        assert.ok(error instanceof AbortError)
        assert.equal(error.cause, reason)
      }
      await ps.close()
      assert.deepEqual(await numsub(raw, channel), [0])
    }
    const late = redis.pubsub({ signal: AbortSignal.abort() })
    assert.ok((await failure(late.subscribe(channel))) instanceof AbortError)
  })

  test('a signal may end an iteration alone', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    await ps.subscribe(channel)
    const controller = new AbortController()
    const iterator = ps.messages({ signal: controller.signal, close: false })
    const next = failure(iterator.next())
    controller.abort()
    assert.ok((await next) instanceof AbortError)
    assert.equal((await iterator.next()).done, true)
    assert.equal(ps.closed, false)
    const aborted = ps.messages({ signal: AbortSignal.abort() })
    assert.ok((await failure(aborted.next())) instanceof AbortError)
    await ps.close()
    assert.deepEqual(await numsub(raw, channel), [0])
  })

  test('closing the client ends its subscribers, behind what had arrived', async () => {
    const redis = createClient(server.url, { protocol })
    const ps = redis.pubsub()
    await ps.subscribe(channel)
    const iterator = ps.messages()
    await publish(raw, channel, 'before')
    assert.equal((await iterator.next()).value.data, 'before')
    const waiting = iterator.next()
    await redis.close()
    assert.equal((await waiting).done, true)
    assert.equal(ps.closed, true)
    assert.ok((await failure(ps.subscribe(channel))) instanceof ClosedError)
    assert.ok((await failure(ps.getMessage())) instanceof ClosedError)
    await ps.close()
    assert.throws(() => redis.pubsub(), ClosedError)
  })

  test('close does not wait longer than a call for a server that does not answer', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const redis = openClient(t, proxy.url, { protocol, commandTimeout: 100 })
    const ps = redis.pubsub()
    await ps.subscribe(channel)
    proxy.stall()
    await ps.close()
    assert.equal(ps.closed, true)
  })
})

test('a subscription keeps the process, and a closed subscriber does not', async () => {
  const held = await runProgram(
    `const ps = new Redis(process.argv[1]).pubsub()
     ps.subscribe('held', () => { console.log('got it'); process.exit(7) }).then(() => {
       new Redis(process.argv[1]).executeCommand('PUBLISH', 'held', 'x')
     })`,
    { args: [server.url] },
  )
  assert.deepEqual([held.end, held.stdout], [7, 'got it\n'])
  const ended = await runProgram(
    `const redis = new Redis(process.argv[1])
     void (async () => {
       const ps = redis.pubsub()
       await ps.subscribe('x')
       await ps.psubscribe('y*', () => {})
       await ps.close()
     })()`,
    { args: [server.url] },
  )
  assert.deepEqual([ended.end, ended.stderr], [0, ''])
  const unreferenced = await runProgram(
    `const redis = new Redis(process.argv[1]).unref()
     redis.pubsub().subscribe('x', () => {})
     redis.ping().then(() => {})`,
    { args: [server.url] },
  )
  assert.equal(unreferenced.end, 0)
})

test('a subscriber that nobody holds is unsubscribed when it is collected, and one that listens is not', async () => {
  const { end, stdout, stderr } = await runProgram(
    `const redis = new Redis(process.argv[1])
     const turn = () => new Promise((resolve) => setTimeout(resolve, 10))
     void (async () => {
       let ps = redis.pubsub()
       await ps.subscribe('listened', (data) => console.log(data))
       ps = redis.pubsub()
       const gone = new WeakRef(ps)
       await ps.subscribe('x')
       await ps.unsubscribe('x')
       ps = undefined
       for (let round = 0; round < 500 && gone.deref() !== undefined; round += 1) {
         await turn()
         gc()
       }
       console.log(gone.deref() === undefined)
       await redis.executeCommand('PUBLISH', 'listened', 'heard')
       await redis.close()
     })()`,
    { args: [server.url], flags: ['--expose-gc'] },
  )
  assert.deepEqual([end, stdout, stderr], [0, 'true\nheard\n', ''])
})

test('a worker that ends with subscriptions disturbs nobody', async () => {
  const { end, stdout, stderr } = await runProgram(
    `const { Worker, isMainThread, parentPort } = require('node:worker_threads')
     const url = process.argv[1]
     const source = \`const { Redis } = require('./index.js')
       const { parentPort, workerData } = require('node:worker_threads')
       const ps = new Redis(workerData).pubsub()
       ps.subscribe('w', () => {}).then(() => parentPort.postMessage('ready'))\`
     void (async () => {
       for (let round = 0; round < 3; round += 1) {
         const worker = new Worker(source, { eval: true, workerData: url })
         await new Promise((resolve) => worker.once('message', resolve))
         const redis = new Redis(url)
         for (let i = 0; i < 100; i++) redis.executeCommand('PUBLISH', 'w', 'x')
         await worker.terminate()
         await redis.close()
       }
       console.log('done')
     })()`,
    { args: [server.url] },
  )
  assert.deepEqual([end, stdout, stderr], [0, 'done\n', ''])
})
