import { deepEqual as equal } from 'node:assert/strict'
import { family } from '../support/family'

family(
  'list',
  {
    async BLMOVE({ redis }) {
      await redis.rpush('a', 1, 2)
      equal(await redis.blmove('a', 'b', 'right', 'left', 1), '2')
      equal(await redis.blmove('none', 'b', 'left', 'left', 0.01), null)
    },

    async BLMPOP({ redis }) {
      await redis.rpush('b', 1, 2, 3)
      equal(await redis.blmpop(1, ['a', 'b'], 'right', { count: 2 }), ['b', ['3', '2']])
      equal(await redis.blmpop(0.01, 'none', 'left'), null)
    },

    async BLPOP({ redis }) {
      const waiting = redis.blpop('a', 'b', 5)
      await redis.rpush('b', 'x')
      equal(await waiting, ['b', 'x'])
      equal(await redis.blpop(['none'], 0.01), null)
    },

    async BRPOP({ redis }) {
      await redis.rpush('a', 1, 2)
      equal(await redis.brpop('a', 0), ['a', '2'])
      equal(await redis.buffers.brpop('a', 0), [Buffer.from('a'), Buffer.from('1')])
    },

    async BRPOPLPUSH({ redis }) {
      await redis.rpush('a', 1)
      equal(await redis.brpoplpush('a', 'b', 1), '1')
      equal(await redis.brpoplpush('a', 'b', 0.01), null)
    },

    async LINDEX({ redis }) {
      await redis.rpush('l', 'a', 'b')
      equal(await redis.lindex('l', -1), 'b')
      equal(await redis.lindex('l', 5), null)
    },

    async LINSERT({ redis }) {
      await redis.rpush('l', 'a', 'c')
      equal(await redis.linsert('l', 'before', 'c', 'b'), 3)
      equal(await redis.linsert('l', 'after', 'c', 'd'), 4)
      equal(await redis.linsert('l', 'after', 'x', 'y'), -1)
      equal(await redis.linsert('none', 'after', 'x', 'y'), 0)
      equal(await redis.lrange('l', 0, -1), ['a', 'b', 'c', 'd'])
    },

    async LLEN({ redis }) {
      equal(await redis.llen('l'), 0)
    },

    async LMOVE({ redis }) {
      await redis.rpush('a', 1, 2)
      equal(await redis.lmove('a', 'b', 'left', 'right'), '1')
      equal(await redis.lmove('none', 'b', 'left', 'right'), null)
    },

    async LMPOP({ redis }) {
      await redis.rpush('b', 1, 2, 3)
      equal(await redis.lmpop(['a', 'b'], 'left', { count: 2 }), ['b', ['1', '2']])
      equal(await redis.lmpop('b', 'left'), ['b', ['3']])
      equal(await redis.lmpop('a', 'b', 'left'), null)
    },

    async LPOP({ redis }) {
      equal(await redis.lpop('l'), null)
      equal(await redis.lpop('l', 2), null)
      await redis.rpush('l', 1, 2, 3)
      equal(await redis.lpop('l'), '1')
      equal(await redis.lpop('l', 5), ['2', '3'])
    },

    async LPOS({ redis }) {
      await redis.rpush('l', 'a', 'b', 'a', 'a')
      equal(await redis.lpos('l', 'a'), 0)
      equal(await redis.lpos('l', 'x'), null)
      equal(await redis.lpos('l', 'a', { rank: -1 }), 3)
      equal(await redis.lpos('l', 'a', { count: 0, rank: 2 }), [2, 3])
      equal(await redis.lpos('l', 'a', { count: 0, maxlen: 3 }), [0, 2])
      equal(await redis.lpos('l', 'x', { count: 0 }), [])
    },

    async LPUSH({ redis }) {
      equal(await redis.lpush('l', 'a', 'b'), 2)
      equal(await redis.lpush('l', ['c']), 3)
      equal(await redis.lrange('l', 0, -1), ['c', 'b', 'a'])
    },

    async LPUSHX({ redis }) {
      equal(await redis.lpushx('l', 'a'), 0)
    },

    async LRANGE({ redis }) {
      await redis.rpush('l', 'a', 'b', 'c')
      equal(await redis.lrange('l', 1, -1), ['b', 'c'])
      equal(await redis.buffers.lrange('l', 0, 0), [Buffer.from('a')])
    },

    async LREM({ redis }) {
      await redis.rpush('l', 'a', 'b', 'a', 'a')
      equal(await redis.lrem('l', -2, 'a'), 2)
      equal(await redis.lrange('l', 0, -1), ['a', 'b'])
    },

    async LSET({ redis }) {
      await redis.rpush('l', 'a')
      equal(await redis.lset('l', 0, 'b'), 'OK')
    },

    async LTRIM({ redis }) {
      await redis.rpush('l', 'a', 'b', 'c')
      equal(await redis.ltrim('l', 0, 1), 'OK')
      equal(await redis.llen('l'), 2)
    },

    async RPOP({ redis }) {
      await redis.rpush('l', 1, 2, 3)
      equal(await redis.rpop('l'), '3')
      equal(await redis.rpop('l', 2), ['2', '1'])
      equal(await redis.rpop('l', 2), null)
    },

    async RPOPLPUSH({ redis }) {
      await redis.rpush('a', 1, 2)
      equal(await redis.rpoplpush('a', 'b'), '2')
      equal(await redis.rpoplpush('none', 'b'), null)
    },

    async RPUSH({ redis }) {
      equal(await redis.rpush('l', 'a', 1, 2n), 3)
    },

    async RPUSHX({ redis }) {
      equal(await redis.rpushx('l', 'a', 'b'), 0)
      await redis.rpush('l', 'a')
      equal(await redis.rpushx('l', 'b', 'c'), 3)
    },
  },
  {
    BLMOVEM: [
      (redis) => redis.blmovem('a', 'b', 'left', 'right', 0.5, { exactly: 2 }),
      ...['a', 'b', 'left', 'right', '0.5', 'EXACTLY', '2', 'BULK'],
    ],
    LMOVEM: [
      (redis) => redis.lmovem('a', 'b', 'right', 'left', { count: 3, order: 'obo' }),
      ...['a', 'b', 'right', 'left', 'COUNT', '3', 'obo'],
    ],
  },
)
