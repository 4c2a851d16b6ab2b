import assert, { deepEqual as equal } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Client, createClient, failure } from '../support/client'
import { WordsPeer } from '../support/echo-peer'

let peer: WordsPeer
let redis: Client
before(async () => {
  peer = await WordsPeer.start()
  redis = createClient(peer.url)
  await redis.connect()
})
after(async () => {
  redis.destroy()
  await peer.close()
})

/** What the call sends. */
async function sent(call: (redis: Client) => Promise<unknown>, client = redis): Promise<string[]> {
  await call(client)
  return peer.requests.at(-1)!
}

/** All orders of some things. */
function orders<T>(things: readonly T[]): T[][] {
  if (things.length < 2) return [[...things]]
  return things.flatMap((thing, at) =>
    orders([...things.slice(0, at), ...things.slice(at + 1)]).map((rest) => [thing, ...rest]),
  )
}

test('options that come again are sent as the first time, with the numbers of each call', async () => {
  for (const seconds of [60, 60, 1, 1e21, 60, 0.5, -7, 2 ** 53, 60]) {
    const text = seconds === 1e21 ? '1000000000000000000000' : String(seconds)
    equal(await sent((r) => r.set('k', 'v', { ex: seconds, xx: true })), ['SET', 'k', 'v', 'EX', text, 'XX'])
  }
  equal(await sent((r) => r.zadd('z', { a: 1 }, { gt: true })), ['ZADD', 'z', 'GT', '1', 'a'])
  for (const count of [1, 2, 2, 3]) {
    equal(await sent((r) => r.lpos('l', 'x', { rank: -count, count, maxlen: 9 })), [
      ...['LPOS', 'l', 'x', 'RANK', `${-count}`, 'COUNT', `${count}`, 'MAXLEN', '9'],
    ])
  }
})

test('calls between one another in a tick keep their own numbers', async () => {
  const from = peer.requests.length
  await Promise.all(
    Array.from({ length: 50 }, (_, at) =>
      at % 2 === 0 ? redis.set('k', 'v', { ex: at }) : redis.expire('k', at, { nx: true }),
    ),
  )
  const expected = Array.from({ length: 50 }, (_, at) =>
    at % 2 === 0 ? ['SET', 'k', 'v', 'EX', `${at}`] : ['EXPIRE', 'k', `${at}`, 'NX'],
  )
  equal(peer.requests.slice(from), expected)
})

test('every order of options is sent in its order, also when there are more than are remembered', async () => {
  const times = ['ex', 'px', 'exat', 'pxat', 'keepttl']
  const conditions = ['nx', 'xx', 'ifeq', 'ifne']
  const flags = new Set(['keepttl', 'nx', 'xx', 'get'])
  let calls = 0
  for (const time of times) {
    for (const condition of conditions) {
      for (const names of orders([time, condition, 'get'])) {
        const options = Object.fromEntries(names.map((name, at) => [name, flags.has(name) || at]))
        const expected = names.flatMap((name, at) => [
          name.toUpperCase(),
          ...(flags.has(name) ? [] : [`${at}`]),
        ])
        equal(await sent((r) => r.set('k', 'v', options)), ['SET', 'k', 'v', ...expected])
        calls++
      }
    }
  }
  assert.ok(calls > 64, 'more than are remembered')
})

test('what is not meant, and what is no number, goes the long way to the same words', async () => {
  await redis.set('k', 'v', { ex: 5, xx: true })
  const long = ['SET', 'k', 'v', 'EX', '5', 'XX']
  equal(await sent((r) => r.set('k', 'v', { ex: 5, nx: false, xx: true })), long)
  equal(await sent((r) => r.set('k', 'v', { ex: 5, px: undefined, xx: true })), long)
  equal(await sent((r) => r.set('k', 'v', { ex: '5', xx: true })), long)
  equal(await sent((r) => r.set('k', 'v', { ex: 5n, xx: true })), long)
  equal(await sent((r) => r.set('k', 'v', { exat: new Date(5000), xx: true })), [
    ...long.slice(0, 3),
    'EXAT',
    '5',
    'XX',
  ])
  equal(await sent((r) => r.set('k', 'v', {})), ['SET', 'k', 'v'])
  equal(await sent((r) => r.set('k', 'v', { ex: 5, xx: true }), redis.with({ timeout: 5000 })), long)
  equal(await sent((r) => r.set('k', 'v', { ex: 5, xx: true }), redis.buffers), long)
})

test('wrong options are refused as ever after right ones', async () => {
  await redis.set('k', 'v', { ex: 5, xx: true })
  const refused: [options: unknown, message: RegExp][] = [
    [{ ex: 5, px: 5 }, /"ex" and "px" exclude each other/],
    [{ xx: true, nx: true }, /"xx" and "nx" exclude each other/],
    [{ ex: 5, xy: true }, /unknown option "xy"/],
    [{ ex: true }, /"ex" must be a string, number/],
    [{ xx: 1 }, /"xx" must be a boolean/],
    [{ ex: Number.NaN }, /the option "ex" must be a string, number, bigint or Uint8Array, not NaN/],
    [{ ex: null }, /"ex" must be/],
    [null, /options must be an object/],
    [new Map([['ex', 5]]), /options must be an object/],
    ['ex', /options must be an object/],
  ]
  const count = peer.requests.length
  for (const [options, message] of refused) {
    const error = await failure(redis.set('k', 'v', options))
    assert.ok(error instanceof TypeError)
    assert.match(error.message, message)
  }
  equal(peer.requests.length, count)
})

test('an accessor among the options that makes a call of its own takes nothing from the first', async () => {
  const from = peer.requests.length
  let inner: Promise<unknown> | undefined
  const options = {
    ex: 111,
    get xx() {
      inner ??= redis.set('inner', 'v', { ex: 222, nx: true })
      return true
    },
  }
  await Promise.all([redis.set('outer', 'v', options), inner])
  equal(
    new Set(peer.requests.slice(from).map(String)),
    new Set(['SET,inner,v,EX,222,NX', 'SET,outer,v,EX,111,XX']),
  )
})
