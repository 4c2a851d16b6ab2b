import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import {
  type Client,
  failure,
  forBothProtocols,
  OptionError,
  Sentinel,
  SentinelError,
} from '../support/client'
import { Deployment, MASTER, startDeployment } from '../support/deployment'

interface Ending {
  after(action: () => void): void
}

async function openSentinel(test: Ending, deployment: Deployment): Promise<Client> {
  const sentinel: Client = new (Sentinel as Client)(...(await deployment.client()))
  sentinel.on('error', () => {})
  test.after(() => sentinel.destroy())
  return sentinel
}

function follow(test: Ending, sentinel: Client, options: object): Client {
  const client = sentinel.masterFor(MASTER, options)
  client.on('error', () => {})
  test.after(() => client.destroy())
  return client
}

const VARIANTS = [
  { name: 'a plain deployment', options: {} },
  {
    name: 'a deployment with TLS and passwords',
    options: { tls: true, password: 'of-servers', sentinelPassword: 'of-sentinels' },
  },
]

for (const { name, options } of VARIANTS) {
  describe(name, () => {
    test('is discovered, and answers questions', async (t) => {
      const deployment = await startDeployment(t, options)
      const sentinel = await openSentinel(t, deployment)
      const [master, ...replicas] = deployment.servers.map((server) => deployment.portOf(server))
      assert.deepEqual(await sentinel.discoverMaster(MASTER), { host: '127.0.0.1', port: master })
      for (const method of ['discoverReplicas', 'discoverSlaves']) {
        const found = await sentinel[method](MASTER)
        assert.deepEqual(found.map(({ port }: { port: number }) => port).sort(), replicas.sort())
      }

      const { name, port, flags, quorum } = await sentinel.master(MASTER)
      assert.deepEqual(
        { name, port, flags, quorum },
        { name: MASTER, port: master, flags: 'master', quorum: 2 },
      )
      assert.deepEqual(
        (await sentinel.masters()).map(({ name }: { name: string }) => name),
        [MASTER],
      )
      assert.equal((await sentinel.replicas(MASTER)).length, 2)
      assert.equal((await sentinel.sentinels(MASTER)).length, 2)
      assert.match(await sentinel.ckquorum(MASTER), /^OK 3 usable Sentinels/)

      const unknown = await failure(sentinel.discoverMaster('another'))
      assert.ok(unknown instanceof SentinelError)
      assert.equal(unknown.code, 'SENTINEL_REFUSED')
      const [head, ...lines] = unknown.message.split('\n')
      assert.equal(head, 'no sentinel could name the master "another":')
      assert.deepEqual(
        lines.sort(),
        deployment.sentinels
          .map((one) => `  localhost:${deployment.portOf(one)}: does not know this master's name`)
          .sort(),
      )
    })

    forBothProtocols((protocol) => {
      test('is followed through a failover, and through the death of the master', async (t) => {
        const deployment = await startDeployment(t, options)
        const sentinel = await openSentinel(t, deployment)
        const client = follow(t, sentinel, { protocol, commandTimeout: 10_000 })
        await client.set('key', 'before')
        const [first] = deployment.servers

        const failover = once(sentinel, 'failover')
        assert.equal(await sentinel.failover(MASTER), 'OK')
        // The asked sentinel gives up where the others do not vote for it in time, and says so to nobody: it is asked again.
        const again = setInterval(() => {
          sentinel.failover(MASTER).catch((error: Error & { code?: string }) => {
            if (error.code !== 'INPROG') throw error
          })
        }, 7_000)
        const [{ from, to }] = await failover.finally(() => clearInterval(again))
        const second = await deployment.settled()
        assert.notEqual(second, first)
        assert.deepEqual(
          [from, to],
          [first, second].map((server) => `127.0.0.1:${deployment.portOf(server!)}`),
        )
        await client.set('key', 'between')
        assert.equal(String(await second.raw('GET', 'key')), 'between')

        await deployment.complete()
        await Promise.all([once(client, 'close'), second.kill()])
        await client.set('key', 'after')
        const third = await deployment.settled()
        assert.notEqual(third, second)
        assert.equal(String(await third.raw('GET', 'key')), 'after')
      })
    })
  })
}

test('what is wrong with the options is said at once', () => {
  const refuses = (make: () => unknown, message: RegExp) => {
    assert.throws(make, (error: Error) => error instanceof OptionError && message.test(error.message))
  }
  const create = (...args: unknown[]) => new (Sentinel as Client)(...args)
  refuses(() => create(), /^the first argument must be an array of sentinels/)
  refuses(() => create([]), /^the first argument must be an array of sentinels/)
  refuses(
    () => create(['unix:///tmp/x.sock']),
    /^sentinel 1: option "path" is none of a connection to a sentinel$/,
  )
  refuses(
    () => create(['redis://a', 'redis://b/1']),
    /^sentinel 2: option "db" is none of a connection to a sentinel$/,
  )
  refuses(
    () => create(['redis://:x@a'], { sentinel: { password: 'y' } }),
    /^sentinel 1: option "password" is given twice/,
  )
  refuses(
    () => create(['redis://a'], { host: 'b' }),
    /^option "host" excludes an address that sentinels tell$/,
  )
  refuses(() => create(['redis://a'], { sentinel: { nodes: 1 } }), /unknown option "nodes"/)
  refuses(() => create(['redis://a'], { addressMap: {} }), /^option "addressMap" must be a function/)
  const sentinel = create(['redis://a'])
  refuses(
    () => sentinel.masterFor('m', { port: 1 }),
    /^option "host" excludes an address that sentinels tell$/,
  )
  refuses(
    () => sentinel.masterFor('m', { sentinel: {} }),
    /^option "sentinel" belongs to the Sentinel itself$/,
  )
  assert.throws(() => sentinel.masterFor(''), { name: 'TypeError', code: 'INVALID_ARGUMENT' })
})
