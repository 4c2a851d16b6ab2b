import assert, { deepEqual as equal } from 'node:assert/strict'
import { after, before } from 'node:test'
import { type Client, createClient } from '../support/client'
import { Deployment, MASTER, until } from '../support/deployment'
import { family, type Scene } from '../support/family'

/** Sentinels that know each other, and replicas. The ones that the checks are given are alone. */
let deployment: Deployment
before(async () => (deployment = await Deployment.start()))
after(() => deployment.close())

async function amongPeers({ protocol }: Scene, work: (sentinel: Client) => Promise<void>): Promise<void> {
  const sentinel = createClient(deployment.sentinels[0]!.url, { protocol })
  try {
    await work(sentinel)
  } finally {
    sentinel.destroy()
  }
}

/** A master that nobody is there for, under a name that no other check uses. */
async function watching({ redis }: Scene, work: (name: string) => Promise<void>): Promise<void> {
  equal(await redis.sentinelMonitor('nobody', '127.0.0.1', 1, 3), 'OK')
  try {
    await work('nobody')
  } finally {
    await redis.sentinelRemove('nobody')
  }
}

family(
  'sentinel',
  {
    async 'SENTINEL CKQUORUM'(scene) {
      await amongPeers(scene, async (redis) =>
        assert.match(await redis.sentinelCkquorum(MASTER), /^OK 3 usable/),
      )
      await watching(scene, (name) =>
        assert.rejects(scene.redis.sentinelCkquorum(name), { code: 'NOQUORUM' }),
      )
    },

    async 'SENTINEL FAILOVER'(scene) {
      await assert.rejects(scene.redis.sentinelFailover('none'), /No such master/)
      await watching(scene, (name) =>
        assert.rejects(scene.redis.sentinelFailover(name), { code: 'NOGOODSLAVE' }),
      )
    },

    async 'SENTINEL FLUSHCONFIG'({ redis }) {
      equal(await redis.sentinelFlushconfig(), 'OK')
    },

    async 'SENTINEL GET-MASTER-ADDR-BY-NAME'(scene) {
      const { redis } = scene
      equal(await redis.sentinelGetMasterAddrByName('none'), null)
      await watching(scene, async (name) => {
        equal(await redis.sentinelGetMasterAddrByName(name), { host: '127.0.0.1', port: 1 })
        equal((await redis.buffers.sentinelGetMasterAddrByName(name)).host, '127.0.0.1')
      })
    },

    async 'SENTINEL MASTER'(scene) {
      await watching(scene, async (name) => {
        const master = await scene.redis.sentinelMaster(name)
        equal([master.name, master.ip, master.port, master.quorum], [name, '127.0.0.1', 1, 3])
        assert.match(master.flags, /master/)
      })
      await assert.rejects(scene.redis.sentinelMaster('none'), /No such master/)
    },

    async 'SENTINEL MASTERS'(scene) {
      await watching(scene, async (name) => {
        equal(
          (await scene.redis.sentinelMasters()).map((master: { name: string }) => master.name),
          [name],
        )
      })
      equal(await scene.redis.sentinelMasters(), [])
    },

    async 'SENTINEL MONITOR'(scene) {
      await watching(scene, (name) =>
        assert.rejects(scene.redis.sentinelMonitor(name, '127.0.0.1', 1, 3), /Duplicate.* master name/),
      )
    },

    async 'SENTINEL MYID'({ redis }) {
      assert.match(await redis.sentinelMyid(), /^[0-9a-f]{40}$/)
    },

    async 'SENTINEL REMOVE'(scene) {
      await watching(scene, async () => {})
      await assert.rejects(scene.redis.sentinelRemove('nobody'), /No such master/)
    },

    async 'SENTINEL REPLICAS'(scene) {
      await amongPeers(scene, async (redis) => {
        const replicas = await redis.sentinelReplicas(MASTER)
        const ports = deployment.servers.slice(1).map(({ port }) => port)
        equal(replicas.map(({ port }: { port: number }) => port).sort(), ports.sort())
        assert.ok(replicas.every(({ ip, flags }: any) => ip === '127.0.0.1' && /slave/.test(flags)))
      })
    },

    async 'SENTINEL RESET'(scene) {
      await watching(scene, async () => equal(await scene.redis.sentinelReset('no*'), 1))
      equal(await scene.redis.sentinelReset('none'), 0)
    },

    async 'SENTINEL SENTINELS'(scene) {
      await amongPeers(scene, async (redis) => {
        const peers: { port: number; runid: string }[] = []
        await until('the peers to be known', async () => {
          peers.splice(0, Infinity, ...(await redis.sentinelSentinels(MASTER)))
          return peers.length === 2 && peers.every(({ runid }) => /^[0-9a-f]{40}$/.test(runid))
        })
        const ports = deployment.sentinels.slice(1).map(({ port }) => port)
        equal(peers.map(({ port }) => port).sort(), ports.sort())
      })
    },

    async 'SENTINEL SET'(scene) {
      const { redis } = scene
      await watching(scene, async (name) => {
        equal(await redis.sentinelSet(name, 'quorum', 2), 'OK')
        equal(await redis.sentinelSet(name, { quorum: 1, 'down-after-milliseconds': 1234 }), 'OK')
        const master = await redis.sentinelMaster(name)
        equal([master.quorum, master['down-after-milliseconds']], [1, 1234])
        await assert.rejects(redis.sentinelSet(name, 'nonsense', 1), /Unknown option/)
      })
    },
  },
  {},
  { sentinel: true },
)
