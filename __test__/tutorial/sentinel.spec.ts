import { deepEqual, equal, notEqual } from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { type Client, forBothProtocols, Sentinel } from '../support/client'
import { Deployment, MASTER, until } from '../support/deployment'

describe('Sentinel client', () => {
  let deployment: Deployment
  let urls: string[]
  before(async () => {
    deployment = await Deployment.start()
    urls = deployment.sentinels.slice(0, 2).map(({ port }) => `redis://localhost:${port}`)
  })
  after(() => deployment.close())

  forBothProtocols((protocol) => {
    let sentinel: Client
    before(() => {
      sentinel = new (Sentinel as Client)(urls, { protocol, commandTimeout: 10_000 })
      sentinel.on('error', () => {})
    })
    after(() => sentinel.close())

    test('Sentinel(["redis://localhost:26379", "redis://sentinel2:26379"])', async () => {
      const { host, port } = await deployment.master()
      deepEqual(await sentinel.discoverMaster(MASTER), { host, port })
    })

    test('redis = sentinel.master_for("mymaster"); ok = redis.set("key", "value")', async () => {
      await using redis = sentinel.masterFor(MASTER)
      const ok = await redis.set('key', `value ${protocol}`)
      equal(ok, 'OK')
      const master = await deployment.master()
      equal(String(await master.raw('GET', 'key')), `value ${protocol}`)
    })

    test('redis.get("key", encoding="utf-8")', async () => {
      await using redis = sentinel.masterFor(MASTER)
      await redis.set('key', 'value')
      equal(await redis.with({ encoding: 'utf-8' }).get('key'), 'value')
      equal(await redis.get('key'), 'value')
    })

    for (const method of ['slaveFor', 'replicaFor']) {
      test(`sentinel.slave_for("mymaster"), as ${method}`, async () => {
        await using redis = sentinel.masterFor(MASTER)
        await redis.set('key', `for ${method} ${protocol}`)
        await using replica = sentinel[method](MASTER)
        equal((await replica.role()).role, 'slave')
        // Replication is not waited for by the master.
        await until(
          'the write to be replicated',
          async () => (await replica.get('key')) === `for ${method} ${protocol}`,
        )
      })
    }

    test('the client notices a failover, and connects anew by itself', async () => {
      await using redis = sentinel.masterFor(MASTER)
      redis.on('error', () => {})
      await redis.set('key', 'before')
      const old = await deployment.master()
      const followed = once(sentinel, 'failover')
      await deployment.failover()
      const [{ from, to }] = await followed
      equal(from, `${old.host}:${old.port}`)
      const now = await deployment.settled()
      notEqual(now, old)
      equal(to, `${now.host}:${now.port}`)
      equal(await redis.set('key', 'after'), 'OK')
      equal(String(await now.raw('GET', 'key')), 'after')
      await deployment.complete()
    })
  })
})
