import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { promisify, inspect } from 'node:util'
import type * as declared from '../../index.js'
import * as oxidis from '../../index.js'
import { OptionError, Redis, RedisError } from '../../index.js'
import { candidatePort } from '../support/ports'
import { startServer } from '../support/server'

const load = createRequire(__filename)
const run = promisify(execFile)
const entry = resolve(__dirname, '../../index.js')

/** Runs `make` where only these variables of the client's own are set. */
function withVariables<R>(variables: Record<string, string>, make: () => R): R {
  const names = ['REDIS_URL', 'VALKEY_URL']
  const before = names.map((name) => process.env[name])
  for (const name of names) delete process.env[name]
  Object.assign(process.env, variables)
  try {
    return make()
  } finally {
    names.forEach((name, at) => {
      if (before[at] === undefined) delete process.env[name]
      else process.env[name] = before[at]
    })
  }
}

function refuses(make: () => Redis, message: RegExp) {
  assert.throws(make, (error) => {
    assert.ok(error instanceof OptionError && error instanceof RedisError)
    assert.equal(error.code, 'INVALID_OPTION')
    assert.match(error.message, message)
    return true
  })
}

test('what is declared is what both module systems get', async () => {
  const names: Record<keyof typeof declared, true> = {
    Redis: true,
    ConnectionPool: true,
    Sentinel: true,
    RedisError: true,
    ReplyError: true,
    ConnectionError: true,
    AuthenticationError: true,
    TimeoutError: true,
    AbortError: true,
    QueueFullError: true,
    PoolTimeoutError: true,
    WatchError: true,
    ExecAbortError: true,
    ProtocolError: true,
    ClosedError: true,
    SentinelError: true,
    OptionError: true,
    InternalError: true,
  }
  const expected = Object.keys(names).sort()
  const required = load('../../index.js')
  assert.deepEqual(Object.keys(required).sort(), expected)
  const { stdout } = await run(process.execPath, [
    ...['--input-type=module', '--eval'],
    `const esm = await import(${JSON.stringify(entry.replace('index.js', 'index.mjs'))})
     const { default: cjs } = await import(${JSON.stringify(entry)})
     console.log(JSON.stringify([Object.keys(esm).sort(), Object.keys(esm).every((name) => esm[name] === cjs[name])]))`,
  ])
  assert.deepEqual(JSON.parse(stdout), [expected, true])
  assert.equal(oxidis.Redis, required.Redis)
})

test('without a URL the client takes the one of the environment, an empty one being none', () => {
  const address = (variables: Record<string, string>, ...args: [undefined?, { db: number }?]) =>
    withVariables(variables, () => new Redis(...args).toJSON())
  const [redis, valkey] = ['redis://first:1/3', 'valkey://second:2']
  assert.equal(address({ REDIS_URL: redis, VALKEY_URL: valkey }).address, 'first:1')
  assert.equal(address({ REDIS_URL: '', VALKEY_URL: valkey }).address, 'second:2')
  assert.equal(address({ VALKEY_URL: valkey }).address, 'second:2')
  assert.equal(address({}).address, 'localhost:6379')
  assert.deepEqual(address({ VALKEY_URL: valkey }, undefined, { db: 4 }), {
    ...{ state: 'idle', address: 'second:2', db: 4 },
  })
  const own = withVariables({ REDIS_URL: redis }, () => new Redis({ port: 5 }))
  assert.equal(own.toJSON().address, 'localhost:5', 'options alone do not ask the environment')
})

test('an error about a URL of the environment names the variable and nothing of the URL', () => {
  const make = () => new Redis()
  withVariables({ REDIS_URL: 'http://user:hidden@host' }, () => {
    refuses(make, /^the URL must begin with .* \(the URL comes from REDIS_URL\)$/)
    refuses(make, /^(?!.*hidden)/)
  })
})

test('a URL may be an object of its own class', () => {
  assert.equal(new Redis(new URL('redis://somewhere:7/2')).toJSON().address, 'somewhere:7')
  assert.equal(Redis.fromUrl(new URL('redis://[::1]:7')).toJSON().address, '[::1]:7')
})

test('an option that is given twice, unknown or of the wrong kind is named', () => {
  refuses(
    () => Redis.fromUrl('redis://host/1', { db: 2 }),
    /^option "db" is given twice: in the URL and in the options$/,
  )
  refuses(
    () => Redis.fromUrl('redis://host?connectTimeout=5', { connectTimeout: 6 }),
    /"connectTimeout".*twice/,
  )
  refuses(
    () => new Redis({ clientname: 'x' } as object),
    /^unknown option "clientname"; did you mean "clientName"\?$/,
  )
  refuses(() => new Redis({ reconnect: { maxdelay: 5 } } as object), /did you mean "reconnect\.maxDelay"/)
  refuses(() => new Redis({ port: 'x' } as object), /^option "port" must be a whole number/)
  refuses(() => new Redis({ host: Symbol('x') } as object), /^option "host" cannot be a symbol$/)
  refuses(() => Redis.fromUrl(undefined as never), /^the URL must be a string$/)
})

test('arguments that are neither a URL nor options are refused instead of meaning localhost', () => {
  for (const wrong of [null, 6379, true, [], Symbol('x')]) {
    refuses(() => new Redis(wrong as never), /^the options must be an object$/)
  }
  refuses(() => new Redis({ db: 1 } as never, { db: 2 }), /^options stand behind a URL, or alone$/)
})

test('what needs sentinels is refused without them', () => {
  refuses(() => new Redis({ readFrom: 'any' }), /^option "readFrom" needs sentinels: /)
  refuses(() => new Redis({ replicaFallback: false }), /^option "replicaFallback" needs sentinels: /)
  refuses(() => new Redis({ sentinel: { password: 'hidden' } }), /^option "sentinel" needs (?!.*hidden)/)
  refuses(
    () => new Redis({ addressMap: () => ({ host: 'h', port: 1 }) }),
    /^option "addressMap" needs sentinels: /,
  )
  refuses(
    () => Redis.fromUrl('redis-sentinel://h/m?readFrom=other'),
    /^option "readFrom" must be one of master, replica, /,
  )
  assert.equal(
    Redis.fromUrl('redis-sentinel://u:hidden@h:1/m').toJSON().address,
    'master "m" of sentinels h:1',
  )
})

test('contradicting settings of a view are refused', () => {
  const redis = new Redis({ port: 1 })
  const contradiction = { encoding: 'hex', decodeResponses: false } as const
  assert.throws(
    () => redis.with(contradiction),
    /^OptionError: option "encoding" excludes "decodeResponses": false$/,
  )
  assert.throws(() => redis.with({ timeuot: 1 } as object), /unknown option "timeuot" in with\(\)/)
})

test('printing a client shows where it is and how, and no secret', async (t) => {
  const server = await startServer(t, { password: 'hidden-password' })
  const redis = new Redis({
    port: server.port,
    host: server.host,
    password: 'hidden-password',
    name: 'cache',
  })
  const address = `127.0.0.1:${server.port}`
  assert.equal(inspect(redis), `Redis { name: 'cache', state: 'idle', address: '${address}', db: 0 }`)
  await redis.connect()
  assert.deepEqual(JSON.parse(JSON.stringify({ redis })), {
    redis: { name: 'cache', state: 'ready', address, db: 0 },
  })
  class Store extends Redis {}
  assert.match(inspect({ at: new Store({ port: 5 }) }), /^\{ at: Store \{ state: 'idle'/)
  const shown = [redis, redis.buffers, redis.with({ timeout: 1 })].flatMap((each) => [
    ...[inspect(each, { showHidden: true, depth: 9 }), JSON.stringify(each), String(each)],
  ])
  for (const text of shown) assert.doesNotMatch(text, /hidden-password/)
  await redis.close()
  assert.equal(redis.toJSON().state, 'closed')
})

test('events tell of a connection from its making to its end, in order', async (t) => {
  const server = await startServer(t)
  const redis = new Redis({ port: server.port, host: server.host, reconnect: { initialDelay: 1 } })
  const told: unknown[] = []
  for (const event of ['connect', 'ready', 'end'] as const) redis.on(event, () => told.push(event))
  redis.on('close', (error) => told.push('close', error instanceof RedisError && error.code))
  redis.on('reconnecting', (next) => told.push('reconnecting', next.attempt, typeof next.delay))
  await Promise.all([once(redis, 'ready'), redis.connect()])
  const again = once(redis, 'ready')
  await server.raw('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await again
  await Promise.all([once(redis, 'end'), redis.close()])
  assert.deepEqual(told, [
    ...['connect', 'ready', 'close', 'CONNECTION_LOST', 'reconnecting', 1, 'number'],
    ...['connect', 'ready', 'end'],
  ])
})

test('a refused handshake was connected, but never ready', async (t) => {
  const server = await startServer(t, { password: 'right' })
  const redis = new Redis({ port: server.port, host: server.host, password: 'wrong' })
  const told: string[] = []
  for (const event of ['connect', 'ready'] as const) redis.on(event, () => told.push(event))
  const ended = once(redis, 'end')
  await assert.rejects(redis.connect(), { name: 'AuthenticationError', code: 'AUTHENTICATION_FAILED' })
  await ended
  assert.deepEqual(told, ['connect'])
})

test('lazyConnect: false connects at once, and tells a failure by one error event', async (t) => {
  const server = await startServer(t)
  const eager = new Redis({ port: server.port, host: server.host, lazyConnect: false })
  await once(eager, 'ready')
  await eager.close()
  const failing = new Redis({
    port: candidatePort(),
    host: '127.0.0.1',
    lazyConnect: false,
    reconnect: false,
  })
  const errors: RedisError[] = []
  const ended = new Promise<void>((seen) => failing.once('end', seen))
  const failed = new Promise<void>((seen) => failing.once('error', () => seen()))
  failing.on('error', (error) => errors.push(error))
  await Promise.all([ended, failed])
  await failing.close()
  assert.deepEqual(
    errors.map((error) => error.code),
    ['CONNECTION_REFUSED'],
  )
})

test('an error without a listener is one warning with the name of the client', async () => {
  const warned = once(process, 'warning')
  const redis = new Redis({
    ...{ port: candidatePort(), host: '127.0.0.1', lazyConnect: false, reconnect: false, name: 'cache' },
  })
  const [warning] = await warned
  assert.equal(warning.name, 'OxidisWarning')
  assert.equal(warning.code, 'CONNECTION_REFUSED')
  assert.match(warning.message, /^cache: .*127\.0\.0\.1/)
  await redis.close()
})

test('ref and unref chain, and an unref-ed client lets the process end', async (t) => {
  const server = await startServer(t)
  const redis = new Redis({ port: server.port, host: server.host })
  assert.equal(redis.unref().ref(), redis)
  await redis.close()
  const { stdout } = await run(process.execPath, [
    '--eval',
    `const { Redis } = require(${JSON.stringify(entry)})
     const redis = new Redis(${JSON.stringify(server.url)})
     redis.ping().then((pong) => { console.log(pong); redis.unref() })`,
  ])
  assert.equal(stdout, 'PONG\n')
})

test('leaving an `await using` block closes the client', async (t) => {
  const server = await startServer(t)
  let kept: Redis
  {
    await using redis = new Redis({ port: server.port, host: server.host })
    kept = redis
    assert.equal(await redis.ping(), 'PONG')
  }
  assert.equal(kept.toJSON().state, 'closed')
  await assert.rejects(kept.ping(), { name: 'ClosedError', code: 'CLIENT_CLOSED', command: 'PING' })
})

test('the process does not end before connect and close have said how they went', async (t) => {
  const server = await startServer(t)
  const { stdout } = await run(process.execPath, [
    '--eval',
    `const { Redis } = require(${JSON.stringify(entry)})
     const main = async () => {
       for (let round = 0; round < 100; round++) {
         const redis = new Redis(${JSON.stringify(server.url)})
         await redis.connect()
         await redis.close()
         const refused = new Redis({ port: ${candidatePort()}, host: '127.0.0.1' })
         await refused.connect().catch(() => {})
         await refused.close()
       }
       await new Redis().close()
     }
     main().then(() => console.log('done'))`,
  ])
  assert.equal(stdout, 'done\n')
})
