import { deepEqual as equal } from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { forBothProtocols, openClient } from '../support/client'
import { section } from '../support/tutorial'
import { TestServer } from '../support/server'

section('decoding', {
  async "get(key, encoding='utf-8')"(redis) {
    await redis.set('key', Buffer.from([0xe9]))
    equal(await redis.with({ encoding: 'latin1' }).get('key'), 'é')
  },

  async 'replies as bytes for single calls'(redis) {
    await redis.set('string-key', 'string-value')
    equal(await redis.buffers.get('string-key'), Buffer.from('string-value'))
    equal(await redis.get('string-key'), 'string-value')
  },

  async "hgetall(key, encoding='utf-8')"(redis) {
    await redis.hset('hash', { key1: 'value1', key2: 'value2', key3: 123 })
    equal(await redis.hgetall('hash'), { key1: 'value1', key2: 'value2', key3: '123' })
    equal(await redis.buffers.hgetall('hash'), [
      [Buffer.from('key1'), Buffer.from('value1')],
      [Buffer.from('key2'), Buffer.from('value2')],
      [Buffer.from('key3'), Buffer.from('123')],
    ])
  },
})

describe('a client', () => {
  let server: TestServer
  before(async () => (server = await TestServer.start()))
  after(() => server.close())
  beforeEach(() => server.raw('FLUSHALL'))

  forBothProtocols((protocol) => {
    test('from_url(url) decodes text, lists, hashes and sets', async (t) => {
      const redis = openClient(t, server.url, { protocol })
      await redis.rpush('list', 'a')
      await redis.sadd('set', 'a')
      equal(await redis.lrange('list', 0, -1), ['a'])
      equal(await redis.smembers('set'), ['a'])
    })

    test('from_url(url, decode_responses=False) gives bytes', async (t) => {
      const redis = openClient(t, server.url, { protocol, decodeResponses: false })
      await redis.set('key', 'value')
      await redis.hset('hash', { field: 'value' })
      equal(await redis.get('key'), Buffer.from('value'))
      equal(await redis.hgetall('hash'), [[Buffer.from('field'), Buffer.from('value')]])
      equal(await redis.hkeys('hash'), [Buffer.from('field')])
    })

    test("from_url(url, encoding='latin1') decodes with it", async (t) => {
      const redis = openClient(t, server.url, { protocol, encoding: 'latin1' })
      await redis.set('key', Buffer.from([0xe9]))
      equal(await redis.get('key'), 'é')
    })
  })
})
