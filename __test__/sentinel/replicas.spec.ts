import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Client, failure, forBothProtocols, ReplyError, SentinelError } from '../support/client'
import { Deployment, MASTER, startDeployment, until } from '../support/deployment'
import { ask, failover, openSentinel, PATIENCE_MS } from '../support/following'
import { TestServer } from '../support/server'
import { Traffic } from '../support/traffic'

interface Ending {
  after(action: () => void): void
}

let clients = 0

/** A client of the replicas, whose connections are told from others by its name. */
function reader(test: Ending, sentinel: Client, options: object = {}): Client & { _name: string } {
  const clientName = `reader-${(clients += 1)}`
  const client = sentinel.replicaFor(MASTER, { clientName, commandTimeout: PATIENCE_MS, ...options })
  client.on('error', () => {})
  test.after(() => client.destroy())
  return Object.assign(client, { _name: clientName })
}

/** How many connections a client has to each of `servers`, by their own word. */
async function connections(client: { _name: string }, servers: readonly TestServer[]): Promise<number[]> {
  return Promise.all(
    servers.map(async (server) => {
      if (!server.isRunning) return 0
      const list = String(await ask(server, 'CLIENT', 'LIST'))
      return list.split(` name=${client._name} `).length - 1
    }),
  )
}

/** Reads at 100 Hz, until the test ends; none of them may fail. */
function reading(client: Client): { stop(): Promise<void> } {
  const caller = {
    name: 'reading',
    // There are readers only: what a replica refuses is never counted.
    append: async (list: string) => client.llen(list),
    read: (list: string) => client.llen(list),
  }
  const traffic = new Traffic(caller, 'replicas')
  return {
    async stop() {
      await traffic.stop()
      for (const { error } of [...traffic.reads, ...traffic.writes]) assert.equal(error, undefined)
    },
  }
}

describe('replicaFor', () => {
  let deployment: Deployment

  before(async () => {
    deployment = await Deployment.start()
  })

  after(async () => {
    await deployment.close()
  })

  forBothProtocols((protocol) => {
    test('connects to the replicas in turn, and to the master never', async (t) => {
      const sentinel = await openSentinel(t, deployment)
      const client = reader(t, sentinel, { protocol, sharedConnections: 4 })
      await client.connect()
      assert.deepEqual(await connections(client, deployment.servers), [0, 2, 2])
      const refused = await failure(client.set('key', 'v'))
      assert.ok(refused instanceof ReplyError)
      assert.equal(refused.code, 'READONLY')
    })
  })

  test('leaves a replica that is frozen, and returns when it is well', async (t) => {
    const sentinel = await openSentinel(t, deployment)
    const [, frozen, other] = deployment.servers as [TestServer, TestServer, TestServer]
    const client = reader(t, sentinel, { sharedConnections: 2 })
    await client.connect()
    const reads = reading(client)
    await frozen.stop()
    try {
      await until('both connections to be at the other one', async () => {
        return (await connections(client, [other]))[0] === 2
      })
    } finally {
      frozen.cont()
    }
    await reads.stop()
    await deployment.complete()
    await until('new connections to go to both again', async () => {
      const late = reader(t, sentinel, { sharedConnections: 2 })
      await late.connect()
      return String(await connections(late, [frozen, other])) === '1,1'
    })
  })

  test('leaves the replica that is promoted, and takes up the master that is made a replica', async (t) => {
    const sentinel = await openSentinel(t, deployment)
    const former = await deployment.settled()
    const client = reader(t, sentinel, { sharedConnections: 2 })
    await client.connect()
    const reads = reading(client)
    await failover(deployment, sentinel, [])
    const promoted = await deployment.settled()
    await until('the promoted one to be left', async () => (await connections(client, [promoted]))[0] === 0)
    await reads.stop()
    await until('the former master to be read from', async () => {
      const late = reader(t, sentinel, { sharedConnections: 2 })
      await late.connect()
      return (await connections(late, [former]))[0] === 1
    })
  })

  test('takes up a replica that is new', async (t) => {
    const sentinel = await openSentinel(t, deployment)
    const client = reader(t, sentinel)
    await client.connect()
    const master = await deployment.settled()
    const added = await TestServer.start({
      config: { replicaof: [master.host, master.port], 'repl-diskless-sync-delay': 0 },
    })
    t.after(() => added.close())
    await until('it to be read from', async () => {
      const late = reader(t, sentinel, { sharedConnections: 3 })
      await late.connect()
      return (await connections(late, [added]))[0] === 1
    })
  })
})

test('with no replica left, the master is read from or nobody, and a replica again when there is one', async (t) => {
  const deployment = await startDeployment(t)
  const [master, ...replicas] = deployment.servers as [TestServer, ...TestServer[]]
  const sentinel = await openSentinel(t, deployment)
  const lenient = reader(t, sentinel)
  const strict = reader(t, sentinel, { replicaFallback: false })
  await Promise.all([lenient.connect(), strict.connect()])
  const reads = reading(lenient)
  await Promise.all(replicas.map((server) => server.kill()))
  await until('the master to be read from', async () => (await connections(lenient, [master]))[0] === 1)
  await until('the sentinels to find the replicas down', async () => {
    return (await sentinel.discoverReplicas(MASTER)).length === 0
  })
  const refused = await failure(reader(t, sentinel, { replicaFallback: false }).connect())
  assert.ok(refused instanceof SentinelError)
  assert.equal(refused.code, 'NO_REPLICA')
  assert.equal((await failure(strict.with({ timeout: 200 }).get('key'))).maybeExecuted, false)

  const waiting = strict.get('key')
  await deployment.revive()
  assert.equal(await waiting, null)
  await until('the master to be left', async () => (await connections(lenient, [master]))[0] === 0)
  await reads.stop()
  assert.deepEqual(await connections(strict, [master]), [0])
})
