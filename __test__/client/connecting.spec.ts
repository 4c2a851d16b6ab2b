import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { test } from 'node:test'
import {
  AuthenticationError,
  ConnectionError,
  failure,
  forBothProtocols,
  openClient,
  ProtocolError,
  TimeoutError,
} from '../support/client'
import { assertHides } from '../support/secrets'
import { startServer } from '../support/server'
import { BRIEF, cannotConnect, closedPort, listen, ONE_ATTEMPT, PASSWORD } from '../support/unreachable'

forBothProtocols((protocol) => {
  test('nobody listens there', async (t) => {
    const port = await closedPort()
    const address = new RegExp(`127\\.0\\.0\\.1:${port}: connection refused$`)
    await cannotConnect(t, { protocol, port }, ConnectionError, 'CONNECTION_REFUSED', address)
  })

  test('nobody listens on the unix socket', async (t) => {
    const options = { protocol, host: undefined, path: '/nowhere/redis.sock' }
    const cause = /unix:\/nowhere\/redis\.sock: no such file$/
    await cannotConnect(t, options, ConnectionError, 'CONNECTION_FAILED', cause)
  })

  test('the name does not resolve', async (t) => {
    // RFC 6761 reserves the name; a resolver that takes its time must not be taken for one that answers.
    const options = { protocol, host: 'no-such-host.invalid', connectTimeout: 20_000, commandTimeout: 20_000 }
    const client = openClient(t, { ...options, password: PASSWORD, reconnect: false })
    for (const error of [await failure(client.connect()), await failure(client.get('key'))]) {
      assert.ok(error instanceof ConnectionError)
      assert.equal(error.code, 'NAME_NOT_RESOLVED')
      assert.match(error.message, /no-such-host\.invalid:6379: the name does not resolve/)
      assertHides(error, PASSWORD)
    }
  })

  test('an HTTP server answers', async (t) => {
    const port = await listen(
      t,
      createHttpServer((_, response) => void response.end('hello')),
    )
    await cannotConnect(t, { protocol, port }, ProtocolError, 'PROTOCOL_ERROR', /looks like an HTTP server/)
  })

  test('a TLS server is spoken to without TLS', async (t) => {
    const server = await startServer(t, { tls: true })
    const options = { protocol, port: server.tlsPort, connectTimeout: 20_000, commandTimeout: 20_000 }
    await cannotConnect(t, options, ProtocolError, 'PROTOCOL_ERROR', /it is a TLS port; use rediss:/)
  })

  test('a TLS record answers', async (t) => {
    const alert = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46])
    const port = await listen(
      t,
      createServer((socket) => void socket.once('data', () => socket.end(alert))),
    )
    await cannotConnect(t, { protocol, port }, ProtocolError, 'PROTOCOL_ERROR', /looks like TLS|TLS/)
  })

  test('a server without TLS is spoken to with TLS', async (t) => {
    const server = await startServer(t)
    const options = {
      host: '127.0.0.1',
      port: server.port,
      tls: true,
      protocol,
      password: PASSWORD,
      ...BRIEF,
    }
    const client = openClient(t, options)
    for (const error of [await failure(client.connect()), await failure(client.set('key', 'value'))]) {
      assert.ok(error instanceof ConnectionError)
      // The greeting of TLS is an error to this server, or the beginning of a command: by chance it holds a line end.
      assert.ok(['TLS_FAILED', 'CONNECT_TIMEOUT', 'CONNECTION_LOST'].includes(error.code), error.code)
      assert.match(error.message, /without TLS|is it a TLS port|TLS: .*reset/)
      assertHides(error, PASSWORD)
    }
    assert.doesNotMatch(server.log(), new RegExp(PASSWORD))
    assert.equal(await server.raw('DBSIZE'), 0)
  })

  test('somebody accepts and never answers', async (t) => {
    const port = await listen(
      t,
      createServer(() => {}),
    )
    const waiting =
      /timed out after 500 ms \(connectTimeout\) waiting for the server's answer to the handshake/
    await cannotConnect(t, { ...BRIEF, protocol, port }, ConnectionError, 'CONNECT_TIMEOUT', waiting)
    const tls = { ...BRIEF, protocol, port, tls: true }
    await cannotConnect(t, tls, ConnectionError, 'CONNECT_TIMEOUT', /waiting for the TLS handshake/)
  })

  test('somebody accepts and never answers, and the command is less patient than the connection', async (t) => {
    const port = await listen(
      t,
      createServer(() => {}),
    )
    const options = { host: '127.0.0.1', port, protocol, password: PASSWORD, commandTimeout: 30 }
    const client = openClient(t, options)
    for (const error of await Promise.all([
      failure(client.get('key')),
      failure(client.set('key', 'value')),
    ])) {
      assert.ok(error instanceof TimeoutError)
      assert.equal(error.code, 'COMMAND_TIMEOUT')
      assert.equal(error.phase, 'queue')
      assert.equal(error.maybeExecuted, false)
      assertHides(error, PASSWORD)
    }
  })

  test('somebody accepts and closes', async (t) => {
    const port = await listen(
      t,
      createServer((socket) => void socket.end()),
    )
    const cause = /closed the connection during the handshake|reset/
    await cannotConnect(t, { protocol, port }, ConnectionError, 'CONNECTION_LOST', cause)
  })

  test('the password is wrong, or missing', async (t) => {
    const server = await startServer(t, { password: 'the right one' })
    const { port } = server
    const refused = ['AUTHENTICATION_FAILED', /WRONGPASS|NOAUTH/] as const
    await cannotConnect(t, { protocol, port }, AuthenticationError, ...refused)
    await cannotConnect(t, { protocol, port, username: 'default' }, AuthenticationError, ...refused)
    await cannotConnect(t, { protocol, port, password: undefined }, AuthenticationError, ...refused)
    const client = openClient(t, server.url, { protocol })
    assert.equal(await client.get('key'), null)
  })

  test('the user is wrong, and nothing is done as the user that everybody is', async (t) => {
    // The default user needs no password here: what goes through after a refused AUTH would succeed.
    const server = await startServer(t, { users: { ann: `on >correct ~* &* +@all` } })
    const { port } = server
    for (const username of ['ann', 'nobody']) {
      const refused = ['AUTHENTICATION_FAILED', /WRONGPASS/] as const
      await cannotConnect(t, { protocol, port, username }, AuthenticationError, ...refused)
    }
    assert.equal(await server.raw('DBSIZE'), 0)
    const client = openClient(t, { host: '127.0.0.1', port, protocol, username: 'ann', password: 'correct' })
    assert.equal(await client.executeCommand('ACL WHOAMI'), 'ann')
  })

  test('the database is not there', async (t) => {
    const server = await startServer(t, { databases: 4 })
    const options = { protocol, port: server.port, password: undefined, db: 4 }
    await cannotConnect(
      t,
      options,
      ConnectionError,
      'HANDSHAKE_FAILED',
      /refused SELECT: ERR DB index is out of range/,
    )
    assert.equal(await server.raw('DBSIZE'), 0)
  })
})

test('a client that is refused for want of room rejects with the reason of the server', async (t) => {
  const server = await startServer(t, { config: { maxclients: 2 } })
  using first = await server.client()
  using second = await server.client()
  await Promise.all([first.call('PING'), second.call('PING')])
  const options = { host: '127.0.0.1', port: server.port, ...ONE_ATTEMPT }
  const error = await failure(openClient(t, options).connect())
  assert.ok(error instanceof ConnectionError, String(error))
  assert.match(error.message, /max number of clients reached/)
})
