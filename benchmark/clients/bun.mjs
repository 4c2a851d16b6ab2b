/** The client that is built into Bun. Runs under the bun binary only. */

import { wordsOf } from './index.mjs'

export function load() {
  if (!globalThis.Bun) throw new Error('Bun.RedisClient exists only under the bun binary')
  return globalThis.Bun
}

/** @returns {Promise<import('./index.mjs').Adapter>} */
export async function open(url) {
  const { RedisClient } = load()
  const redis = new RedisClient(url)
  await redis.connect()
  return {
    get: (key) => redis.get(key),
    set: (key, value) => redis.set(key, value),
    setWithOptions: (key, value) => redis.set(key, value, 'KEEPTTL', 'XX'),
    getBuffer: (key) => redis.getBuffer(key),
    getBatch: (keys) => Promise.all(keys.map((key) => redis.get(key))),
    getTransaction: async (keys) => {
      const sent = [redis.send('MULTI', []), ...keys.map((key) => redis.get(key)), redis.send('EXEC', [])]
      return (await Promise.all(sent)).at(-1)
    },
    setBatch: (keys, value) => Promise.all(keys.map((key) => redis.set(key, value))),
    withMany: (name, key, words) => redis.send(name.toUpperCase(), wordsOf(name, key, words)),
    del: (key) => redis.del(key),
    getAlone: (key) => redis.get(key),
    mget: (keys) => redis.send('MGET', keys),
    lrange: (key) => redis.send('LRANGE', [key, '0', '-1']),
    hgetall: (key) => redis.send('HGETALL', [key]),
    zrange: (key) => redis.send('ZRANGE', [key, '0', '-1', 'WITHSCORES']),
    xrange: (key) => redis.send('XRANGE', [key, '-', '+']),
    listen: async (names, byPattern, listener) => {
      if (byPattern) throw new Error('this client has no listeners for patterns')
      const subscriber = await redis.duplicate()
      for (const name of names) await subscriber.subscribe(name, listener)
      return () => subscriber.close()
    },
    close: () => redis.close(),
  }
}
