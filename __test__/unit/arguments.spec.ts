import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { freemem } from 'node:os'
import { after, before, test } from 'node:test'
import { type Client, createClient, failure, forBothProtocols, openClient } from '../support/client'
import { FaultProxy } from '../support/proxy'
import { Random } from '../support/random'
import { startServer, TestServer } from '../support/server'

const MIB = 1024 * 1024

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** Every value that is no argument, by how the error is to call it. */
const WRONG_VALUES: [description: string, value: unknown, named: RegExp][] = [
  ['undefined', undefined, /undefined/],
  ['null', null, /null/],
  ['NaN', Number.NaN, /NaN/],
  ['true', true, /boolean/],
  ['false', false, /boolean/],
  ['an object', { a: 1 }, /object/],
  ['an object with toString', { toString: () => 'text' }, /object/],
  ['an array', ['a'], /not an array$/],
  ['a Date', new Date(0), /not a Date$/],
  ['a Map', new Map(), /not a Map$/],
  ['a Set', new Set(['a']), /not a Set$/],
  ['a boxed string', new String('boxed'), /object/],
  ['a promise', Promise.resolve('later'), /not a promise: is an await missing\?$/],
  ['an iterator', ['a'].values(), /not an iterable object: pass an array/],
  ['a generator', (async function* () {})(), /not an iterable object: pass an array/],
  ['an ArrayBuffer', new ArrayBuffer(4), /not an ArrayBuffer: pass a Uint8Array of it$/],
  ['a DataView', new DataView(new ArrayBuffer(4)), /not a DataView$/],
  ['a Float64Array', new Float64Array(2), /not a Float64Array$/],
  ['a symbol', Symbol('mark'), /symbol/],
  ['a function', () => 'text', /function/],
]

forBothProtocols((protocol) => {
  let client: Client
  before(() => (client = createClient(server.url, { protocol })))
  after(() => client.destroy())

  for (const [description, value, named] of WRONG_VALUES) {
    test(`${description} is refused with the command and the place, and nothing is sent`, async (t) => {
      await using proxy = await FaultProxy.start({ target: server })
      const proxied = openClient(t, proxy.url, { protocol })
      await proxied.connect()
      const sent = proxy.requestCount
      const calls: [call: Promise<unknown>, command: string, place: number][] = [
        [proxied.get(value), 'GET', 1],
        [proxied.append('k', value), 'APPEND', 2],
        [proxied.setrange('k', 0, value), 'SETRANGE', 3],
        [proxied.mget('a', value, 'c'), 'MGET', 2],
        [proxied.executeCommand('HSET', 'h', 'f', value), 'HSET', 4],
        [proxied.with({ timeout: 1000 }).echo(value), 'ECHO', 1],
      ]
      for (const [call, command, place] of calls) {
        const error = await failure(call)
        assert.ok(error instanceof TypeError, `${command}: ${error}`)
        assert.equal(error.code, 'INVALID_ARGUMENT')
        assert.equal(error.command, command)
        assert.match(error.message, new RegExp(`^${command}: argument ${place} `))
        assert.match(error.message, named)
        assert.doesNotMatch(error.message, /text|mark|boxed/)
      }
      assert.equal(proxy.requestCount, sent)
      assert.equal(await proxied.echo('next'), 'next')
      assert.equal(proxy.requestCount, sent + 1)
    })
  }

  test('a refused call takes nothing from the calls before and behind it in the same tick', async () => {
    const [first, refused, second] = await Promise.allSettled([
      client.echo('first'),
      client.set('k', undefined),
      client.echo('second'),
    ])
    assert.equal(refused.status, 'rejected')
    assert.deepEqual(
      [first, second].map((settled) => (settled as { value?: string }).value),
      ['first', 'second'],
    )
  })

  const numbers: [number | bigint, string][] = [
    [0, '0'],
    [-0, '0'],
    [1, '1'],
    [-1, '-1'],
    [1.5, '1.5'],
    [1e21, '1000000000000000000000'],
    [-1e21, '-1000000000000000000000'],
    [1e-7, '0.0000001'],
    [2 ** 31, '2147483648'],
    [2 ** 53 - 1, '9007199254740991'],
    [2 ** 53, '9007199254740992'],
    [-(2 ** 53), '-9007199254740992'],
    [2 ** 63, '9223372036854776000'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
    [0n, '0'],
    [-5n, '-5'],
    [2n ** 63n - 1n, '9223372036854775807'],
    [-(2n ** 63n), '-9223372036854775808'],
    [2n ** 64n, '18446744073709551616'],
    [10n ** 40n, `1${'0'.repeat(40)}`],
    [-(10n ** 5000n), `-1${'0'.repeat(5000)}`],
  ]
  for (const [number, text] of numbers) {
    const shown = text.length > 50 ? `${text.slice(0, 10)}...` : text
    test(`the ${typeof number} ${shown} is sent as plain digits`, async () => {
      await client.set('number', number)
      assert.equal(String(await server.raw('GET', 'number')), text)
    })
  }

  test('every double comes back as the same double', async () => {
    const random = new Random(protocol)
    const doubles = [Number.MIN_VALUE, Number.MAX_VALUE, Number.EPSILON, 0.1 + 0.2, 1 / 3]
    const bits = new DataView(new ArrayBuffer(8))
    while (doubles.length < 500) {
      bits.setUint32(0, random.integer(0, 0xffff_ffff))
      bits.setUint32(4, random.integer(0, 0xffff_ffff))
      const double = bits.getFloat64(0)
      if (Number.isFinite(double)) doubles.push(double)
    }
    const texts = await Promise.all(doubles.map((double) => client.echo(double)))
    assert.deepEqual(texts.map(Number), doubles)
    for (const text of texts) assert.match(text, /^-?\d+(\.\d+)?$/)
  })

  test('a view of bytes is sent as just the bytes that it shows', async () => {
    const bytes = Buffer.from('0123456789')
    assert.equal(await client.echo(bytes.subarray(2, 5)), '234')
    assert.equal(await client.echo(new Uint8Array(bytes.buffer, bytes.byteOffset + 7, 3)), '789')
    assert.equal(await client.echo(new Uint8ClampedArray([65, 66])), 'AB')
    assert.equal(await client.echo(new Uint8Array(0)), '')
    const shared = new Uint8Array(new SharedArrayBuffer(3))
    shared.set([97, 98, 99])
    assert.equal(await client.echo(shared), 'abc')
  })

  test('bytes that are gone are refused wherever they stand, and nothing is stored', async () => {
    const detached = new Uint8Array([1, 2, 3])
    structuredClone(detached, { transfer: [detached.buffer] })
    const room = new (ArrayBuffer as any)(8, { maxByteLength: 8 })
    const outside = new Uint8Array(room, 4, 4)
    room.resize(2)
    for (const gone of [detached, outside]) {
      const calls: [call: Promise<unknown>, place: RegExp][] = [
        [client.set('gone', gone), /^SET: argument 2 \(value\) is a Uint8Array without its bytes/],
        [client.mget(['a', gone]), /^MGET: element 2 of argument 1 \(keys\) is a Uint8Array without/],
        [client.hset('gone', { a: 1, b: gone }), /^HSET: the value of "b" is a Uint8Array without/],
        [client.set('gone', 'v', { ifeq: gone }), /^SET: the option "ifeq" is a Uint8Array without/],
        [client.zrangebyscore('z', gone, 5, { exclude: 'min' }), /is a Uint8Array without its bytes/],
        [client.executeCommand('SET', 'gone', gone), /^SET: argument 3 is a Uint8Array without/],
        [client.pipeline().set('gone', gone).execute(), /^SET: argument 2 is a Uint8Array without/],
        [client.publish('c', gone), /is a Uint8Array without/],
      ]
      const errors = await Promise.all(calls.map(([call]) => failure(call)))
      for (const [index, [, place]] of calls.entries()) {
        assert.ok(errors[index] instanceof TypeError, String(errors[index]))
        assert.match((errors[index] as Error).message, place)
      }
      const ps = client.pubsub()
      assert.match((await failure(ps.subscribe('a', gone))).message, /^SUBSCRIBE: argument 2 is a Uint8Array/)
      await ps.close()
    }
    assert.equal(await client.exists('gone'), 0)
    assert.equal(await client.echo(new Uint8Array(new ArrayBuffer(4), 4)), '')
  })

  test('bytes are read when the call is made, not later', async () => {
    const bytes = Buffer.from('before')
    const call = client.echo(bytes)
    bytes.write('after!')
    assert.equal(await call, 'before')
  })

  const KEYS: [description: string, key: string][] = [
    ['empty text', ''],
    ['CR LF', 'a\r\nb'],
    ['a whole command', 'x\r\n*1\r\n$8\r\nFLUSHALL\r\n'],
    ['NUL', 'a\0b\0'],
    ['quotes and backslashes', '"\\\'`${}'],
    ['umlauts', 'Grüße'],
    ['text outside the basic plane', '🦀𝒳𠀀'],
    ['the replacement character itself', 'a\uFFFDb'],
    ['a byte order mark', '\uFEFFbom'],
    ['the last code points', '\uFFFF\u{10FFFF}'],
  ]
  for (const [description, key] of KEYS) {
    test(`${description} is stored and returned exactly, as key, value and field`, async () => {
      await client.flushall()
      assert.equal(await client.set(key, key), 'OK')
      assert.equal(await client.get(key), key)
      assert.deepEqual(await client.keys('*'), [key])
      assert.deepEqual(await client.buffers.get(key), Buffer.from(key))
      await client.executeCommand('HSET', 'h', key, key)
      assert.equal(await client.executeCommand('HGET', 'h', key), key)
      assert.deepEqual(await server.raw('GET', Buffer.from(key)), Buffer.from(key))
      assert.equal(await client.dbsize(), 2)
    })
  }

  test('bytes that are no UTF-8 are stored and returned exactly', async () => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const key = Buffer.from([0xff, 0xfe, 0x00, 0xc3])
    await client.set(key, every)
    assert.deepEqual(await client.buffers.get(key), every)
    assert.deepEqual(await server.raw('GET', key), every)
    assert.equal(await client.get(key), every.toString('utf8'))
  })

  for (const text of ['\uD800', '\uDC00', 'a\uD83Db', '\uDE00\uD83D', `${'x'.repeat(5000)}\uD800`]) {
    test(`a lone surrogate in ${text.length} units is refused by name, and nothing is stored`, async () => {
      const calls = [client.set('lone', text), client.set(text, 'v'), client.mget('a', 'b', text)]
      for (const error of await Promise.all(calls.map(failure))) {
        assert.ok(error instanceof TypeError)
        assert.equal(error.code, 'INVALID_ARGUMENT')
        assert.match(error.message, /lone surrogate/)
      }
      assert.equal(await client.exists('lone'), 0)
    })
  }

  test('lengths around every boundary of the encoder are stored and returned exactly', async () => {
    const lengths = [
      0, 1, 9, 10, 11, 99, 100, 101, 999, 1000, 1001, 1023, 1024, 1025, 4094, 4095, 4096, 4097, 4098,
    ]
    lengths.push(
      9999,
      10_000,
      16_383,
      16_384,
      16_385,
      32_767,
      32_768,
      65_535,
      65_536,
      65_537,
      99_999,
      100_000,
    )
    for (const character of ['x', 'ü', '€', '🦀']) {
      const texts = lengths.map((length) => character.repeat(length))
      const echoes = await Promise.all(texts.map((text) => client.echo(text)))
      for (const [index, text] of texts.entries()) {
        assert.ok(echoes[index] === text, `${lengths[index]} times ${character}`)
      }
      const bytes = await Promise.all(texts.map((text) => client.buffers.echo(Buffer.from(text))))
      for (const [index, text] of texts.entries()) assert.ok(Buffer.from(text).equals(bytes[index]))
    }
  })

  test('a megabyte is stored and returned exactly, as bytes, as ASCII and as other text', async () => {
    const bytes = randomBytes(MIB)
    await client.set('large', bytes)
    assert.ok(bytes.equals(await client.buffers.get('large')))
    for (const text of ['0123456789abcdef'.repeat(MIB / 16), 'ä€🦀'.repeat(MIB / 9)]) {
      await client.set('large', text)
      assert.ok((await client.get('large')) === text)
    }
  })

  test('random commands of random words come back exactly', async () => {
    const random = new Random(20_000 + protocol)
    const word = (): string | Buffer => {
      const length = random.next() < 0.9 ? random.integer(0, 40) : random.integer(0, 9000)
      const bytes = Buffer.from(Array.from({ length }, () => random.integer(0, 255)))
      return random.next() < 0.5 ? bytes : bytes.toString(random.next() < 0.5 ? 'latin1' : 'base64')
    }
    const words = Array.from({ length: 2000 }, word)
    const expected = words.map((each) => Buffer.from(each))
    const echoes = words.map((each) => client.buffers.echo(each))
    assert.deepEqual(await Promise.all(echoes), expected)
    for (let from = 0; from < words.length; from += 100) {
      const part = words.slice(from, from + 100)
      await client.executeCommand('RPUSH', `list${protocol}`, ...part)
    }
    assert.deepEqual(await client.buffers.executeCommand('LRANGE', `list${protocol}`, 0, -1), expected)
  })

  test('a list of 100 000 arguments is one command', async () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `missing${index}`)
    assert.equal(await client.exists(keys), 0)
    assert.equal(await client.executeCommand('EXISTS', keys), 0)
    assert.equal(await client.exists(...keys.slice(0, 5000)), 0)
  })

  test('a list with a hole is refused by its place', async () => {
    const holey = ['a', 'b', 'c']
    delete holey[1]
    assert.match(
      (await failure(client.mget(holey))).message,
      /^MGET: element 2 of argument 1 \(keys\) .*undefined/,
    )
  })

  test('a list whose reading throws rejects with what was thrown, and nothing is sent', async () => {
    const thrown = new RangeError('not to be read')
    const throwing = Object.defineProperty(['a', 'b'], 1, {
      get() {
        throw thrown
      },
    })
    const [refused, echoed] = await Promise.all([failure(client.mget(throwing)), client.echo('next')])
    assert.equal(refused, thrown)
    assert.equal(echoed, 'next')
  })

  test('a call made while the list of another one is read is refused, and the other one goes through', async () => {
    let inner: Promise<unknown> | undefined
    const calling = Object.defineProperty(['a', 'b'], 1, {
      get() {
        inner = failure(client.echo('inner'))
        return 'b'
      },
    })
    assert.deepEqual(await client.mget(calling), [null, null])
    assert.match(String(await inner), /while another one read its arguments/)
    assert.equal(await client.echo('next'), 'next')
  })
})

test('a value of 512 MiB is stored and read back exactly; as text it has a named error', async (t) => {
  const size = 512 * MIB
  // The value here, in the server, on its way there and on its way back, with room for the server's own buffers.
  const needed = 8 * size
  if (freemem() < needed) return t.skip(`needs ${needed / MIB} MiB of free memory`)
  const own = await startServer(t)
  const client = openClient(t, own.url, { commandTimeout: 0 })
  await client.connect()
  const value = Buffer.alloc(size, randomBytes(MIB))
  value.set(randomBytes(64), size - 64)
  const hash = createHash('sha1').update(value).digest('hex')
  assert.equal(await client.set('huge', value), 'OK')
  assert.equal(await client.strlen('huge'), size)
  {
    const back = await client.buffers.get('huge')
    assert.equal(back.length, size)
    assert.equal(createHash('sha1').update(back).digest('hex'), hash)
  }
  value.fill('a')
  assert.equal(await client.set('huge', value), 'OK')
  const error = await failure(client.get('huge'))
  assert.equal(error.code, 'STRING_TOO_LONG')
  assert.equal(error.command, 'GET')
  assert.equal(await client.echo('next'), 'next')
})
