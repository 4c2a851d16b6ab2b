/** redis (node-redis), RESP3. */

import { createRequire } from 'node:module'

import { wordsOf } from './index.mjs'

const require = createRequire(import.meta.url)

export function load() {
  return require('redis')
}

/** @returns {Promise<import('./index.mjs').Adapter>} */
export async function open(url) {
  const { createClient, RESP_TYPES } = load()
  const redis = createClient({ url, RESP: 3 })
  // Without a listener a lost connection is an uncaught exception; the failed command reports it anyway.
  redis.on('error', () => {})
  await redis.connect()
  const buffers = redis.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
  return {
    get: (key) => redis.get(key),
    set: (key, value) => redis.set(key, value),
    setWithOptions: (key, value) => redis.set(key, value, { expiration: 'KEEPTTL', condition: 'XX' }),
    getBuffer: (key) => buffers.get(key),
    getBatch: (keys) => {
      const multi = redis.multi()
      for (const key of keys) multi.get(key)
      return multi.execAsPipeline()
    },
    getTransaction: (keys) => {
      const multi = redis.multi()
      for (const key of keys) multi.get(key)
      return multi.exec()
    },
    setBatch: (keys, value) => {
      const multi = redis.multi()
      for (const key of keys) multi.set(key, value)
      return multi.execAsPipeline()
    },
    withMany: (name, key, words) => redis.sendCommand([name, ...wordsOf(name, key, words)]),
    del: (key) => redis.del(key),
    getAlone: (key) => redis.get(key),
    mget: (keys) => redis.mGet(keys),
    lrange: (key) => redis.lRange(key, 0, -1),
    hgetall: (key) => redis.hGetAll(key),
    zrange: (key) => redis.zRangeWithScores(key, 0, -1),
    xrange: (key) => redis.xRange(key, '-', '+'),
    listen: async (names, byPattern, listener) => {
      const subscriber = redis.duplicate()
      subscriber.on('error', () => {})
      await subscriber.connect()
      await (byPattern ? subscriber.pSubscribe(names, listener) : subscriber.subscribe(names, listener))
      return () => subscriber.destroy()
    },
    close: () => redis.close(),
  }
}
