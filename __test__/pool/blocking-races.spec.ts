import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AbortError,
  type Client,
  forBothProtocols,
  openClient,
  outcome,
  TimeoutError,
} from '../support/client'
import { TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** A queue: how an element goes in, how a caller waits for one, and how many a caller has not received. */
interface Queue {
  prepare?(redis: Client, key: string): Promise<unknown>
  push(redis: Client, key: string): Promise<unknown>
  take(redis: Client, key: string): Promise<unknown>
  /** Elements that no caller can have received. */
  left(redis: Client, key: string): Promise<number>
}

const list = {
  push: (redis: Client, key: string) => redis.rpush(key, 'element'),
  left: (redis: Client, key: string) => redis.llen(key),
}
const sorted = {
  push: (redis: Client, key: string) => redis.zadd(key, { [`${Math.random()}`]: 1 }),
  left: (redis: Client, key: string) => redis.zcard(key),
}

const QUEUES: Record<string, Queue> = {
  blpop: { ...list, take: (redis, key) => redis.blpop(key, 0) },
  brpop: { ...list, take: (redis, key) => redis.brpop([key], 0) },
  blmpop: { ...list, take: (redis, key) => redis.blmpop(0, [key], 'left') },
  blmove: { ...list, take: (redis, key) => redis.blmove(key, `${key}:to`, 'left', 'right', 0) },
  brpoplpush: { ...list, take: (redis, key) => redis.brpoplpush(key, `${key}:to`, 0) },
  bzpopmin: { ...sorted, take: (redis, key) => redis.bzpopmin(key, 0) },
  bzpopmax: { ...sorted, take: (redis, key) => redis.bzpopmax(key, 0) },
  bzmpop: { ...sorted, take: (redis, key) => redis.bzmpop(0, [key], 'min') },
  'executeCommand BLPOP': { ...list, take: (redis, key) => redis.executeCommand('blpop', key, 0) },
  xreadgroup: {
    prepare: (redis, key) => redis.xgroupCreate(key, 'group', '0', { mkstream: true }),
    push: (redis, key) => redis.xadd(key, '*', { f: 'v' }),
    take: (redis, key) => redis.xreadgroup('group', 'me', { [key]: '>' }, { block: 0, count: 1 }),
    async left(redis, key) {
      const [pending] = await redis.executeCommand('XPENDING', key, 'group')
      return (await redis.xlen(key)) - pending
    },
  },
}

/** Lets a random part of a millisecond pass, in turns of the event loop. */
async function moment(): Promise<void> {
  for (let turns = Math.floor(Math.random() * 12); turns > 0; turns -= 1) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const LINES = 8

forBothProtocols((protocol) => {
  for (const [name, queue] of Object.entries(QUEUES)) {
    const rounds = name === 'blpop' ? 400 : 60

    test(`${name} aborted at the moment of a push loses nothing`, async (t) => {
      const redis = openClient(t, server.url, { protocol, maxConnections: LINES + 2 })
      const pusher = openClient(t, server.url, { protocol })
      const line = async (key: string) => {
        await queue.prepare?.(redis, key)
        let received = 0
        for (let round = 0; round < rounds; round += 1) {
          const controller = new AbortController()
          const taken = outcome(queue.take(redis.with({ signal: controller.signal }), key))
          await moment()
          const pushed = queue.push(pusher, key)
          await moment()
          controller.abort()
          const { error } = await taken
          if (error === undefined) received += 1
          else {
            assert.ok(error instanceof AbortError, String(error))
            assert.equal(error.maybeExecuted, false)
          }
          await pushed
        }
        assert.equal(received + (await queue.left(pusher, key)), rounds)
      }
      await Promise.all(
        Array.from({ length: LINES }, (_, index) => line(`race:${protocol}:${name}:${index}`)),
      )
    })

    test(`${name} whose own timeout passes at the moment of a push loses nothing`, async (t) => {
      const redis = openClient(t, server.url, { protocol, maxConnections: LINES + 2 })
      const pusher = openClient(t, server.url, { protocol })
      const line = async (key: string) => {
        await queue.prepare?.(redis, key)
        let received = 0
        for (let round = 0; round < rounds / 4; round += 1) {
          const taken = outcome(queue.take(redis.with({ timeout: 2 + Math.random() * 3 }), key))
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 5))
          await queue.push(pusher, key)
          const { error } = await taken
          if (error === undefined) received += 1
          else {
            assert.ok(error instanceof TimeoutError, String(error))
            assert.equal(error.maybeExecuted, false)
          }
        }
        assert.equal(received + (await queue.left(pusher, key)), rounds / 4)
      }
      await Promise.all(
        Array.from({ length: LINES }, (_, index) => line(`late:${protocol}:${name}:${index}`)),
      )
    })
  }

  test('closing at the moment of pushes loses nothing', async (t) => {
    const pusher = openClient(t, server.url, { protocol })
    for (let round = 0; round < 40; round += 1) {
      const key = `closing:${protocol}:${round}`
      const redis = openClient(t, server.url, { protocol })
      const taken = Array.from({ length: 5 }, () => outcome(redis.blpop(key, 0)))
      const pushed: Promise<unknown>[] = []
      await moment()
      for (let push = 0; push < 5; push += 1) {
        pushed.push(pusher.rpush(key, 'element'))
        if (push === 2) pushed.push(redis.close())
        await moment()
      }
      await Promise.all(pushed)
      let received = 0
      for (const { value, error } of await Promise.all(taken)) {
        if (error !== undefined) assert.equal(error.maybeExecuted, false, String(error))
        else if (value !== null) received += 1
      }
      assert.equal(received + (await pusher.llen(key)), 5)
    }
  })
})
