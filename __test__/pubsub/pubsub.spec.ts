import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { failure, forBothProtocols, openClient } from '../support/client'
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
  test('messages come from channels, patterns and shard channels', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    await ps.subscribe('a', 'b')
    await ps.psubscribe(['news.*'])
    await ps.ssubscribe('shard')
    await publish(raw, 'a', 'one')
    await publish(raw, 'news.sport', 'two')
    await raw.call('SPUBLISH', 'shard', 'three')
    assert.deepEqual(await few(ps.messages({ close: false }), 3), [
      { type: 'message', channel: 'a', pattern: null, data: 'one' },
      { type: 'pmessage', channel: 'news.sport', pattern: 'news.*', data: 'two' },
      { type: 'smessage', channel: 'shard', pattern: null, data: 'three' },
    ])
    assert.deepEqual([ps.channels, ps.patterns, ps.shardChannels], [['a', 'b'], ['news.*'], ['shard']])
  })

  test('a call resolves when the server has acknowledged each name', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    const names = Array.from({ length: 2500 }, (_, index) => `acknowledged:${index}`)
    await ps.subscribe(names)
    assert.deepEqual([...new Set(await numsub(raw, ...names))], [1])
    await ps.unsubscribe(names.slice(0, 2000))
    assert.deepEqual([...new Set(await numsub(raw, ...names.slice(0, 2000)))], [0])
    await ps.unsubscribe()
    assert.deepEqual([...new Set(await numsub(raw, ...names))], [0])
    assert.deepEqual(ps.channels, [])
  })

  test('every other command of the same client works while it is subscribed', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    const { listener, all } = collector(100)
    await ps.subscribe('busy', listener)
    const calls = Array.from({ length: 100 }, async (_, index) => {
      await redis.set(`busy:${index}`, index)
      assert.equal(await redis.get(`busy:${index}`), String(index))
      assert.equal(await redis.executeCommand('PUBLISH', 'busy', index), 1)
    })
    await Promise.all(calls)
    assert.deepEqual(
      (await all).map(Number).sort((a, b) => a - b),
      [...calls.keys()],
    )
  })

  test('several subscribers share one connection, and each gets what it asked for', async (t) => {
    const redis = openClient(t, server.url, { protocol, clientName: `sharing-${protocol}` })
    await using one = redis.pubsub()
    await using other = redis.pubsub()
    await Promise.all([one.subscribe('x', 'y'), other.subscribe('y', 'z'), other.psubscribe('x*')])
    const list = String(await raw.call('CLIENT', 'LIST'))
    const connections = list.split('\n').filter((line) => line.includes(`name=sharing-${protocol} `))
    assert.equal(connections.filter((line) => / sub=[1-9]/.test(line)).length, 1)
    assert.deepEqual(await numsub(raw, 'x', 'y', 'z'), [1, 1, 1])
    for (const channel of ['x', 'y', 'z']) await publish(raw, channel, channel)
    const seen = (items: any[]) => items.map(({ type, channel }) => `${type} ${channel}`)
    assert.deepEqual(seen(await few(one.messages({ close: false }), 2)), ['message x', 'message y'])
    const others = await few(other.messages({ close: false }), 3)
    assert.deepEqual(seen(others), ['pmessage x', 'message y', 'message z'])
    await one.close()
    assert.deepEqual(await numsub(raw, 'x', 'y', 'z'), [0, 1, 1])
    await other.close()
    assert.deepEqual(await numsub(raw, 'x', 'y', 'z'), [0, 0, 0])
  })

  test('names and data are binary safe', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using bytes = redis.buffers.pubsub()
    await using text = redis.pubsub()
    const channel = Buffer.from([0, 0xff, 0x0d, 0x0a, 0x2a])
    const data = Buffer.from([0xfe, 0, 0x24, 0x0d, 0x0a])
    await bytes.subscribe(channel, '')
    await bytes.psubscribe(Buffer.from([0, 0xff, 0x2a]))
    await text.subscribe('zwölf', '日本')
    await publish(raw, channel, data)
    await publish(raw, '', '')
    await publish(raw, 'zwölf', 'ä')
    await publish(raw, '日本', data)
    const [one, two, three] = await few(bytes.messages({ close: false }), 3)
    assert.deepEqual(one, { type: 'message', channel, pattern: null, data })
    assert.deepEqual(two, { type: 'pmessage', channel, pattern: Buffer.from([0, 0xff, 0x2a]), data })
    assert.deepEqual(three, {
      type: 'message',
      channel: Buffer.alloc(0),
      pattern: null,
      data: Buffer.alloc(0),
    })
    const texts = await few(text.messages({ close: false }), 2)
    assert.deepEqual(
      texts.map((message) => [message.channel, message.data]),
      [
        ['zwölf', 'ä'],
        ['日本', data.toString()],
      ],
    )
    await bytes.unsubscribe(channel)
    assert.deepEqual(bytes.channels, [Buffer.alloc(0)])
  })

  test('other encodings and whole clients of bytes are as for replies', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using hex = redis.with({ encoding: 'hex' }).pubsub()
    const ofBytes = openClient(t, server.url, { protocol, decodeResponses: false })
    await using bytes = ofBytes.pubsub()
    await using large = redis.with({ encoding: 'latin1' }).pubsub()
    await Promise.all([hex.psubscribe('e*'), bytes.subscribe('enc'), large.subscribe('enc')])
    const data = Buffer.alloc(200_000, 0xe9)
    await publish(raw, 'enc', 'abc')
    await publish(raw, 'enc', data)
    assert.deepEqual(await few(hex.messages({ close: false }), 2), [
      { type: 'pmessage', channel: '656e63', pattern: '652a', data: '616263' },
      { type: 'pmessage', channel: '656e63', pattern: '652a', data: data.toString('hex') },
    ])
    const [, second] = await few(bytes.messages({ close: false }), 2)
    assert.deepEqual(second, { type: 'message', channel: Buffer.from('enc'), pattern: null, data })
    const [, latin] = await few(large.messages({ close: false }), 2)
    assert.equal(latin.data, 'é'.repeat(200_000))
  })

  test('large messages arrive whole and in order with small ones', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    const { listener, all } = collector(6)
    await ps.psubscribe('large*', (data: string, channel: string) => listener(`${channel} ${data}`))
    const contents = ['small', 'x'.repeat(70_000), 'ü'.repeat(70_000), 'y'.repeat(3_000_000), '', 'last']
    for (const [index, content] of contents.entries()) await publish(raw, `large${index}`, content)
    assert.deepEqual(
      await all,
      contents.map((content, index) => `large${index} ${content}`),
    )
  })

  test('confirmations are events, with the number of subscriptions', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    const events = record(ps, 'subscribe', 'unsubscribe')
    await ps.subscribe('a')
    await ps.psubscribe('p*')
    await ps.ssubscribe('s')
    await ps.subscribe('a')
    const gone = once(ps, 'unsubscribe')
    await ps.punsubscribe()
    await gone
    assert.deepEqual(events, [
      ['subscribe', { type: 'subscribe', channel: 'a', pattern: null, data: 1 }],
      ['subscribe', { type: 'psubscribe', channel: 'p*', pattern: null, data: 2 }],
      ['subscribe', { type: 'ssubscribe', channel: 's', pattern: null, data: 3 }],
      ['unsubscribe', { type: 'punsubscribe', channel: 'p*', pattern: null, data: 2 }],
    ])
  })

  test('messages arrive in the order in which they were published', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    const count = 20_000
    const { listener, all } = collector(count)
    await ps.subscribe('order', listener)
    for (let index = 0; index < count; index += 1) raw.write(`PUBLISH order ${index}\r\n`)
    for (let index = 0; index < count; index += 1) await raw.read()
    assert.deepEqual((await all).map(Number), [...Array(count).keys()])
  })

  test('a user without rights on a channel is told so, and has nothing of the call', async (t) => {
    const user = `limited-${protocol}`
    await raw.call('ACL', 'SETUSER', user, 'on', '>secret', '+@all', '~*', 'resetchannels', '&allowed*')
    const redis = openClient(t, { port: server.port, username: user, password: 'secret', protocol })
    await using ps = redis.pubsub()
    const error = await failure(ps.subscribe('allowed', 'forbidden'))
    assert.equal(error.code, 'NOPERM')
    assert.equal(error.command, 'SUBSCRIBE')
    assert.deepEqual(await numsub(raw, 'allowed', 'forbidden'), [0, 0])
    assert.deepEqual(ps.channels, [])
    await ps.subscribe('allowed')
    assert.equal((await failure(ps.psubscribe('*'))).code, 'NOPERM')
    await publish(raw, 'allowed', 'still there')
    assert.equal((await few(ps.messages({ close: false }), 1))[0].data, 'still there')
  })

  test('a wrong password rejects the call', async (t) => {
    const redis = openClient(t, { port: server.port, username: 'nobody', password: 'wrong', protocol })
    await using ps = redis.pubsub()
    assert.equal((await failure(ps.subscribe('a'))).code, 'AUTHENTICATION_FAILED')
  })
})

test('on the shared connection, and on a leased one, subscribing is refused with the way to go', async (t) => {
  const redis = openClient(t, server.url)
  const error = await failure(redis.executeCommand('subscribe', 'a'))
  assert.equal(error.code, 'NEEDS_OWN_CONNECTION')
  assert.match(error.message, /pubsub\(\)/)
  await using lease = await redis.client()
  assert.match((await failure(lease.executeCommand('PSUBSCRIBE', 'a'))).message, /pubsub\(\)/)
})
