import { deepEqual as equal } from 'node:assert/strict'
import { section } from '../support/tutorial'

section('Set, set', {
  async 'sadd(key, member, *members)'(redis) {
    equal(await redis.sadd('set', 'a', 'b', 'a'), 2)
  },

  async 'sdiffstore(destkey, key, *keys)'(redis) {
    await redis.sadd('a', 1, 2, 3)
    await redis.sadd('b', 2)
    equal(await redis.sdiffstore('d', 'a', 'b'), 2)
  },

  async 'sinterstore(destkey, key, *keys)'(redis) {
    await redis.sadd('a', 1, 2)
    await redis.sadd('b', 2)
    equal(await redis.sinterstore('d', 'a', 'b'), 1)
  },

  async 'sunionstore(destkey, key, *keys)'(redis) {
    await redis.sadd('a', 1)
    await redis.sadd('b', 2)
    equal(await redis.sunionstore('d', 'a', 'b'), 2)
  },

  async 'smove(sourcekey, destkey, member)'(redis) {
    await redis.sadd('a', 1)
    equal(await redis.smove('a', 'b', 1), true)
    equal(await redis.smove('a', 'b', 1), false)
  },

  async 'spop(key)'(redis) {
    await redis.sadd('set', 'a')
    equal(await redis.spop('set'), 'a')
    equal(await redis.spop('set'), null)
  },

  async 'spop(key, count=)'(redis) {
    await redis.sadd('set', 'a', 'b')
    equal((await redis.spop('set', 5)).sort(), ['a', 'b'])
    equal(await redis.spop('set', 5), [])
  },

  async 'srem(key, member, *members)'(redis) {
    await redis.sadd('set', 'a', 'b')
    equal(await redis.srem('set', 'a', 'none'), 1)
  },
})

section('Set, get', {
  async 'scard(key)'(redis) {
    await redis.sadd('set', 'a', 'b')
    equal(await redis.scard('set'), 2)
  },

  async 'smembers(key)'(redis) {
    await redis.sadd('set', 'a', 'b')
    equal((await redis.smembers('set')).sort(), ['a', 'b'])
  },

  async 'sismember(key, member)'(redis) {
    await redis.sadd('set', 'a')
    equal(await redis.sismember('set', 'a'), true)
    equal(await redis.sismember('set', 'b'), false)
  },

  async 'srandmember(key)'(redis) {
    equal(await redis.srandmember('set'), null)
    await redis.sadd('set', 'a')
    equal(await redis.srandmember('set'), 'a')
  },

  async 'srandmember(key, count=)'(redis) {
    await redis.sadd('set', 'a')
    equal(await redis.srandmember('set', 5), ['a'])
    equal(await redis.srandmember('set', -3), ['a', 'a', 'a'])
  },

  async 'sdiff(key, *keys)'(redis) {
    await redis.sadd('a', 1, 2)
    await redis.sadd('b', 2)
    equal(await redis.sdiff('a', 'b'), ['1'])
  },

  async 'sinter(key, *keys)'(redis) {
    await redis.sadd('a', 1, 2)
    await redis.sadd('b', 2)
    equal(await redis.sinter('a', 'b'), ['2'])
  },

  async 'sunion(key, *keys)'(redis) {
    await redis.sadd('a', 1)
    await redis.sadd('b', 2)
    equal((await redis.sunion('a', 'b')).sort(), ['1', '2'])
  },

  async 'sscan(key, cursor=0, match=None, count=None)'(redis) {
    await redis.sadd('set', 'a1', 'b1')
    equal(await redis.sscan('set', 0, { match: 'a*', count: 100 }), ['0', ['a1']])
  },

  async 'isscan(key, *, match=None, count=None)'(redis) {
    await redis.sadd('set', 'a1', 'a2', 'b1')
    const seen = []
    for await (const member of redis.sscanIter('set', { match: 'a*', count: 1 })) seen.push(member)
    equal(seen.sort(), ['a1', 'a2'])
  },
})
