import { deepEqual as equal } from 'node:assert/strict'
import { section } from '../support/tutorial'

const MAPPING = { key1: 'value1', key2: 'value2', key3: 123 }

section('Hash, set', {
  async 'hset(key, field, value)'(redis) {
    equal(await redis.hset('hash', 'field', 'value'), 1)
    equal(await redis.hget('hash', 'field'), 'value')
  },

  async 'hset(key, mapping=)'(redis) {
    equal(await redis.hset('hash', MAPPING), 3)
    equal(await redis.hset('hash', new Map([['key4', 4]])), 1)
    equal(await redis.hgetall('hash'), { key1: 'value1', key2: 'value2', key3: '123', key4: '4' })
  },

  async 'hsetnx(key, field, value)'(redis) {
    equal(await redis.hsetnx('hash', 'field', 1), true)
    equal(await redis.hsetnx('hash', 'field', 2), false)
  },

  async 'hmset(key, field, value, *pairs)'(redis) {
    equal(await redis.hmset('hash', 'a', 1, 'b', 2), 'OK')
    equal(await redis.hgetall('hash'), { a: '1', b: '2' })
  },

  async 'hmset_dict(key, *args, **kwargs)'(redis) {
    await redis.hset('hash', MAPPING)
    equal(await redis.hget('hash', 'key3'), '123')
  },

  async 'hincrby(key, field, increment=1)'(redis) {
    equal(await redis.hincrby('hash', 'field', 1), 1)
  },

  async 'hincrbyfloat(key, field, increment=1.0)'(redis) {
    equal(await redis.hincrbyfloat('hash', 'field', 1.5), 1.5)
  },

  async 'hdel(key, field, *fields)'(redis) {
    await redis.hset('hash', MAPPING)
    equal(await redis.hdel('hash', 'key1', 'key2', 'none'), 2)
  },
})

section('Hash, get', {
  async 'hget(key, field)'(redis) {
    equal(await redis.hget('hash', 'field'), null)
  },

  async 'hgetall(key)'(redis) {
    await redis.hset('hash', MAPPING)
    equal(await redis.hgetall('hash'), { key1: 'value1', key2: 'value2', key3: '123' })
    equal(await redis.hgetall('none'), {})
  },

  async 'hkeys(key)'(redis) {
    await redis.hset('hash', MAPPING)
    equal((await redis.hkeys('hash')).sort(), ['key1', 'key2', 'key3'])
  },

  async 'hlen(key)'(redis) {
    await redis.hset('hash', MAPPING)
    equal(await redis.hlen('hash'), 3)
  },

  async 'hvals(key)'(redis) {
    await redis.hset('hash', MAPPING)
    equal((await redis.hvals('hash')).sort(), ['123', 'value1', 'value2'])
  },

  async 'hscan(key, cursor=0, match=None, count=None)'(redis) {
    await redis.hset('hash', MAPPING)
    const [cursor, entries] = await redis.hscan('hash', 0, { match: '*3', count: 100 })
    equal([cursor, entries], ['0', [['key3', '123']]])
  },

  async 'ihscan(key, *, match=None, count=None)'(redis) {
    await redis.hset('hash', MAPPING)
    const seen = []
    for await (const [field, value] of redis.hscanIter('hash', { match: 'key*', count: 1 })) {
      seen.push(`${field}=${value}`)
    }
    equal(seen.sort(), ['key1=value1', 'key2=value2', 'key3=123'])
  },

  async 'hexists(key, field)'(redis) {
    await redis.hset('hash', MAPPING)
    equal(await redis.hexists('hash', 'key1'), true)
    equal(await redis.hexists('hash', 'none'), false)
  },

  async 'hmget(key, field, *fields)'(redis) {
    await redis.hset('hash', MAPPING)
    equal(await redis.hmget('hash', 'key1', 'none', 'key3'), ['value1', null, '123'])
  },
})
