/**
 * A cache beside a slow source. The cache never makes the program slower than the source alone, nor less reliable: it gets
 * 50 ms to answer, and when it cannot, the source is asked.
 *
 *   npx tsx examples/cache.mts
 */
import { Redis, RedisError } from 'oxidis'

await using redis = new Redis()
const cache = redis.with({ timeout: 50 })

async function cached<T>(key: string, seconds: number, load: () => Promise<T>): Promise<T> {
  const found = await cache.get(key).catch(unavailable)
  if (found != null) return JSON.parse(found) as T
  const value = await load()
  await cache.set(key, JSON.stringify(value), { ex: seconds }).catch(unavailable)
  return value
}

/** Only what the cache itself reports is forgiven; a fault of this program is not. */
function unavailable(error: unknown): undefined {
  if (!(error instanceof RedisError)) throw error
  console.warn(`the cache is left out: ${error.message}`)
  return undefined
}

let asked = 0
const loadUser = async (id: number): Promise<{ id: number; name: string }> => {
  asked += 1
  return { id, name: 'Ada' }
}

console.log(await cached('example:user:1', 60, () => loadUser(1)))
console.log(await cached('example:user:1', 60, () => loadUser(1)))
console.log(`the source was asked ${asked} time(s)`)
await redis.del('example:user:1').catch(unavailable)
