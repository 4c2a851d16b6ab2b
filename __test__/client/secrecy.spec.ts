import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { after, before, test } from 'node:test'
import {
  type Client,
  createClient,
  failure,
  forBothProtocols,
  next,
  openClient,
  Redis,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { assertHides, collectWarnings } from '../support/secrets'
import { startServer, TestServer } from '../support/server'

const PASSWORD = 'p@ss/w0rd of mine'
const SECRET = 'sEcReT-argument-1234'

let server: TestServer
before(async () => (server = await TestServer.start({ password: PASSWORD })))
after(() => server.close())

forBothProtocols((protocol) => {
  test('a client shows nothing of its options, however it is printed', async (t) => {
    const options = {
      host: '127.0.0.1',
      port: server.port,
      username: 'default',
      password: PASSWORD,
      protocol,
    }
    const clients = [
      openClient(t, server.url, { protocol }),
      openClient(t, options),
      openClient(t, {
        host: '127.0.0.1',
        port: server.port,
        protocol,
        credentials: () => ({ password: PASSWORD }),
      }),
    ]
    for (const client of clients) {
      await client.set('k', SECRET)
      for (const each of [client, client.buffers, client.with({ timeout: 5 }), client.get('k')]) {
        assertHides(each, PASSWORD, SECRET)
        const bare = inspect(each, { showHidden: true, depth: 20, customInspect: false, showProxy: true })
        assertHides(bare, PASSWORD, SECRET)
      }
      assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(client))), ['state', 'address', 'db'])
      await client.close()
      assertHides(client, PASSWORD, SECRET)
    }
  })

  test('no error repeats an argument or a password', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const url = `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${proxy.port}`
    const client = openClient(t, url, {
      protocol,
      reconnect: { initialDelay: 1 },
      limits: { maxReplyBytes: 100 },
    })
    await client.set('text', 'v')
    await client.set('long', SECRET.repeat(10))
    const calls: (() => Promise<unknown>)[] = [
      () => client.executeCommand('NO.SUCH.COMMAND', SECRET, SECRET),
      () => client.executeCommand('LPUSH', 'text', SECRET),
      () => client.executeCommand('AUTH', SECRET),
      () => client.executeCommand('AUTH', 'nobody', SECRET),
      () => client.executeCommand('AUTH', SECRET, SECRET, SECRET),
      () => client.executeCommand('HELLO', 3, 'AUTH', 'nobody', SECRET),
      () => client.executeCommand('ACL', 'SETUSER', 'ann', `>${SECRET}`, 'no-such-rule'),
      () => client.executeCommand('CONFIG', 'SET', 'requirepass', SECRET, 'no-such-option', SECRET),
      () => client.configSet({ 'maxmemory-policy': 'no-such-policy', masterauth: SECRET }),
      () => client.incrby('text', 1),
      () => client.set('text', SECRET, { ex: -1 }),
      () => client.setex('text', 'no number', SECRET),
      () => client.get('long'),
      () => client.set('text', { toString: () => SECRET }),
      () => client.set('text', [SECRET]),
      () => client.set(SECRET, undefined),
      () => client.set('text', `${SECRET}\uD800`),
      () => client.set('text', Symbol(SECRET)),
      () => client.set('text', SECRET, { noSuchOption: SECRET }),
      () => client.set('text', SECRET, SECRET, SECRET),
      () => client.mset(SECRET),
      () => client.with({ signal: AbortSignal.abort() }).set('text', SECRET),
    ]
    for (const [index, call] of calls.entries()) {
      const error = await failure(call())
      assertHides(error, PASSWORD, SECRET)
      assert.ok(error.command !== undefined, `${index}: ${error.message}`)
    }

    const closed = next(client, 'close')
    const ready = next(client, 'ready')
    proxy.replace({ next: 1 }, `?${SECRET}\r\n`)
    assertHides(await failure(client.set('text', SECRET)), PASSWORD)
    assertHides((await closed)[0], PASSWORD)
    await ready
    proxy.cut({ next: 1 })
    assertHides(await failure(client.set('text', SECRET)), PASSWORD, SECRET)
    proxy.stall('reply')
    assertHides(await failure(client.with({ timeout: 5 }).set('text', SECRET)), PASSWORD, SECRET)
  })

  test('a command that the server does not know, and a password in it, are told without it', async (t) => {
    const own = await startServer(t, { config: { 'rename-command': ['ACL', ''] } })
    const client = openClient(t, own.url, { protocol })
    const error = await failure(client.executeCommand('ACL', 'SETUSER', 'ann', 'on', `>${SECRET}`))
    assertHides(error, SECRET)
    assert.match(error.message, /unknown command/)
  })

  test('warnings tell no password', async (t) => {
    const warnings = collectWarnings(t)
    const wrong = new Redis({ host: '127.0.0.1', port: server.port, protocol, password: SECRET })
    t.after(() => wrong.destroy())
    await failure(wrong.get('k'))
    await failure(wrong.get('k'))
    await new Promise((resolve) => setImmediate(resolve))
    for (const warning of warnings) assertHides(warning, PASSWORD, SECRET)
  })
})

test('no option error repeats a value that may be a secret', () => {
  const wrong: unknown[][] = [
    [{ password: 5, username: SECRET, port: 'x' }],
    [{ password: [SECRET] }],
    [{ password: { secret: SECRET } }],
    [{ passwort: SECRET }],
    [{ tls: { key: SECRET, cert: SECRET } }],
    [`redis://user:${SECRET}@host:port`],
    [`redis://user:${SECRET}@`],
    [`redis://${SECRET}`, { db: 'x' }],
    [`redis://host?password=${SECRET}&password=${SECRET}`],
    [`redis://:${SECRET}@host`, { password: SECRET }],
    [`${SECRET}`],
    [{ credentials: SECRET }],
  ]
  for (const options of wrong) {
    let client: Client | undefined
    try {
      client = createClient(...options)
    } catch (error) {
      assertHides(error, SECRET)
    }
    assert.equal(client, undefined, inspect(options))
  }
})
