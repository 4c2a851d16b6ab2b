import { deepEqual as equal } from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type Client, createClient } from '../support/client'
import { TestServer } from '../support/server'

const MILLION = 1_000_000
const NUMBERS = Array.from({ length: MILLION }, (_, at) => at)

let server: TestServer
let redis: Client
let prefixed: Client
before(async () => {
  server = await TestServer.start()
  const options = { commandTimeout: 60_000 }
  redis = createClient(server.url, options)
  prefixed = createClient(server.url, { ...options, keyPrefix: 'app:' })
})
after(async () => {
  redis.destroy()
  prefixed.destroy()
  await server.close()
})
beforeEach(() => server.raw('FLUSHALL'))

test('a list has a million numbers', async () => {
  equal(await redis.sadd('set', NUMBERS), MILLION)
  equal(await redis.scard('set'), MILLION)
  const asked = await redis.smismember('set', NUMBERS)
  equal(asked.length, MILLION)
  equal(asked.every(Boolean), true)
})

test('pairs have a million arguments', async () => {
  const pairs = NUMBERS.slice(0, MILLION / 2).map((number) => [`member:${number}`, number])
  equal(await redis.zadd('zset', pairs, { nx: true }), pairs.length)
  equal(await redis.zscore('zset', 'member:499999'), 499_999)
})

test('an object and a Map have hundreds of thousands of fields', async () => {
  const entries = NUMBERS.slice(0, 300_000).map((number) => [`f${number}`, number] as const)
  equal(await redis.hset('hash', Object.fromEntries(entries)), entries.length)
  equal(await redis.hset('other', new Map(entries)), entries.length)
  equal(await redis.hget('other', 'f299999'), '299999')
})

test('a raw command takes a million in one array', async () => {
  equal(await redis.executeCommand('RPUSH', ['list', ...NUMBERS]), MILLION)
  equal(await redis.lindex('list', -1), '999999')
})

test('a million keys get their prefix', async () => {
  const keys = NUMBERS.map((number) => `key:${number}`)
  equal(await prefixed.mset(keys.slice(0, 1000).map((key) => [key, 1])), 'OK')
  const values = await prefixed.mget(keys)
  equal(values.length, MILLION)
  equal(values.filter((value: string | null) => value !== null).length, 1000)
  equal(await prefixed.del(keys), 1000)
})
