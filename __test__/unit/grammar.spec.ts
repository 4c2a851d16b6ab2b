import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { redis, rejects, table } from '../support/recorder'

const { OptionSet } = createRequire(__filename)('../../lib/command/option-set.js')

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
    ['a', 1],
    ['b', 2],
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
  const million = Array.from({ length: 1_000_000 }, (_, at) => [`${at}`, at])
  assert.equal((await words(redis.zadd('z', million))).length, 2_000_001)
})

test('refuses a score and a member that could be taken for each other', async () => {
  const score = /ZADD: .*each score must be a number or bigint, not a (string|Uint8Array)/
  const member = /ZADD: .*each member must be text or bytes, not a number: give String\(id\)/
  for (const pairs of [
    [[1, 'a']],
    [['1', '2']],
    [['a', '1']],
    [
      ['a', 1],
      [2, 'b'],
    ],
  ])
    // prettier-ignore
    await rejects(redis.zadd('z', pairs), score)
  for (const pairs of [[[1, 2]], [[1n, 2n]]]) await rejects(redis.zadd('z', pairs), member)
  for (const flat of [
    ['a', 1],
    ['1', 'a'],
    [1, 'a', '2', 'b'],
    [Buffer.from('1'), 'a'],
  ])
    // prettier-ignore
    await rejects(redis.zadd('z', ...flat), score)
  for (const flat of [[1, 2], [1, 'a', 2, 3], [[1, 2]]]) await rejects(redis.zadd('z', ...flat), member) // prettier-ignore
  await rejects(
    redis.zadd('z', [[1, 'a']], { gt: true }),
    'ZADD: pairs are [member, score]: each score must be a number or bigint, not a string; usage: zadd(key, ...pairs, options?)',
  )
  await rejects(redis.zadd('z', 'a', 1), /one by one, each score comes before its member/)

  assert.deepEqual(await words(redis.zadd('z', { 5: '1.5' })), ['z', '1.5', '5'])
  assert.deepEqual(await words(redis.zadd('z', new Map([[5, '1.5']]))), ['z', '1.5', 5])
  assert.deepEqual(await words(redis.zadd('z', [['5', 1n]])), ['z', 1n, '5'])
  const bytes = Buffer.from('7')
  assert.deepEqual(await words(redis.zadd('z', [[bytes, 1]])), ['z', 1, bytes])
  assert.deepEqual(await words(redis.zadd('z', 1, bytes)), ['z', 1, bytes])
})

test('refuses an increment, a weight and a position that could be taken for what stands beside it', async () => {
  assert.deepEqual(await words(redis.zincrby('z', 0.5, '5')), ['z', 0.5, '5'])
  const increment =
    'ZINCRBY: increment must be a number or bigint, not a string; usage: zincrby(key, increment, member)'
  await rejects(redis.zincrby('z', 'a', 5), increment)
  await rejects(redis.zincrby('z', '5', 'a'), increment)
  await rejects(redis.zincrby('z', 5, 5), /ZINCRBY: member must be text or bytes, not a number/)
  await rejects(redis.zincrby('z', 5), /wrong number of arguments: got 2 arguments/)
  await rejects(redis.zincrby('z', 1, 'a', 2), /wrong number of arguments: got 4 arguments/)

  for (const call of ['zunion', 'zinter']) {
    await rejects(redis[call]([[2, 'a']]), /pairs are \[key, weight\]: each weight must be a number/)
    await rejects(redis[call]([['a', 'b']]), /each weight must be a number/)
    await rejects(redis[call]([[1, 2]]), /each key must be text or bytes/)
  }
  await rejects(redis.zunionstore('d', [['1', '2']]), /each weight must be a number/)
  await rejects(redis.zinterstore('d', ['a', [1, 2]]), /each key must be text or bytes/)

  assert.deepEqual(await words(redis.geoadd('g', 13, 38, '5')), ['g', 13, 38, '5'])
  assert.deepEqual(await words(redis.geoadd('g', { longitude: '13', latitude: 38n, member: 5 })), [
    ...['g', '13', 38n, 5],
  ])
  await rejects(redis.geoadd('g', 'a', 13, 38), /rows are .*each longitude must be a number/)
  await rejects(redis.geoadd('g', [['5', 13, 38]]), /each longitude must be a number/)
  await rejects(redis.geoadd('g', [[13, '38', 'a']]), /each latitude must be a number/)
  await rejects(redis.geoadd('g', [[13, 38, 5]]), /each member must be text or bytes/)
})

test('refuses the count that other clients want before keys and fields', async () => {
  const counted = /^[A-Z_]+: (keys|fields|ids|pairs) are not counted here: give an? (array|object)/
  const calls: Record<string, unknown[][]> = {
    eval: [['lua', 1, 'k'], ['lua', 0], ['lua', '1', 'k'], ['lua', 2, 'a', 'b', 'x'], ['lua', 1n, 'k']], // prettier-ignore
    evalsha: [['sha', 1, 'k'], ['sha', 1, 'k', 'x']], // prettier-ignore
    fcall: [['f', 1, 'k'], ['f', 0, 'x']], // prettier-ignore
    fcall_ro: [['f', 1, 'k']],
    eval_ro: [['lua', 1, 'k']],
    evalsha_ro: [['sha', '2', 'k', 'l', 'x']],
    zinter: [[2, 'a', 'b'], ['2', 'a', 'b'], [2, 'a', 'b', 'WEIGHTS', 2, 3], ['a', 2], [2]], // prettier-ignore
    zunion: [[2, 'a', 'b', { withscores: true }]],
    zdiff: [[1, 'a']],
    zdiffstore: [['d', 1, 'a']],
    zintercard: [[2, 'a', 'b', 'LIMIT', 5]],
    zinterstore: [['d', 2, 'a', 'b']],
    zunionstore: [['d', 2, 'a', 'b', 'WEIGHTS', 2, 3], ['d', '1', 'a']], // prettier-ignore
    sintercard: [[2, 's', 't'], [2, 's', 't', { limit: 5 }]], // prettier-ignore
    lmpop: [[2, 'a', 'b', 'LEFT'], ['2', 'a', 'b', 'LEFT'], [1, 'a', 'LEFT', 'COUNT', 2]], // prettier-ignore
    zmpop: [[1, 'a', 'MIN']],
    blmpop: [[0, 1, 'a', 'LEFT']],
    bzmpop: [[0, 1, 'a', 'MIN', { count: 2 }]],
    hexpire: [['h', 5, 'FIELDS', 1, 'f'], ['h', 5, 'NX', 'fields', '1', 'f'], ['h', 5, 1, 'f']], // prettier-ignore
    httl: [['h', 'FIELDS', 2, 'f', 'g']],
    hgetex: [['h', 'EX', 5, 'FIELDS', 1, 'f']],
    hsetex: [['h', 'FIELDS', 1, 'f', 'v'], ['h', 'EX', 60, 'FIELDS', 1, 'f', 'v'], ['h', 'NX', 'FIELDS', 1, 'f']], // prettier-ignore
    msetex: [[2, 'a', 1, 'b', 2], [1, 'a', 1, 'NX'], ['2', 'a', '1', 'b']], // prettier-ignore
    xackdel: [['s', 'g', 'IDS', 1, '1-1']],
    xdelex: [['s', 'IDS', '1', '1-1']],
  }
  for (const [name, forms] of Object.entries(calls))
    for (const form of forms) await rejects(redis[name](...form), counted)
  await rejects(
    redis.zunionstore('d', 2, 'a', 'b'),
    'ZUNIONSTORE: keys are not counted here: give an array, as in zunionstore(destination, [keys], options?), or { key: weight }',
  )
  await rejects(
    redis.hexpire('h', 5, 'FIELDS', 1, 'f'),
    'HEXPIRE: fields are not counted here: give an array, as in hexpire(key, seconds, [fields], options?)',
  )
})

test('takes a number in an array for a key, and text that is no count for one by itself', async () => {
  assert.deepEqual(await words(redis.eval('lua', [1], ['x'])), ['lua', 1, 1, 'x'])
  assert.deepEqual(await words(redis.eval('lua', 'k', 1)), ['lua', 1, 'k', 1])
  assert.deepEqual(await words(redis.eval('lua', undefined, 1)), ['lua', 0, 1])
  assert.deepEqual(await words(redis.zinter([1, 2])), [2, 1, 2])
  assert.deepEqual(await words(redis.zinter('a', '2')), [2, 'a', '2'])
  assert.deepEqual(await words(redis.lmpop(['2', 'a'], 'left')), [2, '2', 'a', 'left'])
  assert.deepEqual(await words(redis.hexpire('h', 5, ['FIELDS', 1])), ['h', 5, 'FIELDS', 2, 'FIELDS', 1])
  assert.deepEqual(await words(redis.httl('h', 'fields')), ['h', 'FIELDS', 1, 'fields'])
  assert.deepEqual(await words(redis.httl('h', '1')), ['h', 'FIELDS', 1, '1'])
  assert.deepEqual(await words(redis.msetex('a', 1, 'b', 2)), [2, 'a', 1, 'b', 2])
  assert.deepEqual(await words(redis.hsetex('h', 'fields', 1, { ex: 5 })), [
    ...['h', 'EX', 5, 'FIELDS', 1, 'fields', 1],
  ])
})

test('refuses what is no vector', async () => {
  const floats = new Float32Array([1, 2])
  const [, form, bytes] = await words(redis.vadd('v', floats, 'a'))
  assert.equal(form, 'FP32')
  assert.deepEqual(bytes, new Uint8Array(floats.buffer))
  const part = new Float32Array([0, 1, 2, 3]).subarray(1, 3)
  assert.deepEqual((await words(redis.vsim('v', part)))[2], new Uint8Array(floats.buffer))
  for (const vector of ['1', bytes, 5, { 0: 1 }, undefined, new Uint8Array(4)])
    await rejects(
      redis.vadd('v', vector, 'a'),
      /VADD: vector must be a Float32Array or an array of numbers; usage/,
    )
  await rejects(redis.vadd('v', [1, '2'], 'a'), /vector must have numbers only/)
  await rejects(redis.vadd('v', [], 'a'), /vector is empty/)
  await rejects(
    redis.vsim('v', 5),
    /query must be a Float32Array or an array of numbers, or an element's name/,
  )
  await rejects(redis.vadd('v', [1], 'a', { reduce: {} }), /the option "reduce" must be a string, number/)
})

test('every list that is counted for the caller refuses a number', async () => {
  const lists = table.filter(
    (row: any) => row.methods.length > 0 && row.parts.some((part: any) => part.counted),
  )
  assert.ok(lists.length > 30, `${lists.length}`)
  for (const row of lists as any[]) {
    const needed = row.parts.filter((part: any) => !['word', 'count', 'lifted', 'options'].includes(part.is))
    const args = needed.map((part: any) => (part.counted ? 1 : 'x'))
    const { counted } = needed.find((part: any) => part.counted)
    await rejects(redis[row.methods[0]](...args), new RegExp(`${counted} are not counted here`))
  }
})

test('an undefined value of an object is handed on, to be refused by its name', async () => {
  assert.deepEqual(await words(redis.hset('h', { a: undefined, b: 1 })), ['h', 'a', undefined, 'b', 1])
  assert.deepEqual(await words(redis.zadd('z', { a: 1, b: undefined })), ['z', 1, 'a', undefined, 'b'])
  // A key without a weight of its own.
  assert.deepEqual(await words(redis.zunionstore('d', { a: 2, b: undefined })), [
    'd',
    2,
    'a',
    'b',
    'WEIGHTS',
    2,
    1,
  ])
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
  assert.deepEqual(await words(redis.xread('a', '0')), ['STREAMS', 'a', '0'])
  await rejects(
    redis.xread('a', 'b', '0', '$'),
    /more than one stream cannot be given one by one: give an object/,
  )
  await rejects(redis.xread(['a', '0', 'b', '$']), /more than one stream cannot be given one by one/)
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
