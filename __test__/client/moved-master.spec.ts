import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { type Client, failure, forBothProtocols, next, openClient } from '../support/client'
import { MovingName } from '../support/moving-name'
import { startServer, type TestServer } from '../support/server'

/** Enough for a search that finds replicas only, however slow the machine is. */
const PATIENT = { commandTimeout: 60_000 }

interface Scene {
  name: MovingName
  former: TestServer
  later: TestServer
  /** The name leads to the later server from now on, and the former one becomes its replica. */
  switchOver(): Promise<void>
}

async function scene(t: TestContext): Promise<Scene> {
  const [former, later] = await Promise.all([startServer(t), startServer(t)])
  const name = await MovingName.start(former)
  t.after(() => name[Symbol.asyncDispose]())
  const switchOver = async () => {
    name.move(later)
    await demote(former, later)
  }
  return { name, former, later, switchOver }
}

async function demote(server: TestServer, master: TestServer): Promise<void> {
  await server.raw('REPLICAOF', '127.0.0.1', master.port)
}

/** How many connections of clients called `name` the server has. */
async function connectionsOf(server: TestServer, name: string): Promise<number> {
  const list = String(await server.raw('CLIENT', 'LIST'))
  return list.split('\n').filter((line) => line.includes(` name=${name} `)).length
}

forBothProtocols((protocol) => {
  test('writes follow the name to another master, once each and in order', async (t) => {
    const { name, later, switchOver } = await scene(t)
    const client = openClient(t, name.url, { protocol, ...PATIENT })
    await client.rpush('order', 'before')
    await switchOver()
    const numbers = Array.from({ length: 200 }, (_, number) => String(number))
    await Promise.all(numbers.map((number) => client.rpush('order', number)))
    assert.deepEqual(((await later.raw('LRANGE', 'order', '0', '-1')) as Buffer[]).map(String), numbers)
  })

  test('batches and transactions of writes follow as a whole', async (t) => {
    const { name, later, switchOver } = await scene(t)
    const client = openClient(t, name.url, { protocol, ...PATIENT })
    await client.connect()
    await switchOver()
    const plain = client.pipeline({ transaction: false }).get('n').incr('n').incr('n')
    const whole = client.pipeline().incr('m').get('m')
    assert.deepEqual(await Promise.all([plain.execute(), whole.execute()]), [
      [null, 1, 2],
      [1, '1'],
    ])
    assert.deepEqual([await later.raw('GET', 'n'), await later.raw('GET', 'm')].map(String), ['2', '1'])
  })

  test('transaction() runs on the new master, and a lease says that it is lost', async (t) => {
    const { name, later, switchOver } = await scene(t)
    const client = openClient(t, name.url, { protocol, ...PATIENT })
    const lease = await client.client()
    await lease.set('k', 'before')
    await switchOver()
    const error = await failure(lease.incr('n'))
    assert.deepEqual([error.code, error.maybeExecuted, error.command], ['READONLY', false, 'INCR'])
    assert.equal((await failure(lease.get('k'))).code, 'CONNECTION_LOST')
    lease.release()
    const results = await client.transaction(async (tx: Client) => {
      await tx.watch('n')
      return tx.pipeline().incr('n')
    })
    assert.deepEqual(results, [1])
    assert.equal(String(await later.raw('GET', 'n')), '1')
  })

  test('a call that waits in the former master waits in the new one', async (t) => {
    const { name, former, later, switchOver } = await scene(t)
    const client = openClient(t, name.url, { protocol, ...PATIENT })
    const popped = client.blpop('q', 0)
    while (!/blocked_clients:1\b/.test(String(await former.raw('INFO', 'clients'))));
    await switchOver()
    await client.set('k', 'v')
    await later.raw('RPUSH', 'q', 'job')
    assert.deepEqual(await popped, ['q', 'job'])
  })

  test('subscriptions and idle connections move as well', async (t) => {
    const { name, former, later, switchOver } = await scene(t)
    const clientName = 'mover'
    const client = openClient(t, name.url, { protocol, clientName, ...PATIENT })
    await client.connect()
    const subscriber = client.pubsub()
    t.after(() => subscriber.close())
    await subscriber.subscribe('news')
    await (await client.client()).release()
    const gap = next(subscriber, 'gap')
    await switchOver()
    await client.set('k', 'v')
    await gap
    for (;;) {
      if (Number(await later.raw('PUBLISH', 'news', 'hello')) > 0) break
    }
    const message = await subscriber.getMessage({ timeout: 60_000, ignoreSubscribeMessages: true })
    assert.equal(message.data, 'hello')
    while ((await connectionsOf(former, clientName)) > 0);
  })

  test('a script that had begun is not run again, and the next call goes to the new master', async (t) => {
    const { name, later, switchOver } = await scene(t)
    const client = openClient(t, name.url, { protocol, ...PATIENT })
    await client.connect()
    await switchOver()
    const code = "redis.call('PUBLISH', 'side', 'effect'); return redis.call('INCR', KEYS[1])"
    const error = await failure(client.eval(code, ['n']))
    assert.equal(error.code, 'READONLY')
    assert.notEqual(error.maybeExecuted, false)
    assert.equal(await client.incr('n'), 1)
    assert.equal(String(await later.raw('GET', 'n')), '1')
  })

  test('a script whose own error looks like a refusal is told, and nobody is left', async (t) => {
    const server = await startServer(t)
    const name = await MovingName.start(server)
    t.after(() => name[Symbol.asyncDispose]())
    const client = openClient(t, name.url, { protocol, ...PATIENT })
    const code = "redis.call('INCR', KEYS[1]); return redis.error_reply('READONLY ' .. ARGV[1])"
    assert.equal((await failure(client.eval(code, ['n'], ['mine']))).code, 'READONLY')
    assert.equal(await client.get('n'), '1')
  })

  test('where the name leads to replicas only, a write is refused after a bounded number of attempts', async (t) => {
    const { name, former, later } = await scene(t)
    const client = openClient(t, name.url, { protocol, ...PATIENT })
    await client.set('k', 'v')
    await demote(former, later)
    const before = name.connections
    const errors = await Promise.all(Array.from({ length: 50 }, () => failure(client.set('k', 'w'))))
    for (const error of errors) assert.equal(error.code, 'READONLY')
    assert.ok(name.connections - before <= 8, String(name.connections - before))
    const after = name.connections
    assert.equal((await failure(client.set('k', 'w'))).code, 'READONLY')
    assert.ok(name.connections - after <= 2)
    await former.raw('REPLICAOF', 'NO', 'ONE')
    assert.equal(await client.set('k', 'w'), 'OK')
  })

  test('with readOnly a refused write rejects at once, and the connection stays', async (t) => {
    const { name, former, later } = await scene(t)
    await demote(former, later)
    const client = openClient(t, name.url, { protocol, readOnly: true, ...PATIENT })
    const id = await client.clientId()
    const error = await failure(client.set('k', 'v'))
    assert.equal(error.code, 'READONLY')
    assert.deepEqual([await client.clientId(), name.connections], [id, 1])
  })

  test('a single connection is kept, and its user is told', async (t) => {
    const { name, switchOver } = await scene(t)
    const client = openClient(t, name.url, { protocol, singleConnection: true, ...PATIENT })
    await client.connect()
    await switchOver()
    assert.equal((await failure(client.set('k', 'v'))).code, 'READONLY')
    assert.equal(await client.ping(), 'PONG')
  })

  test('with `reconnect: false` a refused write rejects, and the next call finds the new master', async (t) => {
    const { name, switchOver } = await scene(t)
    const client = openClient(t, name.url, { protocol, reconnect: false, ...PATIENT })
    await client.connect()
    await switchOver()
    const end = next(client, 'end')
    const error = await failure(client.set('k', 'v'))
    assert.deepEqual([error.code, error.maybeExecuted], ['READONLY', false])
    await end
    assert.equal(await client.set('k', 'v'), 'OK')
  })
})
