import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { after, before, describe, test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { certificates } from '../certificates'
import { FaultProxy } from '../proxy'
import { RawClient } from '../raw-client'
import { Receiver } from '../receiver'
import { TestServer } from '../server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** A proxy before the server, closed when the test ends, and a fresh counter `n` in the server. */
async function proxied(t: TestContext): Promise<FaultProxy> {
  await server.raw('FLUSHALL')
  const proxy = await FaultProxy.start({ target: server })
  t.after(() => proxy.close())
  return proxy
}

async function counter(): Promise<string> {
  return String(await server.raw('GET', 'n'))
}

describe('a proxy without faults', () => {
  test('passes everything on and counts connections and frames', async (t) => {
    const proxy = await proxied(t)
    using client = await RawClient.connect({ port: proxy.port })
    assert.equal(await client.call('PING'), 'PONG')
    assert.equal(await client.call('SET', 'k', 'v'), 'OK')
    using other = await RawClient.connect({ port: proxy.port })
    assert.deepEqual(await other.call('MGET', 'k', 'missing'), [Buffer.from('v'), null])
    assert.deepEqual([proxy.connectionCount, proxy.requestCount, proxy.replyCount], [2, 3, 3])
    const [first, second] = [await proxy.connection(1), await proxy.connection(2)]
    assert.deepEqual([first.requestCount, first.replyCount, second.replyCount], [2, 2, 1])
    assert.equal(proxy.url, `redis://127.0.0.1:${proxy.port}`)
  })

  test('tells when connections, requests and replies come', async (t) => {
    const proxy = await proxied(t)
    const told: string[] = []
    const all = Promise.all([
      proxy.connection(1).then((connection) => told.push(`connection ${connection.number}`)),
      proxy.requestFrames(2).then(() => told.push('requests')),
      proxy.replyFrames(2).then(() => told.push('replies')),
    ])
    using client = await RawClient.connect({ port: proxy.port })
    await client.call('PING')
    assert.deepEqual(told, ['connection 1'])
    await client.call('PING')
    await all
    assert.deepEqual(told, ['connection 1', 'requests', 'replies'])
  })

  test('passes the end of either side on', async (t) => {
    const proxy = await proxied(t)
    using client = new Receiver(proxy.port)
    client.send('INCR n', 'QUIT')
    assert.equal(await client.ended, 'fin')
    assert.equal(client.text, ':1\r\n+OK\r\n')

    const leaving = await RawClient.connect({ port: proxy.port })
    leaving.close()
    const left = await proxy.connection(2)
    await left.closed
    assert.equal(left.isOpen, false)
  })

  test('resets a client whose server is not there', async () => {
    await using gone = await FaultProxy.start({ target: { port: 1 } })
    using client = new Receiver(gone.port)
    assert.equal(await client.ended, 'ECONNRESET')
    assert.match(String((await gone.connection(1)).error), /ECONNREFUSED/)
  })

  test('passes TLS when it is told not to look for frames', async () => {
    await using secure = await TestServer.start({ tls: true })
    await using proxy = await FaultProxy.start({ target: { port: secure.tlsPort }, frames: false })
    const { ca } = await certificates()
    using client = await RawClient.connect({ port: proxy.port, tls: { ca: ca.cert } })
    assert.equal(await client.call('PING'), 'PONG')
    assert.equal(proxy.replyCount, 0)
    assert.throws(() => proxy.drop({ next: 1 }), /without frames/)
  })

  test('that is closed ends its connections and whoever waits for more', async (t) => {
    const proxy = await proxied(t)
    using client = new Receiver(proxy.port)
    await proxy.connection(1)
    const waiting = assert.rejects(proxy.replyFrames(1), /closed before that/)
    const fault = assert.rejects(proxy.drop({ next: 1 }).fired(), /closed before that/)
    await proxy.close()
    await client.ended
    await Promise.all([waiting, fault])
  })
})

describe('a slow or silent peer', () => {
  test('holds replies while it is stalled and delivers them when it goes on', async (t) => {
    const proxy = await proxied(t)
    using client = new Receiver(proxy.port)
    client.send('INCR n')
    await client.received(':1\r\n')
    proxy.stall('reply')
    client.send('INCR n', 'INCR n')
    await proxy.requestFrames(3)
    await waitUntil(async () => (await counter()) === '3')
    assert.equal(client.text, ':1\r\n')
    proxy.resume()
    assert.equal(await client.received(':1\r\n:2\r\n:3\r\n'), ':1\r\n:2\r\n:3\r\n')
  })

  test('holds requests, also of connections that come later', async (t) => {
    const proxy = await proxied(t)
    proxy.stall()
    using client = new Receiver(proxy.port)
    client.send('INCR n', 'INCR n')
    await proxy.connection(1)
    await server.raw('PING')
    assert.equal(await counter(), 'null')
    proxy.resume()
    await client.received(':1\r\n:2\r\n')
    assert.equal(await counter(), '2')
  })

  test('holds one connection and not the other', async (t) => {
    const proxy = await proxied(t)
    using one = new Receiver(proxy.port)
    const held = await proxy.connection(1)
    using two = new Receiver(proxy.port)
    await proxy.connection(2)
    held.stall('reply')
    one.send('PING')
    two.send('PING')
    await two.received('+PONG\r\n')
    assert.equal(one.text, '')
    held.resume()
    await one.received('+PONG\r\n')
  })

  test('stalls at a frame', async (t) => {
    const proxy = await proxied(t)
    const fault = proxy.stallAt({ frame: 2 })
    using client = new Receiver(proxy.port)
    client.send('INCR n', 'INCR n', 'INCR n', 'QUIT')
    await fault.fired()
    assert.equal(await client.received(':1\r\n'), ':1\r\n')
    proxy.resume()
    await client.ended
    assert.equal(client.text, ':1\r\n:2\r\n:3\r\n+OK\r\n')
  })

  test('can be cut while it is stalled', async (t) => {
    const proxy = await proxied(t)
    const fault = proxy.stallAt({ frame: 2 })
    using client = new Receiver(proxy.port)
    client.send('INCR n', 'INCR n')
    await fault.fired()
    await proxy.cutAll('fin')
    assert.equal(await client.ended, 'fin')
    assert.equal(client.text, ':1\r\n')
  })

  test('drips byte by byte in both directions', async (t) => {
    const proxy = await proxied(t)
    proxy.drip()
    using client = new Receiver(proxy.port)
    client.send('SET k hello', 'GET k')
    const expected = '+OK\r\n$5\r\nhello\r\n'
    assert.equal(await client.received(expected), expected)
    assert.ok(client.chunks.length > expected.length / 2, `${client.chunks.length} pieces`)
  })

  test('slices what it forwards, until it is told otherwise', async (t) => {
    const proxy = await proxied(t)
    await server.raw('SET', 'k', 'x'.repeat(1000))
    const expected = `$1000\r\n${'x'.repeat(1000)}\r\n`
    assert.equal(proxy.slice({ mostBytes: 20, seed: 42, direction: 'reply' }), 42)
    using client = new Receiver(proxy.port)
    client.send('GET k')
    assert.equal(await client.received(expected), expected)
    assert.ok(client.chunks.length > 25, `${client.chunks.length} pieces`)

    proxy.unslice()
    const before = client.chunks.length
    client.send('GET k')
    assert.equal(await client.received(expected.repeat(2)), expected.repeat(2))
    assert.equal(client.chunks.length - before, 1)
  })

  test('applies its frame faults while it slices', async (t) => {
    const proxy = await proxied(t)
    proxy.slice({ mostBytes: 3, seed: 1 })
    proxy.drop({ frame: 2 })
    proxy.cut({ frame: 4 }, { where: { inside: 2 } })
    using client = new Receiver(proxy.port)
    client.send('INCR n', 'INCR n', 'INCR n', 'INCR n', 'INCR n')
    await client.ended
    assert.equal(client.text, ':1\r\n:3\r\n:4')
  })

  test('accepts and never answers, until it is told to', async (t) => {
    const proxy = await proxied(t)
    proxy.silence()
    using client = new Receiver(proxy.port)
    client.send('INCR n', 'INCR n')
    await proxy.requestFrames(2)
    assert.equal(client.text, '')
    await assert.rejects((await proxy.connection(1)).replyFrames(1), /no server/)
    client.socket.end()
    assert.equal(await client.ended, 'fin')
    assert.equal(await counter(), 'null')

    proxy.answer()
    using later = new Receiver(proxy.port)
    later.send('INCR n')
    assert.equal(await later.received(':1\r\n'), ':1\r\n')
  })

  test('refuses connections and listens again on the same port', async (t) => {
    const proxy = await proxied(t)
    using early = new Receiver(proxy.port)
    await proxy.connection(1)
    proxy.refuse()
    using refused = new Receiver(proxy.port)
    assert.equal(await refused.ended, 'ECONNREFUSED')
    early.send('PING')
    await early.received('+PONG\r\n')

    const { port } = proxy
    await proxy.listen()
    assert.equal(proxy.port, port)
    using late = new Receiver(port)
    late.send('PING')
    await late.received('+PONG\r\n')
  })
})

describe('bytes that are not RESP', () => {
  test('are passed on all the same, and end whoever waits for frames', async (t) => {
    const peer = createServer((socket) => socket.end('+fine\r\n$what\r\nelse')).listen(0, '127.0.0.1')
    t.after(() => peer.close())
    await once(peer, 'listening')
    for (const armed of [false, true]) {
      await using proxy = await FaultProxy.start({ target: peer.address() as { port: number } })
      const fault = armed ? proxy.drop({ frame: 2 }) : undefined
      const given = [assert.rejects(proxy.replyFrames(2), /not RESP/)]
      if (fault !== undefined) given.push(assert.rejects(fault.fired(), /not RESP/))
      const client = new Receiver(proxy.port)
      await client.ended
      await Promise.all(given)
      assert.equal(client.text, '+fine\r\n$what\r\nelse')
      client.socket.destroy()
    }
  })
})

describe('a value of 512 MB', () => {
  const BODY = 512 * 1024 * 1024
  const HEADER = `$${BODY}\r\n`
  const TOTAL = HEADER.length + BODY + '\r\n+after\r\n'.length
  /** More than the system's own buffers of the two connections; far less than the value. */
  const MOST_UNDER_WAY = 64 * 1024 * 1024

  for (const [how, arm] of [
    ['without faults', () => {}],
    ['with a fault armed for the frame after it', (proxy: FaultProxy) => void proxy.drop({ frame: 3 })],
  ] as [string, (proxy: FaultProxy) => void][]) {
    test(`passes ${how} and is never held as a whole, however slow the reader is`, async (t) => {
      let handedOver = 0
      const peer = createServer((socket) => {
        const piece = Buffer.alloc(1024 * 1024, 'x')
        const send = async (bytes: Buffer): Promise<void> => {
          handedOver += bytes.length
          if (!socket.write(bytes)) await once(socket, 'drain')
        }
        void (async () => {
          await send(Buffer.from(HEADER))
          for (let sent = 0; sent < BODY; sent += piece.length) await send(piece)
          socket.end('\r\n+after\r\n')
        })()
      }).listen(0, '127.0.0.1')
      t.after(() => peer.close())
      await once(peer, 'listening')
      await using proxy = await FaultProxy.start({ target: peer.address() as { port: number } })
      arm(proxy)

      let received = 0
      let mostUnderWay = 0
      const before = process.cpuUsage()
      const client = connect(proxy.port, proxy.host)
      for await (const chunk of client as AsyncIterable<Buffer>) {
        received += chunk.length
        mostUnderWay = Math.max(mostUnderWay, handedOver - received)
        // Falls behind at first, so that everything before it fills up.
        if (received < 1024 * 1024) await delay(1)
      }
      const { user, system } = process.cpuUsage(before)
      // By processor time, which other work on the machine does not stretch; source and reader are in it, too.
      const rate = TOTAL / (user + system)
      t.diagnostic(
        `${rate.toFixed(0)} MB per second, at most ${(mostUnderWay / 1e6).toFixed(1)} MB under way`,
      )
      assert.equal(received, TOTAL)
      assert.equal(proxy.replyCount, 2)
      assert.ok(mostUnderWay < MOST_UNDER_WAY, `${mostUnderWay} bytes were under way`)
      assert.ok(rate > 100, `${rate} MB/s`)
    })
  }
})

/** Asks again until it is so; the test's own time limit ends it. */
async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}
