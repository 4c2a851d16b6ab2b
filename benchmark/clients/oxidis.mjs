/** The client of this repository. A command whose row does not exist yet goes through `executeCommand`. */

import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export function load() {
  return require('../../')
}

/** @returns {Promise<import('./index.mjs').Adapter>} */
export async function open(url) {
  const { Redis } = load()
  const redis = Redis.fromUrl(url)
  await redis.connect()
  const { buffers } = redis
  const lease = await redis.client()
  const has = (name) => typeof redis[name] === 'function'
  return {
    get: (key) => redis.get(key),
    set: (key, value) => redis.set(key, value),
    setWithOptions: (key, value) => redis.set(key, value, { keepttl: true, xx: true }),
    getBuffer: (key) => buffers.get(key),
    getBatch: has('pipeline')
      ? (keys) => {
          const pipeline = redis.pipeline({ transaction: false })
          for (const key of keys) pipeline.get(key)
          return pipeline.execute()
        }
      : (keys) => Promise.all(keys.map((key) => redis.get(key))),
    getTransaction: (keys) => {
      const pipeline = redis.pipeline()
      for (const key of keys) pipeline.get(key)
      return pipeline.execute()
    },
    setBatch: (keys, value) => {
      const pipeline = redis.pipeline({ transaction: false })
      for (const key of keys) pipeline.set(key, value)
      return pipeline.execute()
    },
    withMany: (name, key, words) => {
      if (name === 'mset') return redis.mset(words)
      return name === 'xadd' ? redis.xadd(key, '*', words) : redis[name](key, words)
    },
    del: (key) => redis.del(key),
    getAlone: (key) => lease.get(key),
    mget: has('mget') ? (keys) => redis.mget(keys) : (keys) => redis.executeCommand('MGET', ...keys),
    lrange: has('lrange')
      ? (key) => redis.lrange(key, 0, -1)
      : (key) => redis.executeCommand('LRANGE', key, 0, -1),
    hgetall: has('hgetall') ? (key) => redis.hgetall(key) : (key) => redis.executeCommand('HGETALL', key),
    zrange: has('zrange')
      ? (key) => redis.zrange(key, 0, -1, { withscores: true })
      : (key) => redis.executeCommand('ZRANGE', key, 0, -1, 'WITHSCORES'),
    xrange: has('xrange')
      ? (key) => redis.xrange(key, '-', '+')
      : (key) => redis.executeCommand('XRANGE', key, '-', '+'),
    listen: async (names, byPattern, listener) => {
      const subscriber = redis.pubsub()
      await (byPattern ? subscriber.psubscribe(names, listener) : subscriber.subscribe(names, listener))
      return () => subscriber.close()
    },
    close: () => {
      lease.release()
      return redis.close()
    },
  }
}
