import assert, { deepEqual as equal } from 'node:assert/strict'
import type { Client } from '../support/client'
import { family, type Scene } from '../support/family'

const NONE = '0'.repeat(40)
const unknownNode = /Unknown node|I don't know about node/

/** A cluster of one node that has all slots. It takes a moment until such a node is content, so what is there is kept. */
async function whole({ redis }: Scene): Promise<void> {
  const served: { start: number; end: number }[] = await redis.clusterSlots()
  let next = 0
  for (const { start, end } of [...served, { start: 16384, end: 16384 }]) {
    if (start > next) await redis.clusterAddslotsrange([[next, start - 1]])
    next = end + 1
  }
  while ((await redis.clusterInfo()).cluster_state !== 'ok');
}

/** A node without slots: with keys it would not give them up. */
async function empty({ redis }: Scene): Promise<void> {
  await redis.clusterFlushslots()
}

async function leased({ redis }: Scene, work: (conn: Client) => Promise<void>): Promise<void> {
  const conn = await redis.client()
  try {
    await work(conn)
  } finally {
    conn.release()
  }
}

family(
  'cluster',
  {
    async 'CLUSTER ADDSLOTS'(scene) {
      await empty(scene)
      equal(await scene.redis.clusterAddslots(1, 2, 3), 'OK')
      equal(await scene.redis.clusterAddslots([7]), 'OK')
      await assert.rejects(scene.redis.clusterAddslots(1), /already busy/)
    },

    async 'CLUSTER ADDSLOTSRANGE'(scene) {
      await empty(scene)
      equal(await scene.redis.clusterAddslotsrange([[0, 5], [10, 15]]), 'OK') // prettier-ignore
      equal(await scene.redis.clusterAddslotsrange(20, 30), 'OK')
    },

    async 'CLUSTER BUMPEPOCH'({ redis }) {
      assert.match(await redis.clusterBumpepoch(), /^(BUMPED|STILL) \d+$/)
    },

    async 'CLUSTER CANCELSLOTMIGRATIONS'({ redis }) {
      await redis.clusterCancelslotmigrations().then(
        (reply: string) => equal(reply, 'OK'),
        (error: Error) => assert.match(error.message, /No migrations ongoing/),
      )
    },

    async 'CLUSTER COUNT-FAILURE-REPORTS'({ redis }) {
      equal(await redis.clusterCountFailureReports(await redis.clusterMyid()), 0)
      await assert.rejects(redis.clusterCountFailureReports(NONE), unknownNode)
    },

    async 'CLUSTER COUNTKEYSINSLOT'(scene) {
      await whole(scene)
      await scene.redis.set('k', 'v')
      equal(await scene.redis.clusterCountkeysinslot(await scene.redis.clusterKeyslot('k')), 1)
    },

    async 'CLUSTER DELSLOTS'(scene) {
      await whole(scene)
      equal(await scene.redis.clusterDelslots(1, 2), 'OK')
      await assert.rejects(scene.redis.clusterDelslots([1]), /already unassigned/)
    },

    async 'CLUSTER DELSLOTSRANGE'(scene) {
      await whole(scene)
      equal(await scene.redis.clusterDelslotsrange([[0, 100], [200, 300]]), 'OK') // prettier-ignore
      equal((await scene.redis.clusterInfo()).cluster_slots_assigned, `${16384 - 202}`)
    },

    async 'CLUSTER FAILOVER'({ redis }) {
      await assert.rejects(redis.clusterFailover('force'), /send CLUSTER FAILOVER to a replica/)
    },

    async 'CLUSTER FLUSHSLOT'(scene) {
      await whole(scene)
      await scene.redis.set('k', 'v')
      equal(await scene.redis.clusterFlushslot(await scene.redis.clusterKeyslot('k'), 'sync'), 'OK')
      equal(await scene.redis.dbsize(), 0)
    },

    async 'CLUSTER FLUSHSLOTS'(scene) {
      await whole(scene)
      equal(await scene.redis.clusterFlushslots(), 'OK')
      equal((await scene.redis.clusterInfo()).cluster_slots_assigned, '0')
    },

    async 'CLUSTER FORGET'({ redis }) {
      await assert.rejects(redis.clusterForget(NONE), unknownNode)
    },

    async 'CLUSTER GETKEYSINSLOT'(scene) {
      await whole(scene)
      await scene.redis.mset({ '{k}1': 1, '{k}2': 2 })
      const slot = await scene.redis.clusterKeyslot('k')
      equal((await scene.redis.clusterGetkeysinslot(slot, 10)).sort(), ['{k}1', '{k}2'])
      equal((await scene.redis.buffers.clusterGetkeysinslot(slot, 1)).length, 1)
    },

    async 'CLUSTER GETSLOTMIGRATIONS'({ redis }) {
      equal(await redis.clusterGetslotmigrations(), [])
    },

    async 'CLUSTER INFO'(scene) {
      await whole(scene)
      const info = await scene.redis.clusterInfo()
      equal([info.cluster_state, info.cluster_known_nodes], ['ok', '1'])
      equal((await scene.redis.buffers.clusterInfo()).cluster_state, 'ok')
    },

    async 'CLUSTER KEYSLOT'({ redis }) {
      equal(await redis.clusterKeyslot('somekey'), 11058)
      equal(await redis.clusterKeyslot('foo{hash_tag}'), await redis.clusterKeyslot('hash_tag'))
    },

    async 'CLUSTER LINKS'({ redis }) {
      equal(await redis.clusterLinks(), [])
    },

    async 'CLUSTER MEET'({ redis }) {
      await assert.rejects(redis.clusterMeet('nowhere', 1, 2), /Invalid node address/)
    },

    async 'CLUSTER MIGRATESLOTS'({ redis }) {
      const own = await redis.clusterMyid()
      const job = (node: string) => ({ slotsrange: [0, 10], node })
      await assert.rejects(redis.clusterMigrateslots(job(NONE)), unknownNode)
      await assert.rejects(redis.clusterMigrateslots([job(own), job(own)]), /myself|current node|Slots/i)
    },

    async 'CLUSTER MYID'({ redis }) {
      assert.match(await redis.clusterMyid(), /^[0-9a-f]{40}$/)
    },

    async 'CLUSTER MYSHARDID'({ redis }) {
      assert.match(await redis.clusterMyshardid(), /^[0-9a-f]{40}$/)
    },

    async 'CLUSTER NODES'({ redis }) {
      const text = await redis.clusterNodes()
      assert.ok(text.startsWith(await redis.clusterMyid()) && text.includes('myself,master'))
    },

    async 'CLUSTER REPLICAS'({ redis }) {
      equal(await redis.clusterReplicas(await redis.clusterMyid()), [])
    },

    async 'CLUSTER REPLICATE'(scene) {
      const { redis } = scene
      await assert.rejects(redis.clusterReplicate(NONE), unknownNode)
      if (scene.has({ valkey: '9.0.0' })) {
        await empty(scene)
        equal(await redis.clusterReplicate('no', 'one'), 'OK')
      }
    },

    async 'CLUSTER RESET'(scene) {
      await empty(scene)
      equal(await scene.redis.clusterReset('soft'), 'OK')
      equal(await scene.redis.clusterReset(), 'OK')
    },

    async 'CLUSTER SAVECONFIG'({ redis }) {
      equal(await redis.clusterSaveconfig(), 'OK')
    },

    async 'CLUSTER SET-CONFIG-EPOCH'(scene) {
      await empty(scene)
      await scene.redis.clusterReset('hard')
      equal(await scene.redis.clusterSetConfigEpoch(5), 'OK')
      await assert.rejects(scene.redis.clusterSetConfigEpoch(6), /already non-zero/)
    },

    async 'CLUSTER SETSLOT'(scene) {
      await whole(scene)
      const { redis } = scene
      equal(await redis.clusterSetslot(1, { stable: true }), 'OK')
      equal(await redis.clusterSetslot(1, { node: await redis.clusterMyid() }), 'OK')
      await assert.rejects(redis.clusterSetslot(1, { migrating: NONE }), unknownNode)
      await assert.rejects(redis.clusterSetslot(1, { stable: true, node: NONE }), /exclude each other/)
      await assert.rejects(redis.clusterSetslot(1, {}), /must be given/)
    },

    async 'CLUSTER SHARDS'(scene) {
      await whole(scene)
      const [shard, ...more] = await scene.redis.clusterShards()
      equal([shard.slots, more], [[[0, 16383]], []])
      const [node] = shard.nodes
      equal([node.port, node.role, node.health], [scene.server.port, 'master', 'online'])
      equal([node.id, typeof node['replication-offset']], [await scene.redis.clusterMyid(), 'number'])
    },

    async 'CLUSTER SLAVES'({ redis }) {
      equal(await redis.clusterSlaves(await redis.clusterMyid()), [])
    },

    async 'CLUSTER SLOT-STATS'(scene) {
      await whole(scene)
      await scene.redis.set('k', 'v')
      const slot = await scene.redis.clusterKeyslot('k')
      const [[first, statistics]] = await scene.redis.clusterSlotStats({ orderby: 'key-count', limit: 1 })
      equal([first, statistics['key-count']], [slot, 1])
      const two = await scene.redis.clusterSlotStats({ slotsrange: [0, 1] })
      equal(
        two.map(([number]: [number]) => number),
        [0, 1],
      )
      equal((await scene.redis.clusterSlotStats({ orderby: 'key-count', order: 'asc', limit: 3 })).length, 3)
      await assert.rejects(scene.redis.clusterSlotStats({ limit: 1 }), /needs "orderby"/)
    },

    async 'CLUSTER SLOTS'(scene) {
      await whole(scene)
      const { redis } = scene
      await redis.clusterDelslotsrange([[100, 199]])
      const ranges = await redis.clusterSlots()
      equal(
        ranges.map(({ start, end }: any) => [start, end]),
        [
          [0, 99],
          [200, 16383],
        ],
      )
      const [node] = ranges[0].nodes
      equal([node.port, node.id], [scene.server.port, await redis.clusterMyid()])
      equal(Object.getPrototypeOf(node.metadata), Object.prototype)
    },

    async CLUSTERSCAN(scene) {
      await whole(scene)
      await scene.redis.mset({ '{k}1': 1, '{k}2': 2 })
      const found = new Set<string>()
      let cursor = '0'
      do {
        const [next, keys] = await scene.redis.clusterscan(cursor, {
          match: '{k}*',
          count: 1000,
          type: 'string',
        })
        for (const key of keys) found.add(key)
        cursor = next
      } while (cursor !== '0')
      equal([...found].sort(), ['{k}1', '{k}2'])
    },

    async READONLY(scene) {
      await leased(scene, async (conn) => equal(await conn.readonly(), 'OK'))
    },

    async READWRITE(scene) {
      await leased(scene, async (conn) => equal(await conn.readwrite(), 'OK'))
    },
  },
  {
    'CLUSTER MIGRATION': [
      (redis) => redis.clusterMigration({ import: [0, 10, 20, 30] }),
      ...['IMPORT', '0', '10', '20', '30'],
    ],
  },
  {
    config: { 'cluster-enabled': 'yes', 'cluster-node-timeout': 1000, 'cluster-require-full-coverage': 'no' },
  },
)
