import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, before, describe, test, type TestContext } from 'node:test'
import { type CutManner, FaultProxy } from '../proxy'
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

/** Lets the client answer the end that it sees, and resolves when the server has seen its end as well. */
async function farewell(client: Receiver, proxy: FaultProxy): Promise<void> {
  await client.ended
  client.socket.end()
  const connection = await proxy.connection(1)
  await connection.closed
}

describe('a cut', () => {
  test('before a reply loses it, though the server has done the work', async (t) => {
    const proxy = await proxied(t)
    const fault = proxy.cut({ frame: 2 })
    using client = new Receiver(proxy.port)
    client.send('INCR n', 'INCR n', 'INCR n')
    assert.equal(await client.ended, 'fin')
    await fault.fired()
    assert.equal(client.text, ':1\r\n')
    assert.equal(await counter(), '3')
  })

  test('after a reply still delivers it', async (t) => {
    const proxy = await proxied(t)
    proxy.cut({ frame: 2 }, { where: 'after' })
    using client = new Receiver(proxy.port)
    client.send('INCR n', 'INCR n', 'INCR n')
    assert.equal(await client.ended, 'fin')
    assert.equal(client.text, ':1\r\n:2\r\n')
  })

  test('with a reset right behind one with an end closes the connection all the same', async (t) => {
    const proxy = await proxied(t)
    using client = new Receiver(proxy.port)
    client.send('PING')
    await proxy.replyFrames(1)
    const connection = await proxy.connection(1)
    const ended = connection.cut('fin')
    await new Promise(process.nextTick)
    await Promise.all([ended, connection.cut('rst')])
    await connection.closed
    assert.equal(proxy.openConnectionCount, 0)
  })

  test('inside of a reply delivers just so many of its bytes', async (t) => {
    const proxy = await proxied(t)
    await server.raw('SET', 'k', 'abcdef')
    for (let inside = 1; inside < '$6\r\nabcdef\r\n'.length; inside += 1) {
      proxy.cut({ next: 2 }, { where: { inside } })
      const client = new Receiver(proxy.port).send('PING', 'GET k')
      assert.equal(await client.ended, 'fin')
      assert.equal(client.text, '+PONG\r\n' + '$6\r\nabcdef\r\n'.slice(0, inside))
      client.socket.destroy()
    }
  })

  test('inside of a frame that is too short for it is reported', async (t) => {
    const proxy = await proxied(t)
    const fault = proxy.cut({ next: 1 }, { where: { inside: 7 } })
    using client = new Receiver(proxy.port)
    const report = assert.rejects(fault.fired(), /only 7 bytes/)
    client.send('PING')
    await Promise.all([report, client.ended])
  })

  test('before a request keeps it from the server', async (t) => {
    const proxy = await proxied(t)
    proxy.cut({ direction: 'request', frame: 2 })
    using client = new Receiver(proxy.port)
    client.send('INCR n', 'INCR n')
    await farewell(client, proxy)
    assert.equal(await counter(), '1')
  })

  test('inside of a request lets the server execute nothing of it', async (t) => {
    const proxy = await proxied(t)
    proxy.cut({ direction: 'request', frame: 2 }, { where: { inside: 6 } })
    using client = new Receiver(proxy.port)
    client.send('INCR n', 'INCR n')
    await farewell(client, proxy)
    assert.equal(await counter(), '1')
  })

  test('after a request lets the server execute it', async (t) => {
    const proxy = await proxied(t)
    proxy.cut({ direction: 'request', frame: 2 }, { where: 'after' })
    using client = new Receiver(proxy.port)
    client.send('INCR n', 'INCR n', 'INCR n')
    await farewell(client, proxy)
    assert.equal(await counter(), '2')
  })

  test('can be a reset', async (t) => {
    const proxy = await proxied(t)
    proxy.cut({ frame: 2 }, { manner: 'rst' })
    using client = new Receiver(proxy.port)
    client.send('INCR n')
    await client.received(':1\r\n')
    client.send('INCR n')
    assert.equal(await client.ended, 'ECONNRESET')
    assert.equal(client.text, ':1\r\n')
    assert.equal(await counter(), '2')
  })

  test('that is a reset comes after what was forwarded before', async (t) => {
    const proxy = await proxied(t)
    proxy.cut({ frame: 2 }, { where: 'after', manner: 'rst' })
    using client = new Receiver(proxy.port)
    client.send('INCR n', 'INCR n')
    // Not asked for the code: Node 20 takes a reset for an orderly end when data arrives together with it.
    await client.ended
    assert.equal(client.text, ':1\r\n:2\r\n')
  })

  test('can close half of the connection, so that requests still arrive', async (t) => {
    const proxy = await proxied(t)
    proxy.cut({ frame: 1 }, { where: 'after', manner: 'half-close' })
    using client = new Receiver(proxy.port)
    client.send('INCR n')
    assert.equal(await client.ended, 'fin')
    client.send('INCR n', 'INCR n')
    await proxy.replyFrames(1)
    await proxy.requestFrames(3)
    using behind = await server.client()
    await waitUntil(async () => String(await behind.call('GET', 'n')) === '3')
    assert.equal(client.text, ':1\r\n')
  })

  test('can close the other half, so that replies still arrive', async (t) => {
    const heard: Buffer[] = []
    const peer = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('data', (chunk) => heard.push(chunk))
      socket.on('end', () => socket.end('+you went\r\n'))
    }).listen(0, '127.0.0.1')
    t.after(() => peer.close())
    await once(peer, 'listening')
    await using proxy = await FaultProxy.start({ target: peer.address() as { port: number } })
    proxy.cut({ direction: 'request', frame: 1 }, { where: 'after', manner: 'half-close' })
    using client = new Receiver(proxy.port)
    client.send('ONE', 'TWO')
    assert.equal(await client.ended, 'fin')
    assert.equal(client.text, '+you went\r\n')
    assert.equal(Buffer.concat(heard).toString(), 'ONE\r\n')
  })

  for (const [manner, ending] of [
    ['fin', 'fin'],
    ['rst', 'ECONNRESET'],
  ] as [CutManner, string][]) {
    test(`of all connections at once by ${manner} needs no frame`, async (t) => {
      const proxy = await proxied(t)
      using one = new Receiver(proxy.port)
      using two = new Receiver(proxy.port)
      await proxy.connection(2)
      await proxy.cutAll(manner)
      assert.deepEqual(await Promise.all([one.ended, two.ended]), [ending, ending])
    })
  }

  test('is for one connection only when it says which', async (t) => {
    const proxy = await proxied(t)
    proxy.cut({ connection: 2, frame: 2 }, { where: 'after' })
    using one = new Receiver(proxy.port)
    await proxy.connection(1)
    using two = new Receiver(proxy.port)
    await proxy.connection(2)
    one.send('PING', 'PING', 'PING')
    two.send('PING', 'PING', 'PING')
    assert.equal(await two.ended, 'fin')
    assert.equal(two.text, '+PONG\r\n'.repeat(2))
    assert.equal(await one.received('+PONG\r\n'.repeat(3)), '+PONG\r\n'.repeat(3))
  })

  test('that is taken back does not happen', async (t) => {
    const proxy = await proxied(t)
    const [one, two] = [proxy.cut({ next: 1 }), proxy.cut({ next: 2 })]
    one.disarm()
    proxy.disarm()
    assert.deepEqual([one.isArmed, two.isArmed], [false, false])
    await assert.rejects(two.fired(), /disarmed/)
    using client = await RawClient.connect({ port: proxy.port })
    assert.equal(await client.call('PING'), 'PONG')
    assert.equal(await client.call('PING'), 'PONG')
  })

  test('cannot be meant for a frame that has passed', async (t) => {
    const proxy = await proxied(t)
    using client = await RawClient.connect({ port: proxy.port })
    await client.call('PING')
    assert.throws(() => proxy.cut({ frame: 1 }), /frame 1 has already begun/)
    assert.throws(() => proxy.cut({ connection: 1, frame: 1 }), /frame 1 has already begun/)
    assert.throws(() => proxy.cut({ next: 0 }), /has already begun/)
  })
})

describe('a changed reply', () => {
  async function conversation(t: TestContext, arm: (proxy: FaultProxy) => void): Promise<string> {
    const proxy = await proxied(t)
    arm(proxy)
    using client = new Receiver(proxy.port)
    client.send('INCR n', 'INCR n', 'INCR n', 'QUIT')
    assert.equal(await client.ended, 'fin')
    return client.text
  }

  test('has bytes before it', async (t) => {
    const text = await conversation(t, (proxy) => proxy.inject({ frame: 2 }, 'before', '+extra\r\n'))
    assert.equal(text, ':1\r\n+extra\r\n:2\r\n:3\r\n+OK\r\n')
  })

  test('has bytes after it', async (t) => {
    const text = await conversation(t, (proxy) => proxy.inject({ frame: 2 }, 'after', '$oops\r\n'))
    assert.equal(text, ':1\r\n:2\r\n$oops\r\n:3\r\n+OK\r\n')
  })

  test('is replaced', async (t) => {
    const text = await conversation(t, (proxy) => proxy.replace({ frame: 2 }, '-LOADING wait\r\n'))
    assert.equal(text, ':1\r\n-LOADING wait\r\n:3\r\n+OK\r\n')
  })

  test('is swallowed', async (t) => {
    assert.equal(await conversation(t, (proxy) => proxy.drop({ frame: 2 })), ':1\r\n:3\r\n+OK\r\n')
  })

  test('can have several faults', async (t) => {
    const text = await conversation(t, (proxy) => {
      proxy.drop({ frame: 1 })
      proxy.inject({ frame: 3 }, 'before', '>1\r\n+push\r\n')
      proxy.replace({ frame: 3 }, '_\r\n')
      proxy.inject({ frame: 3 }, 'after', '#t\r\n')
      proxy.cut({ frame: 3 }, { where: 'after' })
    })
    assert.equal(text, ':2\r\n>1\r\n+push\r\n_\r\n#t\r\n')
  })

  test('changes nothing of the requests, which can be changed as well', async (t) => {
    const proxy = await proxied(t)
    proxy.drop({ direction: 'request', frame: 1 })
    proxy.replace({ direction: 'request', frame: 2 }, 'INCRBY n 40\r\n')
    using client = new Receiver(proxy.port)
    client.send('INCR n', 'INCR n', 'INCR n', 'QUIT')
    await client.ended
    assert.equal(client.text, ':40\r\n:41\r\n+OK\r\n')
  })

  test('may come where nothing was asked', async (t) => {
    const proxy = await proxied(t)
    using client = new Receiver(proxy.port)
    const connection = await proxy.connection(1)
    await connection.inject('reply', '+surplus\r\n')
    assert.equal(await client.received('+surplus\r\n'), '+surplus\r\n')
    await connection.inject('request', 'INCR n\r\n')
    assert.equal(await client.received('+surplus\r\n:1\r\n'), '+surplus\r\n:1\r\n')
  })

  test('is found among replies of RESP3 with attributes and pushes', async (t) => {
    const frames = [
      '%1\r\n+a\r\n*1\r\n_\r\n',
      '>2\r\n+p\r\n+q\r\n',
      '|1\r\n+k\r\n:1\r\n*2\r\n$1\r\nx\r\n,1.5\r\n',
      '#t\r\n',
    ]
    const peer = createServer((socket) => socket.end(frames.join(''))).listen(0, '127.0.0.1')
    t.after(() => peer.close())
    await once(peer, 'listening')
    await using proxy = await FaultProxy.start({ target: peer.address() as { port: number } })
    proxy.drop({ frame: 3 })
    using client = new Receiver(proxy.port)
    await client.ended
    assert.equal(client.text, frames[0] + frames[1]! + frames[3]!)
    assert.equal(proxy.replyCount, 4)
  })
})

/** Asks again until it is so; the test's own time limit ends it. */
async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}
