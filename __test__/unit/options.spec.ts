import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, type Failure, openClient, OptionError } from '../support/client'
import { assertHides } from '../support/secrets'
import { startServer } from '../support/server'
import { PASSWORD } from '../support/unreachable'

test('without arguments, REDIS_URL decides, then VALKEY_URL', async (t) => {
  const saved = { REDIS_URL: process.env.REDIS_URL, VALKEY_URL: process.env.VALKEY_URL }
  t.after(() => {
    for (const [name, value] of Object.entries(saved)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
  const [first, second] = await Promise.all([startServer(t), startServer(t)])
  await Promise.all([first.raw('SET', 'who', 'first'), second.raw('SET', 'who', 'second')])
  process.env.REDIS_URL = first.url
  process.env.VALKEY_URL = second.url
  assert.equal(await openClient(t).get('who'), 'first')
  delete process.env.REDIS_URL
  assert.equal(await openClient(t).get('who'), 'second')
  assert.equal(await openClient(t, first.url).get('who'), 'first')
  assert.equal(await openClient(t, { host: '127.0.0.1', port: first.port }).get('who'), 'first')
})

test('a URL that is wrong is refused when the client is made, without its password', () => {
  const urls = [
    `http://:${encodeURIComponent(PASSWORD)}@localhost`,
    `redis://:${encodeURIComponent(PASSWORD)}@localhost:99999`,
    `redis://:${encodeURIComponent(PASSWORD)}@localhost/db`,
    `redis://:${encodeURIComponent(PASSWORD)}@localhost?noSuchOption=1`,
    `redis://:${encodeURIComponent(PASSWORD)}@localhost?db=1&db=2`,
    `redis://:${PASSWORD}`,
  ]
  for (const url of urls) {
    assert.throws(
      () => createClient(url),
      (error: Failure) => {
        assert.ok(error instanceof OptionError, String(error))
        assert.equal(error.code, 'INVALID_OPTION')
        assertHides(error, PASSWORD)
        return true
      },
      url,
    )
  }
})

test('an option that does not exist, is given twice or is out of range is refused by its name', () => {
  const wrong: [unknown[], RegExp][] = [
    [[{ hots: 'localhost' }], /unknown option "hots".*"host"/],
    [[{ reconnect: { initialDelai: 1 } }], /reconnect\.initialDelai/],
    [['redis://localhost:6379', { port: 6380 }], /port/],
    [[{ port: 0 }], /port/],
    [[{ port: '6379x' }], /port/],
    [[{ port: Number.NaN }], /port/],
    [[{ db: -1 }], /db/],
    [[{ protocol: 4 }], /protocol/],
    [[{ connectTimeout: 0 }], /connectTimeout/],
    [[{ commandTimeout: -1 }], /commandTimeout/],
    [[{ tls: { ca: 'no pem' } }], /tls\.ca/],
    [[{ host: () => 'localhost' }], /host.*function/],
    [[{ credentials: 'text' }], /credentials/],
    [[{ credentials: () => ({}), password: 'x' }], /credentials/],
    [[['localhost']], /options must be an object/],
  ]
  for (const [options, message] of wrong) {
    assert.throws(
      () => createClient(...options),
      (error: Failure) => {
        assert.ok(error instanceof OptionError, String(error))
        assert.match(error.message, message)
        return true
      },
      String(message),
    )
  }
})
