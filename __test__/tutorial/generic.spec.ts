import assert, { deepEqual as equal } from 'node:assert/strict'
import { section } from '../support/tutorial'

/** In the year 2100, in seconds. */
const LATER = 4102444800

section('generic, set', {
  async 'delete(key, *keys)'(redis) {
    await redis.mset({ a: 1, b: 2 })
    equal(await redis.delete('a', 'b', 'none'), 2)
    equal(await redis.del('a'), 0)
  },

  async 'dump(key)'(redis) {
    equal(await redis.dump('none'), null)
    await redis.set('key', 'value')
    assert.ok(Buffer.isBuffer(await redis.dump('key')))
  },

  async 'expire(key, timeout)'(redis) {
    await redis.set('key', 'value')
    equal(await redis.expire('key', 100), true)
    equal(await redis.expire('none', 100), false)
  },

  async 'expireat(key, timestamp)'(redis) {
    await redis.set('key', 'value')
    equal(await redis.expireat('key', LATER), true)
    equal(await redis.expiretime('key'), LATER)
  },

  async 'persist(key)'(redis) {
    await redis.set('key', 'value', { ex: 100 })
    equal(await redis.persist('key'), true)
    equal(await redis.persist('key'), false)
  },

  async 'pexpire(key, timeout)'(redis) {
    await redis.set('key', 'value')
    equal(await redis.pexpire('key', 100_000), true)
    assert.ok((await redis.pttl('key')) > 90_000)
  },

  async 'pexpireat(key, timestamp)'(redis) {
    await redis.set('key', 'value')
    equal(await redis.pexpireat('key', LATER * 1000), true)
    equal(await redis.pexpiretime('key'), LATER * 1000)
  },

  async 'rename(key, newkey)'(redis) {
    await redis.set('key', 'value')
    equal(await redis.rename('key', 'new'), 'OK')
  },

  async 'renamenx(key, newkey)'(redis) {
    await redis.mset({ a: 1, b: 2 })
    equal(await redis.renamenx('a', 'b'), false)
    equal(await redis.renamenx('a', 'c'), true)
  },

  async 'restore(key, ttl, value)'(redis) {
    await redis.set('key', Buffer.from([0, 255]))
    equal(await redis.restore('copy', 0, await redis.dump('key')), 'OK')
    equal(await redis.buffers.get('copy'), Buffer.from([0, 255]))
  },

  async 'move(key, db)'(redis) {
    await redis.set('key', 'value')
    equal(await redis.move('key', 1), true)
    equal(await redis.move('key', 1), false)
  },
})

section('generic, get', {
  async 'exists(key, *keys)'(redis) {
    await redis.mset({ a: 1, b: 2 })
    equal(await redis.exists('a', 'b', 'none'), 2)
  },

  async 'randomkey()'(redis) {
    equal(await redis.randomkey(), null)
    await redis.set('key', 'value')
    equal(await redis.randomkey(), 'key')
  },

  async 'keys(pattern)'(redis) {
    await redis.mset({ 'key:1': 1, 'key:2': 2, other: 3 })
    equal((await redis.keys('key:*')).sort(), ['key:1', 'key:2'])
  },

  async 'scan(cursor=0, match=None, count=None, key_type=None)'(redis) {
    await redis.mset({ 'key:1': 1, 'key:2': 2 })
    await redis.hset('key:3', 'field', 'value')
    let cursor = '0'
    const seen = []
    do {
      const [next, keys] = await redis.scan(cursor, { match: 'key:*', count: 1 })
      cursor = next
      seen.push(...keys)
    } while (cursor !== '0')
    equal(seen.sort(), ['key:1', 'key:2', 'key:3'])
    equal(await redis.scan(0, { type: 'hash', count: 100 }), ['0', ['key:3']])
  },

  async 'iscan(*, match=None, count=None)'(redis) {
    await redis.mset({ 'key:1': 1, 'key:2': 2, other: 3 })
    const seen = []
    for await (const key of redis.scanIter({ match: 'key:*', count: 1 })) seen.push(key)
    equal(seen.sort(), ['key:1', 'key:2'])
  },

  async 'sort(key, *get_patterns, by=, offset=, count=, asc=, alpha=, store=)'(redis) {
    await redis.rpush('list', 3, 1, 2)
    await redis.mset({ w_1: 3, w_2: 2, w_3: 1, o_1: 'one', o_2: 'two', o_3: 'three' })
    equal(await redis.sort('list'), ['1', '2', '3'])
    equal(await redis.sort('list', { by: 'w_*', get: ['#', 'o_*'] }), ['3', 'three', '2', 'two', '1', 'one'])
    equal(await redis.sort('list', { offset: 1, count: 1, order: 'asc' }), ['2'])
    equal(await redis.sort('list', { limit: [0, 2], order: 'desc', alpha: true }), ['3', '2'])
    equal(await redis.sort('list', { store: 'sorted' }), 3)
    equal(await redis.lrange('sorted', 0, -1), ['1', '2', '3'])
  },

  async 'ttl(key)'(redis) {
    equal(await redis.ttl('none'), -2)
    await redis.set('key', 'value')
    equal(await redis.ttl('key'), -1)
  },

  async 'touch(key, *keys)'(redis) {
    await redis.set('key', 'value')
    equal(await redis.touch('key', 'none'), 1)
  },

  async 'type(key)'(redis) {
    await redis.rpush('key', 'value')
    equal(await redis.type('key'), 'list')
    equal(await redis.type('none'), 'none')
  },
})
