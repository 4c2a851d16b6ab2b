import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthenticationError, failure, forBothProtocols, openClient, Sentinel } from '../support/client'
import { assertHides } from '../support/secrets'
import { startServer } from '../support/server'

const PASSWORD = 'pair'
const HOST = '127.0.0.1'

forBothProtocols((protocol) => {
  test('an empty credential is none, wherever it is given', async (t) => {
    const open = await startServer(t)
    const locked = await startServer(t, { password: PASSWORD })
    for (const [port, options] of [
      [open.port, { username: '', password: '' }],
      [open.port, { credentials: () => ({ username: '', password: '' }) }],
      [open.port, { password: '', credentials: () => ({ password: '' }) }],
      [locked.port, { username: '', password: PASSWORD }],
      [locked.port, { credentials: () => ({ username: '', password: PASSWORD }) }],
    ] as const) {
      assert.equal(await openClient(t, { host: HOST, port, protocol, ...options }).ping(), 'PONG')
    }
    for (const url of [
      `redis://:@${HOST}:${open.port}?protocol=${protocol}`,
      `redis://${HOST}:${open.port}?protocol=${protocol}&username=&password=`,
      `redis://:${PASSWORD}@${HOST}:${locked.port}?protocol=${protocol}&username=`,
    ]) {
      assert.equal(await openClient(t, url, { username: '', password: '' }).ping(), 'PONG')
    }
    process.env.REDIS_URL = `redis://:${PASSWORD}@${HOST}:${locked.port}`
    t.after(() => delete process.env.REDIS_URL)
    assert.equal(await openClient(t, undefined, { protocol, username: '', password: '' }).ping(), 'PONG')
  })

  test('a refusal keeps its words, also where the credentials are among them', async (t) => {
    const server = await startServer(t, { password: 'the right one' })
    for (const [username, password] of [
      [undefined, 'pair'],
      ['default', 'username'],
      ['user', 'is'],
    ]) {
      const options = { host: HOST, port: server.port, protocol, username, password, reconnect: false }
      const error = await failure(openClient(t, options).ping())
      assert.ok(error instanceof AuthenticationError, String(error))
      assert.match(error.message, /WRONGPASS invalid username-password pair or user is disabled\.$/)
    }
  })

  test('a rule that ACL SETUSER refuses is not repeated', async (t) => {
    const server = await startServer(t)
    const client = openClient(t, server.url, { protocol })
    for (const rule of ['hunter2-without->', "it's: hunter2-quoted"]) {
      const error = await failure(client.executeCommand('ACL', 'SETUSER', 'ann', rule))
      assertHides(error, rule, 'hunter2')
      assert.match(error.message, /Error in ACL SETUSER modifier '\*\*\*': /)
    }
  })
})

test('empty credentials of a client replace none of its Sentinel', () => {
  const sentinel = new Sentinel([`redis://${HOST}:1`], { credentials: () => ({ password: 'x' }) })
  // Both at once are refused where both are meant.
  const client = sentinel.masterFor('mymaster', { username: '', password: '' })
  client.destroy()
  sentinel.destroy()
})
