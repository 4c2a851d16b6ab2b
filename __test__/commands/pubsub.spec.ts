import { deepEqual as equal } from 'node:assert/strict'
import { family, type Scene } from '../support/family'

/** Listens past the client until `work` is done, and no longer. */
async function listening({ server }: Scene, work: () => Promise<void>): Promise<void> {
  using raw = await server.client()
  await raw.call('SUBSCRIBE', 'a')
  await raw.call('SUBSCRIBE', 'b')
  await raw.call('PSUBSCRIBE', 'p*')
  await raw.call('SSUBSCRIBE', 's')
  await work()
  for (const [command, channel] of [
    ['UNSUBSCRIBE', 'a'],
    ['UNSUBSCRIBE', 'b'],
    ['PUNSUBSCRIBE', 'p*'],
    ['SUNSUBSCRIBE', 's'],
  ]) {
    // prettier-ignore
    await raw.call(command!, channel!)
  }
}

family('pubsub', {
  async PUBLISH(scene) {
    const { redis } = scene
    equal(await redis.publish('a', 'message'), 0)
    await listening(scene, async () => {
      equal(await redis.publish('a', Buffer.from([0xff])), 1)
      equal(await redis.publish('p1', 5), 1)
    })
  },

  async 'PUBSUB CHANNELS'(scene) {
    const { redis } = scene
    await listening(scene, async () => {
      equal((await redis.pubsubChannels()).sort(), ['a', 'b'])
      equal(await redis.pubsubChannels('a*'), ['a'])
      equal(await redis.buffers.pubsubChannels('a'), [Buffer.from('a')])
    })
  },

  async 'PUBSUB NUMPAT'(scene) {
    await listening(scene, async () => equal(await scene.redis.pubsubNumpat(), 1))
  },

  async 'PUBSUB NUMSUB'(scene) {
    await listening(scene, async () => {
      equal(await scene.redis.pubsubNumsub('a', 'b', '__proto__'), { a: 1, b: 1, ['__proto__']: 0 })
      equal(await scene.redis.pubsubNumsub(), {})
    })
  },

  async 'PUBSUB SHARDCHANNELS'(scene) {
    await listening(scene, async () => {
      equal(await scene.redis.pubsubShardchannels(), ['s'])
      equal(await scene.redis.pubsubShardchannels('x*'), [])
    })
  },

  async 'PUBSUB SHARDNUMSUB'(scene) {
    await listening(scene, async () => equal(await scene.redis.pubsubShardnumsub('s', 't'), { s: 1, t: 0 }))
  },

  async SPUBLISH(scene) {
    await listening(scene, async () => {
      equal(await scene.redis.spublish('s', 'message'), 1)
      equal(await scene.redis.spublish('t', 'message'), 0)
    })
  },
})
