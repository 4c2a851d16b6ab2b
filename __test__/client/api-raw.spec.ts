import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { Redis, RedisError } from '../../index.js'
import { TestServer } from '../support/server'

const load = createRequire(__filename)
const table = JSON.parse(load('../../lib/native.js').commandTable()) as {
  name: string
  connectionUse: string
}[]

/** What has to be refused, whatever the table comes to say. */
const BREAKING = [
  ...['SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE', 'UNSUBSCRIBE', 'PUNSUBSCRIBE', 'SUNSUBSCRIBE', 'MONITOR'],
  ...['MULTI', 'EXEC', 'DISCARD', 'WATCH', 'UNWATCH', 'HELLO', 'RESET', 'QUIT', 'AUTH', 'SELECT'],
  ...['CLIENT REPLY', 'CLIENT TRACKING', 'CLIENT SETNAME', 'CLIENT NO-EVICT', 'SCRIPT DEBUG'],
  ...['SYNC', 'PSYNC', 'REPLCONF', 'WAIT', 'WAITAOF', 'READONLY', 'READWRITE', 'ASKING'],
]

let server: TestServer
let redis: Redis

before(async () => {
  server = await TestServer.start()
  redis = new Redis(server.url)
})

after(async () => {
  await redis.close()
  await server.close()
})

async function refused(call: Promise<unknown>, command: string) {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof RedisError)
    assert.deepEqual(
      [error.name, error.code, error.command, error.maybeExecuted],
      ['RedisError', 'NEEDS_OWN_CONNECTION', command, false],
    )
    assert.match(error.message, new RegExp(`^${command}: needs a connection of its own: it `))
    return true
  })
}

test('the table knows what must not run on shared connections', () => {
  const kept = new Set(
    table
      .filter(({ connectionUse }) => connectionUse !== 'shared' && connectionUse !== 'dedicated')
      .map(({ name }) => name),
  )
  assert.deepEqual(
    BREAKING.filter((name) => !kept.has(name)),
    [],
  )
})

test('what would break shared connections is refused by name in every spelling, before it is sent', async () => {
  const names = table
    .filter(({ connectionUse }) => connectionUse !== 'shared' && connectionUse !== 'dedicated')
    .map(({ name }) => name)
  await redis.ping()
  await server.raw('CONFIG', 'RESETSTAT')
  for (const name of names) {
    const words = name.toLowerCase().split(' ')
    const [first = '', ...rest] = words
    await refused(redis.executeCommand(name, '1', '1'), name)
    await refused(redis.executeCommand(words.join(' '), ['1', '1']), name)
    await refused(redis.call(first, ...rest, '1'), name)
    await refused(redis.buffers.executeCommand(name, '1'), name)
    await refused(redis.with({ timeout: 50 }).call(name), name)
  }
  await assert.rejects(redis.executeCommand('client', Buffer.from('Reply'), 'off'), {
    code: 'NEEDS_OWN_CONNECTION',
  })
  assert.equal(await redis.executeCommand('PING'), 'PONG')
  const { commandstats = {} } = await redis.info('commandstats')
  const sent = Object.keys(commandstats).map((name) =>
    name.replace('cmdstat_', '').replace('|', ' ').toUpperCase(),
  )
  assert.deepEqual(sent.sort(), ['CONFIG RESETSTAT', 'PING'])
})

test('waiting for replicas is refused as a method, too', async () => {
  const { wait, waitaof } = redis as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
  await refused(wait!.call(redis, 1, 100), 'WAIT')
  await refused(waitaof!.call(redis, 1, 0, 100), 'WAITAOF')
})

test('a refusal leaves the commands around it alone', async () => {
  const calls = [
    ...[
      redis.set('k', 1),
      redis.executeCommand('MULTI'),
      redis.incr('k'),
      redis.executeCommand('SELECT', '2'),
    ],
    ...[redis.executeCommand('SUBSCRIBE', 'x'.repeat(100_000)), redis.get('k')],
  ]
  const results = await Promise.allSettled(calls)
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.code)),
    ['OK', 'NEEDS_OWN_CONNECTION', 2, 'NEEDS_OWN_CONNECTION', 'NEEDS_OWN_CONNECTION', '2'],
  )
})

test('a refused command opens no connection', async () => {
  const unused = new Redis(server.url)
  await refused(unused.executeCommand('SELECT', 1), 'SELECT')
  assert.equal(unused.toJSON().state, 'idle')
  await unused.close()
})

test('a raw command takes its name in any case, in one word or two, and arguments of every kind', async () => {
  assert.equal(await redis.executeCommand('SET', 'a', 'text'), 'OK')
  assert.equal(await redis.call('set', ['b', 12n]), 'OK')
  assert.equal(await redis.executeCommand('sEt', Buffer.from('c'), new Uint8Array([0, 255])), 'OK')
  assert.deepEqual(await redis.executeCommand('mget', ['a', 'b']), ['text', '12'])
  assert.deepEqual(await redis.buffers.call('GET', 'c'), Buffer.from([0, 255]))
  assert.equal(await redis.executeCommand('PING'), 'PONG')
  assert.equal(await redis.executeCommand('PING', []), 'PONG')
  for (const args of [['CONFIG GET'], ['config get'], ['CONFIG', 'GET'], ['Config', 'geT']] as const) {
    const [name, ...rest] = args
    assert.deepEqual(await redis.executeCommand(name, ...rest, 'maxmemory'), { maxmemory: '0' })
  }
  assert.deepEqual(await redis.executeCommand('config', ['get', 'maxmemory']), { maxmemory: '0' })
})

test('a command that the table does not know is sent, and the server judges it', async () => {
  assert.equal(await redis.executeCommand('RPUSH', 'list', 'a', 'b'), 2)
  assert.deepEqual(await redis.executeCommand('lrange', 'list', 0, -1), ['a', 'b'])
  const unknown = [['COMMAND'], ['OBJECT', 'HELP'], ['memory help'], ['Xgroup', 'help']] as const
  for (const [name, ...args] of unknown) {
    assert.ok(!table.some((row) => row.name === [name, ...args].join(' ').toUpperCase()), name)
    const reply = await redis.executeCommand(name, ...args)
    assert.ok(Array.isArray(reply) && reply.length > 3, name)
    assert.ok(Array.isArray(await redis.buffers.call(name, [...args])))
  }
  await assert.rejects(redis.executeCommand('NOSUCHCOMMAND', 'a'), {
    ...{ name: 'ReplyError', code: 'ERR', command: 'NOSUCHCOMMAND' },
  })
})

test('a name that is no string, empty, or holds arguments is a TypeError', async () => {
  const names = [undefined, null, 5, Buffer.from('GET'), ['GET', 'a'], '', ' ', 'GET ', ' GET', 'CONFIG  GET']
  for (const name of [...names, 'SET key value', 'DEBUG SET-ACTIVE-EXPIRE 0']) {
    await assert.rejects(redis.executeCommand(name as never, 'a'), (error: TypeError & { code: string }) => {
      assert.ok(error instanceof TypeError)
      assert.equal(error.code, 'INVALID_ARGUMENT')
      assert.match(error.message, /^executeCommand: the name must be /)
      assert.doesNotMatch(error.message, /key|value/)
      return true
    })
  }
})
