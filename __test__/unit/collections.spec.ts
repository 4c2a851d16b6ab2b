import assert, { deepEqual as equal } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { type Client, createClient, failure, forBothProtocols } from '../support/client'
import { TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** Values as another realm makes them: test runners, `node:vm`. */
const elsewhere = runInNewContext(`({
  map: new Map([['a', '1'], ['b', 2]]),
  set: new Set(['x', 'y']),
  bytes: new Uint8Array([65, 66]),
  date: new Date(2e12),
  options: { nx: true },
  pairs: [['m', 1]],
})`)

/** What the calls reject with, each a TypeError for its caller. */
async function messagesOf(calls: [call: Promise<unknown>, message: string][]): Promise<string[]> {
  const errors = await Promise.all(calls.map(([call]) => failure(call)))
  for (const error of errors) {
    assert.ok(error instanceof TypeError, String(error))
    equal(error.code, 'INVALID_ARGUMENT')
  }
  return errors.map(({ message }) => message)
}

forBothProtocols((protocol) => {
  let client: Client
  before(() => (client = createClient(server.url, { protocol })))
  after(() => client.destroy())

  test('collections of another realm are taken as those of this one', async () => {
    await client.flushall()
    equal(await client.hset('h', elsewhere.map), 2)
    equal({ ...(await client.hgetall('h')) }, { a: '1', b: '2' })
    equal(await client.mset(elsewhere.map), 'OK')
    equal(await client.sadd('s', elsewhere.set), 2)
    equal(await client.set('k', elsewhere.bytes, elsewhere.options), 'OK')
    equal(await client.set('k', 'v', { ifeq: elsewhere.bytes }).catch(() => 'older server'), 'older server')
    equal(await client.expireat('k', elsewhere.date), true)
    equal(await client.expiretime('k'), 2e9)
    const ps = client.pubsub()
    await ps.subscribe(elsewhere.set)
    equal(ps.channels, ['x', 'y'])
    await ps.subscribe(elsewhere.bytes)
    equal(ps.channels, ['x', 'y', 'AB'])
    await ps.close()
  })

  test('a Set is a list', async () => {
    await client.flushall()
    equal(await client.sadd('s', new Set(['a', 'b'])), 2)
    equal(await client.mget(new Set(['a', 'b'])), [null, null])
    equal(await client.hmget('h', new Set(['f'])), [null])
    equal(await client.del(new Set(['s', 't'])), 1)
    equal(await client.hset('h', { f: 1, g: 2 }), 2)
    equal(await client.sort('s', { get: new Set(['a_*', '#']) }), [])
    equal(await client.eval('return #KEYS', new Set(['a', 'b'])), 2)
    const [added, keys] = await client
      .pipeline()
      .sadd('s', new Set(['c']))
      .del(new Set(['s']))
      .execute()
    equal([added, keys], [1, 1])
  })

  test('an empty collection is refused, and called by its name', async () => {
    const calls: [call: Promise<unknown>, message: string][] = [
      [client.sadd('s', []), 'SADD: the array is empty; usage: sadd(key, ...members)'],
      [client.sadd('s', new Set()), 'SADD: the Set is empty; usage: sadd(key, ...members)'],
      [client.mget(new Set()), 'MGET: the Set is empty; usage: mget(...keys)'],
      [client.hset('h', {}), 'HSET: there are no pairs: the object is empty; usage: hset(key, ...pairs)'],
      [client.hset('h', new Map()), 'HSET: there are no pairs: the Map is empty; usage: hset(key, ...pairs)'],
      [client.hset('h', []), 'HSET: there are no pairs: the array is empty; usage: hset(key, ...pairs)'],
      [client.blpop(new Set(), 1), 'BLPOP: the Set is empty; usage: blpop(...keys, timeout)'],
    ]
    equal(
      await messagesOf(calls),
      calls.map(([, message]) => message),
    )
  })

  test('what is neither a value nor a collection is refused by what it is', async () => {
    const map = new Map([['a', 1]])
    const generator = (function* () {
      yield 'a'
    })()
    const SCALAR = 'must be a string, number, bigint or Uint8Array'
    const calls: [call: Promise<unknown>, message: string][] = [
      [client.sadd('s', map), `SADD: argument 2 (members) ${SCALAR}, not a Map`],
      [
        client.sadd('s', generator),
        `SADD: argument 2 (members) ${SCALAR}, not an iterable object: pass an array ([...it])`,
      ],
      [
        client.sadd('s', ['a', generator]),
        `SADD: element 2 of argument 2 (members) ${SCALAR}, not an iterable object: pass an array ([...it])`,
      ],
      [client.del(map), `DEL: argument 1 (keys) ${SCALAR}, not a Map`],
      [
        client.hset('h', new Set(['a'])),
        'HSET: pairs must be an object, a Map or an array, not a Set; usage: hset(key, ...pairs)',
      ],
      [
        client.hset('h', Promise.resolve({})),
        'HSET: pairs must be an object, a Map or an array, not a promise: is an await missing?; usage: hset(key, ...pairs)',
      ],
      [
        client.hset('h', map.entries()),
        'HSET: pairs must be an object, a Map or an array, not an iterable object: pass an array ([...it]); usage: hset(key, ...pairs)',
      ],
      [
        client.set('k', 'v', new Map([['ex', 5]])),
        'SET: options must be an object, not a Map; usage: set(key, value, options?)',
      ],
    ]
    equal(
      await messagesOf(calls),
      calls.map(([, message]) => message),
    )
  })

  test('a wrong value inside of an argument is named by where the caller wrote it', async () => {
    await client.flushall()
    const SCALAR = 'must be a string, number, bigint or Uint8Array'
    const lone = '\ud800'
    const calls: [call: Promise<unknown>, message: string][] = [
      [client.hset('h', { name: 'a', age: undefined }), `HSET: the value of "age" ${SCALAR}, not undefined`],
      [client.hset('h', new Map([['age', null]])), `HSET: the value of "age" ${SCALAR}, not null`],
      [
        client.hset('h', [
          ['a', 1],
          ['b', true],
        ]),
        `HSET: element 2 of element 2 of argument 2 (pairs) ${SCALAR}, not a boolean`,
      ],
      [client.hset('h', 'a', 1, 'b', NaN), `HSET: argument 5 (pairs) ${SCALAR}, not NaN`],
      [
        client.with({ timeout: 500 }).hset('h', { age: {} }),
        `HSET: the value of "age" ${SCALAR}, not an object`,
      ],
      [
        client.mset({ a: lone }),
        'MSET: the value of "a" is a string with a lone surrogate, which UTF-8 cannot hold; pass a Buffer',
      ],
      [
        client.mset({ [lone]: 1 }),
        'MSET: name 1 of argument 1 (pairs) is a string with a lone surrogate, which UTF-8 cannot hold; pass a Buffer',
      ],
      [client.set('k', 'v', { ex: NaN }), `SET: the option "ex" ${SCALAR}, not NaN`],
      [
        client.set('k', 'v', { ifeq: lone }),
        'SET: the option "ifeq" is a string with a lone surrogate, which UTF-8 cannot hold; pass a Buffer',
      ],
      [client.sort('k', { get: ['#', null] }), `SORT: element 2 of the option "get" ${SCALAR}, not null`],
      [client.get(['k']), `GET: argument 1 (key) ${SCALAR}, not an array`],
      [client.mget('a', ['b']), `MGET: argument 2 (keys) ${SCALAR}, not an array`],
      [client.blpop('a', null), `BLPOP: argument 2 (timeout) ${SCALAR}, not null`],
      [client.blpop('a', 'b', {}), `BLPOP: argument 3 (timeout) ${SCALAR}, not an object`],
      [
        client.hexpire('h', 5, ['f', undefined], { nx: true }),
        `HEXPIRE: element 2 of argument 3 (fields) ${SCALAR}, not undefined`,
      ],
      [client.zadd('z', { a: undefined }, { gt: true }), `ZADD: the value of "a" ${SCALAR}, not undefined`],
      [client.eval('return 1', ['k'], [null]), `EVAL: element 1 of argument 3 (args) ${SCALAR}, not null`],
      [
        client.script('return 1')(['k'], [null]),
        `EVALSHA: element 1 of argument 3 (args) ${SCALAR}, not null`,
      ],
      [client.executeCommand('set', 'k', null), `SET: argument 3 ${SCALAR}, not null`],
      [client.executeCommand('config get', null), `CONFIG GET: argument 2 ${SCALAR}, not null`],
      [
        client.pipeline().get('a').hset('h', { age: undefined }).execute(),
        `HSET: the value of "age" ${SCALAR}, not undefined`,
      ],
      [
        client.mset({ ['n'.repeat(60)]: null }),
        `MSET: the value of "${'n'.repeat(40)}..." ${SCALAR}, not null`,
      ],
    ]
    equal(
      await messagesOf(calls),
      calls.map(([, message]) => message),
    )
    equal(await client.exists('h', 'k'), 0)
  })
})
