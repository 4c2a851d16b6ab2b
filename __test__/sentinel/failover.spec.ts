import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, beforeEach, describe, test } from 'node:test'
import { type Client, createClient, failure, Sentinel, SentinelError } from '../support/client'
import { Deployment, MASTER, until } from '../support/deployment'
import { ask, failover as failOver, follow, next, openSentinel, PATIENCE_MS } from '../support/following'
import { serverKinds, type TestServer } from '../support/server'
import { Executions, Traffic, verdict } from '../support/traffic'

/** Writes before an event, and after the recovery, that a scenario waits for. */
const ENOUGH = 20
/** Tells the clients' connections from others. */
const CLIENT_NAME = 'follower'

const ALL_SCENARIOS = [
  { name: 'plain', options: { persistent: true } },
  {
    name: 'with TLS and passwords',
    options: { persistent: true, tls: true, password: 'of-servers', sentinelPassword: 'of-sentinels' },
  },
]
/** Where the servers are others, those in which they take part most. */
const FAILOVERS_ONLY = serverKinds()
  .filter((kind) => kind !== 'redis')
  .map((kind) => ({ name: `of ${kind}`, options: { persistent: true, kind } }))

/** The ports at the other end of connections to `port` that this end has not closed. Linux only. */
function openSockets(port: number): number[] {
  const ESTABLISHED = '01'
  const rows = readFileSync('/proc/self/net/tcp', 'latin1').trim().split('\n').slice(1)
  return rows.flatMap((row) => {
    const [, local, remote, state] = row.trim().split(/\s+/) as [string, string, string, string]
    const [localPort, remotePort] = [local, remote].map((end) => Number.parseInt(end.split(':')[1]!, 16))
    return state === ESTABLISHED && remotePort === port ? [localPort!] : []
  })
}

for (const { name, options } of [...ALL_SCENARIOS, ...FAILOVERS_ONLY]) {
  describe(`a deployment ${name}`, () => {
    let deployment: Deployment
    let sentinel: Client
    let executions: Executions
    let clients: { protocol: number; client: Client }[]
    let scenario = 0

    before(async () => {
      deployment = await Deployment.start(options)
      executions = await Executions.of(deployment)
      sentinel = new (Sentinel as Client)(...(await deployment.client()))
      sentinel.on('error', () => {})
      clients = [2, 3].map((protocol) => {
        const client = sentinel.masterFor(MASTER, {
          protocol,
          clientName: CLIENT_NAME,
          commandTimeout: PATIENCE_MS,
        })
        client.on('error', () => {})
        return { protocol, client }
      })
      await Promise.all(clients.map(({ client }) => client.connect()))
    })

    after(async () => {
      for (const { client } of clients) client.destroy()
      sentinel.destroy()
      executions.close()
      await deployment.close()
    })

    beforeEach(async () => {
      await revive()
      await deployment.complete()
    })

    /** Starts what was killed, the servers first: what they execute is heard before a client finds them. */
    async function revive(): Promise<void> {
      for (const server of [...deployment.servers, ...deployment.sentinels]) {
        if (server.isRunning) continue
        await server.restart({ keepData: true, keepConfiguration: true })
        if (deployment.servers.includes(server)) await executions.listen(server)
      }
      await deployment.pace('brisk')
    }

    /**
     * Runs a writer and a reader on each protocol around `event`, and compares the logs when all is over. `event` answers
     * the moment from which acknowledged writes must not be lost.
     */
    async function during(event: () => Promise<number>): Promise<void> {
      scenario += 1
      const traffics = clients.map(({ protocol, client }) => {
        const caller = {
          name: `resp${protocol}-${scenario}`,
          append: (list: string, value: string) => client.rpush(list, value),
          read: (list: string) => client.llen(list),
        }
        return new Traffic(caller, String(scenario))
      })
      let safe = 0
      try {
        await until('the traffic to flow', () => traffics.every((traffic) => traffic.good() >= ENOUGH))
        safe = await event()
        const over = Date.now()
        await until('writes to succeed again', () => {
          return traffics.every((traffic) => traffic.good(over) >= ENOUGH)
        })
      } finally {
        await Promise.all(traffics.map((traffic) => traffic.stop()))
      }
      const master = await deployment.settled()
      for (const traffic of traffics) {
        const { wrong, lost } = await verdict(traffic, executions, master)
        assert.deepEqual(wrong, [])
        assert.deepEqual(
          lost.filter(({ begun }) => begun > safe),
          [],
        )
      }
    }

    /** A failover, begun by `cause`. Answers the moment after which nothing may go to the former master any more. */
    function failover(cause: () => Promise<unknown>): Promise<number> {
      return failOver(
        deployment,
        sentinel,
        clients.map(({ client }) => client),
        cause,
      )
    }

    /** The clients' ports of their connections to a server, by its own word. */
    async function portsAt(server: TestServer): Promise<number[]> {
      const lines = String(await ask(server, 'CLIENT', 'LIST')).split('\n')
      return lines
        .filter((line) => line.includes(` name=${CLIENT_NAME} `))
        .map((line) => Number(/ addr=\S+:(\d+) /.exec(line)?.[1]))
    }

    test('fails over in good order', async () => {
      await during(async () => {
        const master = await deployment.settled()
        const moment = await failover(() => deployment.failover())
        assert.deepEqual(await portsAt(master), [])
        return moment
      })
    })

    test('loses its master to kill -9', async () => {
      await during(async () => {
        const master = await deployment.settled()
        return await failover(() => master.kill())
      })
    })

    if (FAILOVERS_ONLY.some((variant) => variant.options === options)) return

    test('loses its master to a freeze, in which it accepts connections and answers nothing', async () => {
      await during(async () => {
        const master = await deployment.settled()
        const ports = await portsAt(master)
        assert.ok(ports.length >= clients.length)
        const moment = await failover(() => master.stop())
        if (process.platform === 'linux') {
          await until('the sockets to the frozen master to be closed', () => {
            return openSockets(deployment.portOf(master)).every((port) => !ports.includes(port))
          })
        }
        master.cont()
        // It wakes up as the master that it was, and sentinels take their time to tell it otherwise.
        await until('the former master to follow', async () => {
          return String(((await ask(master, 'ROLE')) as Buffer[])[0]) === 'slave'
        })
        assert.deepEqual(await portsAt(master), [])
        return moment
      })
    })

    test('has its master made a replica by hand, and back', async () => {
      const master = await deployment.settled()
      const [other] = deployment.servers.filter((server) => server !== master)
      await during(async () => {
        const closed = Promise.all(clients.map(({ client }) => next(client, 'close')))
        const port = deployment.portOf(other!)
        await master.raw('REPLICAOF', '127.0.0.1', port)
        await closed
        await master.raw('REPLICAOF', 'NO', 'ONE')
        return Date.now()
      })
    })

    test('has its master made a replica by hand, which the sentinels answer by a failover', async () => {
      const master = await deployment.settled()
      const [other] = deployment.servers.filter((server) => server !== master)
      await during(() => {
        return failover(() => master.raw('REPLICAOF', '127.0.0.1', deployment.portOf(other!)))
      })
    })

    test('loses its sentinels, one, two and all', async () => {
      await during(async () => {
        const begun = Date.now()
        for (const one of deployment.sentinels) {
          const lost = next(sentinel, 'sentinel')
          await one.kill()
          await lost
          for (const { client } of clients) {
            // Also what needs a connection that is made now.
            await client.blpop('nothing', 0.01)
            await client.client((conn: Client) => conn.ping())
            await using subscriber = client.pubsub()
            await subscriber.subscribe('channel')
          }
        }
        const late = sentinel.masterFor(MASTER, { commandTimeout: 500 })
        late.on('error', () => {})
        const refusal = await failure(late.connect())
        late.destroy()
        assert.ok(refusal instanceof SentinelError)
        assert.equal(refusal.code, 'SENTINEL_UNREACHABLE')
        const [head, ...lines] = refusal.message.split('\n')
        assert.equal(head, `no sentinel could name the master "${MASTER}":`)
        const ports = deployment.sentinels.map((one) => deployment.portOf(one))
        for (const port of ports) {
          assert.equal(lines.filter((line) => line.startsWith(`  localhost:${port}: `)).length, 1)
        }
        assert.equal(lines.length, ports.length)
        await revive()
        await deployment.complete()
        return begun
      })
      // They are heard again.
      await during(() => failover(() => deployment.failover()))
    })

    test('is wholly gone for a while', async () => {
      await during(async () => {
        const begun = Date.now()
        const all = [...deployment.servers, ...deployment.sentinels]
        const closed = Promise.all(clients.map(({ client }) => next(client, 'close')))
        await Promise.all(all.map((server) => server.kill()))
        await closed
        await revive()
        return begun
      })
    })
  })
}

test('a client by URL follows, and one whose Sentinel is closed', async (t) => {
  const deployment = await Deployment.start()
  t.after(() => deployment.close())
  const addresses = deployment.sentinels.map(({ port }) => `localhost:${port}`).join(',')
  const client = createClient(`redis-sentinel://${addresses}/${MASTER}/2?commandTimeout=${PATIENCE_MS}`)
  t.after(() => client.destroy())
  await client.set('where', 'db 2')
  const sentinel = await openSentinel(t, deployment)
  const survivor = follow(t, sentinel)
  await survivor.connect()
  await sentinel.close()
  const closed = await failure(sentinel.discoverMaster(MASTER))
  assert.equal(closed.code, 'CLIENT_CLOSED')

  const [master] = deployment.servers
  const left = next(survivor, 'close')
  const told = next(client, 'failover')
  await deployment.failover()
  const [{ from, to, ms }] = await told
  const second = await deployment.settled()
  assert.deepEqual(
    [from, to],
    [master!, second].map(({ port }) => `127.0.0.1:${port}`),
  )
  assert.equal(typeof ms, 'number')
  await client.set('where', 'still db 2')
  await left
  await survivor.set('survivor', 'here')
  using raw = await second.client()
  assert.equal(String(await raw.call('GET', 'survivor')), 'here')
  await raw.call('SELECT', 2)
  assert.equal(String(await raw.call('GET', 'where')), 'still db 2')
})
