import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ClosedError, failure, forBothProtocols, openClient } from '../support/client'
import { RawClient } from '../support/raw-client'
import { TestServer } from '../support/server'
import { collector, few, numsub, publish, record } from '../support/subscribers'

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
  test('what a listener gets does not wait for the iterator', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    const { listener, all } = collector(2)
    await ps.subscribe('heard', listener)
    await ps.subscribe('waits')
    for (const [channel, data] of [
      ['heard', '1'],
      ['waits', '2'],
      ['heard', '3'],
    ] as const) {
      await publish(raw, channel, data)
    }
    assert.deepEqual(await all, ['1', '3'])
    assert.equal((await few(ps.messages({ close: false }), 1))[0].data, '2')
    assert.equal(await ps.getMessage({ ignoreSubscribeMessages: true }), null)
  })

  test('several listeners of a channel are each called, and go one by one', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    const one = collector(1)
    const other = collector(2)
    const patterns: string[][] = []
    await ps.subscribe('c', one.listener)
    await ps.subscribe('c', other.listener)
    await ps.psubscribe('c*', (...args: string[]) => void patterns.push(args))
    await publish(raw, 'c', 'both')
    await one.all
    await ps.unsubscribe('c', one.listener)
    await publish(raw, 'c', 'other')
    assert.deepEqual(await other.all, ['both', 'other'])
    assert.deepEqual(one.got, ['both'])
    assert.deepEqual(patterns, [
      ['both', 'c', 'c*'],
      ['other', 'c', 'c*'],
    ])
    await ps.unsubscribe('c', other.listener)
    assert.deepEqual(ps.channels, [], 'the last listener ends the subscription')
  })

  test('events get every message of their kind, besides listeners of the channel', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    const { listener, all } = collector(2)
    const events = record(ps, 'message', 'smessage')
    await ps.subscribe('a', 'b', listener)
    await ps.subscribe('c')
    await ps.ssubscribe('s')
    await publish(raw, 'a', '1')
    await publish(raw, 'c', '2')
    await raw.call('SPUBLISH', 's', '3')
    await publish(raw, 'b', '4')
    await all
    assert.deepEqual(
      events.map(([name, message]) => [name, message.channel, message.data]),
      [
        ['message', 'a', '1'],
        ['message', 'c', '2'],
        ['smessage', 's', '3'],
        ['message', 'b', '4'],
      ],
    )
  })

  test('who begins to listen gets what has waited, in order with what follows', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    await ps.subscribe('late', 'never')
    const numbers = Array.from({ length: 1000 }, (_, index) => String(index))
    for (const number of numbers.slice(0, 500)) await publish(raw, 'late', number)
    await publish(raw, 'never', 'waits on')
    const { listener, all } = collector(1000)
    await ps.subscribe('late', listener)
    for (const number of numbers.slice(500)) await publish(raw, 'late', number)
    assert.deepEqual(await all, numbers)
    const { type, data } = (await few(ps.messages({ close: false }), 1))[0]
    assert.deepEqual([type, data], ['message', 'waits on'])
    const events = collector(1)
    await publish(raw, 'never', 'event')
    ps.once('message', events.listener)
    assert.equal((await events.all)[0].data, 'event')
    await publish(raw, 'never', 'pulled')
    assert.equal((await few(ps.messages({ close: false }), 1))[0].data, 'pulled')
  })

  test('what a listener throws, now or later, goes to error and to nobody else', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    await using other = redis.pubsub()
    const errors = collector(6)
    const good = collector(2)
    const others = collector(2)
    ps.on('error', errors.listener)
    ps.on('message', () => {
      throw new Error('event')
    })
    ps.on('message', good.listener)
    await ps.subscribe('c', () => {
      throw new Error('now')
    })
    await ps.subscribe('c', async () => {
      throw new Error('later')
    })
    await other.subscribe('c', others.listener)
    await publish(raw, 'c', '1')
    await publish(raw, 'c', '2')
    await Promise.all([good.all, others.all, errors.all])
    assert.deepEqual(errors.got.map((error) => error.message).sort(), [
      'event',
      'event',
      'later',
      'later',
      'now',
      'now',
    ])
  })

  test('without a listener for error what a listener throws is a warning', async (t) => {
    const redis = openClient(t, server.url, { protocol, name: `warned-${protocol}` })
    await using ps = redis.pubsub()
    const warned = new Promise<Error>((resolve) => {
      const look = (warning: Error) => {
        if (warning.name !== 'OxidisWarning') return
        process.off('warning', look)
        resolve(warning)
      }
      process.on('warning', look)
    })
    const { listener, all } = collector(2)
    const later = delay(10_000, undefined, { ref: false })
    await ps.subscribe('c', (data: string) => {
      listener(data)
      throw new Error('unhandled in a listener')
    })
    await publish(raw, 'c', '1')
    await publish(raw, 'c', '2')
    await all
    // At most one in ten seconds: the other protocol's may have come first.
    const warning = await Promise.race([warned, later])
    if (warning !== undefined) assert.match(warning.message, /unhandled in a listener/)
    else assert.equal(protocol, 3)
  })

  test('getMessage answers what has arrived, waits for its time, or answers null', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    assert.equal(await ps.getMessage(), null)
    await ps.subscribe('g')
    assert.deepEqual(await ps.getMessage({ timeout: 10_000 }), {
      type: 'subscribe',
      channel: 'g',
      pattern: null,
      data: 1,
    })
    assert.equal(await ps.getMessage({ timeout: 1 }), null)
    const waiting = ps.getMessage({ timeout: 10_000 })
    const endless = ps.getMessage({ timeout: Infinity, ignoreSubscribeMessages: true })
    await publish(raw, 'g', 'first')
    await publish(raw, 'g', 'second')
    assert.equal((await waiting).data, 'first')
    assert.equal((await endless).data, 'second')
    await ps.subscribe('h')
    await publish(raw, 'g', 'third')
    assert.equal((await ps.getMessage({ timeout: 10_000, ignoreSubscribeMessages: true })).data, 'third')
    const none = ps.getMessage({ timeout: 10_000 })
    await ps.close()
    assert.equal(await none, null)
    assert.ok((await failure(ps.getMessage())) instanceof ClosedError)
  })

  test('iterators and getMessage share what waits, first come, first served', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    await ps.subscribe('shared')
    const one = ps.messages({ close: false })
    const other = ps.messages({ close: false })
    const calls = [
      one.next(),
      ps.getMessage({ timeout: 10_000, ignoreSubscribeMessages: true }),
      other.next(),
    ]
    for (const data of ['1', '2', '3']) await publish(raw, 'shared', data)
    const [first, second, third] = await Promise.all(calls)
    assert.deepEqual([first.value.data, second.data, third.value.data], ['1', '2', '3'])
    const pending = [one.next(), other.next()]
    await one.return()
    await publish(raw, 'shared', '4')
    assert.equal((await pending[0]).done, true)
    assert.equal((await pending[1]).value.data, '4')
    assert.equal((await one.next()).done, true)
  })

  test('a listener may do anything with its subscriber', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    await ps.subscribe('q')
    await publish(raw, 'q', 'pulled')
    const next = collector(1)
    const changed = new Promise<any[]>((resolve) => {
      void ps.subscribe('again', () => {
        const message = ps.getMessage({ ignoreSubscribeMessages: true })
        const calls = [ps.unsubscribe('again'), ps.subscribe('again', next.listener), ps.psubscribe('x*')]
        resolve([message, ...calls])
      })
    })
    while ((await publish(raw, 'again', '1')) === 0);
    const [message] = await Promise.all(await changed)
    assert.equal(message.data, 'pulled')
    await publish(raw, 'again', '2')
    assert.deepEqual(await next.all, ['2'])
    const closed = new Promise<void>((resolve) => {
      ps.once('message', () => resolve(ps.close()))
    })
    await publish(raw, 'q', 'the last')
    await publish(raw, 'q', 'nobody is left')
    await closed
    assert.deepEqual(await numsub(raw, 'q', 'again'), [0, 0])
  })
})

test('wrong arguments and options are refused before anything is sent', async (t) => {
  const redis = openClient(t, server.url)
  await using ps = redis.pubsub()
  const wrong: [() => Promise<unknown>, RegExp][] = [
    [() => ps.subscribe(), /^SUBSCRIBE: needs at least one name$/],
    [() => ps.psubscribe([]), /^PSUBSCRIBE: needs at least one name$/],
    [
      () => ps.subscribe('a', {}),
      /^SUBSCRIBE: argument 2 must be a string, number, bigint or Uint8Array, not an object$/,
    ],
    [() => ps.unsubscribe(null), /^UNSUBSCRIBE: argument 1 must be .*, not null$/],
    [() => ps.ssubscribe(NaN), /^SSUBSCRIBE: argument 1 must be .* not NaN$/],
    [() => ps.sunsubscribe('\ud800'), /^SUNSUBSCRIBE: argument 1 is a string with a lone surrogate/],
  ]
  for (const [call, message] of wrong) {
    const error = await failure(call())
    assert.ok(error instanceof TypeError)
    assert.match(error.message, message)
    assert.equal(error.code, 'INVALID_ARGUMENT')
  }
  const options: [() => unknown, RegExp][] = [
    [
      () => redis.pubsub({ backlog: 1 }),
      /unknown option "backlog" in pubsub\(\); known are maxBacklog, overflow, signal/,
    ],
    [() => redis.pubsub(null), /pubsub\(\) must be an object/],
    [() => redis.pubsub({ overflow: 'drop' }), /"overflow" must be one of 'pause', 'drop-oldest', 'error'/],
    [() => redis.pubsub({ maxBacklog: { messages: 0 } }), /"maxBacklog.messages" must be a whole number/],
    [() => redis.pubsub({ maxBacklog: { bytes: 1.5 } }), /"maxBacklog.bytes" must be a whole number/],
    [() => redis.pubsub({ signal: {} }), /"signal" must be an AbortSignal/],
    [() => ps.messages({ gaps: 1 }), /"gaps" must be a boolean/],
    [() => ps.messages({ signal: 1 }), /"signal" must be an AbortSignal/],
  ]
  for (const [call, message] of options) assert.throws(call, { code: 'INVALID_OPTION', message })
  assert.match((await failure(ps.getMessage({ timeout: -1 }))).message, /"timeout" must be a number/)
  assert.match((await failure(ps.getMessage({ wait: 1 }))).message, /unknown option "wait"/)
})
