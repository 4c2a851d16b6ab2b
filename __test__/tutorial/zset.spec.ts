import { deepEqual as equal } from 'node:assert/strict'
import { failure } from '../support/client'
import { section } from '../support/tutorial'

const ABC = { a: 1, b: 2, c: 3 }
/** All of the same score, so that ranges of names are defined. */
const NAMES = { a: 0, b: 0, c: 0, d: 0 }

section('Zset, set', {
  async 'zadd(key, score, member, *pairs)'(redis) {
    equal(await redis.zadd('zset', 1, 'a', 2, 'b'), 2)
    equal(await redis.zadd('zset', [['c', 3], ['d', 4]]), 2) // prettier-ignore
    equal(await redis.zadd('zset', { e: 5 }), 1)
    equal(await redis.zadd('zset', new Map([['f', 6]])), 1)
    equal(await redis.zrange('zset', 0, -1), ['a', 'b', 'c', 'd', 'e', 'f'])
  },

  async 'zadd(key, score, member, exist=ZSET_IF_EXIST)'(redis) {
    equal(await redis.zadd('zset', { a: 1 }, { xx: true }), 0)
    equal(await redis.zcard('zset'), 0)
  },

  async 'zadd(key, score, member, exist=ZSET_IF_NOT_EXIST)'(redis) {
    equal(await redis.zadd('zset', { a: 1 }, { nx: true }), 1)
    equal(await redis.zadd('zset', { a: 2 }, { nx: true }), 0)
    equal(await redis.zscore('zset', 'a'), 1)
  },

  async 'zadd with GT, LT, CH and INCR'(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.zadd('zset', { a: 5, b: 1 }, { gt: true, ch: true }), 1)
    equal(await redis.zadd('zset', { a: 9, b: 1 }, { lt: true, ch: true }), 1)
    equal(await redis.zadd('zset', { c: 0.5 }, { incr: true }), 3.5)
  },

  async 'zincrby(key, increment, member)'(redis) {
    equal(await redis.zincrby('zset', 1.5, 'a'), 1.5)
  },

  async 'zinterstore(destkey, key, *keys)'(redis) {
    await redis.zadd('a', ABC)
    await redis.zadd('b', { a: 10 })
    equal(await redis.zinterstore('d', 'a', 'b'), 1)
    equal(await redis.zscore('d', 'a'), 11)
  },

  async 'zinterstore(destkey, *keys, with_weights=True, aggregate=ZSET_AGGREGATE_MAX)'(redis) {
    await redis.zadd('a', ABC)
    await redis.zadd('b', { a: 10 })
    equal(await redis.zinterstore('d', [['a', 20], ['b', 1]], { aggregate: 'max' }), 1) // prettier-ignore
    equal(await redis.zscore('d', 'a'), 20)
  },

  async 'zunionstore(destkey, key, *keys)'(redis) {
    await redis.zadd('a', { x: 1 })
    await redis.zadd('b', { y: 2 })
    equal(await redis.zunionstore('d', ['a', 'b']), 2)
  },

  async 'zunionstore(destkey, *keys, with_weights=True, aggregate=ZSET_AGGREGATE_MIN)'(redis) {
    await redis.zadd('a', { x: 1 })
    await redis.zadd('b', { x: 2 })
    equal(await redis.zunionstore('d', { a: 5, b: 2 }, { aggregate: 'min' }), 1)
    equal(await redis.zscore('d', 'x'), 4)
  },

  async 'zrem(key, member, *members)'(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.zrem('zset', 'a', 'none'), 1)
  },

  async "zremrangebylex(key, min=b'-', max=b'+')"(redis) {
    await redis.zadd('zset', NAMES)
    equal(await redis.zremrangebylex('zset', '[b', '(d'), 2)
    equal(await redis.zremrangebylex('zset', '-', '+'), 2)
  },

  async 'zremrangebyrank(key, start, stop)'(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.zremrangebyrank('zset', 0, 0), 1)
  },

  async "zremrangebyscore(key, min=float('-inf'), max=float('inf'))"(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.zremrangebyscore('zset', -Infinity, 2), 2)
    equal(await redis.zremrangebyscore('zset', -Infinity, Infinity), 1)
  },

  async 'zremrangebyscore(key, min, max, *, exclude=)'(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.zremrangebyscore('zset', 1, 3, { exclude: 'both' }), 1)
    equal(await redis.zrange('zset', 0, -1), ['a', 'c'])
  },

  async 'zpopmin(key, count=None)'(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.zpopmin('zset'), [['a', 1]])
    equal(await redis.zpopmin('zset', 5), [['b', 2], ['c', 3]]) // prettier-ignore
  },

  async 'zpopmax(key, count=None)'(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.zpopmax('zset'), [['c', 3]])
    equal(await redis.zpopmax('zset', 5), [['b', 2], ['a', 1]]) // prettier-ignore
  },
})

section('Zset, get', {
  async 'zcard(key)'(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.zcard('zset'), 3)
  },

  async 'zcount(key, min, max, *, exclude=None)'(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.zcount('zset', -Infinity, Infinity), 3)
    equal(await redis.zcount('zset', 1, 3, { exclude: 'max' }), 2)
  },

  async "zlexcount(key, min=b'-', max=b'+')"(redis) {
    await redis.zadd('zset', NAMES)
    equal(await redis.zlexcount('zset', '-', '+'), 4)
    equal(await redis.zlexcount('zset', '(a', '[c'), 2)
  },

  async 'zscore(key, member)'(redis) {
    await redis.zadd('zset', { a: 1.5 })
    equal(await redis.zscore('zset', 'a'), 1.5)
    equal(await redis.zscore('zset', 'none'), null)
  },

  async 'zrange(key, start=0, stop=-1)'(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.zrange('zset', 0, -1), ['a', 'b', 'c'])
  },

  async 'zrange(key, start, stop, withscores=True)'(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.zrange('zset', 0, 0, { withscores: true }), [['a', 1]])
  },

  async "zrangebylex(key, min=b'-', max=b'+', offset=None, count=None)"(redis) {
    await redis.zadd('zset', NAMES)
    equal(await redis.zrangebylex('zset', '-', '+'), ['a', 'b', 'c', 'd'])
    equal(await redis.zrangebylex('zset', '[b', '+', { offset: 1, count: 1 }), ['c'])
  },

  async "zrangebyscore(key, min=float('-inf'), max=float('inf'), withscores=, offset=, count=)"(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.zrangebyscore('zset', -Infinity, Infinity), ['a', 'b', 'c'])
    equal(await redis.zrangebyscore('zset', 1, 3, { withscores: true, offset: 1, count: 1 }), [['b', 2]])
    equal((await failure(redis.zrangebyscore('zset', 1, 3, { offset: 1 }))).code, 'INVALID_ARGUMENT')
  },

  async 'zrangebyscore(key, min, max, *, exclude=)'(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.zrangebyscore('zset', 1, 3, { exclude: 'min' }), ['b', 'c'])
    equal(await redis.zrangebyscore('zset', 1, 3, { exclude: 'both' }), ['b'])
  },

  async 'zrevrange(key, start, stop, withscores=False)'(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.zrevrange('zset', 0, 1), ['c', 'b'])
    equal(await redis.zrevrange('zset', 0, 0, { withscores: true }), [['c', 3]])
  },

  async "zrevrangebyscore(key, max=float('inf'), min=float('-inf'), *, exclude=, withscores=, offset=, count=)"(
    redis,
  ) {
    await redis.zadd('zset', ABC)
    equal(await redis.zrevrangebyscore('zset', Infinity, -Infinity), ['c', 'b', 'a'])
    const options = { exclude: 'max', withscores: true, offset: 0, count: 1 }
    equal(await redis.zrevrangebyscore('zset', 3, 1, options), [['b', 2]])
  },

  async "zrevrangebylex(key, min=b'-', max=b'+', offset=None, count=None)"(redis) {
    await redis.zadd('zset', NAMES)
    equal(await redis.zrevrangebylex('zset', '+', '-', { offset: 0, count: 2 }), ['d', 'c'])
  },

  async 'zrank(key, member)'(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.zrank('zset', 'a'), 0)
    equal(await redis.zrank('zset', 'none'), null)
  },

  async 'zrevrank(key, member)'(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.zrevrank('zset', 'a'), 2)
  },

  async 'zscan(key, cursor=0, match=None, count=None)'(redis) {
    await redis.zadd('zset', { a1: 1, b1: 2.5 })
    equal(await redis.zscan('zset', 0, { match: 'b*', count: 100 }), ['0', [['b1', 2.5]]])
  },

  async 'izscan(key, *, match=None, count=None)'(redis) {
    await redis.zadd('zset', { a1: 1, a2: 2.5, b1: 3 })
    const seen = []
    for await (const entry of redis.zscanIter('zset', { match: 'a*', count: 1 })) seen.push(entry)
    equal(seen, [['a1', 1], ['a2', 2.5]]) // prettier-ignore
  },
})
