import { deepEqual as equal } from 'node:assert/strict'
import { section } from '../support/tutorial'

section('List, blocking', {
  async 'blpop(key, *keys, timeout=0)'(redis) {
    const popped = redis.blpop('none', 'list', 0)
    await redis.rpush('list', 'a')
    equal(await popped, ['list', 'a'])
    equal(await redis.blpop('none', 0.01), null)
  },

  async 'brpop(key, *keys, timeout=0)'(redis) {
    const popped = redis.brpop(['none', 'list'], 0)
    await redis.rpush('list', 'a')
    equal(await popped, ['list', 'a'])
  },

  async 'brpoplpush(sourcekey, destkey, timeout=0)'(redis) {
    const moved = redis.brpoplpush('list', 'other', 0)
    await redis.rpush('list', 'a')
    equal(await moved, 'a')
  },
})

const ABC = { a: 1, b: 2, c: 3 }

section('Zset, blocking', {
  async 'bzpopmin(key, *keys, timeout=0)'(redis) {
    const popped = redis.bzpopmin('none', 'zset', 0)
    await redis.zadd('zset', { a: 1 })
    equal(await popped, ['zset', 'a', 1])
    equal(await redis.bzpopmin('none', 0.01), null)
  },

  async 'bzpopmax(key, *keys, timeout=0)'(redis) {
    await redis.zadd('zset', ABC)
    equal(await redis.bzpopmax(['none', 'zset'], 0), ['zset', 'c', 3])
  },
})
