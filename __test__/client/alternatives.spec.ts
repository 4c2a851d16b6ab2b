import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { failure, forBothProtocols, openClient } from '../support/client'
import { TestServer } from '../support/server'

/** Commands that no shared connection carries, and what their errors name instead. */
const INSTEAD: [string[], string, boolean][] = [
  [['SUBSCRIBE', 'c'], 'redis.pubsub()', false],
  [['UNSUBSCRIBE', 'c'], 'redis.pubsub()', false],
  [['MONITOR'], 'redis-cli MONITOR', false],
  [['CLIENT', 'REPLY', 'OFF'], 'do not await', false],
  [['MULTI'], 'redis.pipeline()', true],
  [['WATCH', 'k'], 'redis.transaction()', true],
  [['SELECT', '1'], 'the option db', true],
  [['CLIENT', 'SETNAME', 'x'], 'the option clientName', true],
  [['CLIENT', 'TRACKING', 'ON'], 'redis.client()', true],
]

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

forBothProtocols((protocol) => {
  test('an error about a connection says what to use instead', async (t) => {
    const client = openClient(t, server.url, { protocol })
    for (const [words, instead, isForLeases] of INSTEAD) {
      const error = await failure(client.executeCommand(...words))
      assert.equal(error.code, 'NEEDS_OWN_CONNECTION', words.join(' '))
      assert.ok(error.message.includes(instead), error.message)
      if (isForLeases) continue
      const lease = await client.client()
      const again = await failure(lease.executeCommand(...words))
      lease.release()
      assert.equal(again.code, 'BREAKS_CONNECTION', words.join(' '))
      assert.equal(again.message.split('; ').at(-1), error.message.split('; ').at(-1))
    }
    const blocking = await failure(client.pipeline({ transaction: false }).blpop('q', 1).execute())
    assert.match(blocking.message, /call it outside of the pipeline/)
  })
})
