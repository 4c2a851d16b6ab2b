import assert, { deepEqual as equal } from 'node:assert/strict'
import type { Client } from '../support/client'
import { family } from '../support/family'

/** In the year 2100, in seconds. */
const LATER = 4102444800
const DATE = new Date(LATER * 1000 + 5)

family(
  'hash',
  {
    async HDEL({ redis }) {
      await redis.hset('h', { a: 1, b: 2, c: 3 })
      equal(await redis.hdel('h', 'a', 'none'), 1)
      equal(await redis.hdel('h', ['b', 'c']), 2)
    },

    async HEXISTS({ redis }) {
      await redis.hset('h', 'f', 'v')
      equal(await redis.hexists('h', 'f'), true)
      equal(await redis.hexists('h', 'g'), false)
    },

    async HEXPIRE({ redis }) {
      await redis.hset('h', { f: 1, g: 2 })
      equal(await redis.hexpire('h', 100, 'f', 'none'), [1, -2])
      equal(await redis.hexpire('h', 200, ['f', 'g'], { nx: true }), [0, 1])
      equal(await redis.hexpire('h', 300, 'f', { gt: true }), [1])
    },

    async HEXPIREAT({ redis }) {
      await redis.hset('h', 'f', 1)
      equal(await redis.hexpireat('h', DATE, 'f'), [1])
      equal(await redis.hexpiretime('h', 'f'), [LATER])
      equal(await redis.hexpireat('h', LATER - 1, 'f', { lt: true }), [1])
    },

    async HEXPIRETIME({ redis }) {
      await redis.hset('h', 'f', 1)
      equal(await redis.hexpiretime('h', ['f', 'g']), [-1, -2])
    },

    async HGET({ redis }) {
      await redis.hset('h', 'f', 'v')
      equal(await redis.hget('h', 'f'), 'v')
      equal(await redis.hget('h', 'g'), null)
      equal(await redis.buffers.hget('h', 'f'), Buffer.from('v'))
    },

    async HGETALL({ redis }) {
      equal(await redis.hgetall('h'), {})
      const names = ['f', '__proto__', 'constructor', '10', '9']
      await redis.hset('h', names.map((name, at) => [name, at])) // prettier-ignore
      const hash = await redis.hgetall('h')
      equal(new Set(Object.keys(hash)), new Set(names))
      equal(Object.getPrototypeOf(hash), Object.prototype)
      for (const [at, name] of names.entries())
        equal(Object.getOwnPropertyDescriptor(hash, name)?.value, `${at}`)
      equal((await redis.buffers.hgetall('h'))[0], [Buffer.from('f'), Buffer.from('0')])
      const pairs = names.map((name, at) => [name, `${at}`])
      equal(await redis.hgetall('h', { pairs: true }), pairs)
      equal(await redis.hgetall('h', { pairs: false }), hash)
      equal(await redis.hgetall('none', { pairs: true }), [])
      const [copied, pairsToo] = await redis
        .pipeline()
        .hset('copy', pairs)
        .hgetall('copy', { pairs: true })
        .execute()
      equal([copied, pairsToo], [5, pairs])
    },

    async HGETDEL({ redis }) {
      await redis.hset('h', { f: 1, g: 2 })
      equal(await redis.hgetdel('h', 'f', 'none'), ['1', null])
      equal(await redis.hkeys('h'), ['g'])
    },

    async HGETEX({ redis }) {
      await redis.hset('h', { f: 1, g: 2 })
      equal(await redis.hgetex('h', ['f', 'none'], { exat: LATER }), ['1', null])
      equal(await redis.hexpiretime('h', 'f'), [LATER])
      equal(await redis.hgetex('h', 'f', { pxat: DATE }), ['1'])
      equal(await redis.hpexpiretime('h', 'f'), [DATE.getTime()])
      equal(await redis.hgetex('h', 'f', { persist: true }), ['1'])
      equal(await redis.httl('h', 'f'), [-1])
      equal(await redis.hgetex('h', 'g'), ['2'])
    },

    async HINCRBY({ redis }) {
      equal(await redis.hincrby('h', 'f', 5), 5)
      equal(await redis.hincrby('h', 'f', -7n), -2)
    },

    async HINCRBYFLOAT({ redis }) {
      equal(await redis.hincrbyfloat('h', 'f', 1.5), 1.5)
    },

    async HKEYS({ redis }) {
      await redis.hset('h', { a: 1, b: 2 })
      equal((await redis.hkeys('h')).sort(), ['a', 'b'])
    },

    async HLEN({ redis }) {
      equal(await redis.hlen('h'), 0)
    },

    async HMGET({ redis }) {
      await redis.hset('h', { a: 1, b: 2 })
      equal(await redis.hmget('h', 'b', 'none', 'a'), ['2', null, '1'])
    },

    async HMSET({ redis }) {
      equal(await redis.hmset('h', { a: 1 }), 'OK')
    },

    async HPERSIST({ redis }) {
      await redis.hset('h', { a: 1, b: 2 })
      await redis.hexpire('h', 100, 'a')
      equal(await redis.hpersist('h', 'a', 'b', 'none'), [1, -1, -2])
    },

    async HPEXPIRE({ redis }) {
      await redis.hset('h', 'f', 1)
      equal(await redis.hpexpire('h', 100_000, 'f', { nx: true }), [1])
      equal(await redis.hpexpire('h', 100_000, 'f', { nx: true }), [0])
    },

    async HPEXPIREAT({ redis }) {
      await redis.hset('h', 'f', 1)
      equal(await redis.hpexpireat('h', DATE, 'f'), [1])
      equal(await redis.hpexpireat('h', LATER * 1000, 'f', { gt: true }), [0])
    },

    async HPEXPIRETIME({ redis }) {
      await redis.hset('h', 'f', 1)
      await redis.hpexpireat('h', DATE, 'f')
      equal(await redis.hpexpiretime('h', 'f'), [DATE.getTime()])
    },

    async HPTTL({ redis }) {
      await redis.hset('h', { f: 1, g: 1 })
      await redis.hpexpire('h', 100_000, 'f')
      const [f, g] = await redis.hpttl('h', 'f', 'g')
      assert.ok(f > 90_000)
      equal(g, -1)
    },

    async HRANDFIELD({ redis }) {
      equal(await redis.hrandfield('h'), null)
      equal(await redis.hrandfield('h', 2), [])
      await redis.hset('h', 'f', 'v')
      equal(await redis.hrandfield('h'), 'f')
      equal(await redis.hrandfield('h', -2), ['f', 'f'])
      equal(await redis.hrandfield('h', 2, { withvalues: true }), [['f', 'v']])
      equal(await redis.buffers.hrandfield('h', 2, { withvalues: true }), [
        [Buffer.from('f'), Buffer.from('v')],
      ])
    },

    async HSCAN({ redis, has }) {
      await redis.hset('h', { f: 1, g: 2 })
      const [cursor, entries] = await redis.hscan('h', 0, { count: 100 })
      equal(cursor, '0')
      equal(new Map(entries), new Map([['f', '1'], ['g', '2']])) // prettier-ignore
      equal(await redis.hscan('h', '0', { match: 'g*' }), ['0', [['g', '2']]])
      if (has({ redis: '7.4.0', valkey: '8.0.0' })) {
        equal(await redis.hscan('h', 0, { match: 'g', novalues: true }), ['0', ['g']])
      }
    },

    async HSET({ redis }) {
      equal(await redis.hset('h', 'f', 'v'), 1)
      equal(await redis.hset('h', { f: 1, g: 2 }), 1)
      equal(await redis.hset('h', new Map([['i', 3]])), 1)
      equal(await redis.hset('h', [['j', 4], ['k', 5]]), 2) // prettier-ignore
      equal(await redis.hgetall('h'), { f: '1', g: '2', i: '3', j: '4', k: '5' })
    },

    async HSETEX({ redis, has }) {
      equal(await redis.hsetex('h', { f: 1, g: 2 }, { ex: 100 }), true)
      equal(await redis.hsetex('h', { f: 2 }, { fnx: true }), false)
      equal(await redis.hsetex('h', { f: 3 }, { fxx: true, keepttl: true }), true)
      assert.ok((await redis.httl('h', 'f'))[0] > 90)
      equal(await redis.hget('h', 'f'), '3')
      if (has({ valkey: '9.1.0' })) equal(await redis.hsetex('h', { f: 4 }, { nx: true }), false)
    },

    async HSETNX({ redis }) {
      equal(await redis.hsetnx('h', 'f', 1), true)
      equal(await redis.hsetnx('h', 'f', 2), false)
    },

    async HSTRLEN({ redis }) {
      await redis.hset('h', 'f', 'abc')
      equal(await redis.hstrlen('h', 'f'), 3)
    },

    async HTTL({ redis }) {
      await redis.hset('h', { f: 1, g: 1 })
      await redis.hexpire('h', 100, 'f')
      const [f, ...rest] = await redis.httl('h', 'f', 'g', 'none')
      assert.ok(f > 90)
      equal(rest, [-1, -2])
    },

    async HVALS({ redis }) {
      await redis.hset('h', { a: 1, b: 2 })
      equal((await redis.hvals('h')).sort(), ['1', '2'])
      equal(await redis.buffers.hvals('none'), [])
    },
  },
  {
    HEXPIRE: [
      (redis) => redis.hexpire('h', 5, ['f', 'g'], { xx: true }),
      ...['h', '5', 'XX', 'FIELDS', '2', 'f', 'g'],
    ],
    'HIMPORT DISCARD': [(redis) => redis.client((conn: Client) => conn.himportDiscard('people')), 'people'],
    'HIMPORT DISCARDALL': [(redis) => redis.client((conn: Client) => conn.himportDiscardall())],
    'HIMPORT PREPARE': [
      (redis) => redis.client((conn: Client) => conn.himportPrepare('people', 'name', 'born')),
      ...['people', 'name', 'born'],
    ],
    'HIMPORT SET': [
      (redis) => redis.client((conn: Client) => conn.himportSet('h', 'people', ['Ada', 1815])),
      ...['h', 'people', 'Ada', '1815'],
    ],
    HSETEX: [
      (redis) => redis.hsetex('h', [['f', 1]], { pxat: DATE, fxx: true }),
      ...['h', 'PXAT', String(DATE.getTime()), 'FXX', 'FIELDS', '1', 'f', '1'],
    ],
  },
)
