import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import {
  type Client,
  ConnectionError,
  failure,
  forBothProtocols,
  next,
  openClient,
  type Outcome,
  outcome,
  ProtocolError,
  TimeoutError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { startServer, TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

const FAST = { initialDelay: 1, maxDelay: 20 }

forBothProtocols((protocol) => {
  /** A connected client behind a proxy, and a server without data. */
  async function proxied(t: TestContext, options = {}): Promise<{ proxy: FaultProxy; client: Client }> {
    await server.raw('FLUSHALL')
    const proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, reconnect: FAST, ...options })
    t.after(() => proxy.close())
    await client.connect()
    return { proxy, client }
  }

  const counter = async (key = 'n'): Promise<number> => Number(await server.raw('GET', key))

  test('a server killed with 10 000 calls in flight settles each once; reads are answered after its restart', async (t) => {
    const own = await startServer(t)
    const client = openClient(t, own.url, { protocol, reconnect: FAST, commandTimeout: 30_000 })
    await client.connect()
    await own.stop()
    let settlements = 0
    const settled = (call: Promise<unknown>): Promise<Outcome> =>
      outcome(call).finally(() => {
        settlements += 1
      })
    const reads: Promise<Outcome>[] = []
    const writes: Promise<Outcome>[] = []
    for (let index = 0; index < 5000; index += 1) {
      reads.push(settled(client.get('n')))
      writes.push(settled(client.incr('n')))
    }
    const closed = next(client, 'close')
    await own.kill()
    const [cause] = await closed
    assert.ok(cause instanceof ConnectionError)
    await own.restart()
    const [readOutcomes, writeOutcomes] = await Promise.all([Promise.all(reads), Promise.all(writes)])
    for (const { error } of readOutcomes) assert.equal(error, undefined)

    let acknowledged = 0
    for (const { value, error } of writeOutcomes) {
      if (error === undefined) {
        assert.equal(value, acknowledged + 1)
        acknowledged += 1
      } else {
        assert.ok(error instanceof ConnectionError, String(error))
        assert.equal(error.code, 'CONNECTION_LOST')
        assert.equal(error.command, 'INCR')
        assert.equal(error.maybeExecuted, true)
      }
    }
    assert.equal(Number(await own.raw('GET', 'n')), acknowledged)
    assert.equal(await client.incr('n'), acknowledged + 1)
    assert.equal(settlements, 10_000)
  })

  test('what was not sent when the connection broke runs once, in its order, and the rest is told', async (t) => {
    const { proxy, client } = await proxied(t)
    const connection = await proxy.connection(1)
    // So much that the socket cannot take it: the server sees none, the client has begun with a part of it.
    connection.stall('request')
    const filler = 'x'.repeat(64 * 1024)
    const calls = Array.from({ length: 400 }, (_, index) =>
      outcome(client.append('log', `${index},${filler};`)),
    )
    // The system has taken what it can, and the client goes on as soon as the loop turns.
    await connection.requestFrames(0)
    await connection.cut('rst')
    const outcomes = await Promise.all(calls)
    const lost = outcomes.filter(({ error }) => error !== undefined)
    assert.ok(lost.length > 0 && lost.length < 400, `${lost.length}`)
    for (const { error } of lost) assert.equal(error?.maybeExecuted, true)
    // The first ones were sent, all behind them were not.
    assert.ok(outcomes.slice(0, lost.length).every(({ error }) => error !== undefined))
    const order = String(await server.raw('GET', 'log'))
      .split(';')
      .map((part) => part.split(',')[0])
    const unsent = outcomes.map((_, index) => String(index)).slice(lost.length)
    assert.deepEqual(order, [...unsent, ''])
  })

  test('an INCR whose reply is lost is not run again, and says so', async (t) => {
    const { proxy, client } = await proxied(t)
    assert.equal(await client.incr('n'), 1)
    const fault = proxy.cut({ next: 1 })
    const error = await failure(client.incr('n'))
    await fault.fired()
    assert.ok(error instanceof ConnectionError)
    assert.equal(error.maybeExecuted, true)
    assert.equal(error.code, 'CONNECTION_LOST')
    assert.equal(await client.incr('n'), 3)
    assert.equal(proxy.connectionCount, 2)
  })

  test('the server has run no more than what was acknowledged and what may have been executed', async (t) => {
    const { proxy, client } = await proxied(t)
    let acknowledged = 0
    let uncertain = 0
    let unsent = 0
    for (let round = 0; round < 20; round += 1) {
      const fault = proxy.cut({ next: 1 + ((round * 7) % 50) }, { manner: round % 2 === 0 ? 'fin' : 'rst' })
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcome(client.incr('n'))))
      await fault.fired()
      for (const { error } of outcomes) {
        if (error === undefined) acknowledged += 1
        else if (error.maybeExecuted === true) uncertain += 1
        else unsent += 1
      }
      // The next round's connection is there.
      await client.echo('ready')
    }
    assert.equal(acknowledged + uncertain + unsent, 1000)
    const run = await counter()
    assert.ok(
      run >= acknowledged && run <= acknowledged + uncertain,
      `${run} of ${acknowledged} + ${uncertain}`,
    )
    assert.ok(uncertain > 0)
  })

  test("with({ retry: 'idempotent' }) sends a write again whose reply was lost", async (t) => {
    const { proxy, client } = await proxied(t)
    proxy.cut({ next: 1 })
    assert.equal(await client.with({ retry: 'idempotent' }).set('k', 'v'), 'OK')
    proxy.cut({ next: 1 })
    assert.equal(await client.with({ retry: 'idempotent' }).executeCommand('SET', 'k', 'v'), 'OK')
    assert.equal(proxy.connectionCount, 3)
  })

  test("with({ retry: 'idempotent' }) sends nothing again that would change more the second time", async (t) => {
    const { proxy, client } = await proxied(t)
    const view = client.with({ retry: 'idempotent' })
    const calls = [
      () => view.incr('n'),
      () => view.set('k', 'v', { nx: true }),
      () => view.executeCommand('INCR', 'n'),
      () => view.pipeline({ transaction: false }).set('k', 'v').incr('n').execute(),
    ]
    for (const call of calls) {
      await client.ping()
      proxy.cut({ next: 1 })
      const error = await failure(call())
      assert.deepEqual([error.code, error.maybeExecuted], ['CONNECTION_LOST', true])
    }
    assert.equal(await counter('n'), 3)
  })

  test('with({ retry: false }) sends not even a read again', async (t) => {
    const { proxy, client } = await proxied(t)
    await client.set('k', 'v')
    proxy.cut({ next: 1 })
    const [error, value] = await Promise.all([
      failure(client.with({ retry: false }).get('k')),
      client.get('k'),
    ])
    assert.ok(error instanceof ConnectionError)
    assert.equal(error.maybeExecuted, true)
    assert.equal(value, 'v')
    assert.equal(await counter('n'), 0)
  })

  test('raw commands follow the table: reads are sent again, others and unknown ones are not', async (t) => {
    const { proxy, client } = await proxied(t)
    for (const [retried, ...words] of [
      [true, 'GET', 'k'],
      [true, 'mget', 'k', 'l'],
      [true, 'OBJECT ENCODING', 'k'],
      [false, 'GETDEL', 'k'],
      [false, 'SET', 'k', 'v'],
      [false, 'CONFIG SET', 'maxmemory', '0'],
      [false, 'EVAL', 'return 1', 0],
      [false, 'NO.SUCH.COMMAND', 'k'],
    ] as [boolean, ...unknown[]][]) {
      proxy.cut({ next: 1 })
      const { error } = await outcome(client.executeCommand(...words))
      const isLost = error instanceof ConnectionError
      assert.equal(isLost, !retried, String(words[0]))
      if (isLost) assert.equal(error?.maybeExecuted, true)
      // The next round's connection is there.
      await client.echo('ready')
    }
  })

  test('calls settle at their deadline when the server is stopped, and the connection is replaced', async (t) => {
    const own = await startServer(t)
    await using proxy = await FaultProxy.start({ target: own })
    const client = openClient(t, proxy.url, { protocol, reconnect: FAST, commandTimeout: 1500 })
    await client.connect()
    await own.stop()
    const closed = next(client, 'close')
    const calls = Array.from({ length: 1000 }, (_, index) =>
      outcome(index % 2 === 0 ? client.incr('n') : client.get('n')),
    )
    for (const { error } of await Promise.all(calls)) {
      assert.ok(error instanceof TimeoutError, String(error))
      assert.equal(error?.code, 'COMMAND_TIMEOUT')
      assert.equal(error?.phase, 'server')
      assert.equal(error?.maybeExecuted, true)
      assert.match(error?.message, /1500 ms/)
    }
    await closed
    own.cont()
    const patient = client.with({ timeout: 30_000 })
    assert.equal(await patient.echo('back'), 'back')
    assert.ok(proxy.connectionCount > 1)
    // What the stopped server had received, it has run once.
    assert.ok(Number(await own.raw('GET', 'n')) <= 500)
  })

  test('replies that came in time are no timeouts, though JavaScript was too busy to take them', async (t) => {
    await server.raw('FLUSHALL')
    const client = openClient(t, server.url, { protocol, commandTimeout: 1000 })
    await client.connect()
    const calls = [client.echo('in time'), client.incr('n')]
    // The calls leave at the end of this turn.
    await new Promise((resolve) => setImmediate(resolve))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500)
    assert.deepEqual(await Promise.all(calls), ['in time', 1])
  })

  test('a reply that comes after its deadline reaches nobody else', async (t) => {
    const { proxy, client } = await proxied(t, { commandTimeout: 20_000 })
    proxy.stallAt({ next: 1 })
    const late = client.with({ timeout: 1000 }).echo('late')
    const behind = [1, 2, 3].map((index) => client.echo(`behind ${index}`))
    const error = await failure(late)
    assert.ok(error instanceof TimeoutError)
    proxy.resume()
    assert.deepEqual(await Promise.all(behind), ['behind 1', 'behind 2', 'behind 3'])
    assert.equal(proxy.connectionCount, 1)
  })

  test('an idle connection that has died silently is replaced', async (t) => {
    const { proxy, client } = await proxied(t, { keepAlive: 20, commandTimeout: 20 })
    const connection = await proxy.connection(1)
    const ready = next(client, 'ready')
    connection.stall()
    await ready
    assert.equal(await client.with({ timeout: 20_000 }).echo('again'), 'again')
  })

  const CUTS = ['before', 'after', { inside: 1 }, { inside: 3 }] as const
  for (const where of CUTS) {
    for (const manner of ['fin', 'rst', 'half-close'] as const) {
      const place = typeof where === 'string' ? where : `after ${where.inside} bytes of`
      test(`a ${manner} ${place} the third reply settles every call`, async (t) => {
        const { proxy, client } = await proxied(t)
        const fault = proxy.cut({ next: 3 }, { where, manner })
        const writes = Array.from({ length: 5 }, () => outcome(client.incr('n')))
        const read = client.get('missing')
        const outcomes = await Promise.all(writes)
        await fault.fired()
        const answered = where === 'after' ? 3 : 2
        for (const [index, { value, error }] of outcomes.entries()) {
          if (index < answered && manner !== 'rst') assert.equal(value, index + 1)
          else if (error !== undefined) assert.equal(error.maybeExecuted, true)
          else assert.equal(value, index + 1)
        }
        assert.ok(outcomes.some(({ error }) => error instanceof ConnectionError))
        assert.equal(await read, null)
        assert.equal(proxy.connectionCount, 2)
      })
    }
  }

  test('a cut inside of a large reply loses it and no other', async (t) => {
    const { proxy, client } = await proxied(t)
    const large = 'x'.repeat(3_000_000)
    await client.set('large', large)
    proxy.cut({ next: 1 }, { where: { inside: 1_500_000 } })
    const [read, once, echo] = await Promise.all([
      client.get('large'),
      failure(client.with({ retry: false }).get('large')),
      failure(client.with({ retry: false }).echo('behind')),
    ])
    assert.ok(read === large)
    assert.ok(once instanceof ConnectionError)
    assert.ok(echo instanceof ConnectionError)
  })

  test('a request cut in two is not taken for a whole one', async (t) => {
    const { proxy, client } = await proxied(t)
    proxy.cut({ direction: 'request', next: 1 }, { where: { inside: 20 } })
    const error = await failure(client.set('k', 'a value that is cut'))
    assert.ok(error instanceof ConnectionError)
    assert.equal(error.maybeExecuted, true)
    assert.equal(await client.get('k'), null)
  })

  for (const mostBytes of [1, 2, 7, 100]) {
    test(`slices of at most ${mostBytes} bytes change nothing`, async (t) => {
      const { proxy, client } = await proxied(t)
      proxy.slice({ mostBytes, seed: mostBytes })
      const values = ['', 'a', 'é', '🦀', 'x'.repeat(300), '\r\n$3\r\n']
      await Promise.all(values.map((value, index) => client.set(`k${index}`, value)))
      const replies = await Promise.all(values.map((_, index) => client.get(`k${index}`)))
      assert.deepEqual(replies, values)
      assert.deepEqual(await client.mget(values.map((_, index) => `k${index}`)), values)
      assert.equal((await failure(client.incr('k1'))).code, 'ERR')
      assert.equal(proxy.connectionCount, 1)
    })
  }

  const BROKEN: [description: string, bytes: string, hint?: RegExp][] = [
    ['an unknown type', '?3\r\nabc\r\n'],
    ['a length that is no number', '$3x\r\nabc\r\n'],
    ['a length that is negative', '$-7\r\n'],
    ['a length without end', `$${'1'.repeat(100)}\r\n`],
    ['a missing CRLF', '$3\r\nabcde\r\n'],
    ['a lone LF', '+OK\n:1\r\n'],
    ['an integer with a letter', ':12a\r\n'],
    ['an integer out of range', ':9223372036854775808\r\n'],
    ['an impossible double', ',1.2.3\r\n'],
    ['an impossible boolean', '#x\r\n'],
    ['an impossible big number', '(12x\r\n'],
    ['a broken element', '*2\r\n:1\r\n?\r\n'],
  ]
  for (const [description, bytes] of BROKEN) {
    test(`${description} rejects what is in flight, reads too, and the connection is replaced`, async (t) => {
      const { proxy, client } = await proxied(t)
      await client.set('k', 'v')
      proxy.replace({ next: 3 }, bytes)
      const closed = next(client, 'close')
      const [first, second, ...rest] = await Promise.all([
        outcome(client.echo('first')),
        outcome(client.get('k')),
        ...[0, 1, 2, 3].map((index) => outcome(index % 2 === 0 ? client.get('k') : client.incr('n'))),
      ])
      assert.deepEqual([first.value, second.value], ['first', 'v'])
      for (const { error } of rest) {
        assert.ok(error instanceof ProtocolError, String(error))
        assert.equal(error?.code, 'PROTOCOL_ERROR')
        assert.equal(error?.maybeExecuted, true)
      }
      assert.ok((await closed)[0] instanceof ProtocolError)
      assert.equal(await client.get('k'), 'v')
      assert.equal(proxy.connectionCount, 2)
    })
  }

  test('a reply that nobody asked for retires an idle connection before its next call', async (t) => {
    const { proxy, client } = await proxied(t)
    assert.equal(await client.echo('good'), 'good')
    const connection = await proxy.connection(1)
    const closed = next(client, 'close')
    await connection.inject('reply', '$7\r\nsurplus\r\n')
    const [cause] = await closed
    assert.ok(cause instanceof ProtocolError)
    assert.match((cause as Error).message, /no command asked for/)
    assert.equal(await client.echo('mine'), 'mine')
    assert.equal(proxy.connectionCount, 2)
  })
})
