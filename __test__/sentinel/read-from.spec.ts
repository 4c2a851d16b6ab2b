import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  AbortError,
  type Client,
  ConnectionPool,
  createClient,
  failure,
  forBothProtocols,
  Redis,
  Sentinel,
  SentinelError,
} from '../support/client'
import { Deployment, MASTER, monitor, startDeployment, until } from '../support/deployment'
import { follow, next, openSentinel, PATIENCE_MS } from '../support/following'
import type { RawClient } from '../support/raw-client'
import type { TestServer } from '../support/server'
import { Executions, Traffic, verdict } from '../support/traffic'

/** What every server of a deployment executes for its clients, and not for its master. */
class Witness {
  readonly #heard: { server: TestServer; line: string }[] = []
  readonly #monitors: RawClient[] = []
  #calls = 0

  private constructor(private readonly deployment: Deployment) {}

  static async of(deployment: Deployment): Promise<Witness> {
    const witness = new Witness(deployment)
    const ports = deployment.servers.map((server) => deployment.portOf(server))
    for (const server of deployment.servers) {
      const heard = (line: string): void => {
        const port = Number(/^[\d.]+ \[\d+ \S+:(\d+)\]/.exec(line)?.[1])
        if (!ports.includes(port)) witness.#heard.push({ server, line })
      }
      witness.#monitors.push(await monitor(server, heard))
    }
    return witness
  }

  /** The servers that executed something about `key` until now. */
  async of(key: string): Promise<Set<TestServer>> {
    const mark = `mark-${(this.#calls += 1)}`
    const running = this.deployment.servers.filter(({ isRunning }) => isRunning)
    await Promise.all(running.map((server) => server.raw('ECHO', mark)))
    const about = (word: string) => {
      const found = this.#heard.filter(({ line }) => line.includes(`"${word}"`))
      return new Set(found.map(({ server }) => server))
    }
    await until('all to have told what they executed', () => about(mark).size === running.length)
    return about(key)
  }

  close(): void {
    for (const client of this.#monitors) client.close()
  }
}

type Call = (client: Client, key: string) => unknown

const many = (key: string): string[] => [key, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

/** What goes to a replica. */
const READS: Record<string, Call> = {
  'a read': (client, key) => client.get(key),
  'a read of many keys': (client, key) => client.mget(many(key)),
  'a read of many keys, some as bytes': (client, key) => client.mget([...many(key), Buffer.from('z')]),
  'a read with options': (client, key) => client.zrange(key, 0, -1, { withscores: true }),
  'a read for Buffers': (client, key) => client.buffers.get(key),
  'a read with a timeout': (client, key) => client.with({ timeout: PATIENCE_MS }).get(key),
  'a read with a signal': (client, key) => client.with({ signal: new AbortController().signal }).get(key),
  'a raw read': (client, key) => client.executeCommand('get', key),
  'a raw read of many keys': (client, key) => client.executeCommand('MGET', many(key)),
  'a raw read of a container': (client, key) => client.executeCommand('object', 'encoding', key),
  'the same in one string': (client, key) => client.executeCommand('OBJECT ENCODING', key),
  'a plain pipeline of reads': (client, key) => {
    return client.pipeline({ transaction: false }).get(key).strlen(key).execute()
  },
  'a plain pipeline of raw reads': (client, key) => {
    const pipeline = client.pipeline({ transaction: false }).get('ü').executeCommand('get', key)
    return pipeline.executeCommand('object', Buffer.from('encoding'), key).call('OBJECT ENCODING', key)
  },
  'a script that only reads': (client, key) => client.eval_ro('return redis.call("get", KEYS[1])', [key]),
  'a script() that only reads': (client, key) => {
    return client.script('return redis.call("strlen", KEYS[1])', { readOnly: true })([key])
  },
}

/** What goes to the master. */
const OTHERS: Record<string, Call> = {
  'a write': (client, key) => client.set(key, 'v'),
  'a write of many values': (client, key) => client.rpush(key, many('v')),
  'a raw write': (client, key) => client.executeCommand('set', key, 'v'),
  'a command that may write': (client, key) => client.sort(key),
  'a script': (client, key) => client.eval('return redis.call("get", KEYS[1])', [key]),
  'a plain pipeline that writes, too': (client, key) => {
    return client.pipeline({ transaction: false }).get(key).set(key, 'v').execute()
  },
  'a plain pipeline with a raw write': (client, key) => {
    return client.pipeline({ transaction: false }).get(key).call('append', key, 'v').execute()
  },
  'a transaction of reads': (client, key) => client.pipeline().get(key).strlen(key).execute(),
  'a transaction that reads first': (client, key) => {
    return client.transaction(async (tx: Client) => void (await tx.get(key)), { watch: [key] })
  },
  'a leased connection': (client, key) => client.client((conn: Client) => conn.get(key)),
  'a command that waits': (client, key) => client.blpop(key, 0.01),
  'a command that may wait': (client, key) => client.xread({ [key]: '0' }),
  'a page of a scan': (client, key) => client.scan('0', { match: key }),
  'a scan': async (client, key) => {
    for await (const found of client.scanIter({ match: key })) assert.ok(found)
  },
  'a page of a scan of a value': (client, key) => client.hscan(key, '0'),
  'a message': (client, key) => client.publish(key, 'm'),
  'a subscription': async (client, key) => {
    await using subscriber = client.pubsub()
    await subscriber.subscribe(key)
  },
}

describe('readFrom', () => {
  let deployment: Deployment
  let witness: Witness

  before(async () => {
    deployment = await Deployment.start()
    witness = await Witness.of(deployment)
  })

  after(async () => {
    witness.close()
    await deployment.close()
  })

  forBothProtocols((protocol) => {
    test('sends what only reads to replicas, and everything else to the master', async (t) => {
      const [master] = deployment.servers
      const sentinel = await openSentinel(t, deployment)
      const client = follow(t, sentinel, { protocol, readFrom: 'replica' })
      const wrong: string[] = []
      for (const [calls, expected] of [
        [READS, 'a replica'],
        [OTHERS, 'the master'],
      ] as const) {
        for (const [what, call] of Object.entries(calls)) {
          const key = `${protocol}: ${what}`.replaceAll(' ', '-')
          const answer = (await call(client, key)) as { execute?: () => Promise<unknown> } | null
          await answer?.execute?.()
          const servers = await witness.of(key)
          const where = servers.has(master!) ? 'the master' : 'a replica'
          if (servers.size !== 1 || where !== expected) wrong.push(`${what} went to ${where}`)
        }
      }
      assert.deepEqual(wrong, [])
    })

    test('reads the same from wherever it reads', async (t) => {
      const sentinel = await openSentinel(t, deployment)
      for (const readFrom of ['master', 'replica', 'replicaPreferred', 'any']) {
        const client = follow(t, sentinel, { protocol, readFrom, keyPrefix: `${readFrom}-${protocol}:` })
        await client.set('key', 'värde')
        await client.client((conn: Client) => conn.wait(2, PATIENCE_MS))
        assert.equal(await client.get('key'), 'värde')
        assert.deepEqual(await client.buffers.get('key'), Buffer.from('värde'))
        assert.deepEqual(await client.mget('key', 'other'), ['värde', null])
        assert.deepEqual(await client.pipeline({ transaction: false }).get('key').strlen('key').execute(), [
          'värde',
          6,
        ])
        const wrongType = await failure(client.pipeline({ transaction: false }).lrange('key', 0, 1).execute())
        assert.deepEqual([wrongType.code, wrongType.command, wrongType.index], ['WRONGTYPE', 'LRANGE', 0])
        const servers = await witness.of(`${readFrom}-${protocol}:key`)
        if (readFrom === 'replica') assert.equal(servers.size, 2)
        if (readFrom === 'master') assert.equal(servers.size, 1)
      }
    })
  })

  test('a read-only function that the replica has not heard of is run by the master, which was given it', async (t) => {
    const sentinel = await openSentinel(t, deployment)
    const client = follow(t, sentinel, { readFrom: 'replica' })
    const code = [
      '#!lua name=looking',
      'redis.register_function{function_name="look", flags={"no-writes"},',
      'callback=function(keys) return redis.call("get", keys[1]) end}',
    ].join('\n')
    await client.set('looked-at', 'seen')
    // The replicas hear of nothing for now.
    for (const server of deployment.servers.slice(1)) await server.stop()
    t.after(() => deployment.servers.slice(1).forEach((server) => server.cont()))
    const master = follow(t, sentinel, {})
    assert.equal(await master.function(code).handle('look', { readOnly: true })(['looked-at']), 'seen')
    await master.functionDelete('looking')
    deployment.servers.slice(1).forEach((server) => server.cont())
    const look = client.function(code).handle('look', { readOnly: true })
    assert.equal(await look(['looked-at']), 'seen')
    const batch = client.pipeline({ transaction: false }).run(look, ['looked-at']).get('looked-at')
    assert.deepEqual(await batch.execute(), ['seen', 'seen'])
  })

  test('clients of one pool read from where the pool does', async () => {
    const addresses = deployment.sentinels.map(({ port }) => `localhost:${port}`).join(',')
    const pool: Client = ConnectionPool.fromUrl(`redis-sentinel://${addresses}/${MASTER}?readFrom=replica`)
    const client: Client = new Redis({ connectionPool: pool, keyPrefix: 'pooled:' } as object)
    try {
      await Promise.all([client.get('key'), client.set('key', 'v')])
      assert.equal((await witness.of('pooled:key')).size, 2)
      await until('both to be connected', () => pool.stats().shared === 2)
      assert.equal(client.bufferedBytes, 0)
      const read = client.get('key')
      assert.ok(client.bufferedBytes > 0)
      await client.drained()
      assert.equal(await read, 'v')
      await client.close()
      assert.equal((await failure(client.get('key'))).code, 'CLIENT_CLOSED')
      const batch = client.pipeline({ transaction: false }).get('key')
      assert.equal((await failure(batch.execute())).code, 'CLIENT_CLOSED')
    } finally {
      await pool.close()
    }
  })
})

test('replicas that are lost, that load their data, or that lost their master, cost no read', async (t) => {
  const deployment = await startDeployment(t)
  const [master, one, other] = deployment.servers as [TestServer, TestServer, TestServer]
  const sentinel = await openSentinel(t, deployment)
  const client = follow(t, sentinel, { readFrom: 'replica', protocol: 2 })
  await client.set('key', 'v')
  await client.client((conn: Client) => conn.wait(2, PATIENCE_MS))
  /** How many reads a server has executed. */
  const served = async (server: TestServer): Promise<number> => {
    const found = /\ncmdstat_get:calls=(\d+)/.exec(String(await server.raw('INFO', 'commandstats')))
    return Number(found?.[1] ?? 0)
  }
  assert.equal(await client.get('key'), 'v')
  const [loading, second] = (await served(one)) > 0 ? [one, other] : [other, one]
  assert.deepEqual([await served(master), await served(second)], [0, 0])

  // It answers LOADING for a while, which the caller does not hear.
  await loading.raw('CONFIG', 'SET', 'loading-process-events-interval-bytes', 1024, 'key-load-delay', 1000)
  await loading.raw('DEBUG', 'POPULATE', 500, 'loaded', 100)
  using raw = await loading.client({ timeout: PATIENCE_MS })
  const loaded = raw.call('DEBUG', 'RELOAD')
  await until('another one to be read from', async () => {
    assert.equal(await client.get('key'), 'v')
    return (await served(second)) > 0
  })
  await loaded
  assert.match(String(await loading.raw('INFO', 'errorstats')), /errorstat_LOADING:count=[1-9]/)

  // The other one answers MASTERDOWN from now on.
  await deployment.complete()
  const before = await served(loading)
  await second.raw('CONFIG', 'SET', 'replica-serve-stale-data', 'no')
  await second.raw('REPLICAOF', '127.0.0.1', 1)
  assert.equal(await client.get('key'), 'v')
  assert.ok((await served(loading)) > before)

  await deployment.complete()
  const reads = Promise.all(Array.from({ length: 1000 }, () => client.get('key')))
  await loading.kill()
  assert.deepEqual(new Set(await reads), new Set(['v']))
  assert.equal(await client.get('key'), 'v')
  assert.equal(await served(master), 0)
})

test('with no replica left, reads go to the master, or wait, as was chosen', async (t) => {
  const deployment = await startDeployment(t)
  const witness = await Witness.of(deployment)
  t.after(() => witness.close())
  const [master, ...replicas] = deployment.servers
  const sentinel = await openSentinel(t, deployment)
  const choices = ['replica', 'replicaPreferred', 'any']
  const [strict, preferring, any] = choices.map((readFrom) => follow(t, sentinel, { readFrom })) as Client[]
  await Promise.all([strict, preferring, any].map((client) => client.connect()))

  await Promise.all(replicas.map((server) => server.kill()))
  for (const client of [preferring, any]) {
    const key = client === any ? 'any-at-master' : 'preferred-at-master'
    assert.equal(await client.get(key), null)
    assert.deepEqual(await witness.of(key), new Set([master]))
  }
  assert.equal(await strict.set('key', 'v'), 'OK')
  const late = await failure(strict.with({ timeout: 200 }).get('key'))
  assert.match(late.code, /^(NO_REPLICA|CONNECTION_REFUSED|CONNECTION_LOST)$/)
  assert.equal(late.maybeExecuted, false)
  const aborting = new AbortController()
  const given = failure(strict.with({ signal: aborting.signal }).get('key'))
  aborting.abort()
  const aborted = await given
  assert.ok(aborted instanceof AbortError)
  assert.equal(aborted.maybeExecuted, false)

  await until('the sentinels to find the replicas down', async () => {
    return (await sentinel.discoverReplicas(MASTER)).length === 0
  })
  const refused = await failure(follow(t, sentinel, { readFrom: 'replica' }).connect())
  assert.ok(refused instanceof SentinelError)
  assert.equal(refused.code, 'NO_REPLICA')

  const waiting = strict.get('key')
  await deployment.revive()
  assert.equal(await waiting, 'v')
})

forBothProtocols((protocol) => {
  test('reads and writes go on through a failover', async (t) => {
    const deployment = await startDeployment(t)
    const executions = await Executions.of(deployment)
    t.after(() => executions.close())
    const sentinel = await openSentinel(t, deployment)
    const client = follow(t, sentinel, { protocol, readFrom: 'replicaPreferred' })
    const traffic = new Traffic(
      {
        name: 'both',
        append: (list, value) => client.rpush(list, value),
        read: (list) => client.llen(list),
      },
      'read-from',
    )
    try {
      await traffic.firstWriteAfter(0)
      const switched = next(sentinel, 'failover')
      await deployment.failover()
      await switched
      const over = Date.now()
      await until('writes to succeed again', () => traffic.good(over) >= 20)
    } finally {
      await traffic.stop()
    }
    assert.ok(traffic.reads.length >= 20)
    const { wrong } = await verdict(traffic, executions, await deployment.settled())
    assert.deepEqual(wrong, [])
  })
})

test('what cannot be is refused', () => {
  const refuses = (make: () => unknown, message: RegExp) =>
    assert.throws(make, { code: 'INVALID_OPTION', message })
  const sentinel: Client = new (Sentinel as Client)(['redis://a'], { readFrom: 'any' })
  refuses(
    () => sentinel.replicaFor('m', { readFrom: 'replica' }),
    /^option "readFrom" is one of masterFor\(\)$/,
  )
  sentinel.replicaFor('m').destroy()
  refuses(
    () => sentinel.masterFor('m', { replicaFallback: false }),
    /^option "replicaFallback" is one of replicaFor\(\)$/,
  )
  refuses(
    () => createClient('redis-sentinel://h/m?replicaFallback=false'),
    /^option "replicaFallback" is one of replicaFor\(\)$/,
  )
  const careful: Client = new (Sentinel as Client)(['redis://a'], { replicaFallback: false })
  careful.masterFor('m').destroy()
  refuses(
    () => sentinel.masterFor('m', { readFrom: 'replicas' }),
    /^option "readFrom" must be one of master, replica, replicaPreferred, any/,
  )
  refuses(
    () => sentinel.masterFor('m', { singleConnection: true }),
    /^option "singleConnection" excludes "readFrom"/,
  )
  refuses(() => createClient({ readFrom: 'replica' }), /^option "readFrom" needs sentinels: /)
})
