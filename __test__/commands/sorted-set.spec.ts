import { deepEqual as equal } from 'node:assert/strict'
import { family } from '../support/family'

const ABC = { a: 1, b: 2, c: 3 }
/** All of the same score, so that ranges of names are defined. */
const NAMES = { a: 0, b: 0, c: 0, d: 0 }

family('sorted-set', {
  async BZMPOP({ redis }) {
    await redis.zadd('b', ABC)
    equal(await redis.bzmpop(1, ['a', 'b'], 'max', { count: 2 }), ['b', [['c', 3], ['b', 2]]]) // prettier-ignore
    equal(await redis.bzmpop(0.01, 'none', 'min'), null)
  },

  async BZPOPMAX({ redis }) {
    await redis.zadd('b', ABC)
    equal(await redis.bzpopmax('a', 'b', 0), ['b', 'c', 3])
    equal(await redis.bzpopmax('none', 0.01), null)
  },

  async BZPOPMIN({ redis }) {
    const waiting = redis.bzpopmin('a', 'b', 5)
    await redis.zadd('b', { x: -Infinity })
    equal(await waiting, ['b', 'x', -Infinity])
    await redis.zadd('b', { x: 1 })
    equal(await redis.buffers.bzpopmin(['b'], 0), [Buffer.from('b'), Buffer.from('x'), 1])
  },

  async ZADD({ redis }) {
    equal(await redis.zadd('z', { a: 1, b: 2 }), 2)
    equal(await redis.zadd('z', [['a', 2], ['c', 3.5]]), 1) // prettier-ignore
    equal(await redis.zadd('z', new Map([['d', Infinity]])), 1)
    const numbers = { 7: 1, 8: 20.5, 9: Infinity }
    await redis.zadd('numbers', numbers)
    for (const view of [redis, redis.buffers]) {
      await redis.del('copy')
      const pairs = await view.zrange('numbers', 0, -1, { withscores: true })
      equal(await view.zadd('copy', pairs, { ch: true }), 3)
      equal(await redis.zrange('copy', 0, -1, { withscores: true }), Object.entries(numbers))
    }
    equal(await redis.zadd('z', 4, 'e', 5, 'f'), 2)
    equal(await redis.zadd('z', { a: 9, g: 1 }, { nx: true }), 1)
    equal(await redis.zadd('z', { a: 9, x: 1 }, { xx: true, ch: true }), 1)
    equal(await redis.zadd('z', { a: 8 }, { gt: true, ch: true }), 0)
    equal(await redis.zadd('z', { a: 8 }, { lt: true, ch: true }), 1)
    equal(await redis.zadd('z', { a: 0.5 }, { incr: true }), 8.5)
    equal(await redis.zadd('z', { a: 1 }, { incr: true, nx: true }), null)
    equal(await redis.zadd('z', { n: 1 }, { incr: true, nx: true }), 1)
  },

  async ZCARD({ redis }) {
    equal(await redis.zcard('z'), 0)
  },

  async ZCOUNT({ redis }) {
    await redis.zadd('z', ABC)
    equal(await redis.zcount('z', -Infinity, Infinity), 3)
    equal(await redis.zcount('z', 1, 3, { exclude: 'both' }), 1)
  },

  async ZDIFF({ redis }) {
    await redis.zadd('a', ABC)
    await redis.zadd('b', { b: 0 })
    equal(await redis.zdiff('a', 'b'), ['a', 'c'])
    equal(await redis.zdiff(['a', 'b'], { withscores: true }), [['a', 1], ['c', 3]]) // prettier-ignore
  },

  async ZDIFFSTORE({ redis }) {
    await redis.zadd('a', ABC)
    equal(await redis.zdiffstore('d', 'a', 'none'), 3)
    equal(await redis.zdiffstore('d', ['a', 'a']), 0)
  },

  async ZINCRBY({ redis }) {
    equal(await redis.zincrby('z', 1.5, 'a'), 1.5)
    equal(await redis.zincrby('z', -Infinity, 'a'), -Infinity)
  },

  async ZINTER({ redis }) {
    await redis.zadd('a', ABC)
    await redis.zadd('b', { b: 10 })
    equal(await redis.zinter('a', 'b'), ['b'])
    equal(await redis.zinter({ a: 2, b: 1 }, { aggregate: 'min', withscores: true }), [['b', 4]])
  },

  async ZINTERCARD({ redis }) {
    await redis.zadd('a', ABC)
    equal(await redis.zintercard('a', 'a'), 3)
    equal(await redis.zintercard(['a'], { limit: 2 }), 2)
  },

  async ZINTERSTORE({ redis }) {
    await redis.zadd('a', ABC)
    await redis.zadd('b', { a: 10, b: 10 })
    equal(await redis.zinterstore('d', 'a', 'b'), 2)
    equal(await redis.zinterstore('d', [['a', 2], ['b', 3]], { aggregate: 'sum' }), 2) // prettier-ignore
    equal(await redis.zrange('d', 0, -1, { withscores: true }), [['a', 32], ['b', 34]]) // prettier-ignore
  },

  async ZLEXCOUNT({ redis }) {
    await redis.zadd('z', NAMES)
    equal(await redis.zlexcount('z', '-', '(c'), 2)
  },

  async ZMPOP({ redis }) {
    await redis.zadd('b', ABC)
    equal(await redis.zmpop(['a', 'b'], 'min'), ['b', [['a', 1]]])
    equal(await redis.zmpop('b', 'max', { count: 5 }), ['b', [['c', 3], ['b', 2]]]) // prettier-ignore
    equal(await redis.zmpop('b', 'max'), null)
  },

  async ZMSCORE({ redis }) {
    await redis.zadd('z', { a: 1.5 })
    equal(await redis.zmscore('z', 'a', 'none'), [1.5, null])
  },

  async ZPOPMAX({ redis }) {
    await redis.zadd('z', ABC)
    equal(await redis.zpopmax('z'), [['c', 3]])
    equal(await redis.zpopmax('z', 5), [['b', 2], ['a', 1]]) // prettier-ignore
    equal(await redis.zpopmax('z'), [])
  },

  async ZPOPMIN({ redis }) {
    await redis.zadd('z', ABC)
    equal(await redis.zpopmin('z'), [['a', 1]])
    equal(await redis.buffers.zpopmin('z', 1), [[Buffer.from('b'), 2]])
  },

  async ZRANDMEMBER({ redis }) {
    equal(await redis.zrandmember('z'), null)
    equal(await redis.zrandmember('z', 2), [])
    await redis.zadd('z', { a: 1 })
    equal(await redis.zrandmember('z'), 'a')
    equal(await redis.zrandmember('z', -2), ['a', 'a'])
    equal(await redis.zrandmember('z', 2, { withscores: true }), [['a', 1]])
  },

  async ZRANGE({ redis }) {
    await redis.zadd('z', ABC)
    equal(await redis.zrange('z', 0, -1), ['a', 'b', 'c'])
    equal(await redis.zrange('z', 0, 0, { rev: true }), ['c'])
    equal(await redis.zrange('z', 0, 1, { withscores: true }), [['a', 1], ['b', 2]]) // prettier-ignore
    equal(await redis.zrange('z', 1, Infinity, { byscore: true, exclude: 'start' }), ['b', 'c'])
    equal(await redis.zrange('z', Infinity, 1, { byscore: true, rev: true, limit: [1, 1] }), ['b'])
    equal(await redis.zrange('z', 1, 3, { byscore: true, offset: 1, count: 5 }), ['b', 'c'])
    await redis.zadd('names', NAMES)
    equal(await redis.zrange('names', '[b', '+', { bylex: true }), ['b', 'c', 'd'])
    equal(await redis.buffers.zrange('z', 0, 0, { withscores: true }), [[Buffer.from('a'), 1]])
  },

  async ZRANGEBYLEX({ redis }) {
    await redis.zadd('z', NAMES)
    equal(await redis.zrangebylex('z', '[b', '(d'), ['b', 'c'])
    equal(await redis.zrangebylex('z', '-', '+', { offset: 1, count: 2 }), ['b', 'c'])
  },

  async ZRANGEBYSCORE({ redis }) {
    await redis.zadd('z', ABC)
    equal(await redis.zrangebyscore('z', 1, 2), ['a', 'b'])
    equal(await redis.zrangebyscore('z', '(1', '+inf'), ['b', 'c'])
    equal(await redis.zrangebyscore('z', 1, 3, { exclude: 'max', offset: 1, count: 5 }), ['b'])
    equal(await redis.zrangebyscore('z', -Infinity, 1, { withscores: true }), [['a', 1]])
  },

  async ZRANGESTORE({ redis }) {
    await redis.zadd('z', ABC)
    equal(await redis.zrangestore('d', 'z', 0, 1), 2)
    equal(await redis.zrangestore('d', 'z', 3, 1, { byscore: true, rev: true, exclude: 'stop' }), 2)
    equal(await redis.zrange('d', 0, -1), ['b', 'c'])
    equal(await redis.zrangestore('d', 'z', 1, 3, { byscore: true, limit: [0, 1] }), 1)
  },

  async ZRANK({ redis, has }) {
    await redis.zadd('z', ABC)
    equal(await redis.zrank('z', 'b'), 1)
    equal(await redis.zrank('z', 'none'), null)
    if (has({ redis: '7.2.0', valkey: '7.2.0' })) {
      equal(await redis.zrank('z', 'b', { withscore: true }), [1, 2])
      equal(await redis.zrank('z', 'none', { withscore: true }), null)
    }
  },

  async ZREM({ redis }) {
    await redis.zadd('z', ABC)
    equal(await redis.zrem('z', 'a', 'none'), 1)
    equal(await redis.zrem('z', ['b', 'c']), 2)
  },

  async ZREMRANGEBYLEX({ redis }) {
    await redis.zadd('z', NAMES)
    equal(await redis.zremrangebylex('z', '[a', '[b'), 2)
  },

  async ZREMRANGEBYRANK({ redis }) {
    await redis.zadd('z', ABC)
    equal(await redis.zremrangebyrank('z', 0, 1), 2)
  },

  async ZREMRANGEBYSCORE({ redis }) {
    await redis.zadd('z', ABC)
    equal(await redis.zremrangebyscore('z', 1, 3, { exclude: 'min' }), 2)
    equal(await redis.zremrangebyscore('z', -Infinity, Infinity), 1)
  },

  async ZREVRANGE({ redis }) {
    await redis.zadd('z', ABC)
    equal(await redis.zrevrange('z', 0, 1), ['c', 'b'])
    equal(await redis.zrevrange('z', 0, 0, { withscores: true }), [['c', 3]])
  },

  async ZREVRANGEBYLEX({ redis }) {
    await redis.zadd('z', NAMES)
    equal(await redis.zrevrangebylex('z', '[c', '(a'), ['c', 'b'])
    equal(await redis.zrevrangebylex('z', '+', '-', { limit: [0, 1] }), ['d'])
  },

  async ZREVRANGEBYSCORE({ redis }) {
    await redis.zadd('z', ABC)
    equal(await redis.zrevrangebyscore('z', Infinity, 1, { exclude: 'min' }), ['c', 'b'])
    equal(await redis.zrevrangebyscore('z', 3, 1, { count: 1, withscores: true }), [['c', 3]])
  },

  async ZREVRANK({ redis, has }) {
    await redis.zadd('z', ABC)
    equal(await redis.zrevrank('z', 'a'), 2)
    if (has({ redis: '7.2.0', valkey: '7.2.0' })) {
      equal(await redis.zrevrank('z', 'a', { withscore: true }), [2, 1])
    }
  },

  async ZSCAN({ redis, has }) {
    await redis.zadd('z', { a: 1.5, b: Infinity })
    const [cursor, entries] = await redis.zscan('z', 0)
    equal([cursor, new Map(entries)], ['0', new Map([['a', 1.5], ['b', Infinity]])]) // prettier-ignore
    equal(await redis.zscan('z', '0', { match: 'a*', count: 100 }), ['0', [['a', 1.5]]])
    if (has({ valkey: '8.1.0' })) {
      equal(await redis.zscan('z', 0, { match: 'a', noscores: true }), ['0', ['a']])
    }
  },

  async ZSCORE({ redis }) {
    await redis.zadd('z', { a: 1e300, b: -Infinity })
    equal(await redis.zscore('z', 'a'), 1e300)
    equal(await redis.zscore('z', 'b'), -Infinity)
    equal(await redis.zscore('z', 'none'), null)
  },

  async ZUNION({ redis }) {
    await redis.zadd('a', { x: 1 })
    await redis.zadd('b', { x: 2, y: 3 })
    equal(await redis.zunion('a', 'b'), ['x', 'y'])
    const scored = [['x', 4], ['y', 6]] // prettier-ignore
    equal(await redis.zunion(['a', ['b', 2]], { aggregate: 'max', withscores: true }), scored)
  },

  async ZUNIONSTORE({ redis }) {
    await redis.zadd('a', { x: 1 })
    await redis.zadd('b', { x: 2 })
    equal(await redis.zunionstore('d', [['a', 2], ['b', 1]], { aggregate: 'max' }), 1) // prettier-ignore
    equal(await redis.zscore('d', 'x'), 2)
    equal(await redis.zunionstore('d', 'a', 'b'), 1)
  },
})
