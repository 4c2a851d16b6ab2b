import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Client, createClient, forBothProtocols } from '../support/client'
import { TestServer } from '../support/server'

/** Neither UTF-8 nor ASCII. */
const BYTES = Buffer.from([0xff, 0x00, 0x80, 0xc3])
/** Sizes on both sides of where replies come another way (see src/results/flat_aggregate.rs). */
const SIZES = [1, 11, 12, 24, 128, 129, 300]

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** Fields that differ in bytes that UTF-8 cannot tell apart. */
function binaryFields(count: number): [Buffer, Buffer][] {
  return Array.from({ length: count }, (_, index) => [
    Buffer.from([0xff, index & 0xff, index >> 8]),
    Buffer.from([0xfe, index & 0xff, index >> 8]),
  ])
}

const sorted = (pairs: [Buffer, unknown][]) => [...pairs].sort(([a], [b]) => Buffer.compare(a, b))

forBothProtocols((protocol) => {
  let redis: Client
  before(() => (redis = createClient(server.url, { protocol })))
  after(() => redis.destroy())

  test('in the buffers view a hash is pairs of Buffers, none of them lost, whatever its size', async () => {
    for (const size of SIZES) {
      const fields = binaryFields(size)
      await redis.del('h')
      await redis.hset('h', fields)
      for (const view of [redis.buffers, redis.with({ decodeResponses: false })]) {
        assert.deepEqual(sorted(await view.hgetall('h')), sorted(fields), `${size}`)
      }
      assert.equal(new Map(await redis.buffers.hgetall('h')).size, size)
    }
    assert.deepEqual(await redis.buffers.hgetall('missing'), [])
    assert.deepEqual(await redis.hgetall('missing'), {})
  })

  test('in the buffers view the names that users choose are Buffers and those of the server are text', async () => {
    await redis.del('s', 't')
    await redis.xadd('s', '1-1', [[BYTES, BYTES]])
    const entry = ['1-1', [[BYTES, BYTES]]]
    assert.deepEqual(await redis.buffers.xrange('s', '-', '+'), [entry])
    assert.deepEqual(await redis.buffers.xread({ s: '0' }), [[Buffer.from('s'), [entry]]])
    assert.equal(await redis.buffers.xread({ s: '1-1' }), null)
    assert.deepEqual(await redis.buffers.pubsubNumsub(BYTES), [[BYTES, 0]])
    assert.deepEqual(await redis.buffers.pubsubNumsub(), [])
    assert.equal((await redis.buffers.xinfoStream('s'))['last-generated-id'], '1-1')
    assert.deepEqual(await redis.buffers.configGet('databases'), { databases: '16' })
    assert.equal((await redis.buffers.info('server')).server.redis_mode, 'standalone')
    assert.equal((await redis.buffers.role()).role, 'master')
    await redis.geoadd('t', 1, 2, BYTES)
    const near = { fromlonlat: [1, 2], byradius: [1, 'km'], withhash: true }
    assert.deepEqual(
      (await redis.buffers.geosearch('t', near)).map(({ member }: { member: Buffer }) => member),
      [BYTES],
    )
  })

  test('a raw map keeps the bytes of its names in the buffers view', async () => {
    await redis.del('h')
    await redis.hset('h', [[BYTES, 1]])
    const reply = await redis.buffers.executeCommand('HGETALL', 'h')
    assert.deepEqual(protocol === 3 ? reply[0] : reply, [BYTES, Buffer.from('1')])
  })

  test('another encoding holds for names and values, and the shape stays the same', async () => {
    for (const encoding of ['latin1', 'hex', 'base64', 'base64url', 'ascii', 'utf16le'] as const) {
      const view = redis.with({ encoding })
      for (const size of SIZES) {
        const fields = Array.from({ length: size }, (_, index) => [
          Buffer.from(`f${index}`, 'utf16le'),
          BYTES,
        ])
        await redis.del('h')
        await redis.hset('h', fields)
        const expected = fields.map((pair) => pair.map((bytes) => bytes.toString(encoding)))
        assert.deepEqual(await view.hgetall('h'), Object.fromEntries(expected), `${encoding} ${size}`)
      }
      assert.deepEqual(await view.hgetall('missing'), {})
    }
  })

  test('names of any kind are members of a raw map, in every view', { skip: protocol === 2 }, async () => {
    const script = "redis.setresp(3); return {map={[1]='a', [true]='b', c='d'}}"
    const raw = (view: Client) => view.executeCommand('EVAL', script, 0)
    assert.deepEqual(await raw(redis), { 1: 'a', true: 'b', c: 'd' })
    assert.deepEqual(await raw(redis.with({ encoding: 'latin1' })), { 1: 'a', true: 'b', c: 'd' })
    const pairs: [unknown, Buffer][] = await raw(redis.buffers)
    assert.deepEqual(pairs.map(([name, value]) => `${String(name)} ${String(value)}`).sort(), [
      '1 a',
      'c d',
      'true b',
    ])
  })

  test('what is bytes by nature is a Buffer in every view', async () => {
    await redis.set('k', 'v')
    await redis.functionFlush()
    const views = [redis, redis.buffers, redis.with({ encoding: 'utf8' }), redis.with({ encoding: 'base64' })]
    for (const view of views) {
      const dumped = await view.dump('k')
      assert.ok(Buffer.isBuffer(dumped))
      assert.equal(await redis.restore('copy', 0, dumped, { replace: true }), 'OK')
      assert.equal(await redis.get('copy'), 'v')
      const functions = await view.functionDump()
      assert.ok(Buffer.isBuffer(functions))
      assert.equal(await redis.functionRestore(functions), 'OK')
      assert.equal(await view.dump('missing'), null)
    }
  })

  test('views hold for batches, too', async () => {
    await redis.del('h')
    await redis.hset('h', [[BYTES, BYTES]])
    for (const transaction of [true, false]) {
      const batch = (view: Client) =>
        view.pipeline({ transaction }).hgetall('h').dump('none').dbsize().execute()
      const hex = BYTES.toString('hex')
      assert.deepEqual((await batch(redis.with({ encoding: 'hex' })))[0], { [hex]: hex })
      assert.deepEqual((await batch(redis.buffers))[0], [[BYTES, BYTES]])
      const dumped = await redis.with({ encoding: 'hex' }).pipeline({ transaction }).dump('h').execute()
      assert.ok(Buffer.isBuffer(dumped[0]))
    }
  })

  test('large values come in every encoding', async () => {
    const value = Buffer.alloc(300_000, BYTES)
    await redis.set('large', value)
    for (const encoding of ['latin1', 'hex', 'base64', 'utf16le', 'ascii'] as const) {
      assert.equal(await redis.with({ encoding }).get('large'), value.toString(encoding))
    }
  })

  test('numbers are numbers in every view, and bigints where a number would round', async () => {
    for (const view of [redis, redis.buffers, redis.with({ encoding: 'hex' })]) {
      await redis.set('n', '9007199254740990')
      assert.equal(await view.incr('n'), 9_007_199_254_740_991)
      assert.equal(await view.incr('n'), 9_007_199_254_740_992n)
      assert.equal(await view.incrbyfloat('f', 0.5).then((sum: number) => typeof sum), 'number')
    }
  })
})
