import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { connect as connectPlain } from 'node:net'
import { after, before, describe, test, type TestContext } from 'node:test'
import { connect as connectTls, createServer, type TlsOptions } from 'node:tls'
import { ConnectionError, failure, next, openClient, OptionError, Redis } from '../support/client'
import { hasOpenSsl, OpenSsl, type Pair } from '../support/openssl'
import { runProgram } from '../support/program'
import { TestServer } from '../support/server'
import { listen } from '../support/unreachable'

const SAN = 'subjectAltName=DNS:localhost'
/** Node takes weak keys with this only, from version 24 on. */
const WEAK = { ciphers: 'DEFAULT@SECLEVEL=0' } as const

describe('certificates', { skip: hasOpenSsl() ? false : 'there is no openssl' }, () => {
  const openssl = new OpenSsl()
  let server: TestServer
  let ca: Pair
  let weakCa: Pair
  let ecCa: Pair
  let kinds: Record<string, { pair: Pair; authority: Pair }>

  before(async () => {
    server = await TestServer.start()
    ca = openssl.authority()
    weakCa = openssl.authority('rsa:1024')
    ecCa = openssl.authority('P-521')
    const issued = (pair: Pair, authority = ca) => ({ pair, authority })
    kinds = {
      'version 1': issued(openssl.leaf(ca, 'rsa:2048', [])),
      'version 1, given itself': ((pair) => issued(pair, pair))(openssl.leaf(ca, 'P-256', [])),
      'a common name only': issued(openssl.leaf(ca, 'P-256', ['basicConstraints=CA:FALSE'])),
      'a key on P-521': issued(openssl.leaf(ca, 'P-521', [SAN])),
      'an issuer on P-521': issued(openssl.leaf(ecCa, 'P-256', [SAN]), ecCa),
      'P-521 all along': issued(openssl.leaf(ecCa, 'P-521', [SAN]), ecCa),
      'an RSA-PSS key': issued(openssl.leaf(ca, 'RSA-PSS', [SAN])),
      'an RSA key of 1024 bits': issued(openssl.leaf(ca, 'rsa:1024', [SAN])),
      'an issuer of 1024 bits': issued(openssl.leaf(weakCa, 'rsa:2048', [SAN]), weakCa),
      'version 1 and another name': issued(openssl.leaf(ca, 'rsa:2048', [], 'other.example')),
      'version 1 and SHA-1': issued(openssl.leaf(ca, 'rsa:2048', [], 'localhost', '-sha1')),
      'version 1 of another authority': issued(openssl.leaf(openssl.authority(), 'rsa:2048', [])),
      'a critical extension': issued(openssl.leaf(ca, 'P-256', [SAN, '1.2.3.4=critical,ASN1:UTF8String:x'])),
      'P-521 for clients': issued(openssl.leaf(ecCa, 'P-521', [SAN, 'extendedKeyUsage=clientAuth']), ecCa),
    }
  })
  after(() => server.close())

  /** The server behind TLS with this certificate. */
  async function behind(t: TestContext, pair: Pair, more: TlsOptions = {}): Promise<number> {
    const secured = createServer({ cert: pair.cert, key: pair.key, ...WEAK, ...more }, (socket) => {
      const plain = connectPlain(server.port, '127.0.0.1')
      plain.on('error', () => socket.destroy())
      socket.on('error', () => plain.destroy())
      socket.pipe(plain).pipe(socket)
    })
    secured.on('tlsClientError', () => {})
    return listen(t, secured)
  }

  /** What Node says of the certificate: nothing where it is good. */
  function asNode(port: number, options: Record<string, unknown>): Promise<string> {
    return new Promise((resolve) => {
      const socket = connectTls(
        { host: '127.0.0.1', port, servername: 'localhost', ...WEAK, ...options },
        () => {
          socket.destroy()
          resolve('')
        },
      )
      socket.on('error', (error: Error & { code: string }) => resolve(error.code))
    })
  }

  const client = (t: TestContext, port: number, tls: unknown, more = {}) =>
    openClient(t, { port, tls, connectTimeout: 20_000, commandTimeout: 20_000, reconnect: false, ...more })

  const GOOD = /^$/
  const table: [string, { node: RegExp; ours: RegExp }][] = [
    ['version 1', { node: GOOD, ours: GOOD }],
    ['a common name only', { node: GOOD, ours: GOOD }],
    ['a key on P-521', { node: GOOD, ours: GOOD }],
    ['an issuer on P-521', { node: GOOD, ours: GOOD }],
    ['P-521 all along', { node: GOOD, ours: GOOD }],
    ['an RSA-PSS key', { node: GOOD, ours: GOOD }],
    ['version 1, given itself', { node: /./, ours: GOOD }],
    ['an RSA key of 1024 bits', { node: GOOD, ours: /has an RSA key of 1024 bits, which is too short/ }],
    ['an issuer of 1024 bits', { node: GOOD, ours: /was issued with an RSA key of 1024 bits/ }],
    [
      'version 1 and another name',
      { node: /ALTNAME_INVALID/, ours: /does not match certificate's altnames/ },
    ],
    ['version 1 and SHA-1', { node: GOOD, ours: /is signed with MD5 or SHA-1/ }],
    [
      'version 1 of another authority',
      { node: /./, ours: /signed by another authority of the trusted one's name/ },
    ],
    ['a critical extension', { node: /./, ours: /has a critical extension/ }],
    ['P-521 for clients', { node: /INVALID_PURPOSE/, ours: /is not made for servers/ }],
  ]
  for (const [kind, { node, ours }] of table) {
    test(`${kind}: ${String(ours) === String(GOOD) ? 'taken' : 'refused for its reason'}, and taken unverified`, async (t) => {
      const { pair, authority } = kinds[kind] as { pair: Pair; authority: Pair }
      // TLS 1.2 has no room for these keys beside the curves and paddings that rustls speaks.
      const needsTls13 = /P-521|PSS/.test(kind) && kind !== 'an issuer on P-521'
      for (const maxVersion of needsTls13 ? (['TLSv1.3'] as const) : (['TLSv1.3', 'TLSv1.2'] as const)) {
        const port = await behind(t, pair, { maxVersion })
        assert.match(await asNode(port, { ca: authority.cert }), node)
        const strict = client(t, port, { ca: authority.cert })
        if (String(ours) === String(GOOD)) {
          for (const call of ['a', 'b']) assert.equal(await strict.echo(call), call)
        } else {
          const error = await failure(strict.ping())
          assert.ok(error instanceof ConnectionError, String(error))
          assert.equal(error.code, 'TLS_FAILED')
          assert.match(error.message, ours)
        }
        assert.equal(await client(t, port, { rejectUnauthorized: false }).ping(), 'PONG')
        const stranger = client(t, port, { ca: openssl.authority('P-256').cert })
        assert.equal((await failure(stranger.ping())).code, 'TLS_FAILED')
      }
    })
  }

  test('an old certificate is taken on every connection of a client, over subscriptions as well', async (t) => {
    const { pair, authority } = kinds['version 1'] as { pair: Pair; authority: Pair }
    const redis = client(t, await behind(t, pair), { ca: authority.cert }, { reconnect: { initialDelay: 1 } })
    assert.deepEqual(
      await Promise.all([redis.ping(), redis.client((conn: any) => conn.ping()), redis.blpop('none', 0.01)]),
      ['PONG', 'PONG', null],
    )
    const ps = redis.pubsub()
    await ps.subscribe('c')
    await ps.close()
  })

  test('checkServerIdentity judges the name of every connection, and gets what Node gives it', async (t) => {
    const pair = openssl.leaf(ca, 'P-256', ['subjectAltName=DNS:elsewhere.example'])
    const port = await behind(t, pair)
    const seen: unknown[][] = []
    const checkServerIdentity = (host: string, certificate: any) => {
      seen.push([host, certificate.subject.CN, certificate.subjectaltname])
      return undefined
    }
    const lenient = client(t, port, { ca: ca.cert, checkServerIdentity })
    assert.equal(await lenient.ping(), 'PONG')
    assert.deepEqual(seen, [['localhost', 'localhost', 'DNS:elsewhere.example']])
    for (const check of [() => new Error('not this one'), () => Promise.reject(new Error('not this one'))]) {
      const refused = await failure(client(t, port, { ca: ca.cert, checkServerIdentity: check }).ping())
      assert.match(refused.message, /not this one/)
    }
    const unknown = client(t, port, { ca: ecCa.cert, checkServerIdentity })
    assert.match((await failure(unknown.ping())).message, /another authority of the trusted one's name/)
    assert.match(
      (await failure(client(t, port, { ca: ca.cert }).ping())).message,
      /not valid for "localhost"/,
    )
  })

  test('a version 1 client certificate is the affair of the server', async (t) => {
    const pair = openssl.leaf(ca, 'P-256', [SAN])
    const own = openssl.leaf(ca, 'rsa:2048', [], 'somebody')
    const port = await behind(t, pair, { ca: ca.cert, requestCert: true, rejectUnauthorized: true })
    const { cert, key } = own
    assert.equal(await client(t, port, { ca: ca.cert, cert, key }).ping(), 'PONG')
  })

  test('a server that hangs up on the client certificate is told so', async (t) => {
    const pair = openssl.leaf(ca, 'P-256', [SAN])
    const port = await listen(
      t,
      createServer({ cert: pair.cert, key: pair.key }, (socket) => void socket.destroy()),
    )
    const error = await failure(client(t, port, { ca: ca.cert }).ping())
    assert.equal(error.code, 'CONNECTION_LOST')
    assert.match(error.message, /right after the TLS handshake: .*client certificate/)
    assert.doesNotMatch(error.message, /docs\.rs|close_notify/)
  })

  test('a key is decrypted with its passphrase, in either form', async (t) => {
    const pair = openssl.leaf(ca, 'rsa:2048', [SAN])
    const port = await behind(t, pair, { ca: ca.cert, requestCert: true, rejectUnauthorized: true })
    for (const form of [[], ['-traditional']]) {
      const file = openssl.file('key')
      openssl.run('rsa', '-aes256', '-passout', 'pass:hunter2', '-in', pair.keyFile, '-out', file, ...form)
      const key = execFileSync('cat', [file])
      const own = { ca: ca.cert, cert: pair.cert, key }
      assert.equal(await client(t, port, { ...own, passphrase: 'hunter2' }).ping(), 'PONG')
      for (const [passphrase, message] of [
        [undefined, /"tls\.key" is encrypted: give "tls\.passphrase"/],
        ['wrong', /"tls\.key" cannot be read with "tls\.passphrase"/],
      ] as const) {
        assert.throws(
          () => new Redis({ tls: { ...own, passphrase } as any }),
          (error: Error) => {
            assert.ok(error instanceof OptionError, String(error))
            assert.match(error.message, message)
            return true
          },
        )
      }
    }
    assert.throws(() => new Redis({ tls: { passphrase: 'x' } }), /is that of "tls\.key", which is not given/)
  })

  test('a key of a kind that cannot be used is said to be one', () => {
    for (const kind of ['rsa:1024', 'P-521'] as const) {
      const { cert, key } = openssl.leaf(ca, kind, [SAN])
      assert.throws(
        () => new Redis({ tls: { cert, key } }),
        /of a kind that is not supported: it must be RSA of at/,
      )
    }
  })

  test('tls as a function is called for every connection, and its certificates replace the last ones', async (t) => {
    const pair = openssl.leaf(ca, 'P-256', [SAN])
    const names: string[] = []
    const secured = createServer(
      { cert: pair.cert, key: pair.key, ca: ca.cert, requestCert: true, rejectUnauthorized: true },
      (socket) => {
        names.push(String(socket.getPeerCertificate().subject.CN))
        const plain = connectPlain(server.port, '127.0.0.1')
        socket
          .on('error', () => plain.destroy())
          .pipe(plain)
          .pipe(socket)
      },
    )
    const port = await listen(t, secured)
    let name = 'first'
    const own = {
      first: openssl.leaf(ca, 'P-256', [], 'first'),
      second: openssl.leaf(ca, 'P-256', [], 'second'),
    }
    const tls = async () => {
      const { cert, key } = own[name as 'first']
      return { ca: Buffer.from(ca.cert), cert, key, checkServerIdentity: () => undefined }
    }
    const redis = client(t, port, tls, { reconnect: { initialDelay: 1 } })
    assert.equal(await redis.ping(), 'PONG')
    name = 'second'
    const ready = next(redis, 'ready')
    await redis.clientKill({ type: 'normal', skipme: false }).catch(() => {})
    await ready
    assert.equal(await redis.ping(), 'PONG')
    assert.deepEqual(names, ['first', 'second'])
    name = 'third'
    const failed = await failure(client(t, port, tls).ping())
    assert.match(failed.message, /tls\(\) failed: /)
    for (const [given, message] of [
      [() => undefined, /tls\(\) failed: it must return an object/],
      [() => ({ pfx: 'x' }), /"tls\.pfx" is not supported: convert the file/],
      [() => ({ ca: 'no pem' }), /"tls\.ca" holds no PEM certificate/],
    ] as const) {
      assert.match((await failure(client(t, port, given).ping())).message, message)
    }
  })

  test('versions and ALPN are offered as given', async (t) => {
    const pair = openssl.leaf(ca, 'P-256', [SAN])
    const seen: unknown[] = []
    const port = await behind(t, pair, {
      ALPNCallback: ({ protocols }) => {
        seen.push(protocols)
        return protocols[0]
      },
    } as TlsOptions)
    await client(t, port, { ca: ca.cert, ALPNProtocols: ['redis', 'x'], maxVersion: 'TLSv1.2' }).ping()
    assert.deepEqual(seen, [['redis', 'x']])
    const old = await behind(t, pair, { maxVersion: 'TLSv1.2' })
    const error = await failure(client(t, old, { ca: ca.cert, minVersion: 'TLSv1.3' }).ping())
    assert.equal(error.code, 'TLS_FAILED')
    assert.match(error.message, /ProtocolVersion/)
  })

  test("Node's extra certificates are trusted, and its own where the system has none", async (t) => {
    const pair = openssl.leaf(ca, 'P-256', [SAN])
    const port = await behind(t, pair)
    const source = `const redis = new Redis({ port: ${port}, tls: true, reconnect: false }).on('error', () => {})
      redis.ping().then(console.log, (error) => console.log(error.message)).finally(() => redis.destroy())`
    const none = { SSL_CERT_FILE: '/nonexistent', SSL_CERT_DIR: '/nonexistent' }
    const extra = { NODE_EXTRA_CA_CERTS: ca.certFile }
    for (const [env, expected] of [
      [extra, /^PONG$/],
      [{ ...none, ...extra }, /^PONG$/],
      [{ SSL_CERT_FILE: ca.certFile }, /^PONG$/],
      [none, /issuer is not trusted; set tls\.ca$/],
    ] as const) {
      const under = ['env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`)]
      const { stdout } = await runProgram(source, { under })
      assert.match(stdout.trim(), expected)
    }
  })
})

test('an option of TLS that is not supported says what to do instead', () => {
  for (const [option, advice] of [
    ['pfx', /openssl pkcs12 -in/],
    ['ciphers', /tls\.minVersion/],
    ['secureProtocol', /"tls\.minVersion" and "tls\.maxVersion"/],
    ['secureContext', /"tls\.ca"/],
    ['host', /stands beside "tls"/],
    ['crl', /a function as "tls"/],
  ] as const) {
    assert.throws(() => new Redis({ tls: { [option]: 'x' } as any }), advice)
  }
  for (const [tls, message] of [
    [{ minVersion: 'TLSv1' }, /"tls\.minVersion" must be TLSv1\.2 or TLSv1\.3/],
    [
      { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' },
      /"tls\.minVersion" \(TLSv1\.3\) exceeds "tls\.maxVersion"/,
    ],
    [{ ALPNProtocols: 'redis' }, /"tls\.ALPNProtocols" must be an array of strings/],
    [{ checkServerIdentity: true }, /"tls\.checkServerIdentity" must be a function/],
    [{ passphrase: 5, key: 'x' }, /"tls\.passphrase" must be a string/],
  ] as const) {
    assert.throws(() => new Redis({ tls: tls as any }), message)
  }
})
