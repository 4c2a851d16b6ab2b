import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { runProgram } from '../support/program'
import { TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/**
 * A program in which every object seems to have the options of every call. It does its work, and prints what came of it.
 */
const POLLUTED = `
// Node's own streams read inherited options when they are made.
const { stdout } = process
const polluted = {
  host: 'nowhere.invalid', port: 1, path: '/nowhere', db: 7, password: 'x', keyPrefix: 'polluted:', name: 'polluted',
  connectionPool: 5, credentials: 5, encoding: 'hex', decodeResponses: false, timeout: 'never', signal: 5, retry: 5,
  ex: 1, px: 1, nx: true, xx: true, withscores: true, count: 1, offset: 1, limit: [0, 1], match: 'x*', exclude: 'min',
  approximate: true, any: true, transaction: false, raiseOnError: 5, readOnly: 5, watch: 5, attempts: 5, backoff: 'x',
  maxBacklog: 5, overflow: 'x', messages: 0, bytes: 0, gaps: 5, close: 5, ignoreSubscribeMessages: 5, events: 5, pattern: 5,
  sentinel: 5, addressMap: 5, readFrom: 5, replicaFallback: 5, longitude: 1, field: 'polluted',
}
for (const [name, value] of Object.entries(polluted)) {
  Object.defineProperty(Object.prototype, name, { value, enumerable: true, configurable: true, writable: true })
}
const said = []
const say = (what, value) => said.push(what + ' ' + (typeof value === 'string' ? value : JSON.stringify(value, (_, each) => each)))
async function main() {
  const redis = new Redis(process.argv[1], {})
  say('connect', String(await redis.connect({})))
  say('set', await redis.set('k', 'v', { keepttl: true }))
  say('set', await redis.set('k', 'v', {}))
  say('ttl', await redis.ttl('k'))
  say('hset', await redis.hset('h', { a: 1 }))
  say('hgetall', Object.keys(await redis.hgetall('h')).filter((name) => !(name in polluted)).join())
  say('mset', await redis.mset({ m1: 1, m2: 2 }))
  say('zadd', await redis.zadd('z', { a: 1, b: 2 }, { ch: true }))
  say('zrange', await redis.zrange('z', 0, -1, {}))
  say('zrange', await redis.zrange('z', 0, -1, { rev: true }))
  say('zunion', await redis.zunion({ z: 2 }))
  say('xadd', typeof (await redis.xadd('s', '*', { f: 1 }, { maxlen: 5 })))
  say('geoadd', await redis.geoadd('g', { longitude: 1, latitude: 2, member: 'm' }))
  say('geoadd', await redis.geoadd('g', [{ latitude: 2, member: 'm' }]).catch((error) => error.message.slice(0, 45)))
  say('sort', await redis.sort('none', { alpha: true }))
  say('with', await redis.with({ encoding: 'utf8' }).get('k'))
  const keys = []
  for await (const key of redis.scanIter({})) keys.push(key)
  say('scan', keys.length)
  say('pipeline', (await redis.pipeline({}).set('p', 1).get('p').execute({})).join())
  say('script', await redis.script('return 1', {})([], []))
  say('transaction', (await redis.transaction((tx) => tx.pipeline().get('p'), {})).join())
  const ps = redis.pubsub({})
  await ps.subscribe('c')
  await redis.publish('c', 'hello')
  say('message', (await ps.getMessage({}))?.type)
  for await (const { data } of ps.messages({})) { say('message', data); break }
  const pool = new oxidis.ConnectionPool(process.argv[1], {})
  const one = new Redis({ connectionPool: pool, db: undefined })
  say('pooled', await one.get('p'))
  await one.close()
  await pool.close()
  await redis.close()
  stdout.write(said.join('\\n'))
}
main().catch((error) => stdout.write(said.join('\\n') + '\\n' + error.stack))
`

test('what a polluted prototype has is no option, no field and no setting', async () => {
  const { stdout, stderr } = await runProgram(POLLUTED, { args: [server.url] })
  assert.deepEqual(
    { stdout: stdout.split('\n'), stderr },
    {
      stdout: [
        'connect undefined',
        'set OK',
        'set OK',
        'ttl -1',
        'hset 1',
        'hgetall a',
        'mset OK',
        'zadd 2',
        'zrange ["a","b"]',
        'zrange ["b","a"]',
        'zunion ["a","b"]',
        'xadd string',
        'geoadd 1',
        'geoadd GEOADD: each row must be [longitude, latitude',
        'sort []',
        'with v',
        'scan 7',
        'pipeline OK,1',
        'script 1',
        'transaction 1',
        'message subscribe',
        'message hello',
        'pooled 1',
      ],
      stderr: '',
    },
  )
})
