import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type Client,
  createClient,
  type Failure,
  failure,
  forBothProtocols,
  openClient,
  ReplyError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { TestServer } from '../support/server'

const MIB = 1024 * 1024

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

forBothProtocols((protocol) => {
  let client: Client
  before(() => (client = createClient(server.url, { protocol })))
  after(() => client.destroy())

  /** Runs a script whose replies keep the types of RESP3 where the connection speaks it. */
  const script = (source: string, ...args: unknown[]) =>
    client.executeCommand('EVAL', `redis.setresp(3) ${source}`, 0, ...args)

  const INTEGERS: [string, number | bigint][] = [
    ['0', 0],
    ['-1', -1],
    ['2147483648', 2147483648],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740991', -9007199254740991],
    ['-9007199254740993', -9007199254740993n],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
  ]
  for (const [text, integer] of INTEGERS) {
    test(`the integer ${text} is a ${typeof integer}, exactly`, async () => {
      await client.set('n', text)
      assert.equal(await client.incrby('n', 0), integer)
      assert.equal(await client.executeCommand('INCRBY', 'n', 0), integer)
    })
  }

  test('integers beyond 2^53 are exact inside of arrays, and beside others', async () => {
    await using proxy = await FaultProxy.start({ target: server })
    const proxied = createClient(proxy.url, { protocol })
    try {
      await proxied.connect()
      proxy.replace({ next: 1 }, '*3\r\n:9007199254740993\r\n:7\r\n*1\r\n:-9223372036854775808\r\n')
      assert.deepEqual(await proxied.executeCommand('MGET', 'a'), [
        9007199254740993n,
        7,
        [-9223372036854775808n],
      ])
    } finally {
      proxied.destroy()
    }
  })

  test('fields with names that objects treat specially are ordinary fields', async () => {
    const fields = [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'then',
      '10',
      '9',
      '1e3',
      '',
      'ü\r\n"\\',
    ]
    await client.del('h')
    await client.executeCommand('HSET', 'h', ...fields.flatMap((field) => [field, `value of ${field}`]))
    const expected = fields.flatMap((field) => [field, `value of ${field}`])
    for (const view of [client, client.buffers, client.with({ encoding: 'utf-8' })]) {
      const reply = await view.executeCommand('HGETALL', 'h')
      const pairs = Array.isArray(reply) ? reply.flat() : Object.entries(reply).flat()
      assert.deepEqual(pairs.map(String).sort(), [...expected].sort())
      const object = protocol === 3 && view !== client.buffers
      assert.equal(Object.getPrototypeOf(reply), object ? Object.prototype : Array.prototype)
    }
    const hex = await client.with({ encoding: 'hex' }).executeCommand('HGETALL', 'h')
    if (protocol === 3) {
      const entries = Object.entries(hex) as [string, string][]
      assert.deepEqual(
        entries.flatMap((pair) => pair.map((text) => Buffer.from(text, 'hex').toString())).sort(),
        [...expected].sort(),
      )
    }
    assert.equal(({} as Record<string, unknown>)['value of __proto__'], undefined)
  })

  test('null, booleans, doubles and nested values of a script are what they are', async () => {
    assert.equal(await script('return nil'), null)
    const three = protocol === 3
    assert.equal(await script('return false'), three ? false : 0)
    assert.equal(await script('return true'), three ? true : 1)
    assert.equal(await client.executeCommand('EVAL', 'return false', 0), null)
    assert.deepEqual(
      await script("return redis.call('ZADD', 'z', 'NX', 1, 'm') and {1, {2, {'three'}}, 'x'}"),
      [1, [2, ['three']], 'x'],
    )
    assert.equal(await script('return {double = 1.5}'), three ? 1.5 : '1.5')
    assert.equal(await script('return {double = 1/0}'), three ? Infinity : 'inf')
    assert.equal(await script('return {double = -1/0}'), three ? -Infinity : '-inf')
    const map = await script('return {map = {a = 1}}')
    assert.deepEqual(map, three ? { a: 1 } : ['a', 1])
    assert.deepEqual(await script('return {set = {a = true}}'), ['a'])
    const big = '12345678901234567890123456789'
    assert.equal(await script(`return {big_number = '${big}'}`), three ? BigInt(big) : big)
    assert.equal(await script("return {verbatim_string = {format = 'txt', string = 'words'}}"), 'words')
  })

  test('a verbatim text comes without its format', async () => {
    assert.match(await client.executeCommand('INFO', 'server'), /^# Server\r\n/)
    assert.match(await client.executeCommand('CLIENT INFO'), /^id=\d+ /)
    assert.match((await client.buffers.executeCommand('CLIENT', 'INFO')).toString(), /^id=\d+ /)
  })

  test('every type that the server can debug is understood', async () => {
    const debug = (type: string) => client.executeCommand('DEBUG', 'PROTOCOL', type)
    const three = protocol === 3
    assert.equal(await debug('string'), 'Hello World')
    assert.equal(await debug('integer'), 12345)
    assert.equal(await debug('double'), three ? 3.141 : '3.141')
    assert.equal(await debug('null'), null)
    assert.deepEqual(await debug('array'), [0, 1, 2])
    assert.deepEqual(await debug('set'), [0, 1, 2])
    assert.deepEqual(await debug('map'), three ? { 0: false, 1: true, 2: false } : [0, 0, 1, 1, 2, 0])
    assert.equal(await debug('true'), three ? true : 1)
    assert.equal(await debug('false'), three ? false : 0)
    assert.equal(await debug('verbatim'), 'This is a verbatim\nstring')
    const big = '1234567999999999999999999999999999999'
    assert.equal(await debug('bignum'), three ? BigInt(big) : big)
    // The attribute belongs to the reply behind it, which is what the caller asked for.
    if (three) assert.equal(await debug('attrib'), 'Some real reply following the attribute')
    assert.equal(await client.echo('next'), 'next')
  })

  const REPLIES: [description: string, bytes: string, value: unknown][] = [
    ['a streamed string', '$?\r\n;4\r\nabcd\r\n;2\r\nef\r\n;0\r\n', 'abcdef'],
    ['a streamed array', '*?\r\n:1\r\n$1\r\na\r\n.\r\n', [1, 'a']],
    ['a streamed map', '%?\r\n+a\r\n:1\r\n.\r\n', { a: 1 }],
    ['a streamed set', '~?\r\n+a\r\n.\r\n', ['a']],
    ['an empty map', '%0\r\n', {}],
    ['a null of RESP2', '$-1\r\n', null],
    ['a null array of RESP2', '*-1\r\n', null],
    ['a null of RESP3', '_\r\n', null],
    ['not a number', ',nan\r\n', Number.NaN],
    ['a double with an exponent', ',1.5e-7\r\n', 1.5e-7],
    [
      'doubles that JSON lacks, in an array',
      '*3\r\n,inf\r\n,-inf\r\n,nan\r\n',
      [Infinity, -Infinity, Number.NaN],
    ],
    ['a negative big number', '(-123456789012345678901234567890\r\n', -123456789012345678901234567890n],
    ['a big number in an array', '*1\r\n(18446744073709551616\r\n', [18446744073709551616n]],
    ['a verbatim text in an array', '*1\r\n=7\r\ntxt:abc\r\n', ['abc']],
    ['an attribute inside of an array', '*2\r\n:1\r\n|1\r\n+ttl\r\n:60\r\n:2\r\n', [1, 2]],
    ['a push before the reply', '>2\r\n+invalidate\r\n*1\r\n+k\r\n+PONG\r\n', 'PONG'],
  ]
  for (const [description, bytes, value] of REPLIES) {
    test(`${description} is understood, in one piece and byte by byte`, async (t) => {
      await using proxy = await FaultProxy.start({ target: server })
      const proxied = openClient(t, proxy.url, { protocol })
      await proxied.connect()
      for (const slow of [false, true]) {
        if (slow) proxy.drip('reply')
        proxy.replace({ next: 1 }, bytes)
        const [first, second] = await Promise.all([proxied.executeCommand('PING'), proxied.echo('second')])
        assert.deepEqual(first, value)
        assert.equal(second, 'second')
      }
      assert.equal(proxy.connectionCount, 1)
    })
  }

  test('an error reply rejects its own command with the code of the server', async () => {
    await client.set('text', 'v')
    const [before, wrong, behind] = await Promise.all([
      client.echo('before'),
      failure(client.executeCommand('LPUSH', 'text', 'secret value')),
      client.echo('behind'),
    ])
    assert.ok(wrong instanceof ReplyError)
    assert.equal(wrong.name, 'ReplyError')
    assert.equal(wrong.code, 'WRONGTYPE')
    assert.equal(wrong.command, 'LPUSH')
    assert.match(wrong.message, /^LPUSH: WRONGTYPE Operation against a key/)
    assert.deepEqual([before, behind], ['before', 'behind'])
    assert.equal((await failure(client.incr('text'))).code, 'ERR')
  })

  test('errors inside of an array are values at their places', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const proxied = openClient(t, proxy.url, { protocol })
    await proxied.connect()
    proxy.replace({ next: 1 }, '*3\r\n+OK\r\n-WRONGTYPE not that\r\n*1\r\n-ERR inner\r\n')
    const [ok, wrong, [inner]] = await proxied.executeCommand('ANY')
    assert.equal(ok, 'OK')
    for (const [error, code] of [
      [wrong, 'WRONGTYPE'],
      [inner, 'ERR'],
    ] as [Failure, string][]) {
      assert.ok(error instanceof ReplyError, String(error))
      assert.equal(error.code, code)
    }
    assert.equal(wrong.message, 'WRONGTYPE not that')
    proxy.replace({ next: 1 }, protocol === 3 ? '*1\r\n!11\r\nERR in bulk\r\n' : '*1\r\n-ERR in bulk\r\n')
    const [bulk] = await proxied.buffers.executeCommand('ANY')
    assert.ok(bulk instanceof ReplyError)
    assert.equal(bulk.message, 'ERR in bulk')
  })

  test('buffers answers bytes everywhere, and only for texts', async () => {
    const { buffers } = client
    assert.equal(client.buffers, buffers)
    await client.set('k', 'v')
    assert.deepEqual(await buffers.get('k'), Buffer.from('v'))
    assert.equal(await buffers.get('missing'), null)
    assert.equal(await buffers.strlen('k'), 1)
    assert.equal(await buffers.set('k', 'v'), 'OK')
    assert.deepEqual(await buffers.mget('k', 'missing'), [Buffer.from('v'), null])
    await client.executeCommand('DEL', 'l')
    await client.executeCommand('RPUSH', 'l', Buffer.from([0xff, 0]), 'b')
    assert.deepEqual(await buffers.executeCommand('LRANGE', 'l', 0, -1), [
      Buffer.from([0xff, 0]),
      Buffer.from('b'),
    ])
    assert.deepEqual(await buffers.executeCommand('EVAL', "return {{'deep'}, 1}", 0), [
      [Buffer.from('deep')],
      1,
    ])
    const whole = createClient(server.url, { protocol, decodeResponses: false })
    assert.deepEqual(await whole.get('k'), Buffer.from('v'))
    assert.equal(await whole.with({ decodeResponses: true }).get('k'), 'v')
    await whole.close()
  })

  test('a large reply as Buffer is the caller’s own: writing to it changes nothing else', async () => {
    const value = Buffer.alloc(3 * MIB, 'abc')
    await client.set('large', value)
    const [first, second] = await Promise.all([client.buffers.get('large'), client.buffers.get('large')])
    first.fill(0)
    assert.ok(second.equals(value))
    assert.ok((await client.buffers.get('large')).equals(value))
  })

  for (const encoding of [
    'latin1',
    'hex',
    'base64',
    'base64url',
    'ascii',
    'utf16le',
    'utf8',
    'utf-8',
  ] as const) {
    test(`with({ encoding: '${encoding}' }) answers ${encoding} everywhere`, async () => {
      const bytes = Buffer.from([0x00, 0x7f, 0x80, 0xff, 0xc3, 0xa4, 0x41, 0x42])
      const expected = bytes.toString(encoding)
      const view = client.with({ encoding })
      await client.set('bytes', bytes)
      assert.equal(await view.get('bytes'), expected)
      assert.equal(await view.get('missing'), null)
      assert.deepEqual(await view.mget('bytes', 'missing'), [expected, null])
      assert.deepEqual(await view.executeCommand('EVAL', 'return {{ARGV[1]}, 1}', 0, bytes), [[expected], 1])
      assert.equal(await view.strlen('bytes'), 8)
      assert.equal(await view.set('bytes', bytes), 'OK')
      await client.executeCommand('DEL', 'h')
      await client.executeCommand('HSET', 'h', 'field', bytes)
      const hash = await view.executeCommand('HGETALL', 'h')
      if (protocol === 3) assert.deepEqual(Object.values(hash), [expected])
      else assert.equal(hash[1], expected)
      const whole = createClient(server.url, { protocol, encoding })
      assert.equal(await whole.get('bytes'), expected)
      assert.equal(await whole.with({ encoding: 'hex' }).get('bytes'), bytes.toString('hex'))
      await whole.close()
    })
  }

  test('10 000 calls at once each get their own reply', async () => {
    const calls = Array.from({ length: 10_000 }, (_, index) => client.echo(index))
    const replies = await Promise.all(calls)
    assert.deepEqual(
      replies,
      replies.map((_, index) => String(index)),
    )
  })

  test('different kinds of replies at once each reach their own call', async () => {
    await client.set('text', 'v')
    const kinds: [call: (index: number) => Promise<unknown>, reply: (index: number) => unknown][] = [
      [(index) => client.echo(`e${index}`), (index) => `e${index}`],
      [(index) => client.buffers.echo(`b${index}`), (index) => Buffer.from(`b${index}`)],
      [(index) => client.echo(`ü${index}`), (index) => `ü${index}`],
      [
        (index) => client.with({ encoding: 'hex' }).echo(`${index}`),
        (index) => Buffer.from(`${index}`).toString('hex'),
      ],
      [
        (index) => client.executeCommand('EVAL', 'return {ARGV[1], {1}}', 0, index),
        (index) => [`${index}`, [1]],
      ],
      [(index) => client.get(`missing${index}`), () => null],
      [
        (index) => failure(client.incr('text')).then(({ code }) => `${code}${index}`),
        (index) => `ERR${index}`,
      ],
      [
        (index) => client.echo('x'.repeat(40_000 + index)).then((text: string) => text.length),
        (index) => 40_000 + index,
      ],
    ]
    const indices = Array.from({ length: 2000 }, (_, index) => index)
    const replies = await Promise.all(indices.map((index) => kinds[index % kinds.length]![0](index)))
    for (const index of indices) assert.deepEqual(replies[index], kinds[index % kinds.length]![1](index))
  })
})
