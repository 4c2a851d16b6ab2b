import assert, { deepEqual as equal } from 'node:assert/strict'
import { section } from '../support/tutorial'

section('String, set', {
  async 'set(key, value)'(redis) {
    equal(await redis.set('key', 'value'), 'OK')
    equal(await redis.get('key'), 'value')
  },

  async 'set(key, value, *, expire=)'(redis) {
    equal(await redis.set('key', 'value', { ex: 100 }), 'OK')
    assert.ok((await redis.ttl('key')) > 90)
  },

  async 'set(key, value, *, pexpire=)'(redis) {
    equal(await redis.set('key', 'value', { px: 100_000 }), 'OK')
    assert.ok((await redis.pttl('key')) > 90_000)
  },

  async 'set(key, value, *, exist=SET_IF_NOT_EXIST)'(redis) {
    equal(await redis.set('key', 'value', { nx: true }), 'OK')
    equal(await redis.set('key', 'other', { nx: true }), null)
  },

  async 'set(key, value, *, exist=SET_IF_EXIST)'(redis) {
    equal(await redis.set('key', 'value', { xx: true }), null)
    await redis.set('key', 'value')
    equal(await redis.set('key', 'other', { xx: true, ex: 100 }), 'OK')
  },

  async 'setex(key, seconds, value)'(redis) {
    equal(await redis.setex('key', 100, 'value'), 'OK')
    assert.ok((await redis.ttl('key')) > 90)
  },

  async 'psetex(key, milliseconds, value)'(redis) {
    equal(await redis.psetex('key', 100_000, 'value'), 'OK')
    assert.ok((await redis.pttl('key')) > 90_000)
  },

  async 'setnx(key, value)'(redis) {
    equal(await redis.setnx('key', 'value'), true)
    equal(await redis.setnx('key', 'value'), false)
  },

  async 'setbit(key, offset, value)'(redis) {
    equal(Number(await redis.setbit('key', 7, 1)), 0)
    equal(Number(await redis.setbit('key', 7, 0)), 1)
  },

  async 'setrange(key, offset, value)'(redis) {
    await redis.set('key', 'Hello World')
    equal(await redis.setrange('key', 6, 'Redis'), 11)
    equal(await redis.get('key'), 'Hello Redis')
  },

  async 'mset(*args)'(redis) {
    equal(await redis.mset('a', 1, 'b', 2), 'OK')
    equal(await redis.mset({ c: 3, d: 4 }), 'OK')
    equal(await redis.mget('a', 'b', 'c', 'd'), ['1', '2', '3', '4'])
  },

  async 'msetnx(key, value, *pairs)'(redis) {
    equal(await redis.msetnx('a', 1, 'b', 2), true)
    equal(await redis.msetnx({ b: 3, c: 4 }), false)
  },

  async 'incr(key)'(redis) {
    equal(await redis.incr('key'), 1)
  },

  async 'incrby(key, increment)'(redis) {
    equal(await redis.incrby('key', 5), 5)
  },

  async 'incrbyfloat(key, increment)'(redis) {
    equal(await redis.incrbyfloat('key', 0.5), 0.5)
  },

  async 'decr(key)'(redis) {
    equal(await redis.decr('key'), -1)
  },

  async 'decrby(key, decrement)'(redis) {
    equal(await redis.decrby('key', 5), -5)
  },

  async 'append(key, value)'(redis) {
    equal(await redis.append('key', 'ab'), 2)
    equal(await redis.append('key', 'c'), 3)
  },

  async 'getset(key, value)'(redis) {
    equal(await redis.getset('key', 'a'), null)
    equal(await redis.getset('key', 'b'), 'a')
  },
})

section('String, get', {
  async 'get(key)'(redis) {
    equal(await redis.get('key'), null)
  },

  async 'getbit(key, offset)'(redis) {
    await redis.setbit('key', 7, 1)
    equal(Number(await redis.getbit('key', 7)), 1)
  },

  async 'getrange(key, start, end)'(redis) {
    await redis.set('key', 'abcdef')
    equal(await redis.getrange('key', 0, 2), 'abc')
  },

  async 'mget(key, *keys)'(redis) {
    await redis.mset({ a: 1, b: 2 })
    equal(await redis.mget('a', 'b', 'c'), ['1', '2', null])
    equal(await redis.mget(['a', 'b']), ['1', '2'])
  },

  async 'bitcount(key, start=None, end=None)'(redis) {
    await redis.set('key', 'foobar')
    equal(await redis.bitcount('key'), 26)
    equal(await redis.bitcount('key', 0, 0), 4)
  },

  async 'strlen(key)'(redis) {
    await redis.set('key', 'abc')
    equal(await redis.strlen('key'), 3)
  },
})
