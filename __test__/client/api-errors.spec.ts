import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import * as oxidis from '../../index.js'
import { AbortError, type ExecAbortError, Redis, RedisError, ReplyError, TimeoutError } from '../../index.js'
import { candidatePort } from '../support/ports'
import { TestServer } from '../support/server'

const run = promisify(execFile)
const entry = JSON.stringify(resolve(__dirname, '../../index.js'))

let server: TestServer
let redis: Redis

before(async () => {
  server = await TestServer.start()
  redis = new Redis(server.url)
  await redis.set('text', 'x')
})

after(async () => {
  await redis.close()
  await server.close()
})

async function failure<E extends Error = RedisError>(call: () => Promise<unknown>): Promise<E> {
  try {
    await call()
  } catch (error) {
    assert.ok(error instanceof Error)
    return error as E
  }
  return assert.fail('the call did not fail')
}

test('every error class is named after itself and is a RedisError', () => {
  const { Redis: _client, ConnectionPool: _pool, Sentinel: _deployment, ...classes } = oxidis
  const entries = Object.entries(classes).filter(([name]) => name.endsWith('Error'))
  assert.equal(entries.length, 15)
  for (const [name, type] of entries) {
    const error: RedisError = new type('what happened', { code: 'CODE', command: 'GET', cause: name })
    assert.ok(error instanceof type && error instanceof RedisError && error instanceof Error)
    assert.equal(error.name, name)
    assert.equal(String(error), `${name}: what happened`)
    assert.match(error.stack ?? '', new RegExp(`^${name}: what happened\n`))
    assert.deepEqual([error.code, error.command, error.cause], ['CODE', 'GET', name])
    assert.ok(!Object.keys(error).includes('name'))
  }
})

test('what is not known of an error is not a property of it', () => {
  assert.deepEqual(Object.keys(new RedisError('what happened')), ['code'])
  assert.equal(new RedisError('what happened').code, 'REDIS_ERROR')
})

test('the stack of a failed call names the functions that wait for it', async () => {
  const { signal } = new AbortController()
  const broken = new Redis({ port: candidatePort(), host: '127.0.0.1', reconnect: false })
  const calls: Record<string, () => Promise<unknown>> = {
    'a method': () => redis.incr('text'),
    'a method with options': () => redis.sort('text', { by: 'x' }),
    'a raw command': () => redis.executeCommand('INCR', 'text'),
    'a view with a signal': () => redis.with({ signal }).incr('text'),
    'a view with an encoding': () => redis.with({ encoding: 'hex' }).incr('text'),
    'a view with a timeout': () => redis.with({ timeout: 5000 }).incr('text'),
    'a signal that has aborted': () => redis.with({ signal: AbortSignal.abort() }).get('text'),
    'a signal that aborts': () => {
      const controller = new AbortController()
      const call = redis.with({ signal: controller.signal }).get('text')
      controller.abort()
      return call
    },
    'a wrong argument': () => redis.get(null as never),
    'a wrong number of arguments': () => redis.get.apply(redis, [] as never),
    'an unknown option': () => redis.set('k', 'v', { exx: 1 } as object),
    'a refused command': () => redis.executeCommand('SELECT', 1),
    'a deadline': () => redis.with({ timeout: 20 }).executeCommand('DEBUG', 'SLEEP', '0.5'),
    'one of several': () => Promise.all([redis.get('text'), redis.incr('text')]),
    'an iterator': async () => {
      for await (const key of redis.scanIter({ count: -1 })) assert.fail(String(key))
    },
    'a command without a server': () => broken.get('text'),
    'connect()': () => broken.connect(),
  }
  for (const [what, call] of Object.entries(calls)) {
    async function theOneThatCalls() {
      return await call()
    }
    async function theOneAbove() {
      return await theOneThatCalls()
    }
    const { stack = '' } = await failure(theOneAbove)
    assert.match(stack, /theOneThatCalls/, `${what}: ${stack}`)
    assert.match(stack, /theOneAbove/, `${what}: ${stack}`)
  }
})

test('an error holds the name of its command and no argument of it', async () => {
  const calls: [string, () => Promise<unknown>][] = [
    ['INCR', () => redis.incr('hidden')],
    ['CONFIG SET', () => redis.configSet({ hidden: 'hidden' })],
    ['CONFIG SET', () => redis.executeCommand('config set', 'hidden', 'hidden')],
    ['CONFIG SET', () => redis.executeCommand('Config', 'Set', 'hidden', 'hidden')],
    ['CONFIG SET', () => redis.executeCommand('config', ['set', 'hidden', 'hidden'])],
    ['AUTH', () => redis.executeCommand('AUTH hidden')],
    ['AUTH', () => redis.executeCommand('auth', 'hidden')],
    ['GETSET', () => redis.executeCommand('GETSET hidden')],
    ['CLIENT', () => redis.executeCommand('CLIENT', 'hidden')],
  ]
  await redis.set('hidden', 'hidden')
  for (const [name, call] of calls) {
    const error = await failure(call)
    assert.equal(error.command, name)
    assert.ok(error.message.startsWith(`${name}: `), error.message)
    // The server's own words are its own; CONFIG and CLIENT repeat names that they do not know.
    if (!(error instanceof ReplyError))
      assert.doesNotMatch(`${error.message}${JSON.stringify(error)}`, /hidden/i)
  }
  const wrong = await failure<TypeError & RedisError>(() =>
    redis.set('hidden', { hidden: 'hidden' } as never),
  )
  assert.ok(wrong instanceof TypeError)
  assert.deepEqual([wrong.code, wrong.command], ['INVALID_ARGUMENT', 'SET'])
  assert.doesNotMatch(wrong.message, /hidden/)
})

test('errors say what is known: the code of the server, the phase, the cause', async () => {
  const reply = await failure(() => redis.executeCommand('LPUSH', 'text', 'x'))
  assert.ok(reply instanceof ReplyError)
  assert.deepEqual([reply.code, reply.command], ['WRONGTYPE', 'LPUSH'])

  const late = await failure(() => redis.with({ timeout: 1000 }).executeCommand('DEBUG', 'SLEEP', '1.5'))
  assert.ok(late instanceof TimeoutError)
  assert.deepEqual([late.code, late.phase, late.maybeExecuted], ['COMMAND_TIMEOUT', 'server', true])

  const reason = new Error('changed my mind')
  const aborted = await failure(() => redis.with({ signal: AbortSignal.abort(reason) }).incr('text'))
  assert.ok(aborted instanceof AbortError)
  assert.deepEqual([aborted.code, aborted.command, aborted.maybeExecuted], ['ABORTED', 'INCR', false])
  assert.equal(aborted.cause, reason)
})

test('an abort rejects at once, and the reply that comes later reaches nobody', async () => {
  const controller = new AbortController()
  const call = redis.with({ signal: controller.signal }).executeCommand('DEBUG', 'SLEEP', '0.05')
  const next = redis.get('text')
  // The calls leave at the end of this turn.
  await new Promise((resolve) => setImmediate(resolve))
  controller.abort()
  const error = await failure(() => call)
  assert.deepEqual([error.name, error.maybeExecuted], ['AbortError', true])
  assert.equal(await next, 'x')
})

test('results come back in the context of the call', async () => {
  const storage = new AsyncLocalStorage<number>()
  const calls = Array.from({ length: 200 }, (_, at) =>
    storage.run(at, async () => {
      await (at % 3 === 0 ? redis.get('text') : at % 3 === 1 ? redis.buffers.get('text') : redis.mget('text'))
      assert.equal(storage.getStore(), at)
      await failure(() => redis.incr('text'))
      return storage.getStore()
    }),
  )
  assert.deepEqual(
    await Promise.all(calls),
    calls.map((_, at) => at),
  )
  assert.equal(storage.getStore(), undefined)
})

/** Runs a program with a client `redis`, and answers how it ended. */
async function ending(program: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const script = `const { Redis } = require(${entry}); const redis = new Redis('${server.url}'); ${program}`
  try {
    return { code: 0, ...(await run(process.execPath, ['--eval', script])) }
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string }
  }
}

test('a rejection that nobody handles ends the process as any other does', async () => {
  const { code, stderr } = await ending(`redis.incr('text')`)
  assert.equal(code, 1)
  assert.match(stderr, /ReplyError: INCR: ERR value is not an integer/)
})

test('a rejection is reported as unhandled once, and not at all when it is handled', async () => {
  const { code, stdout } = await ending(`
    const unhandled = []
    process.on('unhandledRejection', (error) => unhandled.push(error.command))
    const main = async () => {
      await redis.incr('text').catch(() => {})
      await Promise.allSettled([redis.incr('text'), redis.get(null), redis.executeCommand('SELECT', 1)])
      const signal = new AbortController().signal
      await redis.with({ signal }).incr('text').catch(() => {})
      await redis.with({ signal: AbortSignal.abort() }).incr('text').catch(() => {})
      redis.getset('text')
      redis.decr('text')
      await redis.ping()
      await redis.close()
      console.log(unhandled.join())
    }
    main()`)
  assert.deepEqual([code, stdout], [0, 'GETSET,DECR\n'])
})

test('an unknown command says which servers know it', async () => {
  const own = await TestServer.start({ config: { 'rename-command': ['LCS', ''] } })
  await using client = new Redis(own.url)
  const messageOf = async (call: () => Promise<unknown>) => (await failure<ReplyError>(call)).message
  try {
    const needs = "LCS: ERR unknown command 'LCS'; it needs Redis 7"
    assert.equal(await messageOf(() => client.lcs('a', 'b')), needs)
    assert.equal(await messageOf(() => client.executeCommand('LCS', 'a', 'b')), needs)
    assert.equal(
      await messageOf(() => client.pipeline({ transaction: false }).lcs('a', 'b').execute()),
      needs,
    )
    const refused = await failure<ExecAbortError>(() => client.pipeline().lcs('a', 'b').execute())
    assert.deepEqual(
      refused.errors.map(({ message }) => message),
      [needs],
    )
    assert.equal(
      await messageOf(() => client.executeCommand('NOSUCH')),
      "NOSUCH: ERR unknown command 'NOSUCH'",
    )
  } finally {
    await own.close()
  }
})
