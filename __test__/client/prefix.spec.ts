import assert, { deepEqual as equal } from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type Client, failure, forBothProtocols, openClient } from '../support/client'
import type { RawReply } from '../support/raw-client'
import { startServer, TestServer } from '../support/server'

const PREFIX = 'app:'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())
beforeEach(() => server.raw('FLUSHALL'))

function texts(reply: RawReply): string[] {
  return (reply as Buffer[]).map(String).sort()
}

/** The keys of the server, whoever they belong to. */
async function keys(of = server): Promise<string[]> {
  return texts(await of.raw('KEYS', '*'))
}

forBothProtocols((protocol) => {
  const open = (t: Parameters<typeof openClient>[0], keyPrefix = PREFIX): Client =>
    openClient(t, server.url, { protocol, keyPrefix })

  test('keys of one command, of several and of pairs have the prefix on the server and lose it here', async (t) => {
    const redis = open(t)
    await redis.set('a', 1)
    await redis.mset({ b: 2, c: 3 })
    await redis.rename('c', 'd')
    equal(await keys(), ['app:a', 'app:b', 'app:d'])
    equal(await redis.mget('a', 'b', 'd', 'app:a'), ['1', '2', '3', null])
    equal((await redis.keys('*')).sort(), ['a', 'b', 'd'])
    equal(await redis.del(['a', 'b', 'd']), 3)
  })

  test('every key that options, counts and words point to has it', async (t) => {
    const redis = open(t)
    await redis.rpush('list', 2, 1)
    await redis.mset({ w_1: 9, w_2: 8, o_1: 'one', o_2: 'two' })
    equal(await redis.sort('list', { by: 'w_*', get: ['o_*', '#'], order: 'asc' }), ['two', '2', 'one', '1'])
    equal(await redis.sort('list', { by: 'nosort', store: 'sorted' }), 2)
    await redis.zadd('z', { a: 1 })
    equal(await redis.zunionstore('union', { z: 2 }), 1)
    equal(
      await redis.executeCommand('EVAL', 'return redis.call("SET", KEYS[1], ARGV[1])', 1, 'made', 'x'),
      'OK',
    )
    await redis.executeCommand('GEOADD', 'places', 13.361389, 38.115556, 'Palermo')
    const radius = ['places', 15, 37, 200, 'km', 'STORE', 'found']
    equal(await redis.executeCommand('GEORADIUS', ...radius), 1)
    const names = ['list', 'o_1', 'o_2', 'places', 'sorted', 'union', 'w_1', 'w_2', 'z', 'made', 'found']
    equal(await keys(), names.map((name) => PREFIX + name).sort())
    equal(await redis.objectEncoding('z'), await server.raw('OBJECT', 'ENCODING', 'app:z').then(String))
  })

  test('streams are read by their own names, which the reply has without the prefix', async (t) => {
    const redis = open(t)
    const id = await redis.xadd('streams', '*', { f: 1 })
    equal(await redis.xread({ streams: 0 }), { streams: [[id, { f: '1' }]] })
    equal(await keys(), ['app:streams'])
    const raw = await redis.executeCommand('XREAD', 'COUNT', 1, 'STREAMS', 'streams', 'none', 0, 0)
    assert.equal(Array.isArray(raw) ? raw[0][0] : Object.keys(raw as object)[0], 'streams')
  })

  test('groups of streams, places, bitmaps, scripts and functions keep to it', async (t) => {
    const redis = open(t)
    equal(await redis.eval('return redis.call("SET", KEYS[1], ARGV[1])', ['made'], ['x']), 'OK')
    await redis.xadd('s', '1-1', { f: 1 })
    await redis.xgroupCreate('s', 'g', '0')
    equal(await redis.xreadgroup('g', 'c', { s: '>' }), { s: [['1-1', { f: '1' }]] })
    equal(await redis.buffers.xread([['s', '0']]), [
      [Buffer.from('s'), [['1-1', [[Buffer.from('f'), Buffer.from('1')]]]]],
    ])
    await redis.geoadd('places', 13.361389, 38.115556, 'Palermo')
    equal(await redis.georadius('places', 13, 38, 200, 'km', { store: 'near' }), 1)
    const around = { frommember: 'Palermo', byradius: [1, 'km'] }
    equal(await redis.geosearchstore('nearer', 'places', around), 1)
    await redis.setbit('bits', 1, 1)
    equal(await redis.bitop('not', 'inverse', 'bits'), 1)
    await redis.pfadd('count', 'a')
    equal(await redis.pfmerge('total', 'count'), 'OK')
    const names = ['made', 's', 'places', 'near', 'nearer', 'bits', 'inverse', 'count', 'total']
    equal(await keys(), names.map((name) => PREFIX + name).sort())
    // What is asked about a call is no key of the caller's own.
    equal(await redis.commandGetkeys('get', 'app:x'), ['app:x'])
  })

  test('keys are migrated under their names with the prefix', async (t) => {
    const redis = open(t)
    const target = await startServer(t)
    await redis.mset({ a: 1, keys: 2 })
    equal(await redis.migrate('127.0.0.1', target.port, ['a', 'keys'], 0, 5000), 'OK')
    equal(await keys(target), ['app:a', 'app:keys'])
  })

  test('a scan finds what has the prefix only, with and without a pattern, and names it without', async (t) => {
    const redis = open(t)
    await redis.mset({ a1: 1, a2: 2, b1: 3 })
    await server.raw('MSET', 'a1', 'other', 'apple', 'other')
    equal((await redis.scan(0, { count: 1000 }))[1].sort(), ['a1', 'a2', 'b1'])
    equal((await redis.scan(0, { match: 'a*', count: 1000 }))[1].sort(), ['a1', 'a2'])
    const seen = []
    for await (const key of redis.scanIter({ match: '*1', count: 1 })) seen.push(key)
    equal(seen.sort(), ['a1', 'b1'])
    const pages = []
    for await (const key of redis.buffers.scanIter()) pages.push(String(key))
    equal(pages.sort(), ['a1', 'a2', 'b1'])
    equal(texts(await redis.buffers.keys('a*')), ['a1', 'a2'])
    const [, raw] = (await redis.executeCommand('SCAN', 0, 'COUNT', 1000)) as [string, string[]]
    equal(raw.sort(), ['a1', 'a2', 'b1'])
  })

  test('a random key loses the prefix, and stays as it is without one', async (t) => {
    const redis = open(t)
    equal(await redis.randomkey(), null)
    await redis.set('a', 1)
    equal(await redis.randomkey(), 'a')
    equal(await redis.buffers.randomkey(), Buffer.from('a'))
    await server.raw('FLUSHALL')
    await server.raw('SET', 'somebody', 1)
    equal(await redis.randomkey(), 'somebody')
  })

  test('in patterns the characters of the prefix mean themselves', async (t) => {
    const redis = open(t, 'a*[b]?\\:')
    await redis.mset({ x1: 1, x2: 2 })
    await server.raw('MSET', 'a1b2:x1', 1, 'aabc\\:x1', 1)
    equal((await redis.keys('*')).sort(), ['x1', 'x2'])
    equal((await redis.keys('x?')).sort(), ['x1', 'x2'])
    equal((await redis.scan(0, { count: 1000 }))[1].sort(), ['x1', 'x2'])
    const error = await failure(redis.sort('l', { by: 'w_*' }))
    assert.ok(error instanceof TypeError)
    equal([error.code, error.command], ['INVALID_ARGUMENT', 'SORT'])
    assert.match(error.message, /the option "by" holds a \*/)
    assert.match((await failure(redis.executeCommand('sort', 'l', 'BY', 'w_*'))).message, /argument 4 /)
    equal(await redis.sort('l', { by: 'nosort' }), [])
  })

  test('a prefix of any characters is one of bytes', async (t) => {
    const redis = open(t, 'é€:')
    await redis.set(Buffer.from([0xff, 0]), 'bytes')
    const [key] = (await server.raw('KEYS', '*')) as Buffer[]
    equal(key, Buffer.concat([Buffer.from('é€:'), Buffer.from([0xff, 0])]))
    equal(await redis.buffers.keys('*'), [Buffer.from([0xff, 0])])
    equal(await redis.get(Buffer.from([0xff, 0])), 'bytes')
  })

  test('what the table does not know, and what is no key, stays as it is', async (t) => {
    const redis = open(t)
    equal((await failure(redis.executeCommand('NOSUCH', 'key'))).message.includes('app:'), false)
    equal(await redis.echo('app'), 'app')
    equal(await redis.publish('channel', 'x'), 0)
    await redis.set('a', 'app:a')
    equal(await redis.get('a'), 'app:a')
    equal(await redis.hset('h', 'f', 'app:v'), 1)
    equal(await redis.hgetall('h'), { f: 'app:v' })
  })

  test('large and many keys are moved to their places', async (t) => {
    const redis = open(t)
    const value = 'v'.repeat(300_000)
    await redis.set('large', value)
    equal(await redis.get('large'), value)
    const many = Array.from({ length: 10_000 }, (_, at) => `k${at}`)
    await redis.mset(many.map((key) => [key, 1]))
    equal(await server.raw('EXISTS', 'app:k0', 'app:k9999', 'k5'), 2)
    equal((await redis.keys('k*')).length, many.length)
    equal(await redis.del(many), many.length)
  })

  test('handles have prefixes of their own, and the URL may say one', async (t) => {
    const [a, b] = [open(t, 'a:'), openClient(t, `${server.url}?keyPrefix=b%3A`, { protocol })]
    await Promise.all([a.set('k', 'of a'), b.set('k', 'of b')])
    equal(await keys(), ['a:k', 'b:k'])
    equal(await Promise.all([a.keys('*'), b.keys('*'), b.get('k')]), [['k'], ['k'], 'of b'])
    equal((await open(t, '').keys('*')).sort(), ['a:k', 'b:k'])
  })

  test('a blocking command waits for its keys, and names the one that had something', async (t) => {
    const redis = open(t)
    const popped = redis.blpop('none', 'list', 5)
    await redis.rpush('list', 'app:element')
    equal(await popped, ['list', 'app:element'])
    await redis.zadd('z', { m: 1 })
    equal(await redis.bzpopmin('z', 5), ['z', 'm', 1])
    const entries = redis.xread({ s: '$' }, { block: 5000 })
    const sent = async () => String(await server.raw('CLIENT', 'LIST')).includes('cmd=xread')
    while (!(await sent()));
    const id = await redis.xadd('s', '*', { f: 1 })
    equal(await entries, { s: [[id, { f: '1' }]] })
    equal(await redis.buffers.blpop('none', 0.01), null)
  })

  test('a leased connection has the prefix of its handle', async (t) => {
    const redis = open(t)
    await using leased = await redis.client()
    await leased.watch('k')
    await leased.set('k', 1)
    equal(await leased.keys('*'), ['k'])
    equal(await keys(), ['app:k'])
  })

  test('a pipeline puts it on and takes it off, as a transaction and without one', async (t) => {
    const redis = open(t)
    for (const transaction of [true, false]) {
      await server.raw('FLUSHALL')
      const pipeline = redis.pipeline({ transaction }).set('a', 1).xadd('s', '1-1', { f: 1 }).keys('*')
      const [ok, id, names, streams, page] = await pipeline
        .xread({ s: 0 })
        .scan(0, { type: 'stream' })
        .execute()
      equal([ok, id, names.sort()], ['OK', '1-1', ['a', 's']])
      equal(streams, { s: [['1-1', { f: '1' }]] })
      equal(page, ['0', ['s']])
      equal(await keys(), ['app:a', 'app:s'])
    }
    const ambiguous = open(t, 'a*')
    const error = await failure(ambiguous.pipeline().get('k').sort('l', { by: 'w_*' }).execute())
    equal([error.code, error.command], ['INVALID_ARGUMENT', 'SORT'])
  })

  test('the names of streams lose it as Buffers and in other encodings', async (t) => {
    const redis = open(t)
    await redis.xadd('s', '1-1', { f: 1 })
    const bytes = [[Buffer.from('s'), [['1-1', [[Buffer.from('f'), Buffer.from('1')]]]]]]
    equal(await redis.buffers.xread({ s: 0 }), bytes)
    equal(await redis.with({ encoding: 'latin1' }).xread({ s: 0 }), { s: [['1-1', { f: '1' }]] })
  })

  test('a view has it as well', async (t) => {
    const redis = open(t)
    await redis.with({ timeout: 5000 }).set('k', 'v', { ex: 60, nx: true })
    equal(await redis.with({ timeout: 5000 }).keys('*'), ['k'])
    equal(await keys(), ['app:k'])
  })

  test('an error reply to a command that would name keys leaves the handle as it was', async (t) => {
    const redis = open(t)
    equal((await failure(redis.scan('no cursor'))).code, 'ERR')
    await redis.set('a', 1)
    equal(await redis.scan(0, { count: 100 }), ['0', ['a']])
  })
})
