import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Client, failure, forBothProtocols, openClient, ReplyError } from '../support/client'
import { FaultProxy } from '../support/proxy'
import { startServer, TestServer } from '../support/server'

/** How servers say that they cannot run a command for now. */
const REFUSALS: Record<string, string> = {
  LOADING: 'LOADING Redis is loading the dataset in memory',
  BUSY: 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
  TRYAGAIN: 'TRYAGAIN Multiple keys request during rehashing of slot',
  MASTERDOWN: "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  CLUSTERDOWN: 'CLUSTERDOWN Hash slot not served',
}

/** A request whose reply is this error: put in a command's place, it stands for a server that did not run that one. */
function refusing(line: string): string {
  const words = ['EVAL', 'return redis.error_reply(ARGV[1])', '0', line]
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`
}

/** How often the server has run a command, refused ones not counted, and how often it answered with an error of this code. */
async function counts(server: TestServer, command: string, code: string): Promise<[number, number]> {
  const info = String(await server.raw('INFO', 'everything'))
  const calls = new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(info)?.[1]
  const refused = new RegExp(`errorstat_${code}:count=(\\d+)`).exec(info)?.[1]
  return [Number(calls ?? 0), Number(refused ?? 0)]
}

/** Resolves when the server has answered that often with an error of this code. */
async function refusals(server: TestServer, code: string, count: number): Promise<void> {
  for (;;) {
    const stats = String(await server.raw('INFO', 'errorstats'))
    const refused = new RegExp(`errorstat_${code}:count=(\\d+)`).exec(stats)?.[1]
    if (Number(refused ?? 0) >= count) return
  }
}

/** Keeps the server busy with a script until it is killed. */
async function occupy(server: TestServer): Promise<{ ended: Promise<unknown> }> {
  const raw = await server.client({ timeout: 60_000 })
  const ended = raw.call('EVAL', 'while true do end', '0').then(
    () => raw.close(),
    () => raw.close(),
  )
  for (;;) {
    const answer = await server.raw('GET', 'k').then(
      () => 'free',
      (error: Error) => error.message,
    )
    if (answer.startsWith('BUSY')) return { ended }
  }
}

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

forBothProtocols((protocol) => {
  for (const [code, line] of Object.entries(REFUSALS)) {
    test(`a write that is refused with ${code} five times is executed once`, async (t) => {
      await server.raw('DEL', 'r:n')
      await using proxy = await FaultProxy.start({ target: server })
      const client = openClient(t, proxy.url, { protocol, commandTimeout: 60_000 })
      await client.connect()
      const faults = [1, 2, 3, 4, 5].map((next) =>
        proxy.replace({ direction: 'request', next }, refusing(line)),
      )
      assert.equal(await client.incr('r:n'), 1)
      for (const fault of faults) await fault.fired()
      assert.equal(await client.get('r:n'), '1')
    })
  }

  test('what is refused for too long rejects with what the server said, and was not executed', async (t) => {
    await server.raw('DEL', 'r:n')
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol })
    await client.connect()
    for (let next = 1; next <= 100; next++) {
      proxy.replace({ direction: 'request', next }, refusing(REFUSALS.LOADING as string))
    }
    const error = await failure(client.with({ timeout: 1500 }).incr('r:n'))
    assert.ok(error instanceof ReplyError, String(error))
    assert.deepEqual([error.code, error.maybeExecuted, error.command], ['LOADING', false, 'INCR'])
    proxy.disarm()
    assert.equal(await client.get('r:n'), null)
  })

  test('with `retry: false` a refusal is told at once', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, commandTimeout: 60_000 })
    await client.connect()
    const before = proxy.requestCount
    proxy.replace({ direction: 'request', next: 1 }, refusing(REFUSALS.BUSY as string))
    const error = await failure(client.with({ retry: false }).get('r:n'))
    assert.deepEqual([error.code, error.name], ['BUSY', 'ReplyError'])
    assert.equal(proxy.requestCount, before + 1)
  })

  test('a script whose own error looks like a refusal is not run again', async (t) => {
    await server.raw('DEL', 'r:n')
    const client = openClient(t, server.url, { protocol, commandTimeout: 60_000 })
    const code = "redis.call('incr', KEYS[1]); return redis.error_reply('BUSY ' .. ARGV[1])"
    assert.equal(
      (await failure(client.script(code)(['r:n'], ['try later']))).message.includes('try later'),
      true,
    )
    assert.equal((await failure(client.executeCommand('eval', code, 1, 'r:n', 'x'))).code, 'BUSY')
    const batch = client.pipeline({ transaction: false }).eval(code, ['r:n'], ['x']).get('r:n').execute()
    assert.equal((await failure(batch)).code, 'BUSY')
    assert.equal(await client.get('r:n'), '3')
  })

  test('a busy server takes the command that stops its script, and then what it had refused, once each', async (t) => {
    const server = await startServer(t, { config: { 'busy-reply-threshold': 1 } })
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, commandTimeout: 60_000 })
    await client.connect()
    const { ended } = await occupy(server)
    const calls = [
      client.incr('r:n'),
      client.executeCommand('incr', 'r:n'),
      client.pipeline().incr('r:n').incr('r:m').execute(),
      client.pipeline({ transaction: false }).incr('r:n').incr('r:m').execute(),
      client.script('return redis.call("incr", KEYS[1])')(['r:n']),
      client.blpop('r:list', 60),
      client.transaction(async (tx: Client) => tx.pipeline().incr('r:t'), {
        watch: ['r:t'],
        attempts: Infinity,
      }),
    ]
    await proxy.replyFrames(proxy.replyCount + 60)
    assert.equal(await client.scriptKill(), 'OK')
    await ended
    const [single, raw, transaction, plain, script] = await Promise.all(calls.slice(0, 5))
    const numbers = [single, raw, transaction[0], plain[0], script].sort()
    assert.deepEqual(numbers, [1, 2, 3, 4, 5])
    assert.equal(await client.mget('r:n', 'r:m').then(String), '5,2')
    await client.lpush('r:list', 'x')
    assert.deepEqual(await calls[5], ['r:list', 'x'])
    assert.deepEqual(await calls[6], [1])
    assert.equal(await client.get('r:t'), '1')
  })

  test('leases keep the order of their calls and are told', async (t) => {
    const server = await startServer(t, { config: { 'busy-reply-threshold': 1 } })
    const client = openClient(t, server.url, { protocol, commandTimeout: 60_000 })
    const lease = await client.client()
    const { ended } = await occupy(server)
    const error = await failure(lease.set('r:n', 1))
    assert.deepEqual([error.code, error.maybeExecuted], ['BUSY', false])
    const batch = await failure(lease.pipeline().set('r:n', 1).execute())
    assert.deepEqual([batch.code, batch.maybeExecuted], ['BUSY', false])
    await client.scriptKill()
    await ended
    assert.equal(await lease.get('r:n'), null)
    lease.release()
  })

  test('a client that comes to a busy server connects when it can, and may stop the script', async (t) => {
    const server = await startServer(t, { config: { 'busy-reply-threshold': 1 } })
    const { ended } = await occupy(server)
    await using proxy = await FaultProxy.start({ target: server })
    const late = openClient(t, proxy.url, { protocol, db: 1, clientName: 'late', commandTimeout: 60_000 })
    const call = late.incr('r:n')
    await proxy.replyFrames(40)
    const hurried = openClient(t, server.url, { protocol })
    assert.equal(await hurried.scriptKill(), 'OK')
    await ended
    assert.equal(await call, 1)
  })

  test('subscriptions outlive a connection that is lost while the server is busy', async (t) => {
    const server = await startServer(t, { config: { 'busy-reply-threshold': 1 } })
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, commandTimeout: 60_000 })
    await using ps = client.pubsub()
    await ps.subscribe('r:channel')
    const { ended } = await occupy(server)
    const connections = proxy.connectionCount
    await proxy.cutAll()
    const late = client.pubsub()
    const subscribed = late.subscribe('r:late')
    // Each is one more that was refused.
    await proxy.connection(connections + 4)
    const stopper = openClient(t, server.url, { protocol })
    await stopper.scriptKill()
    await ended
    await subscribed
    await client.publish('r:channel', 'there')
    const { data } = await ps.getMessage({ timeout: 60_000, ignoreSubscribeMessages: true })
    assert.equal(data, 'there')
    await late.close()
  })

  test('what comes while the server reads its data is executed once it has', async (t) => {
    const config = { 'loading-process-events-interval-bytes': 1024, 'key-load-delay': 200 }
    const server = await startServer(t, { config })
    const client = openClient(t, server.url, { protocol, commandTimeout: 60_000 })
    await client.set('r:n', 41)
    await server.raw('DEBUG', 'POPULATE', '3000', 'r', '100')
    const raw = await server.client({ timeout: 60_000 })
    const reloaded = raw.call('DEBUG', 'RELOAD')
    const calls = []
    do {
      calls.push(client.incr('r:n'))
      await client.executeCommand('info', 'server')
    } while ((await counts(server, 'incr', 'LOADING'))[1] === 0)
    const comer = openClient(t, server.url, { protocol, db: 1, commandTimeout: 60_000 })
    const late = comer.set('r:late', 1)
    await reloaded
    raw.close()
    await Promise.all(calls)
    assert.equal(await late, 'OK')
    assert.equal(await client.get('r:n'), `${41 + calls.length}`)
    assert.equal((await counts(server, 'incr', 'LOADING'))[0], calls.length)
  })

  test('a replica without its master is asked again until it may answer', async (t) => {
    const server = await startServer(t, { config: { 'replica-serve-stale-data': 'no' } })
    const client = openClient(t, server.url, { protocol, commandTimeout: 60_000 })
    await client.set('r:n', 'value')
    await server.raw('REPLICAOF', '127.0.0.1', '1')
    const calls = [client.get('r:n'), client.pipeline({ transaction: false }).get('r:n').execute()]
    await refusals(server, 'MASTERDOWN', 4)
    await server.raw('REPLICAOF', 'NO', 'ONE')
    assert.deepEqual(await Promise.all(calls), ['value', ['value']])
  })

  test('a node of a cluster is asked again until somebody serves its slots', async (t) => {
    const server = await startServer(t, { config: { 'cluster-enabled': 'yes' } })
    const client = openClient(t, server.url, { protocol, commandTimeout: 60_000 })
    const call = client.incr('r:n')
    await refusals(server, 'CLUSTERDOWN', 3)
    await server.raw('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    assert.equal(await call, 1)
    assert.equal(await client.get('r:n'), '1')
  })
})
