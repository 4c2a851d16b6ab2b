import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { inspect } from 'node:util'
import {
  type Client,
  type Failure,
  failure,
  forBothProtocols,
  openClient,
  OptionError,
  ReplyError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** The names of the commands that the server ran since it was last asked, without those of handshakes. */
async function statistics(client: Client): Promise<Record<string, number>> {
  const { commandstats } = await client.info('commandstats')
  return Object.fromEntries(
    Object.entries<string>(commandstats).map(([name, text]) => [
      name.replace('cmdstat_', ''),
      Number(/calls=(\d+)/.exec(text)?.[1]),
    ]),
  )
}

forBothProtocols((protocol) => {
  for (const transaction of [true, false]) {
    const what = transaction ? 'a transaction' : 'a plain pipeline'
    const open = (client: Client): Client => client.pipeline({ transaction })

    test(`${what} answers its commands in order, each in its shape`, async (t) => {
      const client = openClient(t, server.url, { protocol })
      await client.del('p:a', 'p:h', 'p:z', 'p:big', 'p:none')
      const results = await open(client)
        .set('p:a', 1)
        .incr('p:a')
        .get('p:a')
        .get('p:none')
        .hset('p:h', { f: 'v', __proto__: 'no' })
        .hgetall('p:h')
        .zadd('p:z', [
          ['one', 1],
          ['two', 2.5],
        ])
        .zrange('p:z', 0, -1, { withscores: true })
        .persist('p:a')
        .executeCommand('echo', 'raw')
        .set('p:big', '9007199254740992')
        .incr('p:big')
        .mget('p:a', 'p:none')
        .execute()
      assert.deepEqual(results, [
        'OK',
        2,
        '2',
        null,
        1,
        { f: 'v' },
        2,
        [
          ['one', 1],
          ['two', 2.5],
        ],
        false,
        'raw',
        'OK',
        9007199254740993n,
        ['2', null],
      ])
    })

    test(`${what} carries arguments and replies of every kind`, async (t) => {
      const client = openClient(t, server.url, { protocol })
      const bytes = Buffer.from([0, 255, 13, 10, 128])
      const long = 'long '.repeat(40_000)
      const values = [
        '',
        'plain',
        'é',
        '€ and 😀',
        '"quotes" \\ and \u0001',
        long,
        7,
        1.5,
        12345678901234567890n,
      ]
      const writing = open(client)
      for (const [index, value] of values.entries()) writing.set(`p:kind:${index}`, value)
      writing.set('p:bytes', bytes)
      assert.deepEqual(await writing.execute(), Array(values.length + 1).fill('OK'))

      const reading = open(client)
      for (const index of values.keys()) reading.get(`p:kind:${index}`)
      assert.deepEqual(await reading.execute(), values.map(String))
      const binary = open(client.buffers)
      for (const index of values.keys()) binary.get(`p:kind:${index}`)
      binary.get('p:bytes')
      const expected = values.map((value) => Buffer.from(String(value)))
      assert.deepEqual(await binary.execute(), [...expected, bytes])
      const hex = open(client.with({ encoding: 'hex' }))
        .get('p:bytes')
        .get('p:kind:2')
      assert.deepEqual(await hex.execute(), ['00ff0d0a80', 'c3a9'])
      const dumped = await open(client).get('p:kind:1').dump('p:bytes').get('p:kind:1').execute()
      assert.ok(Buffer.isBuffer(dumped[1]))
      assert.deepEqual([dumped[0], dumped[2]], ['plain', 'plain'])
    })

    test(`${what} throws the first error with its place, and has the other results`, async (t) => {
      const client = openClient(t, server.url, { protocol })
      const error = await failure(
        open(client).set('p:s', 'x').incr('p:s').get('p:s').executeCommand('incr', 'p:s').execute(),
      )
      assert.ok(error instanceof ReplyError)
      assert.deepEqual([error.code, error.command, error.index], ['ERR', 'INCR', 1])
      const results = error.results ?? []
      assert.equal(results[1], error)
      assert.deepEqual([results[0], results[2], results.length], ['OK', 'x', 4])
      assert.ok(results[3] instanceof ReplyError)
      assert.equal((results[3] as Failure).index, 3)
      assert.ok(!inspect(error).includes("'x'"), 'a printed error shows no data')
      assert.match(error.stack ?? '', /pipeline\.spec/)
    })

    test(`${what} puts errors in their places where it is asked to`, async (t) => {
      const client = openClient(t, server.url, { protocol })
      const results = await open(client)
        .set('p:s', 'x')
        .incr('p:s')
        .lpush('p:s', 'y')
        .get('p:s')
        .execute({ raiseOnError: false })
      assert.deepEqual([results[0], results[3]], ['OK', 'x'])
      assert.deepEqual([results[1].code, results[1].command], ['ERR', 'INCR'])
      assert.deepEqual([results[2].code, results[2].command], ['WRONGTYPE', 'LPUSH'])
    })

    test(`${what} sends nothing before execute(), then all of it in one write`, async (t) => {
      await using proxy = await FaultProxy.start({ target: server })
      const client = openClient(t, proxy.url, { protocol })
      await client.connect()
      const sent = proxy.requestCount
      const pipeline = open(client).set('p:one', 1)
      assert.equal(pipeline.length, 1)
      await client.ping()
      assert.equal(proxy.requestCount, sent + 1)
      const frames = transaction ? 4 : 2
      const [, results] = await Promise.all([
        client.ping(),
        pipeline.get('p:one').execute(),
        proxy.requestFrames(sent + 1 + frames + 2),
        client.ping(),
      ])
      assert.deepEqual(results, ['OK', '1'])
      assert.equal(proxy.requestCount, sent + 1 + frames + 2)
    })

    test(`${what} is not mixed with other calls, however many there are`, async (t) => {
      const client = openClient(t, server.url, { protocol })
      await client.del('p:list')
      const calls: Promise<unknown>[] = []
      for (let unit = 0; unit < 200; unit++) {
        const pipeline = open(client)
        for (let index = 0; index < 7; index++) pipeline.rpush('p:list', `${unit}:${index}`)
        calls.push(client.rpush('p:list', `between ${unit}`), pipeline.execute(), client.get('p:none'))
      }
      await Promise.all(calls)
      const expected = Array.from({ length: 200 }, (_, unit) => [
        `between ${unit}`,
        ...Array.from({ length: 7 }, (_, index) => `${unit}:${index}`),
      ]).flat()
      assert.deepEqual(await client.lrange('p:list', 0, -1), expected)
    })

    test(`${what} of a hundred thousand commands works`, async (t) => {
      const client = openClient(t, server.url, { protocol })
      await client.connect()
      const count = 100_000
      const pipeline = open(client)
      for (let index = 0; index < count; index++) pipeline.echo(`${index}`)
      assert.equal(pipeline.length, count)
      const results = await pipeline.execute()
      assert.equal(results.length, count)
      for (let index = 0; index < count; index++) assert.equal(results[index], `${index}`)
    })

    test(`${what} has the key prefix of its client`, async (t) => {
      const plain = openClient(t, server.url, { protocol })
      const client = openClient(t, server.url, { protocol, keyPrefix: 'p:prefix:' })
      await plain.del('p:prefix:a', 'p:prefix:l')
      const writing = open(client).set('a', 1).rpush('l', 'x', 'y').executeCommand('incr', 'a')
      assert.deepEqual(await writing.execute(), ['OK', 2, 2])
      assert.deepEqual(await plain.mget('p:prefix:a', 'a'), ['2', null])
      const [popped, value, names] = await open(client)
        .lmpop(['none', 'l'], 'left')
        .get('a')
        .keys('*')
        .execute()
      assert.deepEqual([popped, value, names.sort()], [['l', ['x']], '2', ['a', 'l']])
    })

    test(`${what} can be used again, and discarded`, async (t) => {
      const client = openClient(t, server.url, { protocol })
      const pipeline = open(client).set('p:again', 1)
      assert.deepEqual(await pipeline.execute(), ['OK'])
      assert.equal(pipeline.length, 0)
      assert.deepEqual(await pipeline.execute(), [])
      pipeline.set('p:again', 2).set('p:again')
      assert.equal(pipeline.discard().length, 0)
      assert.deepEqual(await pipeline.get('p:again').execute(), ['1'])
    })

    test(`${what} with a wrong argument is not sent, and says which`, async (t) => {
      const client = openClient(t, server.url, { protocol })
      await client.set('p:wrong', 'before')
      const wrong: [(pipeline: Client) => Client, string, number, RegExp][] = [
        [
          (pipeline) => pipeline.set('p:wrong', undefined),
          'SET',
          1,
          /argument 2 \(value\) must be .* not undefined/,
        ],
        [(pipeline) => pipeline.set('p:wrong'), 'SET', 1, /wrong number of arguments: got 1/],
        [
          (pipeline) => pipeline.mget('p:wrong', {}),
          'MGET',
          1,
          /argument 2 \(keys\) must be .* not an object/,
        ],
        [(pipeline) => pipeline.get(Number.NaN), 'GET', 1, /argument 1 \(key\) must be .* not NaN/],
        [(pipeline) => pipeline.get('\ud800'), 'GET', 1, /lone surrogate/],
        [(pipeline) => pipeline.executeCommand('echo', null), 'ECHO', 1, /argument 2 must be .* not null/],
      ]
      for (const [add, command, index, message] of wrong) {
        const pipeline = open(client).set('p:wrong', 'after')
        const error = await failure(add(pipeline).get('p:wrong').execute())
        assert.ok(error instanceof TypeError, String(error))
        assert.deepEqual([error.code, error.command, error.index], ['INVALID_ARGUMENT', command, index])
        assert.match(error.message, message)
      }
      assert.equal(await client.get('p:wrong'), 'before')
    })

    test(`${what} refuses what a shared connection must not carry, and sends nothing`, async (t) => {
      const client = openClient(t, server.url, { protocol })
      await client.set('p:refused', 'before')
      for (const words of [
        ['select', 1],
        ['multi'],
        ['exec'],
        ['discard'],
        ['watch', 'k'],
        ['subscribe', 'c'],
      ]) {
        const pipeline = open(client).set('p:refused', 'after')
        const error = await failure(pipeline.executeCommand(...words).execute())
        assert.deepEqual([error.code, error.index, error.maybeExecuted], ['NEEDS_OWN_CONNECTION', 1, false])
        assert.equal(error.command, String(words[0]).toUpperCase())
      }
      assert.equal(await client.get('p:refused'), 'before')
    })

    test(`${what} may end in WAIT, which counts its writes`, async (t) => {
      await using proxy = await FaultProxy.start({ target: server })
      const client = openClient(t, proxy.url, { protocol })
      await client.connect()
      const sent = proxy.requestCount
      assert.deepEqual(await open(client).set('p:wait', 1).wait(0, 20).wait(1, 20).execute(), ['OK', 0, 0])
      assert.equal(proxy.requestCount, sent + (transaction ? 5 : 3))
      const behind = await failure(open(client).set('p:wait', 2).wait(0, 20).get('p:wait').execute())
      assert.deepEqual([behind.code, behind.command, behind.index], ['MISPLACED_COMMAND', 'GET', 2])
      const endless = await failure(open(client).set('p:wait', 2).wait(1, 0).execute())
      assert.deepEqual([endless.code, endless.command], ['NEEDS_OWN_CONNECTION', 'WAIT'])
      assert.equal(await client.get('p:wait'), '1')
      const hurried = openClient(t, proxy.url, { protocol, commandTimeout: 400 })
      const patient = open(hurried).set('p:wait', 3).wait(1, 500)
      assert.deepEqual(await patient.execute(), ['OK', 0], "the server's time comes on top of the call's")
    })
  }

  test('blocking commands do not block inside of a transaction, and are refused in a plain pipeline', async (t) => {
    const client = openClient(t, server.url, { protocol })
    assert.deepEqual(await client.pipeline().blpop('p:no-list', 0).get('p:none').execute(), [null, null])
    const error = await failure(client.pipeline({ transaction: false }).blpop('p:no-list', 0).execute())
    assert.deepEqual([error.code, error.command, error.index], ['NEEDS_OWN_CONNECTION', 'BLPOP', 0])
  })

  test('no other command comes between those of a transaction', async (t) => {
    const one = openClient(t, server.url, { protocol })
    const other = openClient(t, server.url, { protocol })
    await one.del('p:n')
    const increments = Array.from({ length: 300 }, () =>
      one.pipeline().incr('p:n').incr('p:n').get('p:n').execute(),
    )
    const others = Array.from({ length: 300 }, () => other.incr('p:n'))
    for (const [first, second, read] of await Promise.all(increments)) {
      assert.equal(second, first + 1)
      assert.equal(read, String(second))
    }
    await Promise.all(others)
    assert.equal(await one.get('p:n'), '900')
  })

  test('only a transaction sends MULTI and EXEC', async (t) => {
    const own = await TestServer.start()
    t.after(() => own.close())
    const client = openClient(t, own.url, { protocol })
    await client.pipeline({ transaction: false }).set('k', 1).get('k').execute()
    const plain = await statistics(client)
    assert.equal(plain['multi'], undefined)
    await client.pipeline().set('k', 1).get('k').execute()
    const { multi, exec, set, get } = await statistics(client)
    assert.deepEqual({ multi, exec, set, get }, { multi: 1, exec: 1, set: 2, get: 2 })
  })
})

test('what pipeline() and execute() do not know is refused by its name', async (t) => {
  const client = openClient(t, server.url)
  for (const options of [{ transactional: true }, { transaction: 1 }, null, 'no']) {
    assert.throws(() => client.pipeline(options), OptionError)
  }
  for (const options of [{ raise: true }, { raiseOnError: 0 }, 'no']) {
    const error = await failure(client.pipeline().get('k').execute(options))
    assert.ok(error instanceof OptionError, String(error))
  }
})

test('a pipeline has no iterators and no settings of its own', (t) => {
  const pipeline = openClient(t, server.url).pipeline()
  for (const name of ['scanIter', 'hscanIter', 'with', 'buffers', 'pipeline', 'connect']) {
    assert.equal(pipeline[name], undefined, name)
  }
})
