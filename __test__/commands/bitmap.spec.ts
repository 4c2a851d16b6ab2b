import assert, { deepEqual as equal } from 'node:assert/strict'
import { family } from '../support/family'

family(
  'bitmap',
  {
    async BITCOUNT({ redis }) {
      await redis.set('b', Buffer.from([0xff, 0x01, 0x80]))
      equal(await redis.bitcount('b'), 10)
      equal(await redis.bitcount('b', 1, 2), 2)
      equal(await redis.bitcount('b', 0, 3, 'bit'), 4)
      equal(await redis.bitcount('b', -1, -1, 'byte'), 1)
    },

    async BITFIELD({ redis }) {
      equal(await redis.bitfield('b', { set: ['u8', 0, 200] }), [0])
      equal(await redis.bitfield('b', { incrby: ['u8', 0, 100] }), [44])
      equal(
        await redis.bitfield('b', [
          { overflow: 'sat', incrby: ['u8', 0, 250] },
          { overflow: 'fail', incrby: ['u8', 0, 1] },
          { get: ['u4', '#0'] },
          { get: ['i8', 0] },
        ]),
        [255, null, 15, -1],
      )
      await assert.rejects(redis.bitfield('b', { put: 1 }), /unknown option "put"/)
      await assert.rejects(
        redis.bitfield('b', { get: ['u8'] }),
        /the option "get" must be an array of 2 values/,
      )
    },

    async BITFIELD_RO({ redis }) {
      await redis.set('b', Buffer.from([0x12, 0x34]))
      equal(await redis.bitfield_ro('b', { get: ['u8', 8] }), [0x34])
      equal(await redis.bitfield_ro('b', [{ get: ['u4', 0] }, { get: ['u4', '#1'] }]), [1, 2])
      await redis.set('b', Buffer.from('7fffffffffffffff', 'hex'))
      equal(await redis.bitfield_ro('b', { get: ['i64', 0] }), [2n ** 63n - 1n])
    },

    async BITOP({ redis, has }) {
      await redis.mset({ a: Buffer.from([0b1100]), b: Buffer.from([0b1010]) })
      const results: [operation: string, keys: string[], result: number][] = [
        ['and', ['a', 'b'], 0b1000],
        ['or', ['a', 'b'], 0b1110],
        ['xor', ['a', 'b'], 0b0110],
        ['not', ['a'], 0b1111_0011],
      ]
      if (has({ redis: '8.2.0' })) results.push(['diff', ['a', 'b'], 0b0100], ['one', ['a', 'b'], 0b0110])
      for (const [operation, keys, result] of results) {
        equal(await redis.bitop(operation, 'd', ...keys), 1)
        equal(await redis.buffers.get('d'), Buffer.from([result]), operation)
      }
    },

    async BITPOS({ redis }) {
      await redis.set('b', Buffer.from([0x00, 0xff]))
      equal(await redis.bitpos('b', 1), 8)
      equal(await redis.bitpos('b', 0, 1), 16)
      equal(await redis.bitpos('b', 1, 0, 0), -1)
      equal(await redis.bitpos('b', 1, 9, 15, 'bit'), 9)
    },

    async GETBIT({ redis }) {
      await redis.set('b', Buffer.from([0x80]))
      equal([await redis.getbit('b', 0), await redis.getbit('b', 100)], [1, 0])
    },

    async SETBIT({ redis }) {
      equal(await redis.setbit('b', 7, 1), 0)
      equal(await redis.setbit('b', 7, 0), 1)
    },
  },
  {
    BITOP: [(redis) => redis.bitop('diff1', 'd', ['a', 'b', 'c']), ...['diff1', 'd', 'a', 'b', 'c']],
  },
)
