import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Certificates, certificates } from '../support/certificates'
import {
  type Client,
  ConnectionError,
  failure,
  forBothProtocols,
  openClient,
  OptionError,
  outcome,
  Redis,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { assertHides } from '../support/secrets'
import { startServer } from '../support/server'

const PASSWORD = 's3cret of tls'

let all: Certificates
before(async () => (all = await certificates()))

forBothProtocols((protocol) => {
  test('a certificate of a trusted authority is good', async (t) => {
    const server = await startServer(t, { tls: true, password: PASSWORD })
    const client = openClient(t, server.tlsUrl, { protocol, tls: { ca: all.ca.cert } })
    assert.equal(await client.set('k', 'v'), 'OK')
    const large = 'x'.repeat(3_000_000)
    await client.set('large', large)
    assert.ok((await client.get('large')) === large)
    const replies = await Promise.all(Array.from({ length: 2000 }, (_, index) => client.echo(index)))
    assert.deepEqual(
      replies,
      replies.map((_, index) => String(index)),
    )
  })

  test('commands outlive connections that break during the TLS handshake', async (t) => {
    const server = await startServer(t, { tls: true })
    const proxy = await FaultProxy.start({ target: { port: server.tlsPort }, frames: false })
    t.after(() => proxy.close())
    const options = { protocol, tls: { ca: all.ca.cert }, reconnect: { initialDelay: 1, maxDelay: 5 } }
    const client = openClient(t, `rediss://localhost:${proxy.port}`, options)
    proxy.stall('reply')
    const calls = [client.set('k', 'v'), client.get('k'), client.blpop('none', 0.01)]
    const leased: Promise<string> = client.client((conn: Client) => conn.ping())
    for (const manner of ['fin', 'rst'] as const) {
      const made = proxy.connectionCount
      await proxy.connection(made + (made === 0 ? 1 : 0))
      await proxy.cutAll(manner)
      await proxy.connection(made + 1)
    }
    proxy.resume()
    assert.deepEqual(await Promise.all(calls), ['OK', 'v', null])
    assert.equal(await leased, 'PONG')
  })

  test('an authority may be given as Buffer, and among others', async (t) => {
    const server = await startServer(t, { tls: true })
    for (const ca of [
      Buffer.from(all.ca.cert),
      [all.selfSigned.cert, all.ca.cert],
      `${all.selfSigned.cert}\n${all.ca.cert}`,
    ]) {
      assert.equal(await openClient(t, server.tlsUrl, { protocol, tls: { ca } }).echo('in'), 'in')
    }
  })

  for (const [certificate, cause] of [
    ['otherHost', /not valid for|another\.example/],
    ['expired', /has expired/],
    ['selfSigned', /self-signed|not trusted|unknown|issuer|authority/i],
  ] as const) {
    test(`a certificate that is ${certificate} is refused before any password is sent`, async (t) => {
      const server = await startServer(t, { tls: { certificate }, password: PASSWORD })
      const options = { protocol, tls: { ca: all.ca.cert }, connectTimeout: 5000, commandTimeout: 5000 }
      const client = openClient(t, server.tlsUrl, options)
      const errors = [
        await failure(client.connect()),
        await failure(client.get('k')),
        await failure(client.set('k', 'v')),
      ]
      for (const error of errors) {
        assert.ok(error instanceof ConnectionError)
        assert.equal(error.code, 'TLS_FAILED')
        assert.match(error.message, cause)
        assertHides(error, PASSWORD)
      }
      assert.doesNotMatch(String(await server.raw('INFO', 'commandstats')), /cmdstat_(hello|get|set):/)
      const careless = openClient(t, server.tlsUrl, { protocol, tls: { rejectUnauthorized: false } })
      assert.equal(await careless.get('k'), null)
    })
  }

  test('an authority that the system does not know is refused unless it is given', async (t) => {
    const server = await startServer(t, { tls: true })
    const { error } = await outcome(openClient(t, server.tlsUrl, { protocol }).connect())
    assert.equal(error?.code, 'TLS_FAILED')
  })

  test('the name to be verified may be another one than the host', async (t) => {
    const server = await startServer(t, { tls: { certificate: 'otherHost' } })
    const tls = { ca: all.ca.cert, servername: 'another.example' }
    assert.equal(await openClient(t, server.tlsUrl, { protocol, tls }).echo('in'), 'in')
    const wrong = { ca: all.ca.cert, servername: 'third.example' }
    assert.equal(
      (await failure(openClient(t, server.tlsUrl, { protocol, tls: wrong }).connect())).code,
      'TLS_FAILED',
    )
  })

  test('a server that requires a client certificate gets one, or the reason is told', async (t) => {
    const server = await startServer(t, { tls: { clientCertificate: 'required' } })
    const ca = all.ca.cert
    const { cert, key } = all.client
    assert.equal(await openClient(t, server.tlsUrl, { protocol, tls: { ca, cert, key } }).echo('in'), 'in')
    const options = { protocol, tls: { ca }, connectTimeout: 5000, commandTimeout: 5000 }
    const without = openClient(t, server.tlsUrl, options)
    for (const error of [await failure(without.connect()), await failure(without.get('k'))]) {
      assert.ok(error instanceof ConnectionError)
      assert.equal(error.code, 'TLS_FAILED')
      assert.match(error.message, /client certificate/)
      assertHides(error, 'PRIVATE KEY')
    }
  })

  test('a connection that is cut is made again with TLS', async (t) => {
    const server = await startServer(t, { tls: true })
    const proxy = await FaultProxy.start({ target: { port: server.tlsPort }, frames: false })
    t.after(() => proxy.close())
    const client = openClient(t, `rediss://localhost:${proxy.port}`, { protocol, tls: { ca: all.ca.cert } })
    await client.set('k', 'v')
    for (const manner of ['fin', 'rst'] as const) {
      await proxy.cutAll(manner)
      assert.equal(await client.get('k'), 'v')
    }
    assert.ok(proxy.connectionCount >= 3)
  })
})

test('a certificate or key that cannot be used is refused when the client is made, without showing the key', () => {
  const { cert, key } = all.client
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ ca: 'no pem' }, /tls\.ca/],
    [{ cert }, /tls\.key/],
    [{ key }, /tls\.cert/],
    [{ cert, key: all.server.key }, /not the key/],
    [{ cert, key: key.slice(0, 60) }, /tls\.key/],
    [{ servername: 'no name!' }, /tls\.servername/],
  ]
  for (const [tls, message] of wrong) {
    assert.throws(
      () => new Redis('rediss://localhost', { tls }),
      (error: Error) => {
        assert.ok(error instanceof OptionError, String(error))
        assert.match(error.message, message)
        assertHides(error, key.split('\n')[1] as string)
        return true
      },
    )
  }
})
