import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import {
  type Client,
  ConnectionError,
  failure,
  forBothProtocols,
  outcome,
  WatchError,
} from '../support/client'
import { Deployment, startDeployment, until } from '../support/deployment'
import { failover, follow, next, openSentinel } from '../support/following'
import type { TestServer } from '../support/server'
import { Executions, Traffic, verdict } from '../support/traffic'

/** Writes before a failover and after it. */
const ENOUGH = 20

const APPEND = 'return redis.call("rpush", KEYS[1], ARGV[1])'

type Append = (client: Client, list: string, value: string) => Promise<unknown>

/** Ways to append a value to a list and to count it under another key. */
const WAYS: Record<string, Append> = {
  'a transaction': (client, list, value) => client.pipeline().rpush(list, value).incr(`${list}:n`).execute(),
  'a plain pipeline': (client, list, value) => {
    return client.pipeline({ transaction: false }).rpush(list, value).incr(`${list}:n`).execute()
  },
  'a watching transaction': (client, list, value) => {
    const append = (tx: Client) => tx.pipeline().rpush(list, value).incr(`${list}:n`)
    return client.transaction(append, { watch: [`${list}:${value}`] })
  },
  'a script': (client, list, value) => client.script(APPEND)([list], [value]),
  'a leased connection': (client, list, value) => {
    return client.client((conn: Client) => conn.rpush(list, value))
  },
}

/** Has every way used at 100 Hz while `event` happens, and compares what callers were told with what was executed. */
async function during(
  t: TestContext,
  deployment: Deployment,
  executions: Executions,
  clients: readonly Client[],
  event: () => Promise<void>,
): Promise<void> {
  const traffics = Object.entries(WAYS).map(([name, append], at) => {
    const client = clients[at % clients.length]
    const caller = {
      name: name.replaceAll(' ', '-'),
      append: (list: string, value: string) => append(client, list, value),
      read: (list: string) => client.llen(list),
    }
    return new Traffic(caller, t.name.replaceAll(' ', '-'))
  })
  try {
    await until('the traffic to flow', () => traffics.every((traffic) => traffic.good() >= ENOUGH))
    await event()
    const over = Date.now()
    await until('all of it to flow again', () => traffics.every((traffic) => traffic.good(over) >= ENOUGH))
  } finally {
    await Promise.all(traffics.map((traffic) => traffic.stop()))
  }
  const master = await deployment.settled()
  for (const traffic of traffics) {
    const { wrong, lost, uncertain } = await verdict(traffic, executions, master)
    assert.deepEqual(wrong, [])
    t.diagnostic(
      `${traffic.list}: ${traffic.writes.length} calls, ${uncertain.length} uncertain, ${lost.length} lost`,
    )
    if (/transaction/.test(traffic.list)) {
      const kept = await master.raw('LLEN', traffic.list)
      assert.equal(
        String(await master.raw('GET', `${traffic.list}:n`)),
        String(kept),
        'a transaction ran in part',
      )
    }
  }
}

forBothProtocols((protocol) => {
  test('everything that a client can do follows a failover', async (t) => {
    const deployment = await startDeployment(t)
    const executions = await Executions.of(deployment)
    t.after(() => executions.close())
    const sentinel = await openSentinel(t, deployment)
    const client = follow(t, sentinel, { protocol })

    const subscriber = client.pubsub()
    await subscriber.subscribe('channel')
    await subscriber.psubscribe('pat*')
    const heard: string[] = []
    subscriber.on('error', () => {})
    const gap = next(subscriber, 'gap')
    const messages = (async () => {
      for await (const { type, data } of subscriber) if (/message$/.test(type)) heard.push(data)
    })()
    await client.publish('channel', 'before')

    const popped = client.blpop('queue', 0)
    const read = client.xread({ stream: '$' }, { block: 0 })
    const conn = await client.client()
    await conn.watch('watched')
    await conn.set('unwatched', 'before')
    const pipeline = conn.pipeline().set('watched', 'by the transaction')

    await during(t, deployment, executions, [client], async () => {
      await failover(deployment, sentinel, [client])
    })

    // WATCH does not survive: the new master knows nothing of it.
    const unwatched = await failure(pipeline.execute())
    assert.ok(unwatched instanceof WatchError)
    assert.equal(unwatched.maybeExecuted, false)
    conn.release()
    assert.equal(await client.get('watched'), null)
    const attempts: number[] = []
    const again = client.transaction(
      async (tx: Client) => {
        attempts.push(attempts.length)
        return tx.pipeline().set('watched', 'v')
      },
      { watch: ['watched'] },
    )
    assert.deepEqual([await again, attempts], [['OK'], [0]])

    // What waited in the former master waits in the new one.
    await client.rpush('queue', 'job')
    assert.deepEqual(await popped, ['queue', 'job'])
    await until('the stream to be read from', async () => {
      await client.xadd('stream', '*', { field: 'value' })
      return Promise.race([read.then(() => true), client.ping().then(() => false)])
    })
    assert.equal((await read).stream.length, 1)

    // Subscriptions moved, with a gap.
    const [{ reason, lost }] = await gap
    assert.equal(reason, 'reconnect')
    assert.equal(typeof lost, 'number')
    const master = await deployment.settled()
    assert.deepEqual(
      ((await master.raw('PUBSUB', 'CHANNELS')) as Buffer[]).map(String).filter((name) => name === 'channel'),
      ['channel'],
    )
    await client.publish('channel', 'after')
    await client.publish('pattern', 'matched')
    await until('the messages to come', () => heard.length >= 3)
    await subscriber.close()
    await messages
    assert.deepEqual(heard, ['before', 'after', 'matched'])
  })

  test('everything that a client can do survives the death of its master', async (t) => {
    const deployment = await startDeployment(t)
    const executions = await Executions.of(deployment)
    t.after(() => executions.close())
    const sentinel = await openSentinel(t, deployment)
    const client = follow(t, sentinel, { protocol })
    await client.connect()

    const subscriber = client.pubsub()
    subscriber.on('error', () => {})
    const gap = next(subscriber, 'gap')
    await subscriber.subscribe('channel')
    const popped = outcome(client.blpop('queue', 0))
    const read = client.xread({ stream: '0' }, { block: 0 })
    const watching = await client.client()
    await watching.watch('watched')

    await during(t, deployment, executions, [client], async () => {
      const [master] = deployment.servers as [TestServer]
      await until('the commands to wait', async () => {
        return /\nblocked_clients:2\r/.test(String(await master.raw('INFO', 'clients')))
      })
      await failover(deployment, sentinel, [client], () => master.kill())
    })

    const { error } = await popped
    assert.ok(error instanceof ConnectionError)
    assert.deepEqual([error.code, error.maybeExecuted], ['CONNECTION_LOST', true])
    await client.xadd('stream', '1-1', { field: 'value' })
    assert.deepEqual(await read, { stream: [['1-1', { field: 'value' }]] })
    const unwatched = await failure(watching.pipeline().set('watched', 'v').execute())
    assert.ok(unwatched instanceof WatchError)
    assert.equal((await gap)[0].reason, 'reconnect')
    await client.publish('channel', 'after')
    const message = await subscriber.getMessage({ timeout: 10_000, ignoreSubscribeMessages: true })
    assert.equal(message.data, 'after')
    await subscriber.close()
  })
})
