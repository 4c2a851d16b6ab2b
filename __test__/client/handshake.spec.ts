import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AuthenticationError,
  ConnectionError,
  failure,
  forBothProtocols,
  next,
  openClient,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { assertHides } from '../support/secrets'
import { serverKinds, startServer } from '../support/server'
import { BRIEF, cannotConnect, ONE_ATTEMPT, PASSWORD } from '../support/unreachable'

forBothProtocols((protocol) => {
  test('database, name and user are those of the options', async (t) => {
    const server = await startServer(t, { password: PASSWORD })
    const client = openClient(t, {
      ...{ host: '127.0.0.1', port: server.port, protocol, password: PASSWORD },
      ...{ db: 7, clientName: 'a-name' },
    })
    await client.set('k', 'v')
    assert.equal(await client.clientGetname(), 'a-name')
    const info = String(await client.executeCommand('CLIENT INFO'))
    assert.match(info, / db=7 /)
    assert.match(info, / user=default /)
    assert.match(info, new RegExp(` resp=${protocol}\\b`))
  })

  test('a client on ::1 and one on a unix socket connect', async (t) => {
    const server = await startServer(t, { unixSocket: true })
    for (const url of [`redis://[::1]:${server.port}/1`, `unix://${server.socketPath}?db=1`]) {
      const client = openClient(t, url, { protocol })
      assert.equal(await client.incr('n'), url.startsWith('unix') ? 2 : 1)
    }
    const client = openClient(t, { path: server.socketPath, db: 1, protocol })
    assert.equal(await client.get('n'), '2')
  })

  for (const kind of serverKinds()) {
    test(`${kind} is told what the library is, if it wants to know`, async (t) => {
      const server = await startServer(t, { kind })
      const client = openClient(t, server.url, { protocol, clientName: 'told' })
      await client.connect()
      const line = String(await server.raw('CLIENT', 'LIST'))
        .split('\n')
        .find((each) => each.includes(' name=told '))
      const [major = 0, minor = 0] = server.version.split('.').map(Number)
      const wantsToKnow = major > 7 || (major === 7 && minor >= 2)
      assert.equal(/ lib-name=oxidis lib-ver=\d+\.\d+\.\d+/.test(line ?? ''), wantsToKnow, line)
      assert.equal(await client.echo('next'), 'next')
    })
  }
})

test('a server without HELLO is spoken to in RESP2, with the same credentials, name and database', async (t) => {
  const config = { 'rename-command': ['HELLO', ''] }
  const server = await startServer(t, { password: PASSWORD, config })
  const client = openClient(t, server.url, { clientName: 'old', db: 3 })
  await client.set('k', 'v')
  assert.equal(await client.clientGetname(), 'old')
  assert.match(String(await client.executeCommand('CLIENT INFO')), / db=3 /)
  assert.deepEqual(await client.executeCommand('CONFIG GET', 'databases'), ['databases', '16'])
  const wrong = { host: '127.0.0.1', port: server.port, password: 'wrong one' }
  const error = await failure(openClient(t, wrong).connect())
  assert.ok(error instanceof AuthenticationError)
  assertHides(error, 'wrong one')
  const missing = await failure(openClient(t, { host: '127.0.0.1', port: server.port }).connect())
  assert.ok(missing instanceof AuthenticationError)
})

test('a server that answers HELLO with NOPROTO is spoken to in RESP2', async (t) => {
  const server = await startServer(t)
  await using proxy = await FaultProxy.start({ target: server })
  proxy.replace({ frame: 1 }, '-NOPROTO unsupported protocol version\r\n')
  const client = openClient(t, proxy.url, { clientName: 'noproto' })
  await client.set('k', 'v')
  assert.equal(await client.get('k'), 'v')
  assert.equal(await client.clientGetname(), 'noproto')
})

test('credentials are asked for at every attempt, and may change', async (t) => {
  const server = await startServer(t, {
    users: { ann: 'on >one >two ~* &* +@all', bob: 'on >three ~* &* +@all' },
  })
  await using proxy = await FaultProxy.start({ target: server })
  const given = [
    { username: 'ann', password: 'one' },
    Promise.resolve({ username: 'bob', password: 'three' }),
    { password: 'any' },
  ]
  let asked = 0
  const credentials = () => given[asked++]
  const client = openClient(t, {
    host: '127.0.0.1',
    port: proxy.port,
    credentials,
    reconnect: { initialDelay: 1 },
  })
  assert.equal(await client.executeCommand('ACL WHOAMI'), 'ann')
  for (const name of ['bob', 'default']) {
    const ready = next(client, 'ready')
    await proxy.cutAll()
    await ready
    assert.equal(await client.executeCommand('ACL WHOAMI'), name)
  }
  assert.equal(asked, 3)
})

const PROVIDERS: [
  description: string,
  provider: () => unknown,
  type: Function,
  code: string,
  cause: RegExp,
][] = [
  [
    'throws',
    () => {
      throw new Error('the vault is shut')
    },
    AuthenticationError,
    'AUTHENTICATION_FAILED',
    /credentials\(\) failed: the vault is shut/,
  ],
  [
    'rejects',
    () => Promise.reject(new Error('the vault is shut')),
    AuthenticationError,
    'AUTHENTICATION_FAILED',
    /credentials\(\) failed: the vault is shut/,
  ],
  [
    'answers nothing',
    () => undefined,
    AuthenticationError,
    'AUTHENTICATION_FAILED',
    /credentials\(\) failed/,
  ],
  [
    'answers no text',
    () => ({ username: 7, password: 'x' }),
    AuthenticationError,
    'AUTHENTICATION_FAILED',
    /credentials\(\) failed: it must return/,
  ],
  [
    'never answers',
    () => new Promise(() => {}),
    ConnectionError,
    'CONNECT_TIMEOUT',
    /the answer of credentials\(\)/,
  ],
]
for (const [description, credentials, type, code, cause] of PROVIDERS) {
  test(`a provider of credentials that ${description} fails the attempt and says so`, async (t) => {
    const server = await startServer(t)
    const attempt = code === 'CONNECT_TIMEOUT' ? BRIEF : ONE_ATTEMPT
    const options = { ...attempt, port: server.port, password: undefined, credentials }
    await cannotConnect(t, options, type, code, cause)
  })
}

test('a wrong password of a provider is told nowhere', async (t) => {
  const server = await startServer(t, { password: 'the right one' })
  const credentials = () => ({ password: PASSWORD })
  const options = { port: server.port, password: undefined, credentials }
  await cannotConnect(t, options, AuthenticationError, 'AUTHENTICATION_FAILED', /WRONGPASS/)
})
