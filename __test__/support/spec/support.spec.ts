import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { certificates } from '../certificates'
import { bindToFreePort } from '../ports'
import { RawClient, RawError } from '../raw-client'
import { type ServerKind, serverKinds, startServer, TestServer } from '../server'

const PROJECT = dirname(dirname(dirname(__dirname)))

/** Looks again and again, for at most ten seconds, until it is so. */
async function eventually(what: string, isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !isSo();) {
    assert.ok(Date.now() < deadline, `${what} within ten seconds`)
    await delay(5)
  }
}

/** Whether the process runs. A dead one that its new parent has not looked at yet can still be signalled. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    const stat = process.platform === 'linux' ? readFileSync(`/proc/${pid}/stat`, 'latin1') : ''
    return stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z'
  } catch {
    return false
  }
}

for (const kind of serverKinds()) {
  describe(`a ${kind} server`, () => {
    test('answers on its port and says what it is', async (t) => {
      const server = await startServer(t, { kind })
      assert.equal(await server.raw('PING'), 'PONG')
      assert.match(server.url, /^redis:\/\/127\.0\.0\.1:\d+$/)
      assert.match(server.version, /^\d+\.\d+\.\d+$/)
      const info = String(await server.raw('INFO', 'server'))
      assert.ok(info.includes(`${kind}_version:${server.version}`), info)
    })

    test('is gone with its files when its block ends', async () => {
      let pid: number
      let path: string
      {
        await using server = await TestServer.start({ kind, unixSocket: true })
        pid = server.pid
        path = dirname(server.socketPath)
        assert.ok(isAlive(pid) && existsSync(path))
      }
      assert.equal(isAlive(pid), false)
      assert.equal(existsSync(path), false)
    })

    test('runs beside others of its kind', async (t) => {
      const servers = await Promise.all([1, 2, 3].map(() => startServer(t, { kind })))
      for (const [index, server] of servers.entries()) await server.raw('SET', 'k', index)
      const found = await Promise.all(servers.map((server) => server.raw('GET', 'k')))
      assert.deepEqual(found.map(String), ['0', '1', '2'])
    })

    test('asks for its password, whatever characters that has', async (t) => {
      const password = 's:cr"e\\t @/é'
      const server = await startServer(t, { kind, password })
      using stranger = await server.client({ username: undefined, password: undefined })
      await assert.rejects(stranger.call('GET', 'k'), { code: 'NOAUTH' })
      assert.equal(await stranger.call('AUTH', password), 'OK')
      assert.equal(decodeURIComponent(new URL(server.url).password), password)
      assert.equal(await server.raw('PING'), 'PONG')
    })

    test('knows its users', async (t) => {
      const server = await startServer(t, { kind, users: { ann: 'on >secret ~ann:* +@read' } })
      using ann = await server.client({ username: 'ann', password: 'secret' })
      assert.equal(await ann.call('GET', 'ann:k'), null)
      await assert.rejects(ann.call('SET', 'ann:k', 1), { code: 'NOPERM' })
      await assert.rejects(server.client({ username: 'ann', password: 'wrong' }), { code: 'WRONGPASS' })
    })

    test('follows configuration directives and the number of databases', async (t) => {
      const config = { maxmemory: '100mb', save: [3600, 1], 'proto-max-bulk-len': 2 ** 30 }
      const server = await startServer(t, { kind, databases: 3, config })
      const setting = async (name: string): Promise<string> => String(await server.raw('CONFIG', 'GET', name))
      assert.equal(await setting('maxmemory'), 'maxmemory,104857600')
      assert.equal(await setting('save'), 'save,3600 1')
      assert.equal(await setting('databases'), 'databases,3')
      assert.equal(await setting('proto-max-bulk-len'), `proto-max-bulk-len,${2 ** 30}`)
    })

    test('listens on a unix socket', async (t) => {
      const server = await startServer(t, { kind, unixSocket: true })
      using client = await server.client({ path: server.socketPath })
      assert.equal(await client.call('PING'), 'PONG')
    })

    test('that was killed starts empty on the same port', async (t) => {
      const server = await startServer(t, { kind })
      const { port, pid } = server
      using client = await server.client()
      await client.call('SET', 'k', 1)
      await server.kill()
      await assert.rejects(client.call('GET', 'k'))
      assert.equal(server.isRunning, false)
      assert.equal(isAlive(pid), false)

      await server.restart()
      assert.equal(server.port, port)
      assert.notEqual(server.pid, pid)
      assert.equal(await server.raw('GET', 'k'), null)
    })

    test('keeps its data over a restart when it is asked to', async (t) => {
      const server = await startServer(t, { kind })
      await server.raw('SET', 'k', 'kept')
      await server.restart({ keepData: true })
      assert.equal(String(await server.raw('GET', 'k')), 'kept')
      await server.restart()
      assert.equal(await server.raw('GET', 'k'), null)
    })

    test('answers nothing while it is stopped, and all of it afterwards', async (t) => {
      const server = await startServer(t, { kind })
      await server.stop()
      await assert.rejects(
        server.client({ timeout: 200 }).then((client) => client.call('PING')),
        /no reply within/,
      )
      using client = await server.client({ password: undefined })
      const answer = client.call('PING')
      server.cont()
      assert.equal(await answer, 'PONG')
    })

    test('waits for its port to become free when it starts again', async (t) => {
      const server = await startServer(t, { kind })
      await server.kill()
      const occupant = createServer().listen(server.port, server.host)
      await once(occupant, 'listening')
      const restarted = server.restart()
      await eventually('the server finds its port taken', () =>
        server.log().includes('Address already in use'),
      )
      occupant.close()
      await restarted
      assert.equal(await server.raw('PING'), 'PONG')
    })

    test('that cannot start says why', async () => {
      await assert.rejects(
        TestServer.start({ kind, config: { 'no-such-directive': 1 } }),
        /no-such-directive/,
      )
    })
  })
}

describe('a server with TLS', () => {
  test('shows a certificate that clients of the test authority trust', async (t) => {
    const server = await startServer(t, { tls: true, password: 'secret' })
    const { ca } = await certificates()
    for (const servername of ['localhost', '127.0.0.1', '::1']) {
      using client = await server.client({ port: server.tlsPort, tls: { ca: ca.cert, host: servername } })
      assert.equal(await client.call('PING'), 'PONG')
    }
    assert.equal(server.tlsUrl, `rediss://:secret@localhost:${server.tlsPort}`)
  })

  for (const [certificate, code] of [
    ['otherHost', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['expired', 'CERT_HAS_EXPIRED'],
    ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ] as const) {
    test(`can show the certificate ${certificate}, which clients refuse`, async (t) => {
      const server = await startServer(t, { tls: { certificate } })
      const { ca } = await certificates()
      await assert.rejects(server.client({ port: server.tlsPort, tls: { ca: ca.cert } }), { code })
    })
  }

  test('can insist on a client certificate', async (t) => {
    const server = await startServer(t, { tls: { clientCertificate: 'required' } })
    const { ca, client, selfSigned } = await certificates()
    const call = async (tls: object): Promise<unknown> => {
      using raw = await server.client({ port: server.tlsPort, tls: { ca: ca.cert, ...tls } })
      return await raw.call('PING')
    }
    assert.equal(await call({ cert: client.cert, key: client.key }), 'PONG')
    await assert.rejects(call({}))
    await assert.rejects(call({ cert: selfSigned.cert, key: selfSigned.key }))
  })
})

describe('what a test process leaves behind', () => {
  for (const [how, argument, signal] of [
    ['returns', 'return', undefined],
    ['exits', 'exit', undefined],
    ['throws', 'throw', undefined],
    ['is killed', 'wait', 'SIGKILL'],
    ['is terminated', 'wait', 'SIGTERM'],
  ] as const) {
    test(`is cleared away when it ${how}`, async () => {
      const script = join(__dirname, '../../support', 'abandon-server.ts')
      const child = spawn(process.execPath, ['--import', 'tsx', script, argument], {
        cwd: PROJECT,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const [line] = (await once(child.stdout, 'data')) as [Buffer]
      const { pid, folder } = JSON.parse(String(line)) as { pid: number; folder: string }
      const ended = once(child, 'exit')
      if (signal !== undefined) {
        assert.ok(isAlive(pid) && existsSync(folder))
        child.kill(signal)
      }
      await ended
      await eventually('the server is gone', () => !isAlive(pid))
      await eventually('its folder is gone', () => !existsSync(dirname(folder)))
    })
  }
})

describe('a missing server', () => {
  async function output(code: string, env: NodeJS.ProcessEnv): Promise<string> {
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', code], {
      cwd: PROJECT,
      env: { ...process.env, ...env },
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk))
    await once(child, 'close')
    return text
  }
  const look = `require('./__test__/support/binaries.ts').serverKinds()`

  test('is an error that says what to install', async () => {
    assert.match(await output(look, { PATH: '' }), /No redis-server found\. Install Redis/)
  })

  test('that a variable names is an error that names the variable', async () => {
    assert.match(
      await output(look, { OXIDIS_VALKEY_SERVER: '/nowhere/server' }),
      /OXIDIS_VALKEY_SERVER names \/nowhere/,
    )
    assert.match(
      await output(look.replace('serverKinds', 'commandServers'), {
        OXIDIS_REDIS8_SERVER: '/nowhere/server',
      }),
      /OXIDIS_REDIS8_SERVER names \/nowhere/,
    )
  })
})

describe('free ports', () => {
  const taken = Object.assign(new Error('taken'), { code: 'EADDRINUSE' })

  test('are looked for until one can be bound', async () => {
    const tried: number[] = []
    const bound = await bindToFreePort(async (port) => {
      tried.push(port)
      if (tried.length < 5) throw taken
      return port
    })
    assert.equal(tried.length, 5)
    assert.equal(bound, tried[4])
  })

  test('are not looked for without end, nor after another error', async () => {
    await assert.rejects(
      bindToFreePort(() => Promise.reject(taken)),
      taken,
    )
    let attempts = 0
    const denied = new Error('denied')
    const attempt = bindToFreePort(() => {
      attempts += 1
      return Promise.reject(denied)
    })
    await assert.rejects(attempt, denied)
    assert.equal(attempts, 1)
  })
})

describe('the raw client', () => {
  test('gives every kind of RESP2 reply its own kind of value', async (t) => {
    const server = await startServer(t)
    const bytes = Buffer.from([0, 13, 10, 255])
    assert.equal(await server.raw('SET', 'k', bytes), 'OK')
    assert.deepEqual(await server.raw('GET', 'k'), bytes)
    assert.equal(await server.raw('GET', 'missing'), null)
    assert.equal(await server.raw('STRLEN', 'k'), 4)
    assert.equal(await server.raw('INCRBY', 'n', 2n ** 63n - 1n), 2n ** 63n - 1n)
    assert.equal(await server.raw('BLPOP', 'missing', '0.01'), null)
    assert.deepEqual(await server.raw('LRANGE', 'missing', 0, -1), [])
    const nested = `return {1, {'a', {}, false}, redis.error_reply('ERR inner')}`
    assert.deepEqual(await server.raw('EVAL', nested, 0), [
      1,
      [Buffer.from('a'), [], null],
      new RawError('ERR inner'),
    ])
    await assert.rejects(server.raw('INCR', 'k'), { name: 'RawError', code: 'ERR' })
  })

  test('reads replies that come in any pieces', async () => {
    const replies = '*2\r\n$3\r\na\r\n\r\n*-1\r\n:5\r\n-ERR x\r\n'
    const peer = createServer((socket) => {
      socket.setNoDelay(true)
      void (async () => {
        for (const character of replies) {
          socket.write(character)
          await delay(0)
        }
      })()
    }).listen(0, '127.0.0.1')
    await once(peer, 'listening')
    const { port } = peer.address() as { port: number }
    using client = await RawClient.connect({ port })
    assert.deepEqual(await client.read(), [Buffer.from('a\r\n'), null])
    assert.equal(await client.read(), 5)
    assert.deepEqual(await client.read(), new RawError('ERR x'))
    peer.close()
  })

  test('refuses what is not RESP2', async (t) => {
    const server = await startServer(t)
    using client = await server.client()
    await assert.rejects(client.call('HELLO', 3), /not a RESP2 reply: "%7/)
  })
})

test('the list of server kinds starts with redis', () => {
  const kinds: ServerKind[] = serverKinds()
  assert.equal(kinds[0], 'redis')
})
