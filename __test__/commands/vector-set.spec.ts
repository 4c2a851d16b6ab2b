import assert from 'node:assert/strict'
import { deepEqual as equal } from 'node:assert/strict'
import type { Client } from '../support/client'
import { family } from '../support/family'

/** Four elements around a circle; `b` has attributes. */
async function fill(redis: Client) {
  await redis.vadd('v', [1, 0], 'a')
  await redis.vadd('v', [0, 1], 'b', { setattr: '{"x":1}' })
  await redis.vadd('v', [-1, 0], 'c')
}

const names = (pairs: readonly (readonly unknown[])[]) => pairs.map(([name]) => name)

family(
  'vector-set',
  {
    async VADD({ redis }) {
      equal(await redis.vadd('v', [0.25, -1e-7, 3], 'a'), true)
      equal(await redis.vadd('v', new Float32Array([1, 2, 3]), 'b', { cas: true, ef: 50 }), true)
      equal(await redis.vadd('v', new Float64Array([1, 2, 4]), 'b'), false)
      equal(await redis.vadd('w', [1, 2, 3], 'a', { reduce: 2, quantization: 'noquant', m: 8 }), true)
      const info = await redis.vinfo('w')
      equal(
        [info['vector-dim'], info['projection-input-dim'], info['quant-type'], info['hnsw-m']],
        [2, 3, 'f32', 8],
      )
      await assert.rejects(redis.vadd('v', [1, 2], 'c'), { code: 'ERR' })
    },

    async VCARD({ redis }) {
      await fill(redis)
      equal([await redis.vcard('v'), await redis.vcard('none')], [3, 0])
    },

    async VDIM({ redis }) {
      await fill(redis)
      equal(await redis.vdim('v'), 2)
      await assert.rejects(redis.vdim('none'), { code: 'ERR' })
    },

    async VEMB({ redis }) {
      await redis.vadd('v', new Float32Array([3, 4]), 'a', { quantization: 'noquant' })
      const [x, y] = await redis.vemb('v', 'a')
      assert.ok(Math.abs(x - 3) < 1e-3 && Math.abs(y - 4) < 1e-3, `${x} ${y}`)
      equal(await redis.vemb('v', 'none'), null)
    },

    async VGETATTR({ redis }) {
      await fill(redis)
      equal(await redis.vgetattr('v', 'b'), '{"x":1}')
      equal(await redis.vgetattr('v', 'a'), null)
      equal(await redis.buffers.vgetattr('v', 'b'), Buffer.from('{"x":1}'))
    },

    async VINFO({ redis }) {
      await fill(redis)
      const { size, 'attributes-count': attributes, 'quant-type': type } = await redis.vinfo('v')
      equal({ size, attributes, type }, { size: 3, attributes: 1, type: 'int8' })
      equal(await redis.vinfo('none'), null)
    },

    async VISMEMBER({ redis }) {
      await fill(redis)
      equal([await redis.vismember('v', 'a'), await redis.vismember('v', 'x')], [true, false])
      equal(await redis.vismember('none', 'a'), false)
    },

    async VLINKS({ redis }) {
      await fill(redis)
      // How many layers an element is in is left to chance.
      const layers: string[][] = await redis.vlinks('v', 'a')
      equal(new Set(layers.flat()), new Set(['b', 'c']))
      const scored: [string, number][][] = await redis.vlinks('v', 'a', { withscores: true })
      equal(scored.map(names), layers)
      for (const [, score] of scored.flat()) assert.ok(score >= 0 && score <= 1)
      equal(await redis.vlinks('none', 'a'), null)
    },

    async VRANDMEMBER({ redis }) {
      await fill(redis)
      assert.match(await redis.vrandmember('v'), /^[abc]$/)
      equal((await redis.vrandmember('v', 5)).sort(), ['a', 'b', 'c'])
      equal([await redis.vrandmember('none'), await redis.vrandmember('none', 2)], [null, []])
    },

    async VRANGE({ redis }) {
      await fill(redis)
      equal(await redis.vrange('v', '-', '+'), ['a', 'b', 'c'])
      equal(await redis.vrange('v', '(a', '+', 1), ['b'])
    },

    async VREM({ redis }) {
      await fill(redis)
      equal([await redis.vrem('v', 'a'), await redis.vrem('v', 'a')], [true, false])
    },

    async VSETATTR({ redis }) {
      await fill(redis)
      equal(await redis.vsetattr('v', 'a', '{"x":2}'), true)
      equal(await redis.vsetattr('v', 'none', '{}'), false)
      equal(await redis.vsetattr('v', 'b', ''), true)
      equal([await redis.vgetattr('v', 'a'), await redis.vgetattr('v', 'b')], ['{"x":2}', null])
    },

    async VSIM({ redis, has }) {
      await fill(redis)
      equal(await redis.vsim('v', 'a'), ['a', 'b', 'c'])
      equal(await redis.vsim('v', Buffer.from('c'), { count: 1 }), ['c'])
      equal(await redis.vsim('v', [0, -1], { truth: true, nothread: true, ef: 100 }), ['a', 'c', 'b'])
      equal(await redis.vsim('v', new Float32Array([1, 0]), { filter: '.x == 1', filteref: 100 }), ['b'])
      equal(await redis.vsim('v', 'a', { withscores: true }), [['a', 1], ['b', 0.5], ['c', 0]]) // prettier-ignore
      equal(await redis.buffers.vsim('v', 'a', { withscores: true, count: 1 }), [[Buffer.from('a'), 1]])
      equal(await redis.vsim('none', 'a', { withscores: true }), [])
      if (!has({ redis: '8.2.0' })) return
      equal(await redis.vsim('v', 'a', { epsilon: 0.6 }), ['a', 'b'])
      equal(await redis.vsim('v', 'a', { withattribs: true, count: 2 }), [['a', null], ['b', '{"x":1}']]) // prettier-ignore
      equal(await redis.vsim('v', 'a', { withscores: true, withattribs: true }), [
        ['a', 1, null],
        ['b', 0.5, '{"x":1}'],
        ['c', 0, null],
      ])
      equal(await redis.vsim('none', 'a', { withscores: true, withattribs: true }), [])
    },
  },
  {
    VADD: [
      (redis) => redis.vadd('v', [1, 0.5], 'a', { m: 8, reduce: 1, quantization: 'bin', setattr: '{}' }),
      ...['v', 'REDUCE', '1', 'VALUES', '2', '1', '0.5', 'a', 'M', '8', 'BIN', 'SETATTR', '{}'],
    ],
    VCARD: [(redis) => redis.vcard('v'), 'v'],
    VDIM: [(redis) => redis.vdim('v'), 'v'],
    VEMB: [(redis) => redis.vemb('v', 'a'), 'v', 'a'],
    VGETATTR: [(redis) => redis.vgetattr('v', 'a'), 'v', 'a'],
    VINFO: [(redis) => redis.vinfo('v'), 'v'],
    VISMEMBER: [(redis) => redis.vismember('v', 'a'), 'v', 'a'],
    VLINKS: [(redis) => redis.vlinks('v', 'a', { withscores: true }), 'v', 'a', 'WITHSCORES'],
    VRANDMEMBER: [(redis) => redis.vrandmember('v', -2), 'v', '-2'],
    VRANGE: [(redis) => redis.vrange('v', '-', '[b', 10), 'v', '-', '[b', '10'],
    VREM: [(redis) => redis.vrem('v', 'a'), 'v', 'a'],
    VSETATTR: [(redis) => redis.vsetattr('v', 'a', '{}'), 'v', 'a', '{}'],
    VSIM: [
      (redis) =>
        redis.vsim('v', 'a', { withscores: true, count: 3, epsilon: 0.2, filter: '.x', filteref: 9 }),
      ...['v', 'ELE', 'a', 'WITHSCORES', 'COUNT', '3', 'EPSILON', '0.2', 'FILTER', '.x', 'FILTER-EF', '9'],
    ],
  },
)
