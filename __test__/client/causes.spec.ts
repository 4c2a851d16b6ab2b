import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test } from 'node:test'
import {
  ConnectionError,
  failure,
  type Failure,
  forBothProtocols,
  next,
  openClient,
  ProtocolError,
  ReplyError,
  TimeoutError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { startServer } from '../support/server'
import { closedPort, listen } from '../support/unreachable'

const HOST = '127.0.0.1'
/** Longer than any test: the command's own time decides. */
const PATIENT = { connectTimeout: 60_000 }

/** The facts of an error's cause. */
function facts(error: Failure): Record<string, unknown> {
  assert.ok(error.cause instanceof Error, String(error.cause))
  const { message, ...rest } = { message: error.cause.message, ...(error.cause as object) }
  return { message, ...rest }
}

/** A peer that takes connections and says nothing. */
const silent = () => createServer(() => {})

forBothProtocols((protocol) => {
  test("a refused connection has Node's own facts", async (t) => {
    const port = await closedPort()
    const client = openClient(t, { host: HOST, port, protocol, reconnect: false })
    for (const error of [await failure(client.connect()), await failure(client.get('k'))]) {
      assert.ok(error instanceof ConnectionError)
      const { errno, ...rest } = facts(error)
      assert.ok((errno as number) < 0)
      assert.deepEqual(rest, {
        message: `connect ECONNREFUSED ${HOST}:${port}`,
        code: 'ECONNREFUSED',
        syscall: 'connect',
        address: HOST,
        port,
      })
    }
  })

  test('each address of a name has its own cause', async (t) => {
    const port = await closedPort()
    const error = await failure(openClient(t, { port, protocol, reconnect: false }).connect())
    const causes = error.cause instanceof AggregateError ? error.cause.errors : [error.cause]
    assert.equal((error.cause as Failure).code, 'ECONNREFUSED')
    for (const cause of causes) assert.deepEqual([cause.syscall, cause.port], ['connect', port])
  })

  test('a name without an address has the facts of the resolver', async (t) => {
    const host = 'no-such-host.invalid'
    const client = openClient(t, { host, protocol, reconnect: false, ...PATIENT, commandTimeout: 0 })
    const cause = facts(await failure(client.connect()))
    assert.match(String(cause.code), /^(ENOTFOUND|EAI_AGAIN)$/)
    assert.deepEqual([cause.syscall, cause.hostname], ['getaddrinfo', host])
  })

  test('a missing socket has its path', async (t) => {
    const path = '/nowhere/redis.sock'
    const cause = facts(await failure(openClient(t, { path, protocol, reconnect: false }).connect()))
    assert.deepEqual([cause.code, cause.syscall, cause.address], ['ENOENT', 'connect', path])
  })

  test('a connection that is not made in time has ETIMEDOUT', async (t) => {
    const port = await listen(t, silent())
    const client = openClient(t, { host: HOST, port, protocol, connectTimeout: 50, reconnect: false })
    const cause = facts(await failure(client.connect()))
    assert.deepEqual([cause.code, cause.address, cause.port], ['ETIMEDOUT', HOST, port])
  })

  test('a connection that is lost has ECONNRESET and its address', async (t) => {
    const server = await startServer(t)
    const proxy = await FaultProxy.start({ target: server })
    t.after(() => proxy.close())
    const client = openClient(t, { host: HOST, port: proxy.port, protocol, reconnect: { initialDelay: 1 } })
    await client.ping()
    for (const manner of ['fin', 'rst'] as const) {
      const closed = next(client, 'close')
      const ready = next(client, 'ready')
      await proxy.cutAll(manner)
      const cause = facts((await closed)[0] as Failure)
      assert.deepEqual(
        [cause.code, cause.syscall, cause.address, cause.port],
        ['ECONNRESET', 'read', HOST, proxy.port],
      )
      await ready
    }
  })

  for (const [what, options, waiting] of [
    ['the handshake', {}, /waiting for the server's answer to the handshake/],
    ['TLS', { tls: true }, /waiting for the TLS handshake \(is it a TLS port\?\)/],
  ] as const) {
    test(`a wait for a connection that ends during ${what} says what it waited for`, async (t) => {
      const port = await listen(t, silent())
      const client = openClient(t, { host: HOST, port, protocol, ...PATIENT, acquireTimeout: 60, ...options })
      const timed = client.with({ timeout: 60 })
      const ps = client.pubsub()
      const late = [
        failure(timed.set('k', 'v')),
        failure(timed.blpop('k', 0)),
        failure(client.connect({ timeout: 60 })),
        failure(ps.with({ timeout: 60 }).subscribe('c')),
        failure(timed.pipeline().get('k').execute()),
      ]
      for (const error of await Promise.all(late)) {
        assert.ok(error instanceof TimeoutError, String(error))
        assert.deepEqual([error.code, error.phase], ['COMMAND_TIMEOUT', 'queue'])
        const cause = error.cause as Failure
        assert.ok(cause instanceof Error, String(error))
        assert.match(cause.message, waiting)
        assert.match(error.message, waiting)
        const root = cause.cause instanceof ConnectionError ? cause.cause : cause
        assert.ok(root instanceof ConnectionError, String(root))
        assert.equal((root.cause as Failure).code, 'ETIMEDOUT')
      }
      const lease = await failure(client.client())
      assert.match(lease.message, waiting)
      await ps.close()
    })
  }

  test('connect() that gives up has the last failure as its cause', async (t) => {
    const port = await closedPort()
    const client = openClient(t, { host: HOST, port, protocol, reconnect: { initialDelay: 1 } })
    const failed = next(client, 'error')
    const call = failure(client.with({ timeout: 400 }).get('k'))
    await failed
    const error = await call
    assert.equal(error.code, 'CONNECTION_REFUSED')
    assert.equal((error.cause as Failure).code, 'ECONNREFUSED')
  })

  test('a plain client at a TLS port is told so by the first attempt', async (t) => {
    const server = await startServer(t, { tls: true })
    const client = openClient(t, {
      host: HOST,
      port: server.tlsPort,
      protocol,
      ...PATIENT,
      commandTimeout: 60_000,
    })
    for (const error of [await failure(client.get('k')), await failure(client.connect())]) {
      assert.ok(error instanceof ProtocolError, String(error))
      assert.match(error.message, /it is a TLS port; use rediss:\/\//)
    }
  })

  for (const [name, bytes, cause] of [
    ['HTTP', 'HTTP/1.1 408 Request Timeout\r\n\r\n', /looks like an HTTP server/],
    ['TLS', '\x15\x03\x03\x00\x02\x01\x00', /looks like a TLS port/],
  ] as const) {
    test(`${name} on a connection that worked is named`, async (t) => {
      const server = await startServer(t)
      const proxy = await FaultProxy.start({ target: server })
      t.after(() => proxy.close())
      const client = openClient(t, { host: HOST, port: proxy.port, protocol, reconnect: { initialDelay: 1 } })
      await client.ping()
      const closed = next(client, 'close')
      proxy.replace({ next: 1 }, Buffer.from(bytes, 'latin1'))
      const error = await failure(client.incr('n'))
      assert.ok(error instanceof ProtocolError, String(error))
      assert.match(error.message, cause)
      assert.match(((await closed)[0] as Failure).message, cause)
    })
  }

  test("an error reply has the server's text alone", async (t) => {
    const server = await startServer(t)
    const client = openClient(t, server.url, { protocol })
    await client.set('text', 'v')
    const text = 'WRONGTYPE Operation against a key holding the wrong kind of value'
    const alone = await failure(client.lpush('text', 'v'))
    assert.ok(alone instanceof ReplyError)
    assert.deepEqual([alone.serverMessage, alone.message], [text, `LPUSH: ${text}`])
    const pipe = client.pipeline({ transaction: false }).get('text').lpush('text', 'v')
    const results = await pipe.execute({ raiseOnError: false })
    assert.equal(results[1].serverMessage, text)
    const inside = await client.eval("return {redis.error_reply('ERR inside')}", [])
    assert.ok(inside[0] instanceof ReplyError)
    assert.equal(inside[0].serverMessage, 'ERR inside')
    const transaction = await failure(client.pipeline().get('text').executeCommand('get').execute())
    const [refused] = (transaction as unknown as { errors: { serverMessage: string }[] }).errors
    assert.match(refused?.serverMessage ?? '', /^ERR wrong number of arguments for 'get' command$/)
  })
})
