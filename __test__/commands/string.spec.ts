import assert, { deepEqual as equal } from 'node:assert/strict'
import { failure } from '../support/client'
import { family } from '../support/family'

/** In the year 2100, in seconds. */
const LATER = 4102444800

family(
  'string',
  {
    async APPEND({ redis }) {
      equal(await redis.append('k', 'ab'), 2)
      equal(await redis.append('k', Buffer.from([0, 255])), 4)
    },

    async DECR({ redis }) {
      equal(await redis.decr('k'), -1)
      equal((await failure(redis.decr('k', 2))).code, 'INVALID_ARGUMENT')
    },

    async DECRBY({ redis }) {
      equal(await redis.decrby('k', 5n), -5)
    },

    async DELEX({ redis }) {
      await redis.set('k', 'v')
      equal(await redis.delex('k', { ifeq: 'other' }), false)
      equal(await redis.delex('k', { ifne: 'other' }), true)
    },

    async DELIFEQ({ redis }) {
      await redis.set('k', 'v')
      equal(await redis.delifeq('k', 'other'), false)
      equal(await redis.delifeq('k', 'v'), true)
    },

    async DIGEST({ redis }) {
      equal(await redis.digest('k'), null)
      await redis.set('k', 'v')
      assert.match(await redis.digest('k'), /^[0-9a-f]{16}$/)
    },

    async GET({ redis }) {
      equal(await redis.get('k'), null)
      await redis.set('k', 'é')
      equal(await redis.get('k'), 'é')
      equal(await redis.buffers.get('k'), Buffer.from('é'))
    },

    async GETDEL({ redis }) {
      await redis.set('k', 'v')
      equal(await redis.getdel('k'), 'v')
      equal(await redis.getdel('k'), null)
    },

    async GETEX({ redis }) {
      await redis.set('k', 'v')
      equal(await redis.getex('k', { exat: LATER }), 'v')
      equal(await redis.expiretime('k'), LATER)
      equal(await redis.getex('k', { pxat: new Date(LATER * 1000 + 5) }), 'v')
      equal(await redis.pexpiretime('k'), LATER * 1000 + 5)
      equal(await redis.getex('k', { persist: true }), 'v')
      equal(await redis.ttl('k'), -1)
      await redis.getex('k', { ex: 100 })
      assert.ok((await redis.ttl('k')) > 90)
      await redis.getex('k', { px: 500_000 })
      assert.ok((await redis.ttl('k')) > 400)
    },

    async GETRANGE({ redis }) {
      await redis.set('k', 'abcdef')
      equal(await redis.getrange('k', 1, -2), 'bcde')
    },

    async GETSET({ redis }) {
      equal(await redis.getset('k', 'a'), null)
      equal(await redis.getset('k', 'b'), 'a')
    },

    async INCR({ redis }) {
      equal(await redis.incr('k'), 1)
      await redis.set('k', '9007199254740991')
      equal(await redis.incr('k'), 9007199254740992n)
    },

    async INCRBY({ redis }) {
      equal(await redis.incrby('k', 2n ** 62n), 2n ** 62n)
    },

    async INCRBYFLOAT({ redis }) {
      equal(await redis.incrbyfloat('k', 0.5), 0.5)
      equal(await redis.incrbyfloat('k', '-0.25'), 0.25)
    },

    async LCS({ redis }) {
      await redis.mset({ a: 'ohmytext', b: 'mynewtext' })
      equal(await redis.lcs('a', 'b'), 'mytext')
      equal(await redis.lcs('a', 'b', { len: true }), 6)
      equal(await redis.lcs('a', 'b', { idx: true, minmatchlen: 4, withmatchlen: true }), {
        matches: [[[4, 7], [5, 8], 4]], // prettier-ignore
        len: 6,
      })
    },

    async MGET({ redis }) {
      await redis.mset({ a: 1, b: 2 })
      equal(await redis.mget('a', 'none', 'b'), ['1', null, '2'])
      equal(await redis.mget(['b']), ['2'])
    },

    async MSET({ redis }) {
      equal(await redis.mset({ a: 1, b: 'x' }), 'OK')
      equal(await redis.mset([['c', 3], [Buffer.from('d'), 4n]]), 'OK') // prettier-ignore
      equal(await redis.mset('e', 5), 'OK')
      equal(await redis.mget('a', 'b', 'c', 'd', 'e'), ['1', 'x', '3', '4', '5'])
    },

    async MSETEX({ redis }) {
      equal(await redis.msetex({ a: 1, b: 2 }, { ex: 100 }), true)
      assert.ok((await redis.ttl('b')) > 90)
      equal(await redis.msetex({ b: 3, c: 3 }, { nx: true }), false)
      equal(await redis.get('b'), '2')
      equal(await redis.msetex({ a: 3 }, { xx: true, keepttl: true }), true)
      assert.ok((await redis.ttl('a')) > 90)
    },

    async MSETNX({ redis }) {
      equal(await redis.msetnx({ a: 1, b: 2 }), true)
      equal(await redis.msetnx({ b: 3, c: 3 }), false)
    },

    async PSETEX({ redis }) {
      equal(await redis.psetex('k', 100_000, 'v'), 'OK')
      assert.ok((await redis.pttl('k')) > 90_000)
    },

    async SET({ redis, has }) {
      equal(await redis.set('k', 'v'), 'OK')
      equal(await redis.set('k', 'w', { nx: true }), null)
      equal(await redis.set('k', 'w', { xx: true, ex: 100 }), 'OK')
      equal(await redis.set('k', 'x', { get: true, keepttl: true }), 'w')
      assert.ok((await redis.ttl('k')) > 90)
      equal(await redis.set('none', 'x', { get: true, xx: true }), null)
      equal(await redis.set('k', 'x', { exat: LATER }), 'OK')
      equal(await redis.expiretime('k'), LATER)
      equal(await redis.set('k', 'x', { pxat: LATER * 1000 }), 'OK')
      equal(await redis.pexpiretime('k'), LATER * 1000)
      if (has({ valkey: '8.1.0', redis: '8.4.0' })) {
        equal(await redis.set('k', 'y', { ifeq: 'other' }), null)
        equal(await redis.set('k', 'y', { ifeq: 'x' }), 'OK')
      }
    },

    async SETEX({ redis }) {
      equal(await redis.setex('k', 100, 'v'), 'OK')
      assert.ok((await redis.ttl('k')) > 90)
    },

    async SETNX({ redis }) {
      equal(await redis.setnx('k', 'v'), true)
      equal(await redis.setnx('k', 'v'), false)
    },

    async SETRANGE({ redis }) {
      equal(await redis.setrange('k', 2, 'ab'), 4)
      equal(await redis.get('k'), '\0\0ab')
    },

    async STRLEN({ redis }) {
      equal(await redis.strlen('k'), 0)
      await redis.set('k', 'é')
      equal(await redis.strlen('k'), 2)
    },

    async SUBSTR({ redis }) {
      await redis.set('k', 'abc')
      equal(await redis.substr('k', 0, 1), 'ab')
    },
  },
  {
    DELEX: [(redis) => redis.delex('k', { ifdeq: 'ff' }), 'k', 'IFDEQ', 'ff'],
    DIGEST: [(redis) => redis.digest('k'), 'k'],
    INCREX: [
      (redis) => redis.increx('k', { byint: 1, ubound: 100, ex: 60, enx: true }),
      ...['k', 'BYINT', '1', 'UBOUND', '100', 'EX', '60', 'ENX'],
    ],
    SET: [(redis) => redis.set('k', 'v', { ifdne: 'ff', px: 5 }), 'k', 'v', 'IFDNE', 'ff', 'PX', '5'],
  },
)
