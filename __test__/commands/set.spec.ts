import { deepEqual as equal } from 'node:assert/strict'
import { family } from '../support/family'

family(
  'set',
  {
    async SADD({ redis }) {
      equal(await redis.sadd('s', 'a', 1, 2n, Buffer.from('b')), 4)
      equal(await redis.sadd('s', ['a', 'c']), 1)
    },

    async SCARD({ redis }) {
      equal(await redis.scard('s'), 0)
    },

    async SDIFF({ redis }) {
      await redis.sadd('a', 1, 2, 3)
      await redis.sadd('b', 2)
      equal((await redis.sdiff('a', 'b')).sort(), ['1', '3'])
    },

    async SDIFFSTORE({ redis }) {
      await redis.sadd('a', 1, 2)
      equal(await redis.sdiffstore('d', 'a', 'b'), 2)
      equal(await redis.sdiffstore('d', ['a', 'a']), 0)
    },

    async SINTER({ redis }) {
      await redis.sadd('a', 1, 2)
      await redis.sadd('b', 2)
      equal(await redis.sinter('a', 'b'), ['2'])
      equal(await redis.buffers.sinter(['a', 'b']), [Buffer.from('2')])
    },

    async SINTERCARD({ redis }) {
      await redis.sadd('a', 1, 2, 3)
      equal(await redis.sintercard('a', 'a'), 3)
      equal(await redis.sintercard(['a', 'a'], { limit: 2 }), 2)
    },

    async SINTERSTORE({ redis }) {
      await redis.sadd('a', 1, 2)
      equal(await redis.sinterstore('d', 'a', 'a'), 2)
    },

    async SISMEMBER({ redis }) {
      await redis.sadd('s', 'a')
      equal(await redis.sismember('s', 'a'), true)
      equal(await redis.sismember('s', 'b'), false)
    },

    async SMEMBERS({ redis }) {
      equal(await redis.smembers('s'), [])
      await redis.sadd('s', 'a', 'b')
      equal((await redis.smembers('s')).sort(), ['a', 'b'])
    },

    async SMISMEMBER({ redis }) {
      await redis.sadd('s', 'a')
      equal(await redis.smismember('s', 'a', 'b'), [true, false])
    },

    async SMOVE({ redis }) {
      await redis.sadd('s', 'a')
      equal(await redis.smove('s', 'd', 'a'), true)
      equal(await redis.smove('s', 'd', 'a'), false)
    },

    async SPOP({ redis }) {
      equal(await redis.spop('s'), null)
      equal(await redis.spop('s', 2), [])
      await redis.sadd('s', 'a')
      equal(await redis.spop('s'), 'a')
      await redis.sadd('s', 'a', 'b')
      equal((await redis.spop('s', 5)).sort(), ['a', 'b'])
    },

    async SRANDMEMBER({ redis }) {
      equal(await redis.srandmember('s'), null)
      await redis.sadd('s', 'a')
      equal(await redis.srandmember('s'), 'a')
      equal(await redis.srandmember('s', -2), ['a', 'a'])
      equal(await redis.buffers.srandmember('s', 1), [Buffer.from('a')])
    },

    async SREM({ redis }) {
      await redis.sadd('s', 'a', 'b')
      equal(await redis.srem('s', 'a', 'b', 'c'), 2)
    },

    async SSCAN({ redis }) {
      await redis.sadd('s', 'a', 'b')
      const [cursor, members] = await redis.sscan('s', 0)
      equal([cursor, members.sort()], ['0', ['a', 'b']])
      equal(await redis.sscan('s', '0', { match: 'b*', count: 100 }), ['0', ['b']])
    },

    async SUNION({ redis }) {
      await redis.sadd('a', 1)
      await redis.sadd('b', 2)
      equal((await redis.sunion('a', 'b')).sort(), ['1', '2'])
    },

    async SUNIONSTORE({ redis }) {
      await redis.sadd('a', 1)
      await redis.sadd('b', 2)
      equal(await redis.sunionstore('d', ['a', 'b']), 2)
    },
  },
  {
    SDIFFCARD: [(redis) => redis.sdiffcard(['a', 'b'], { limit: 5 }), '2', 'a', 'b', 'LIMIT', '5'],
    SUNIONCARD: [
      (redis) => redis.sunioncard(['a', 'b'], { approx: true, limit: 5 }),
      ...['2', 'a', 'b', 'APPROX', 'LIMIT', '5'],
    ],
  },
)
