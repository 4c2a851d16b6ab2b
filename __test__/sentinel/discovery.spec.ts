import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Client, failure, Sentinel, SentinelError } from '../support/client'
import { Deployment, MASTER, startDeployment, until } from '../support/deployment'
import { failover, follow, next, openSentinel, PATIENCE_MS } from '../support/following'
import { startProgram } from '../support/program'
import { FaultProxy } from '../support/proxy'
import { scratchFolder } from '../support/scratch'
import { startServer, type TestServer } from '../support/server'

interface Ending {
  after(action: () => void): void
}

/** The sentinels at `addresses`, with `options` of the connections to them. Ends with the test. */
function sentinelsAt(
  test: Ending,
  servers: readonly (TestServer | { port: number })[],
  options: Record<string, unknown> = {},
  others: Record<string, unknown> = {},
): Client {
  const addresses = servers.map(({ port }) => ({ host: 'localhost', port }))
  const sentinel: Client = new (Sentinel as Client)(addresses, { sentinel: options, ...others })
  sentinel.on('error', () => {})
  test.after(() => sentinel.destroy())
  return sentinel
}

/** The lines of an error that says why no sentinel helped, by the port of the sentinel. */
function reasons(error: Error): Map<number, string> {
  const lines = error.message.split('\n').slice(1)
  return new Map(
    lines.map((line) => {
      const [, port, reason] = /^ {2}localhost:(\d+): (.+)$/.exec(line) as unknown as [string, string, string]
      return [Number(port), reason]
    }),
  )
}

describe('discovery', () => {
  let deployment: Deployment

  before(async () => {
    deployment = await Deployment.start()
  })

  after(async () => {
    await deployment.close()
  })

  test('does not wait for a sentinel that accepts and never answers, where another one does', async (t) => {
    const [silent, ...others] = deployment.sentinels as [TestServer, TestServer, TestServer]
    await silent.stop()
    t.after(() => silent.cont())
    // Its own time is longer than this test may take.
    const patience = { connectTimeout: 10 * PATIENCE_MS, commandTimeout: 10 * PATIENCE_MS }
    const sentinel = sentinelsAt(t, [silent, ...others], patience)
    assert.equal((await sentinel.discoverMaster(MASTER)).port, deployment.servers[0]?.port)
    assert.equal((await sentinel.discoverReplicas(MASTER)).length, 2)
    const client = follow(t, sentinel)
    assert.equal(await client.ping(), 'PONG')

    const alone = sentinelsAt(t, [silent], { connectTimeout: 200 })
    const error = await failure(alone.discoverMaster(MASTER))
    assert.ok(error instanceof SentinelError)
    assert.equal(error.code, 'SENTINEL_UNREACHABLE')
    assert.match(reasons(error).get(silent.port) ?? '', /200 ms/)
  })

  test('says of each sentinel why it was of no use', async (t) => {
    const locked = await startServer(t, { sentinel: true, password: 'hidden-word' })
    const ignorant = await startServer(t, { sentinel: true })
    const silent = await startServer(t, { sentinel: true })
    await silent.stop()
    const nobody = await startServer(t)
    await nobody.kill()
    const plain = await startServer(t)

    const sentinel = sentinelsAt(t, [locked, ignorant, silent, nobody, plain], { connectTimeout: 300 })
    const error = await failure(sentinel.discoverMaster(MASTER))
    assert.ok(error instanceof SentinelError)
    assert.equal(error.code, 'SENTINEL_UNREACHABLE')
    const found = reasons(error)
    assert.equal(found.size, 5)
    assert.match(found.get(locked.port) ?? '', /NOAUTH/)
    assert.equal(found.get(ignorant.port), "does not know this master's name")
    assert.match(found.get(silent.port) ?? '', /300 ms/)
    assert.match(found.get(nobody.port) ?? '', /connection refused/)
    assert.match(found.get(plain.port) ?? '', /unknown command/)

    const wrong = sentinelsAt(t, [locked], { password: 'another-word' })
    const refused = await failure(wrong.discoverMaster(MASTER))
    assert.equal(refused.code, 'SENTINEL_REFUSED')
    assert.match(reasons(refused).get(locked.port) ?? '', /WRONGPASS/)
    assert.doesNotMatch(refused.stack ?? '', /hidden-word|another-word/)

    const client = sentinelsAt(t, [ignorant]).masterFor(MASTER)
    client.on('error', () => {})
    t.after(() => client.destroy())
    const calls = [client.connect(), client.with({ timeout: 30_000 }).get('key')]
    for (const told of await Promise.all(calls.map(failure))) {
      assert.ok(told instanceof SentinelError)
      assert.equal(reasons(told).get(ignorant.port), "does not know this master's name")
    }
  })

  test('learns the other sentinels from one, and asks them when it is gone', async (t) => {
    const [known, ...others] = deployment.sentinels as [TestServer, TestServer, TestServer]
    const sentinel = sentinelsAt(t, [known])
    const learned = new Set<string>()
    sentinel.on('sentinel', ({ address, state }: { address: string; state: string }) => {
      if (state === 'learned') learned.add(address)
    })
    await follow(t, sentinel).connect()
    await until('the others to be learned', () => learned.size === 2)
    assert.deepEqual([...learned].sort(), others.map(({ port }) => `127.0.0.1:${port}`).sort())
    await known.stop()
    t.after(() => known.cont())
    assert.equal((await sentinel.discoverMaster(MASTER)).port, deployment.servers[0]?.port)
  })

  test('goes to where addressMap says that announced servers are', async (t) => {
    const proxies = new Map<number, FaultProxy>()
    for (const { port } of [...deployment.servers, ...deployment.sentinels]) {
      const proxy = await FaultProxy.start({ target: { port } })
      t.after(() => proxy.close())
      proxies.set(port, proxy)
    }
    const mapped: string[] = []
    const addressMap = async (host: string, port: number) => {
      mapped.push(`${host}:${port}`)
      return { host: 'localhost', port: proxies.get(port)?.port }
    }
    const configured = deployment.sentinels.map(({ port }) => ({ port: proxies.get(port)!.port }))
    const sentinel = sentinelsAt(t, configured, {}, { addressMap })
    const [master] = deployment.servers as [TestServer]
    const proxy = proxies.get(master.port)!
    assert.deepEqual(await sentinel.discoverMaster(MASTER), { host: 'localhost', port: proxy.port })
    const before = proxy.connectionCount
    const client = follow(t, sentinel)
    assert.equal(await client.set('mapped', 'v'), 'OK')
    assert.ok(proxy.connectionCount > before)
    assert.ok(mapped.includes(`127.0.0.1:${master.port}`))
    const replicas = await sentinel.discoverReplicas(MASTER)
    assert.deepEqual(
      replicas.map(({ port }: { port: number }) => port).sort(),
      deployment.servers
        .slice(1)
        .map(({ port }) => proxies.get(port)!.port)
        .sort(),
    )

    const broken = sentinelsAt(t, deployment.sentinels, {}, { addressMap: () => 'nowhere' })
    assert.match(
      (await failure(broken.discoverMaster(MASTER))).message,
      /addressMap\(\) failed: it must return \{ host, port \}/,
    )
  })
})

test('servers that announce themselves by name are called by it, also after a failover', async (t) => {
  const deployment = await startDeployment(t, { hostnames: true })
  const sentinel = await openSentinel(t, deployment)
  const [first] = deployment.servers as [TestServer]
  assert.deepEqual(await sentinel.discoverMaster(MASTER), { host: 'localhost', port: first.port })
  const client = follow(t, sentinel)
  await client.set('key', 'before')
  await failover(deployment, sentinel, [client])
  const { host, port } = await sentinel.discoverMaster(MASTER)
  assert.equal(host, 'localhost')
  await client.set('key', 'after')
  assert.equal(String(await deployment.at(port).raw('GET', 'key')), 'after')
})

/** A program with a file of its own in the place of /etc/hosts. */
const OWN_HOSTS = [
  'unshare',
  '--user',
  '--map-root-user',
  '--mount',
  'sh',
  '-c',
  'mount --bind "$0" /etc/hosts && exec "$@"',
]

/** Passes bytes on from an address to a port. */
class Forwarder {
  readonly #sockets = new Set<Socket>()
  readonly #server: Server

  private constructor(target: number) {
    this.#server = createServer((socket) => {
      const other = connect(target, '127.0.0.1')
      for (const [one, another] of [
        [socket, other],
        [other, socket],
      ] as const) {
        this.#sockets.add(one)
        one.on('error', () => another.destroy())
        one.on('close', () => another.destroy())
        one.pipe(another)
      }
    })
  }

  static async start(host: string, port: number, target: number): Promise<Forwarder> {
    const forwarder = new Forwarder(target)
    const server = forwarder.#server
    server.listen(port, host)
    await next(server, 'listening')
    return forwarder
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port
  }

  async close(): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}

const canNameHosts = spawnSync(OWN_HOSTS[0]!, [...OWN_HOSTS.slice(1), '/etc/hosts', 'true']).status === 0

test(
  'sentinels that return under other addresses are found by their names',
  { skip: !canNameHosts && 'needs unshare, and the right to mount' },
  async (t) => {
    const deployment = await startDeployment(t)
    const hosts = join(scratchFolder('hosts'), 'hosts')
    const name = (at: number) => `sentinel${at}.test`
    /** The sentinels of a name are at `address` from now on, and nowhere else. */
    let forwarders: Forwarder[] = []
    let ports = deployment.sentinels.map(() => 0)
    const move = async (address: string) => {
      await leave()
      writeFileSync(hosts, deployment.sentinels.map((_, at) => `${address} ${name(at)}\n`).join(''))
      for (const [at, { port }] of deployment.sentinels.entries()) {
        forwarders.push(await Forwarder.start(address, ports[at]!, port))
      }
      ports = forwarders.map(({ port }) => port)
    }
    const leave = async () => {
      for (const forwarder of forwarders.splice(0)) await forwarder.close()
    }
    t.after(leave)
    await move('127.0.0.1')

    const addresses = ports.map((port, at) => `${name(at)}:${port}`)
    const program = startProgram(
      `
      const [, addresses, announced] = process.argv
      const names = addresses.split(',')
      const ports = announced.split(',')
      const sentinel = new oxidis.Sentinel(names.map((name) => 'redis://' + name), {
        // A sentinel that another one names is the one that has this name here.
        addressMap: (host, port) => {
          const at = ports.indexOf(String(port))
          if (at < 0) return { host, port }
          const [name, own] = names[at].split(':')
          return { host: name, port: Number(own) }
        },
      })
      const states = new Map()
      let round = 0
      sentinel.on('error', ({ name, code }) => console.log('error', name, code))
      sentinel.on('sentinel', async ({ address, state }) => {
        if (!names.includes(address)) console.log('a stranger:', address)
        states.set(address, state)
        const all = (wanted) => names.every((name) => states.get(name) === wanted)
        if (all('lost')) {
          await client.set('kept', 'v')
          await sentinel.discoverMaster('mymaster').catch((error) => console.log(error.code, error.message.split('\\n').length))
        }
        if (all('watched')) console.log('watched', ++round, (await sentinel.discoverMaster('mymaster')).port)
      })
      const client = sentinel.masterFor('mymaster', { commandTimeout: 60000 })
      client.on('error', () => {})
      client.set('key', 'first').then(() => console.log('ready'))
      sentinel.once('failover', async ({ to }) => {
        await client.set('key', 'second')
        console.log('followed to', to)
        process.exit(0)
      })
      `,
      {
        under: [...OWN_HOSTS, hosts],
        args: [addresses.join(','), deployment.sentinels.map(({ port }) => port).join(',')],
        patience: PATIENCE_MS,
      },
    )
    const [first] = deployment.servers as [TestServer]
    await program.printed('ready')
    await program.printed(`watched 1 ${first.port}`)
    await leave()
    await program.printed('SENTINEL_UNREACHABLE 4')
    await program.printed('error SentinelError SENTINEL_UNREACHABLE')
    await move('127.0.0.2')
    await program.printed(`watched 2 ${first.port}`)
    await deployment.failover()
    const { end, stdout } = await program.ended
    assert.equal(end, 0)
    const second = await deployment.settled()
    assert.ok(stdout.includes(`followed to 127.0.0.1:${second.port}`), stdout)
    assert.doesNotMatch(stdout, /stranger/)
    assert.equal(String(await second.raw('GET', 'key')), 'second')
  },
)
