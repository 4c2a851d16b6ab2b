import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { AuthenticationError, type Client, forBothProtocols, next, openClient } from '../support/client'
import { startServer, type TestServer } from '../support/server'

/** How often something that must come about soon is looked at. */
const LOOKS = 400

/** The users of the connections that have this name. */
async function users(server: TestServer, name: string): Promise<string[]> {
  const lines = String(await server.raw('CLIENT', 'LIST')).split('\n')
  const own = lines.filter((line) => line.includes(` name=${name} `))
  return own.map((line) => / user=(\S+)/.exec(line)?.[1] ?? '')
}

/** Waits until every connection of this name is `user`'s, and returns how many there are. */
async function settles(server: TestServer, name: string, user: string): Promise<number> {
  let seen: string[] = []
  for (let look = 0; look < LOOKS; look++) {
    seen = await users(server, name)
    if (seen.length > 0 && seen.every((each) => each === user)) return seen.length
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return assert.fail(`the users are still ${seen.join(', ')}`)
}

/** A server with two users, and a client whose credentials change from the first to the second when `change` is called. */
async function rotating(t: TestContext, protocol: number, options: Record<string, unknown> = {}) {
  const server = await startServer(t)
  for (const user of ['ann', 'ben'])
    await server.raw('ACL', 'SETUSER', user, 'on', `>${user}-word`, '~*', '&*', '+@all')
  let user = 'ann'
  let asked = 0
  const client = openClient(t, {
    host: '127.0.0.1',
    port: server.port,
    protocol,
    clientName: `rotating-${protocol}`,
    credentials: () => {
      asked += 1
      return { username: user, password: `${user}-word`, expiresAt: Date.now() + 250 }
    },
    ...options,
  })
  /** Waits until credentials were asked for so many times more. */
  const askedAgain = async (times: number) => {
    const enough = asked + times
    for (let look = 0; asked < enough && look < LOOKS; look++) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.ok(asked >= enough, 'credentials() was not called again')
  }
  return {
    server,
    client,
    name: `rotating-${protocol}`,
    askedAgain,
    change: (to = 'ben') => void (user = to),
  }
}

forBothProtocols((protocol) => {
  test('open connections are authenticated again, without being made again', async (t) => {
    const { server, client, name, change } = await rotating(t, protocol)
    const id = await client.executeCommand('CLIENT', 'ID')
    const conn = await client.client()
    const own = await conn.executeCommand('CLIENT', 'ID')
    const job = client.blpop('queue', 0)
    change()
    const calls: Promise<number>[] = []
    for (let count = 0; count < 50; count++) {
      calls.push(
        ...Array.from({ length: 20 }, () => client.incr('n')),
        client.pipeline().incr('n').incr('n').execute(),
      )
      await client.ping()
    }
    await becomes(client, 'ben')
    await becomes(conn, 'ben')
    const replies = (await Promise.all(calls)).flat()
    assert.deepEqual(
      replies,
      replies.map((_, index) => index + 1),
    )
    assert.equal(await client.executeCommand('CLIENT', 'ID'), id)
    assert.equal(await conn.executeCommand('CLIENT', 'ID'), own)
    await client.lpush('queue', 'job')
    assert.deepEqual(await job, ['queue', 'job'])
    await conn.release()
    assert.ok((await settles(server, name, 'ben')) >= 1)
    assert.equal(client.stats?.().reconnects ?? 0, 0)
  })

  test('nothing is sent within a transaction that is sent command by command', async (t) => {
    for (const options of [{}, { singleConnection: true }]) {
      const { server, client, name, change, askedAgain } = await rotating(t, protocol, options)
      const conn: Client = 'singleConnection' in options ? client : await client.client()
      await conn.executeCommand('MULTI')
      assert.equal(await conn.executeCommand('SET', 'a', 1), 'QUEUED')
      change()
      // From here on the connection waits for the end of the transaction.
      await askedAgain(1)
      assert.ok((await users(server, name)).includes('ann'))
      assert.equal(await conn.executeCommand('INCR', 'a'), 'QUEUED')
      assert.deepEqual(await conn.executeCommand('EXEC'), ['OK', 2])
      if (conn !== client) {
        await conn.release()
        await settles(server, name, 'ben')
      }
      client.destroy()
    }
  })

  test('a subscribers connection is made again, and says so', async (t) => {
    const { server, client, name, change } = await rotating(t, protocol)
    const ps = client.pubsub()
    await ps.subscribe('c')
    const gap = next(ps, 'gap')
    change()
    const [{ cause }] = (await gap) as [{ cause: Error }]
    assert.match(cause.message, /for new credentials/)
    await settles(server, name, 'ben')
    await ps.close()
  })

  test('credentials that the server refuses are told, and the connection is left', async (t) => {
    const { client, change } = await rotating(t, protocol, { commandTimeout: 20_000 })
    await client.ping()
    const failed = next(client, 'error')
    const closed = next(client, 'close')
    change('nobody')
    const [error] = await failed
    assert.ok(error instanceof AuthenticationError, String(error))
    assert.match(error.message, /WRONGPASS/)
    await closed
    change()
    await next(client, 'ready')
    assert.equal(await client.executeCommand('ACL', 'WHOAMI'), 'ben')
  })

  test('the same credentials are asked for and not sent again', async (t) => {
    const { server, client, name, askedAgain } = await rotating(t, protocol)
    await client.ping()
    const before = /cmdstat_auth:calls=(\d+)/.exec(String(await server.raw('INFO', 'commandstats')))?.[1]
    await askedAgain(3)
    const after = /cmdstat_auth:calls=(\d+)/.exec(String(await server.raw('INFO', 'commandstats')))?.[1]
    assert.equal(after, before)
    assert.deepEqual(await users(server, name), ['ann'])
  })
})

/** Waits until the connection behind `caller` is this user's. */
async function becomes(caller: Client, user: string): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    if ((await caller.executeCommand('ACL', 'WHOAMI')) === user) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.fail(`the user is not ${user}`)
}
