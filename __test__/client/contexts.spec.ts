import assert, { deepEqual as equal } from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { after, before, test } from 'node:test'
import { createClient, forBothProtocols, openClient } from '../support/client'
import { startServer, TestServer } from '../support/server'

const store = new AsyncLocalStorage<string>()

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** Resolves with the store of the call of what it hands out. */
function heard(): { listener: () => void; store: Promise<string | undefined> } {
  let listener = () => {}
  const heardIn = new Promise<string | undefined>((resolve) => (listener = () => resolve(store.getStore())))
  return { listener, store: heardIn }
}

forBothProtocols((protocol) => {
  test('listeners of subscriptions are called in the context of their registration', async (t) => {
    const redis = openClient(t, server.url, { protocol })
    await using ps = redis.pubsub()
    const [first, second, pattern, event] = [heard(), heard(), heard(), heard()]
    await store.run('first', () => ps.subscribe('c', first.listener))
    await store.run('second', () => ps.subscribe('c', second.listener))
    await store.run('pattern', () => ps.psubscribe('c*', pattern.listener))
    store.run('event', () => ps.on('pmessage', event.listener))
    await store.run('publisher', () => redis.publish('c', 'x'))
    equal(await Promise.all([first, second, pattern, event].map((each) => each.store)), [
      ...['first', 'second', 'pattern', 'event'],
    ])
    await ps.unsubscribe('c', first.listener)
    equal(ps.channels, ['c'])
    await ps.unsubscribe('c', second.listener)
    equal(ps.channels, [])
  })

  test('so are those of events, and functions among the options', async (t) => {
    const server = await startServer(t)
    const credentials = heard()
    const redis = store.run('maker', () =>
      openClient(t, server.url, {
        protocol,
        credentials: async () => {
          credentials.listener()
          return { password: '' }
        },
      }),
    )
    const [ready, once] = [heard(), heard()]
    store.run('ready', () => redis.on('ready', ready.listener))
    store.run('once', () => redis.once('ready', once.listener))
    const connected = store.run('caller', () => redis.connect())
    equal(await connected.then(() => store.getStore()), undefined)
    equal(await Promise.all([ready.store, once.store, credentials.store]), ['ready', 'once', 'maker'])
  })
})

test('listeners are found, counted and removed by the function that was given', async () => {
  const redis = createClient(server.url)
  redis.removeAllListeners()
  const calls: unknown[] = []
  const listener = (...args: unknown[]) => calls.push(args)
  redis.on('ready', listener)
  redis.once('ready', listener)
  redis.prependListener('close', listener)
  redis.prependOnceListener('close', listener)
  equal([redis.listenerCount('ready'), redis.listeners('ready')], [2, [listener, listener]])
  redis.emit('ready', 1, 2)
  redis.emit('ready')
  equal(calls, [[1, 2], [1, 2], []])
  redis.off('ready', listener)
  redis.off('close', listener)
  redis.off('close', listener)
  equal([redis.listenerCount('ready'), redis.listenerCount('close')], [0, 0])
  assert.throws(() => redis.on('ready', 'no function'), { code: 'ERR_INVALID_ARG_TYPE' })
  redis.destroy()
})
