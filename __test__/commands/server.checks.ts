import assert, { deepEqual as equal } from 'node:assert/strict'
import { createClient } from '../support/client'
import type { Check, Scene } from '../support/family'
import { TestServer } from '../support/server'

/** Does `work` at a server of its own, which may end or become another's replica. */
async function apart(
  { server, protocol }: Scene,
  work: (redis: any, own: TestServer) => Promise<void>,
): Promise<void> {
  await using own = await TestServer.start({ kind: server.kind })
  const redis = createClient(own.url, { protocol })
  try {
    await work(redis, own)
  } finally {
    redis.destroy()
  }
}

/** Waits for what the server does in the background. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}

async function replicates(scene: Scene, method: string): Promise<void> {
  await scene.redis.set('k', 'v')
  await apart(scene, async (redis) => {
    assert.match(await redis[method](scene.server.host, scene.server.port), /^OK/)
    await until(async () => (await redis.role()).state === 'connected')
    const role = await redis.role()
    equal([role.role, role.host, role.port], ['slave', scene.server.host, scene.server.port])
    equal(await redis.get('k'), 'v')
    await until(async () => (await scene.redis.role()).replicas.length === 1)
    const [replica] = (await scene.redis.role()).replicas
    equal([Object.keys(replica), typeof replica.port], [['host', 'port', 'offset'], 'number'])
    assert.match(await redis[method]('no', 'one'), /^OK/)
    equal((await redis.role()).role, 'master')
  })
}

export const server: Record<string, Check> = {
  async BGREWRITEAOF(scene) {
    await apart(scene, async (redis) => {
      assert.match(await redis.bgrewriteaof(), /append only file rewriting/)
      await until(async () => (await redis.info('persistence')).persistence.aof_rewrite_in_progress === '0')
    })
  },

  async BGSAVE(scene) {
    await apart(scene, async (redis) => {
      assert.match(await redis.bgsave({ schedule: true }), /^Background saving/)
      await assert.rejects(redis.bgsave({ schedule: true, cancel: true }), /exclude each other/)
      await until(async () => (await redis.info('persistence')).persistence.rdb_bgsave_in_progress === '0')
    })
  },

  async 'CONFIG GET'({ redis }) {
    equal(await redis.configGet('databases', 'maxclients*'), { databases: '16', maxclients: '10000' })
    equal(await redis.configGet('none'), {})
  },

  async 'CONFIG RESETSTAT'({ redis }) {
    equal(await redis.configResetstat(), 'OK')
  },

  async 'CONFIG REWRITE'({ redis }) {
    equal(await redis.configRewrite(), 'OK')
  },

  async 'CONFIG SET'({ redis }) {
    equal(await redis.configSet('maxmemory-samples', 6), 'OK')
    equal(await redis.configSet({ 'maxmemory-samples': 5, hz: 10 }), 'OK')
    equal(await redis.configGet('maxmemory-samples'), { 'maxmemory-samples': '5' })
  },

  async DBSIZE({ redis }) {
    await redis.set('k', 'v')
    equal(await redis.dbsize(), 1)
  },

  async DEBUG({ redis }) {
    await redis.set('k', 'v')
    assert.match(await redis.debug('OBJECT', 'k'), /encoding:embstr/)
  },

  async FAILOVER({ redis }) {
    await assert.rejects(redis.failover({ timeout: 10 }), /FAILOVER requires connected replicas/)
    await assert.rejects(redis.failover({ abort: true }), /No failover in progress/)
    await assert.rejects(redis.failover({ to: ['127.0.0.1', 1], force: true }), /FAILOVER/)
  },

  async FLUSHALL({ redis }) {
    await redis.set('k', 'v')
    equal([await redis.flushall('async'), await redis.flushall(), await redis.dbsize()], ['OK', 'OK', 0])
  },

  async FLUSHDB({ redis }) {
    await redis.set('k', 'v')
    equal([await redis.flushdb('sync'), await redis.dbsize()], ['OK', 0])
  },

  async INFO({ redis, server }) {
    const { server: facts, clients, ...rest } = await redis.info('server', 'clients')
    equal(facts.tcp_port, `${server.port}`)
    assert.ok(Number(clients.connected_clients) > 0)
    equal(rest, {})
    await redis.set('k', 'v')
    assert.match((await redis.info()).keyspace.db0, /^keys=1,/)
    equal((await redis.buffers.info('server')).server.tcp_port, `${server.port}`)
  },

  async LASTSAVE({ redis }) {
    assert.ok((await redis.lastsave()) > 1e9)
  },

  async LOLWUT({ redis }) {
    assert.match(await redis.lolwut(), /ver/)
    assert.match(await redis.lolwut({ version: 5, args: [10, 10, 1] }), /ver/)
  },

  async 'MODULE LIST'({ redis }) {
    for (const module of await redis.moduleList()) {
      equal([typeof module.name, typeof module.ver, Array.isArray(module.args)], ['string', 'number', true])
    }
  },

  async 'MODULE LOAD'({ redis }) {
    await assert.rejects(redis.moduleLoad('/none.so', 'a', 'b'), /Error loading the extension/)
  },

  async 'MODULE LOADEX'({ redis }) {
    const options = { args: ['a'], config: { 'none.x': 1 } }
    await assert.rejects(redis.moduleLoadex('/none.so', options), /Error loading the extension/)
  },

  async 'MODULE UNLOAD'({ redis }) {
    await assert.rejects(redis.moduleUnload('none'), /Error unloading module/)
  },

  REPLICAOF: (scene) => replicates(scene, 'replicaof'),

  async ROLE({ redis }) {
    const role = await redis.role()
    equal([role.role, typeof role.offset, role.replicas], ['master', 'number', []])
  },

  async SAVE(scene) {
    await apart(scene, async (redis) => equal(await redis.save(), 'OK'))
  },

  async SHUTDOWN(scene) {
    await assert.rejects(scene.redis.shutdown({ abort: true }), /No shutdown in progress/)
    await assert.rejects(scene.redis.shutdown({ save: true, nosave: true }), /exclude each other/)
    await apart(scene, async (redis) => {
      await redis.connect()
      await assert.rejects(redis.shutdown({ nosave: true, now: true, force: true }), (error: any) => {
        equal([error.name, error.maybeExecuted], ['ConnectionError', true])
        return true
      })
    })
  },

  SLAVEOF: (scene) => replicates(scene, 'slaveof'),

  async SWAPDB({ redis }) {
    await redis.set('k', 'v')
    equal(await redis.swapdb(0, 1), 'OK')
    equal(await redis.dbsize(), 0)
    await redis.swapdb(0, 1)
    equal(await redis.dbsize(), 1)
  },

  async TIME({ redis }) {
    const [seconds, microseconds] = await redis.time()
    assert.ok(seconds > 1e9 && microseconds < 1e6)
  },
}
