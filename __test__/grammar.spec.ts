import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { redis, rejects, table } from './support/recorder'

const { OptionSet } = createRequire(__filename)('../lib/options.js')

/** What a call sends, behind the command's name. */
async function words(call: Promise<any>) {
  const sent = await call
  return (Array.isArray(sent) ? sent : sent.words).slice(1)
}

test('a score stands before its member on the wire, in whatever form it is given', async () => {
  const sent = ['z', 1, 'a', 2, 'b']
  assert.deepEqual(await words(redis.zadd('z', { a: 1, b: 2 })), sent)
  const map = new Map([
    ['a', 1],
    ['b', 2],
  ])
  assert.deepEqual(await words(redis.zadd('z', map)), sent)
  const pairs = [
    [1, 'a'],
    [2, 'b'],
  ]
  assert.deepEqual(await words(redis.zadd('z', pairs)), sent)
  assert.deepEqual(await words(redis.zadd('z', [1, 'a', 2, 'b'])), sent)
  assert.deepEqual(await words(redis.zadd('z', 1, 'a', 2, 'b')), sent)
  const withOptions = ['z', 'GT', 'CH', ...sent.slice(1)]
  for (const form of [{ a: 1, b: 2 }, map, pairs]) {
    assert.deepEqual(await words(redis.zadd('z', form, { gt: true, ch: true })), withOptions)
  }
  assert.deepEqual(await words(redis.zadd('z', 1, 'a', 2, 'b', { gt: true, ch: true })), withOptions)
  assert.equal((await redis.zadd('z', { a: 1 }, { incr: true, nx: true })).variant, 3)
  await rejects(redis.zadd('z', {}), /there are no pairs/)
  await rejects(redis.zadd('z', 1), /wrong number of arguments/)
  await rejects(redis.zadd('z', { a: 1 }, { gx: true }), 'ZADD: unknown option "gx"; did you mean "nx"?')
  const million = Array.from({ length: 1_000_000 }, (_, at) => [at, at])
  assert.equal((await words(redis.zadd('z', million))).length, 2_000_001)
})

test('keys with weights come as pairs, object or Map; their weights stand behind them', async () => {
  const sent = ['d', 2, 'a', 'b', 'WEIGHTS', 2, 3]
  const pairs = [
    ['a', 2],
    ['b', 3],
  ]
  assert.deepEqual(await words(redis.zunionstore('d', pairs)), sent)
  assert.deepEqual(await words(redis.zunionstore('d', { a: 2, b: 3 })), sent)
  assert.deepEqual(await words(redis.zunionstore('d', new Map(pairs as [string, number][]))), sent)
  assert.deepEqual(await words(redis.zinterstore('d', pairs, { aggregate: 'max' })), [
    ...sent,
    ...['AGGREGATE', 'max'],
  ])
  assert.deepEqual(await words(redis.zunion(['a', ['b', 3]], { withscores: true })), [
    ...[2, 'a', 'b', 'WEIGHTS', 1, 3, 'WITHSCORES'],
  ])
  assert.deepEqual(await words(redis.zunion('a', 'b')), [2, 'a', 'b'])
  assert.deepEqual(await words(redis.zunion('a', 'b', { withscores: true })), [2, 'a', 'b', 'WITHSCORES'])
  assert.deepEqual(await words(redis.zunion(['a', 'b'])), [2, 'a', 'b'])
  assert.deepEqual(await words(redis.zunion({ a: 2 })), [1, 'a', 'WEIGHTS', 2])
  await rejects(redis.zunion([]), /there are no keys/)
  await rejects(redis.zunion([['a', 1, 2]]), /must be an array of two/)
})

test('ends of a score range are left out by name', async () => {
  assert.deepEqual(await words(redis.zrangebyscore('z', 1, 5, { exclude: 'min', offset: 0, count: 10 })), [
    ...['z', '(1', 5, 'LIMIT', 0, 10],
  ])
  assert.deepEqual(await words(redis.zrevrangebyscore('z', 5, 1, { exclude: 'min' })), ['z', 5, '(1'])
  assert.deepEqual(await words(redis.zcount('z', 1n, '5', { exclude: 'both' })), ['z', '(1', '(5'])
  assert.deepEqual(await words(redis.zcount('z', 1, 5, {})), ['z', 1, 5])
  assert.deepEqual(await words(redis.zremrangebyscore('z', -Infinity, Infinity, { exclude: 'max' })), [
    ...['z', -Infinity, '(inf'],
  ])
  assert.deepEqual(await words(redis.zrange('z', 1, 5, { byscore: true, exclude: 'start' })), [
    ...['z', '(1', 5, 'BYSCORE'],
  ])
  const [, bytes] = await words(redis.zcount('z', Buffer.from('7'), 8, { exclude: 'min' }))
  assert.deepEqual(bytes, Buffer.from('(7'))
  await rejects(redis.zcount('z', 1, 5, { exclude: 'start' }), /"exclude" must be "min" or "max" or "both"/)
  await rejects(redis.zcount('z', 1, 5, { exclude: 'toString' }), /"exclude" must be/)
})

test('an end that is left out is written without an exponent, as every number', async () => {
  const numbers: [number, string][] = [
    [1e21, '(1000000000000000000000'],
    [-1.5e22, '(-15000000000000000000000'],
    [1e-7, '(0.0000001'],
    [-1.25e-9, '(-0.00000000125'],
    [0.1, '(0.1'],
    [-0, '(0'],
    [-Infinity, '(-inf'],
  ]
  for (const [number, text] of numbers) {
    const [, end] = await words(redis.zcount('z', number, 1, { exclude: 'min' }))
    assert.equal(end, text)
    if (Number.isFinite(number)) assert.ok(Number(text.slice(1)) === number)
  }
})

test('a part of a result is named by limit, or by offset and count in any order', async () => {
  assert.deepEqual(await words(redis.zrangebylex('z', '-', '+', { limit: [1, 2] })), [
    ...['z', '-', '+', 'LIMIT', 1, 2],
  ])
  assert.deepEqual(await words(redis.zrangebylex('z', '-', '+', { count: 2, offset: 1 })), [
    ...['z', '-', '+', 'LIMIT', 1, 2],
  ])
  assert.deepEqual(await words(redis.sort('l', { offset: 3, count: 4 })), ['l', 'LIMIT', 3, 4])
  assert.deepEqual(await words(redis.sort('l', { count: 4 })), ['l', 'LIMIT', '0', 4])
  await rejects(redis.sort('l', { offset: 3 }), 'SORT: the option "offset" needs "count"')
  await rejects(redis.sort('l', { limit: [1, 2], count: 2 }), /"limit" and "count" exclude/)
  await rejects(redis.sort('l', { offset: {}, count: 2 }), /"offset" must be a string, number/)
})

test('a phrase keeps its order, whatever that of the options', async () => {
  assert.deepEqual(await words(redis.xadd('s', '*', { f: 1 }, { limit: 5, approximate: true, maxlen: 9 })), [
    ...['s', 'MAXLEN', '~', 9, 'LIMIT', 5, '*', 'f', 1],
  ])
  assert.deepEqual(await words(redis.xadd('s', '*', { f: 1 }, { minid: '7-0', approximate: false })), [
    ...['s', 'MINID', '7-0', '*', 'f', 1],
  ])
  await rejects(
    redis.xadd('s', '*', { f: 1 }, { approximate: true }),
    'XADD: the option "approximate" needs "maxlen" or "minid"',
  )
  await rejects(redis.xadd('s', '*', { f: 1 }, { maxlen: 9, approximate: 1 }), /must be a boolean/)
  await rejects(redis.xadd('s', '*', { f: 1 }, { maxlen: 1, minid: '1' }), /exclude each other/)
})

test('two columns are written one behind the other', async () => {
  const sent = ['STREAMS', 'a', 'b', '0', '$']
  assert.deepEqual(await words(redis.xread({ a: '0', b: '$' })), sent)
  assert.deepEqual(await words(redis.xread(new Map([['a', '0'], ['b', '$']]))), sent) // prettier-ignore
  assert.deepEqual(await words(redis.xread('a', '0', 'b', '$')), sent)
  const pairs = [
    ['a', '0'],
    ['b', '$'],
  ]
  assert.deepEqual(await words(redis.xread(pairs, { block: 0, count: 2 })), [
    ...['BLOCK', 0, 'COUNT', 2, ...sent],
  ])
})

test('a list before required arguments and options is one array, or one by one', async () => {
  assert.deepEqual(await words(redis.blpop('a', 'b', 0)), ['a', 'b', 0])
  assert.deepEqual(await words(redis.blpop(['a', 'b'], 1.5)), ['a', 'b', 1.5])
  assert.deepEqual(await words(redis.blmpop(0, ['a', 'b'], 'left', { count: 2 })), [
    ...[0, 2, 'a', 'b', 'left', 'COUNT', 2],
  ])
  assert.deepEqual(await words(redis.lmpop('a', 'b', 'right')), [2, 'a', 'b', 'right'])
  assert.deepEqual(await words(redis.hexpire('h', 5, ['f', 'g'], { nx: true })), [
    ...['h', 5, 'NX', 'FIELDS', 2, 'f', 'g'],
  ])
  assert.deepEqual(await words(redis.hexpire('h', 5, 'f', 'g')), ['h', 5, 'FIELDS', 2, 'f', 'g'])
  assert.deepEqual(await words(redis.hsetex('h', { f: 1, g: 2 }, { px: 5, fnx: true })), [
    ...['h', 'PX', 5, 'FNX', 'FIELDS', 2, 'f', 1, 'g', 2],
  ])
  await rejects(redis.blpop(5), /usage: blpop\(\.\.\.keys, timeout\)$/)
})

test('every command with options refuses an unknown one, and names one that it knows', () => {
  let commands = 0
  for (const row of table) {
    for (const part of row.parts) {
      const names = Object.keys(part.options ?? {})
      if (names.length === 0) continue
      const known = new OptionSet(row, part)
      for (const name of names) {
        assert.throws(
          () => known.append([], { [`${name}x`]: true }),
          (error: TypeError & { code: string }) => {
            assert.equal(error.code, 'INVALID_ARGUMENT')
            const said = /^(.+): unknown option "(.+)"; did you mean "(.+)"\?$/.exec(error.message)
            assert.equal(said?.[1], row.name)
            assert.ok(names.includes(said?.[3] ?? ''), error.message)
            return true
          },
        )
      }
      commands++
    }
  }
  assert.ok(commands > 60, `${commands}`)
})
