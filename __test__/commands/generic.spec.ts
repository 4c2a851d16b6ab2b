import assert, { deepEqual as equal } from 'node:assert/strict'
import { family } from '../support/family'
import { startServer } from '../support/server'

/** In the year 2100, in seconds. */
const LATER = 4102444800
const DATE = new Date(LATER * 1000 + 5)

family('generic', {
  async COPY({ redis }) {
    await redis.set('a', 1)
    equal(await redis.copy('a', 'b'), true)
    equal(await redis.copy('a', 'b'), false)
    equal(await redis.copy('a', 'b', { replace: true }), true)
    equal(await redis.copy('a', 'b', { db: 1 }), true)
  },

  async DEL({ redis }) {
    await redis.mset({ a: 1, b: 2, c: 3 })
    equal(await redis.del('a', 'none'), 1)
    equal(await redis.delete(['b', 'c']), 2)
  },

  async DUMP({ redis }) {
    equal(await redis.dump('k'), null)
    await redis.set('k', 'v')
    const dumped = await redis.dump('k')
    assert.ok(Buffer.isBuffer(dumped))
    equal(await redis.restore('copy', 0, dumped), 'OK')
    equal(await redis.get('copy'), 'v')
  },

  async EXISTS({ redis }) {
    await redis.set('a', 1)
    equal(await redis.exists('a', 'a', 'b'), 2)
  },

  async EXPIRE({ redis }) {
    equal(await redis.expire('none', 5), false)
    await redis.set('k', 'v')
    equal(await redis.expire('k', 100), true)
    equal(await redis.expire('k', 100, { nx: true }), false)
    equal(await redis.expire('k', 200, { xx: true, gt: true }), true)
    equal(await redis.expire('k', 100, { lt: true }), true)
  },

  async EXPIREAT({ redis }) {
    await redis.set('k', 'v')
    equal(await redis.expireat('k', DATE), true)
    equal(await redis.expiretime('k'), LATER)
    equal(await redis.expireat('k', LATER + 1, { lt: true }), false)
  },

  async EXPIRETIME({ redis }) {
    equal(await redis.expiretime('k'), -2)
    await redis.set('k', 'v')
    equal(await redis.expiretime('k'), -1)
  },

  async KEYS({ redis }) {
    await redis.mset({ a1: 1, a2: 2, b: 3 })
    equal((await redis.keys('a?')).sort(), ['a1', 'a2'])
    equal(await redis.buffers.keys('b'), [Buffer.from('b')])
  },

  async MIGRATE({ redis, server }) {
    const ending: (() => Promise<void>)[] = []
    const target = await startServer({ after: (end) => ending.push(end) }, { kind: server.kind })
    try {
      await redis.mset({ a: 1, b: 2, c: 3 })
      equal(await redis.migrate('127.0.0.1', target.port, 'none', 0, 5000), 'NOKEY')
      equal(await redis.migrate('127.0.0.1', target.port, 'a', 0, 5000, { copy: true }), 'OK')
      equal(await redis.migrate('127.0.0.1', target.port, ['a', 'b'], 0, 5000, { replace: true }), 'OK')
      equal(await redis.keys('*'), ['c'])
      equal(await target.raw('DBSIZE'), 2)
    } finally {
      for (const end of ending) await end()
    }
  },

  async MOVE({ redis }) {
    await redis.set('k', 'v')
    equal(await redis.move('k', 2), true)
    equal(await redis.move('k', 2), false)
  },

  async 'OBJECT ENCODING'({ redis }) {
    equal(await redis.objectEncoding('k'), null)
    await redis.set('k', 12)
    equal(await redis.objectEncoding('k'), 'int')
  },

  async 'OBJECT FREQ'({ redis }) {
    await redis.configSet({ 'maxmemory-policy': 'allkeys-lfu' })
    try {
      await redis.set('k', 'v')
      assert.equal(typeof (await redis.objectFreq('k')), 'number')
    } finally {
      await redis.configSet({ 'maxmemory-policy': 'noeviction' })
    }
  },

  async 'OBJECT IDLETIME'({ redis }) {
    await redis.set('k', 'v')
    equal(await redis.objectIdletime('k'), 0)
    equal(await redis.objectIdletime('none'), null)
  },

  async 'OBJECT REFCOUNT'({ redis }) {
    await redis.set('k', 'v')
    equal(await redis.objectRefcount('k'), 1)
  },

  async PERSIST({ redis }) {
    await redis.set('k', 'v', { ex: 100 })
    equal(await redis.persist('k'), true)
    equal(await redis.persist('k'), false)
  },

  async PEXPIRE({ redis }) {
    await redis.set('k', 'v')
    equal(await redis.pexpire('k', 100_000, { nx: true }), true)
    assert.ok((await redis.pttl('k')) > 90_000)
  },

  async PEXPIREAT({ redis }) {
    await redis.set('k', 'v')
    equal(await redis.pexpireat('k', DATE), true)
    equal(await redis.pexpiretime('k'), DATE.getTime())
    equal(await redis.pexpireat('k', LATER * 1000, { gt: true }), false)
  },

  async PEXPIRETIME({ redis }) {
    equal(await redis.pexpiretime('k'), -2)
  },

  async PTTL({ redis }) {
    equal(await redis.pttl('k'), -2)
    await redis.set('k', 'v')
    equal(await redis.pttl('k'), -1)
  },

  async RANDOMKEY({ redis }) {
    equal(await redis.randomkey(), null)
    await redis.set('k', 'v')
    equal(await redis.randomkey(), 'k')
    equal(await redis.buffers.randomkey(), Buffer.from('k'))
  },

  async RENAME({ redis }) {
    await redis.set('a', 1)
    equal(await redis.rename('a', 'b'), 'OK')
  },

  async RENAMENX({ redis }) {
    await redis.mset({ a: 1, b: 2 })
    equal(await redis.renamenx('a', 'b'), false)
    equal(await redis.renamenx('a', 'c'), true)
  },

  async RESTORE({ redis }) {
    await redis.set('k', Buffer.from([0, 255, 10]))
    const dumped = await redis.dump('k')
    equal(await redis.restore('k', 100_000, dumped, { replace: true }), 'OK')
    assert.ok((await redis.pttl('k')) > 90_000)
    equal(await redis.restore('k', DATE, dumped, { replace: true, absttl: true }), 'OK')
    equal(await redis.pexpiretime('k'), DATE.getTime())
    equal(await redis.restore('k', 0, dumped, { replace: true, idletime: 1000 }), 'OK')
    assert.ok((await redis.objectIdletime('k')) >= 1000)
    equal(await redis.restore('k', 0, dumped, { replace: true, freq: 5 }), 'OK')
    equal(await redis.buffers.get('k'), Buffer.from([0, 255, 10]))
  },

  async SCAN({ redis }) {
    await redis.mset({ a1: 1, a2: 2, b: 3 })
    await redis.hset('a3', 'f', 'v')
    equal((await redis.scan(0, { match: 'a*', count: 100 }))[1].sort(), ['a1', 'a2', 'a3'])
    equal(await redis.scan('0', { match: 'a*', count: 100, type: 'hash' }), ['0', ['a3']])
    const [cursor] = await redis.scan(0, { count: 1 })
    assert.equal(typeof cursor, 'string')
  },

  async SORT({ redis }) {
    await redis.rpush('l', 3, 1, 2)
    equal(await redis.sort('l'), ['1', '2', '3'])
    await redis.mset({ w_1: 3, w_2: 2, w_3: 1, o_1: 'one', o_3: 'three' })
    const sorted = await redis.sort('l', { by: 'w_*', get: ['#', 'o_*'], limit: [0, 2], order: 'desc' })
    equal(sorted, ['1', 'one', '2', null])
    equal(await redis.sort('l', { offset: 1, count: 5, alpha: true, order: 'asc' }), ['2', '3'])
    equal(await redis.sort('l', { store: 'd' }), 3)
    equal(await redis.buffers.sort('d', { by: 'nosort', get: '#', count: 1 }), [Buffer.from('1')])
  },

  async SORT_RO({ redis }) {
    await redis.rpush('l', 'b', 'a')
    equal(await redis.sort_ro('l', { alpha: true }), ['a', 'b'])
  },

  async TOUCH({ redis }) {
    await redis.set('a', 1)
    equal(await redis.touch('a', 'b'), 1)
  },

  async TTL({ redis }) {
    equal(await redis.ttl('k'), -2)
  },

  async TYPE({ redis }) {
    equal(await redis.type('k'), 'none')
    await redis.rpush('k', 1)
    equal(await redis.type('k'), 'list')
  },

  async UNLINK({ redis }) {
    await redis.mset({ a: 1, b: 2 })
    equal(await redis.unlink('a', 'b', 'c'), 2)
  },

  async WAIT({ redis }) {
    await using session = await redis.client()
    equal(await session.wait(0, 100), 0)
    equal(await session.wait(1, 1), 0)
  },

  async WAITAOF({ redis }) {
    await using session = await redis.client()
    equal(await session.waitaof(0, 0, 100), [0, 0])
  },
})
