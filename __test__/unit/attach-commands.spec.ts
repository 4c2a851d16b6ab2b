import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { Recorder, redis, rejects, session, table } from '../support/recorder'

const { attach } = createRequire(__filename)('../../lib/command/attach-commands.js')

test('fixed arguments go through as they are', async () => {
  const bytes = new Uint8Array([0, 255])
  assert.deepEqual(await redis.get('k'), ['GET', 'k'])
  assert.deepEqual(await redis.append('k', bytes), ['APPEND', 'k', bytes])
  assert.deepEqual(await redis.setrange('k', 3n, 1.5), ['SETRANGE', 'k', 3n, 1.5])
  assert.deepEqual(await redis.dbsize(), ['DBSIZE'])
  assert.deepEqual(await redis.configGet('max*'), ['CONFIG GET', 'max*'])
  assert.deepEqual(await redis.delete('k'), ['DEL', 'k'])
})

test('a wrong number of arguments rejects with the usage', async () => {
  await rejects(redis.get(), 'GET: wrong number of arguments: got 0 arguments; usage: get(key)')
  await rejects(redis.get('a', 'b'), 'GET: wrong number of arguments: got 2 arguments; usage: get(key)')
  await rejects(
    redis.set('k'),
    'SET: wrong number of arguments: got 1 argument; usage: set(key, value, options?)',
  )
  await rejects(redis.set('k', 'v', 'EX', 5), /usage: set\(key, value, options\?\)$/)
  await rejects(redis.mget(), /usage: mget\(\.\.\.keys\)$/)
  await rejects(redis.dbsize('x'), /usage: dbsize\(\)$/)
  await rejects(redis.ping('a', 'b'), /usage: ping\(message\?\)$/)
  await rejects(redis.waitaof(1, 2), /usage: waitaof\(numlocal, numreplicas, timeout\)$/)
  await rejects(redis.mset('a'), /usage: mset\(\.\.\.pairs\)$/)
  await rejects(redis.expireat('k'), /usage: expireat\(key, time, options\?\)$/)
  await rejects(redis.migrate('h', 1, 'k', 0), /usage: migrate\(/)
  await rejects(redis.migrate('h', 1, 'k', 0, 5, {}, 6), /usage: migrate\(/)
})

test('every method of every row rejects too many arguments, and says how it is used', async () => {
  let methods = 0
  for (const row of table) {
    for (const name of row.methods) {
      methods++
      const receiver = row.connectionUse === 'session' ? session : redis
      assert.equal(receiver[name].name, row.methods[0])
      if (row.usage.includes('...') || row.usage.includes('pairs')) continue
      const many = Array.from({ length: 12 }, () => 'x')
      await rejects(receiver[name](...many), new RegExp(`usage: ${row.methods[0]}\\(`))
    }
  }
  assert.ok(methods > 80, `${methods}`)
})

test('a list is given one by one or as one array of any length', async () => {
  assert.deepEqual(await redis.mget('a'), ['MGET', 'a'])
  assert.deepEqual(await redis.mget('a', 'b', 'c', 'd', 'e'), ['MGET', 'a', 'b', 'c', 'd', 'e'])
  assert.deepEqual(await redis.mget(['a', 'b']), ['MGET', 'a', 'b'])
  assert.deepEqual(await redis.info(), ['INFO'])
  assert.deepEqual(await redis.info([]), ['INFO'])
  assert.deepEqual(await redis.info('server', 'clients'), ['INFO', 'server', 'clients'])
  await rejects(redis.del([]), 'DEL: the array is empty; usage: del(...keys)')
  const million = Array.from({ length: 1_000_000 }, (_, at) => at)
  assert.equal((await redis.del(million)).length, 1_000_001)
})

test('pairs come as object, Map, array of pairs, flat array or one by one', async () => {
  const sent = ['MSET', 'a', 1, 'b', 'x']
  assert.deepEqual(await redis.mset({ a: 1, b: 'x' }), sent)
  assert.deepEqual(
    await redis.mset(
      new Map<string, string | number>([
        ['a', 1],
        ['b', 'x'],
      ]),
    ),
    sent,
  )
  assert.deepEqual(
    await redis.mset([
      ['a', 1],
      ['b', 'x'],
    ]),
    sent,
  )
  assert.deepEqual(await redis.mset(['a', 1, 'b', 'x']), sent)
  assert.deepEqual(await redis.mset('a', 1, 'b', 'x'), sent)
  await rejects(redis.mset({}), 'MSET: there are no pairs: the object is empty; usage: mset(...pairs)')
  await rejects(redis.mset('a', 1, 'b'), /even number of arguments, got 3/)
  await rejects(redis.mset([['a', 1], ['b']]), /each pair must be an array of two/)
  await rejects(redis.mset('a'), /wrong number of arguments/)
  const own = Object.create({ inherited: 1 })
  own['__proto__x'] = 1
  assert.deepEqual(await redis.mset(own), ['MSET', '__proto__x', 1])
  const million = Array.from({ length: 500_000 }, (_, at) => [at, at])
  assert.equal((await redis.mset(million)).length, 1_000_001)
})

test('counted pairs say how many there are, and options may follow', async () => {
  const sent = ['MSETEX', 2, 'a', 1, 'b', 2, 'EX', 5]
  assert.deepEqual(await redis.msetex({ a: 1, b: 2 }, { ex: 5 }), sent)
  assert.deepEqual(await redis.msetex([['a', 1], ['b', 2]], { ex: 5 }), sent) // prettier-ignore
  assert.deepEqual(await redis.msetex({ a: 1 }), ['MSETEX', 1, 'a', 1])
  assert.deepEqual(await redis.msetex({ a: 1 }, { nx: true }), {
    variant: 2,
    words: ['MSETEX', 1, 'a', 1, 'NX'],
  })
})

test('options become words and choose the variant', async () => {
  assert.deepEqual(await redis.set('k', 'v'), ['SET', 'k', 'v'])
  assert.deepEqual(await redis.set('k', 'v', undefined), ['SET', 'k', 'v'])
  assert.deepEqual(await redis.set('k', 'v', {}), ['SET', 'k', 'v'])
  assert.deepEqual(await redis.set('k', 'v', { ex: 60, nx: false, get: undefined }), [
    'SET',
    'k',
    'v',
    'EX',
    60,
  ])
  assert.deepEqual(await redis.set('k', 'v', { px: 5n, nx: true }), {
    variant: 2,
    words: ['SET', 'k', 'v', 'PX', 5n, 'NX'],
  })
  assert.deepEqual(await redis.set('k', 'v', { get: true, ifeq: 'old' }), {
    variant: 3,
    words: ['SET', 'k', 'v', 'GET', 'IFEQ', 'old'],
  })
  assert.deepEqual(
    await redis.sort('l', {
      by: 'w_*',
      get: ['#', 'o_*'],
      limit: [0, 5],
      order: 'desc',
      alpha: true,
      store: 'd',
    }),
    {
      variant: 1,
      words: [
        ...['SORT', 'l', 'BY', 'w_*', 'GET', '#', 'GET', 'o_*', 'LIMIT', 0, 5],
        ...['DESC', 'ALPHA', 'STORE', 'd'],
      ],
    },
  )
  assert.deepEqual(await redis.scan(0, { match: 'a*', count: 10, type: 'hash' }), [
    ...['SCAN', 0, 'MATCH', 'a*', 'COUNT', 10, 'TYPE', 'hash'],
  ])
  assert.deepEqual(await redis.clientKill({ id: [1, 2], skipme: false }), [
    ...['CLIENT KILL', 'ID', 1, 2, 'SKIPME', 'NO'],
  ])
  assert.deepEqual(await redis.ping(), ['PING'])
  assert.deepEqual(await redis.ping(undefined), ['PING'])
  assert.deepEqual(await redis.ping('x'), { variant: 1, words: ['PING', 'x'] })
})

test('dates and booleans are converted where the table says so', async () => {
  const date = new Date('2030-01-02T03:04:05.678Z')
  assert.deepEqual(await redis.expireat('k', date), ['EXPIREAT', 'k', 1893553445])
  assert.deepEqual(await redis.pexpireat('k', date, { gt: true }), {
    variant: 2,
    words: ['PEXPIREAT', 'k', 1893553445678, 'GT'],
  })
  assert.deepEqual(await redis.set('k', 'v', { exat: date }), ['SET', 'k', 'v', 'EXAT', 1893553445])
  assert.deepEqual(await session.clientNoEvict(true), ['CLIENT NO-EVICT', 'ON'])
  assert.deepEqual(await session.clientCaching(false), ['CLIENT CACHING', 'NO'])
  assert.deepEqual(await session.clientTracking(true, { prefix: ['a', 'b'], bcast: true }), [
    ...['CLIENT TRACKING', 'ON', 'PREFIX', 'a', 'PREFIX', 'b', 'BCAST'],
  ])
})

test('an unknown option names the nearest known one', async () => {
  await rejects(redis.set('k', 'v', { exx: 1 }), 'SET: unknown option "exx"; did you mean "ex"?')
  await rejects(
    redis.set('k', 'v', { keepTTL: true }),
    'SET: unknown option "keepTTL"; did you mean "keepttl"?',
  )
  await rejects(redis.scan(0, { pattern: 'x' }), /^SCAN: unknown option "pattern"; did you mean "/)
  await rejects(
    redis.sort('k', { desc: true }),
    'SORT: unknown option "desc"; did you mean "get"? Known are by, limit, offset, count, get, order, alpha, store.',
  )
})

test('options that exclude each other are refused by name, false ones do not count', async () => {
  await rejects(redis.set('k', 'v', { ex: 1, px: 2 }), 'SET: the options "ex" and "px" exclude each other')
  await rejects(redis.set('k', 'v', { nx: true, xx: true }), /"nx" and "xx" exclude/)
  await rejects(redis.expire('k', 1, { gt: true, lt: true }), /"gt" and "lt" exclude/)
  await rejects(redis.expire('k', 1, { nx: true, gt: true }), /"nx" and "gt" exclude/)
  await rejects(redis.lcs('a', 'b', { len: true, idx: true }), /exclude/)
  assert.deepEqual(await redis.set('k', 'v', { xx: false, nx: true }), {
    variant: 2,
    words: ['SET', 'k', 'v', 'NX'],
  })
  assert.deepEqual(await redis.expire('k', 1, { xx: true, gt: true }), {
    variant: 2,
    words: ['EXPIRE', 'k', 1, 'XX', 'GT'],
  })
})

test('an option of the wrong kind is refused by name and without its value', async () => {
  const secret = { toString: () => 'secret' }
  await rejects(redis.set('k', 'v', { ex: secret }), /^SET: the option "ex" must be a string, number/)
  await rejects(redis.set('k', 'v', { ex: null }), /^SET: the option "ex" must be/)
  await rejects(redis.set('k', 'v', { nx: 1 }), 'SET: the option "nx" must be a boolean')
  await rejects(
    redis.set('k', 'v', { exat: {} }),
    'SET: the option "exat" must be a Date or a number, not an object',
  )
  await rejects(
    redis.sort('k', { limit: [1] }),
    'SORT: the option "limit" must be an array of 2 values, not of 1',
  )
  await rejects(redis.sort('k', { order: 'up' }), 'SORT: the option "order" must be "asc" or "desc"')
  await rejects(redis.set('k', 'v', 'NX'), /^SET: options must be an object/)
  await rejects(redis.set('k', 'v', [1]), /^SET: options must be an object/)
  await rejects(redis.set('k', 'v', null), /^SET: options must be an object/)
  await rejects(redis.clientKill({}), /^CLIENT KILL: at least one option must be given/)
  await rejects(
    redis.clientKill({ skipme: {} }),
    'CLIENT KILL: the option "skipme" must be a boolean, not an object',
  )
})

test('several keys to migrate stand behind their own word', async () => {
  assert.deepEqual(await redis.migrate('h', 1, 'k', 0, 100, { copy: true }), [
    ...['MIGRATE', 'h', 1, 'k', 0, 100, 'COPY'],
  ])
  assert.deepEqual(await redis.migrate('h', 1, ['a', 'b'], 0, 100, { auth2: ['u', 'p'] }), [
    ...['MIGRATE', 'h', 1, '', 0, 100, 'AUTH2', 'u', 'p', 'KEYS', 'a', 'b'],
  ])
  await rejects(redis.migrate('h', 1, [], 0, 100), /the array is empty/)
})

test('commands of the session and internal ones are methods of the right classes only', () => {
  assert.equal(redis.select, undefined)
  assert.equal(redis.clientSetname, undefined)
  assert.equal(typeof session.select, 'function')
  for (const name of ['hello', 'quit', 'reset', 'clientReply']) {
    assert.equal(session[name], undefined)
  }
  assert.equal(Object.keys(redis).length, 0, 'methods are not enumerable')
})

test('an object of another prototype sends its own options and no inherited ones', async () => {
  const options = Object.create({ ex: 5 })
  options.xx = true
  assert.deepEqual((await redis.set('k', 'v', options)).words, ['SET', 'k', 'v', 'XX'])
})

/** What a row that the table does not hold yet would send. */
function sent(parts: object[], ...args: unknown[]) {
  class Receiver extends Recorder {}
  const row = { name: 'GET', methods: ['made'], usage: 'made()', connectionUse: 'shared', parts }
  attach(Receiver.prototype, [row])
  return (new Receiver() as any).made(...args) as Promise<unknown[]>
}

const ONE = { is: 'one' }
const MANY = { is: 'many', min: 1 }
const ANY = { is: 'many', min: 0 }
const OPTIONS = { is: 'options', options: { nx: { is: 'flag', token: 'NX' } } }

test('a list may be followed by required arguments', async () => {
  const tail = [MANY, ONE]
  assert.deepEqual((await sent(tail, 'a', 'b', 5)).slice(1), ['a', 'b', 5])
  assert.deepEqual((await sent(tail, ['a', 'b'], 5)).slice(1), ['a', 'b', 5])
  await rejects(sent(tail, 5), /wrong number of arguments/)
  await rejects(sent(tail, ['a'], 5, 6), /wrong number of arguments/)
})

test('options stand where the wire wants them, last in the call', async () => {
  const fields = [ONE, ONE, OPTIONS, { is: 'word', word: 'FIELDS' }, { is: 'count' }, MANY]
  assert.deepEqual((await sent(fields, 'h', 9, ['f', 'g'], { nx: true })).slice(1), [
    ...['h', 9, 'NX', 'FIELDS', 2, 'f', 'g'],
  ])
  assert.deepEqual((await sent(fields, 'h', 9, 'f', 'g')).slice(1), ['h', 9, 'FIELDS', 2, 'f', 'g'])
  await rejects(sent(fields, 'h', 9, { nx: true }), /wrong number of arguments/)
})

test('of two lists each is an array, or left out where none is needed', async () => {
  const script = [ONE, { is: 'count' }, ANY, ANY]
  assert.deepEqual((await sent(script, 's', ['k'], [1, 2])).slice(1), ['s', 1, 'k', 1, 2])
  assert.deepEqual((await sent(script, 's')).slice(1), ['s', 0])
  assert.deepEqual((await sent(script, 's', undefined, ['x'])).slice(1), ['s', 0, 'x'])
})
