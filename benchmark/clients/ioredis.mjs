/** ioredis as it comes: every command is a write of its own. */

import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export function load() {
  return require('ioredis')
}

/** Connects with the given options on top of the defaults; ioredis-auto.mjs shares it. */
export async function openWith(url, options) {
  const { Redis } = load()
  const redis = new Redis(url, { ...options, lazyConnect: true })
  await redis.connect()
  return {
    get: (key) => redis.get(key),
    set: (key, value) => redis.set(key, value),
    setWithOptions: (key, value) => redis.set(key, value, 'KEEPTTL', 'XX'),
    getBuffer: (key) => redis.getBuffer(key),
    getBatch: (keys) => {
      const pipeline = redis.pipeline()
      for (const key of keys) pipeline.get(key)
      return pipeline.exec()
    },
    getTransaction: (keys) => {
      const multi = redis.multi()
      for (const key of keys) multi.get(key)
      return multi.exec()
    },
    setBatch: (keys, value) => {
      const pipeline = redis.pipeline()
      for (const key of keys) pipeline.set(key, value)
      return pipeline.exec()
    },
    withMany: (name, key, words) => {
      if (name === 'mset') return redis.mset(words)
      return name === 'xadd' ? redis.xadd(key, '*', words) : redis[name](key, words)
    },
    del: (key) => redis.del(key),
    getAlone: (key) => redis.get(key),
    mget: (keys) => redis.mget(keys),
    lrange: (key) => redis.lrange(key, 0, -1),
    hgetall: (key) => redis.hgetall(key),
    zrange: (key) => redis.zrange(key, 0, -1, 'WITHSCORES'),
    xrange: (key) => redis.xrange(key, '-', '+'),
    listen: async (names, byPattern, listener) => {
      const subscriber = redis.duplicate()
      if (byPattern) subscriber.on('pmessage', (_pattern, _channel, data) => listener(data))
      else subscriber.on('message', (_channel, data) => listener(data))
      await (byPattern ? subscriber.psubscribe(...names) : subscriber.subscribe(...names))
      return () => subscriber.disconnect()
    },
    close: () => redis.quit(),
  }
}

/** @returns {Promise<import('./index.mjs').Adapter>} */
export function open(url) {
  return openWith(url, {})
}
