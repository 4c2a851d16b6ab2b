import { deepEqual as equal } from 'node:assert/strict'
import { section } from '../support/tutorial'

section('List, set', {
  async 'linsert(key, pivot, value, before=False)'(redis) {
    await redis.rpush('list', 'a', 'c')
    equal(await redis.linsert('list', 'after', 'a', 'b'), 3)
    equal(await redis.lrange('list', 0, -1), ['a', 'b', 'c'])
  },

  async 'linsert(key, pivot, value, before=True)'(redis) {
    await redis.rpush('list', 'a', 'c')
    equal(await redis.linsert('list', 'before', 'c', 'b'), 3)
    equal(await redis.linsert('list', 'before', 'none', 'x'), -1)
  },

  async 'lpush(key, value, *values)'(redis) {
    equal(await redis.lpush('list', 'a', 'b'), 2)
    equal(await redis.lrange('list', 0, -1), ['b', 'a'])
  },

  async 'rpush(key, value, *values)'(redis) {
    equal(await redis.rpush('list', 'a', 'b'), 2)
    equal(await redis.lrange('list', 0, -1), ['a', 'b'])
  },

  async 'lpushx(key, value)'(redis) {
    equal(await redis.lpushx('list', 'a'), 0)
  },

  async 'rpushx(key, value)'(redis) {
    equal(await redis.rpushx('list', 'a'), 0)
  },

  async 'lset(key, index, value)'(redis) {
    await redis.rpush('list', 'a')
    equal(await redis.lset('list', 0, 'b'), 'OK')
  },

  async 'lpop(key)'(redis) {
    equal(await redis.lpop('list'), null)
    await redis.rpush('list', 'a', 'b')
    equal(await redis.lpop('list'), 'a')
  },

  async 'rpop(key)'(redis) {
    await redis.rpush('list', 'a', 'b')
    equal(await redis.rpop('list'), 'b')
  },

  async 'rpoplpush(sourcekey, destkey)'(redis) {
    await redis.rpush('list', 'a', 'b')
    equal(await redis.rpoplpush('list', 'other'), 'b')
  },

  async 'lrem(key, count, value)'(redis) {
    await redis.rpush('list', 'a', 'b', 'a')
    equal(await redis.lrem('list', 0, 'a'), 2)
  },

  async 'ltrim(key, start, stop)'(redis) {
    await redis.rpush('list', 'a', 'b', 'c')
    equal(await redis.ltrim('list', 1, -1), 'OK')
    equal(await redis.lrange('list', 0, -1), ['b', 'c'])
  },
})

section('List, get', {
  async 'lindex(key, index)'(redis) {
    await redis.rpush('list', 'a', 'b')
    equal(await redis.lindex('list', -1), 'b')
    equal(await redis.lindex('list', 9), null)
  },

  async 'llen(key)'(redis) {
    equal(await redis.llen('list'), 0)
  },

  async 'lrange(key, start, stop)'(redis) {
    await redis.rpush('list', 'a', 'b', 'c')
    equal(await redis.lrange('list', 0, 1), ['a', 'b'])
  },
})
