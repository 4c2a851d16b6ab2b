import { Redis, ReplyError } from 'oxidis'

const redis = new Redis() // REDIS_URL, else VALKEY_URL, else localhost:6379; or Redis.fromUrl('redis://...')

await redis.set('ex:greeting', 'Hello', { ex: 60, nx: true }) // 'OK' | null
console.log(await redis.get('ex:greeting')) // string | null
await redis.mset({ 'ex:user:1': 'Ada', 'ex:user:2': 'Grace' })
console.log(await redis.mget('ex:user:1', 'ex:user:2')) // (string | null)[]

await redis.set('ex:image', Buffer.from([0x89, 0x50, 0x4e, 0x47])) // values are binary safe
console.log(await redis.buffers.get('ex:image')) // Buffer | null

const visits = await Promise.all(Array.from({ length: 1000 }, () => redis.incr('ex:visits'))) // pipelined by itself
console.log(visits.at(-1))

for await (const key of redis.scanIter({ match: 'ex:user:*' })) console.log(key)

await redis.incr('ex:greeting').catch((error) => {
  if (error instanceof ReplyError) console.log(error.message, error.code, error.command)
})
await redis.del('ex:greeting', 'ex:user:1', 'ex:user:2', 'ex:image', 'ex:visits')
await redis.close() // answers what is in flight first, for 10 s at most; close({ timeout }) for another time
