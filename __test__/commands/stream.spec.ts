import assert, { deepEqual as equal } from 'node:assert/strict'
import type { Client } from '../support/client'
import { family, type Scene } from '../support/family'

const FIRST = ['1-1', { a: '1', b: '2' }]
const SECOND = ['1-2', { a: '3' }]

/** A stream of two entries with a group, whose consumer `c` has both pending. */
async function pending({ redis }: Scene): Promise<void> {
  await redis.xadd('s', '1-1', { a: 1, b: 2 })
  await redis.xadd('s', '1-2', { a: 3 })
  await redis.xgroupCreate('s', 'g', '0')
  await redis.xreadgroup('g', 'c', { s: '>' })
}

/** What an object cannot hold: a repeated name, and an order of names that look like numbers. */
const LOSSY = [['z', '1'], ['10', '2'], ['9', '3'], ['z', '4']] // prettier-ignore

/** Every command whose entries are objects keeps names in order, and repeated ones, on request. */
async function checkPairs(redis: Client) {
  await redis.xadd('20', '1-1', LOSSY)
  await redis.xadd('3', '2-1', LOSSY)
  for (const stream of ['20', '3']) await redis.xgroupCreate(stream, 'g', 0)
  const first = ['1-1', LOSSY]
  const streams = [['20', [first]], ['3', [['2-1', LOSSY]]]] // prettier-ignore
  equal(await redis.xread([['20', '0'], ['3', '0']], { pairs: true }), streams) // prettier-ignore
  equal(await redis.xreadgroup('g', 'c', [['20', '>'], ['3', '>']], { pairs: true }), streams) // prettier-ignore
  equal(await redis.xclaim('20', 'g', 'd', 0, ['1-1'], { pairs: true }), [first])
  equal((await redis.xautoclaim('20', 'g', 'e', 0, '0', { pairs: true }))[1], [first])
  await redis.xdel('20', '1-1')
  equal(await redis.xreadgroup('g', 'e', { 20: '0' }, { pairs: true }), [['20', [['1-1', null]]]])
  equal(await redis.xread({ none: '0' }, { pairs: true }), null)
  await assert.rejects(redis.xclaim('3', 'g', 'd', 0, ['2-1'], { pairs: true, justid: true }), {
    message: 'XCLAIM: the options "pairs" and "justid" exclude each other',
  })
}

family(
  'stream',
  {
    async XACK(scene) {
      await pending(scene)
      equal(await scene.redis.xack('s', 'g', '1-1', '9-9'), 1)
      equal(await scene.redis.xack('s', 'g', ['1-1', '1-2']), 1)
    },

    async XACKDEL({ redis }) {
      for (const id of ['1-1', '1-2']) await redis.xadd('s', id, { f: 1 })
      await redis.xgroupCreate('s', 'g', 0)
      await redis.xreadgroup('g', 'c', { s: '>' })
      equal(await redis.xackdel('s', 'g', ['1-1', '9-9']), [1, -1])
      equal(await redis.xackdel('s', 'g', '1-2', { acked: true }), [1])
      equal(await redis.xlen('s'), 0)
    },

    async XADD({ redis }) {
      equal(await redis.xadd('s', '*', { a: 1 }, { nomkstream: true }), null)
      equal(await redis.xadd('s', '1-1', 'a', 1, 'b', 2), '1-1')
      assert.match(await redis.xadd('s', '*', new Map([['a', 1]])), /^\d+-\d+$/)
      await redis.xadd('s', '*', { a: 1 }, { maxlen: 2 })
      equal(await redis.xlen('s'), 2)
      await redis.xadd('s', '*', { a: 1 }, { minid: '2', approximate: true, limit: 10 })
      await assert.rejects(redis.xadd('s', '*', { a: 1 }, { maxlen: 1, minid: 1 }), /exclude each other/)
      await assert.rejects(redis.xadd('s', '*', { a: 1 }, { limit: 1 }), /needs "maxlen" or "minid"/)
    },

    async XAUTOCLAIM(scene) {
      await pending(scene)
      const { redis } = scene
      equal(await redis.xautoclaim('s', 'g', 'd', 0, '-'), ['0-0', [FIRST, SECOND], []])
      equal(await redis.xautoclaim('s', 'g', 'c', 0, '0', { count: 1, justid: true }), ['1-2', ['1-1'], []])
      await redis.xdel('s', '1-2')
      equal(await redis.xautoclaim('s', 'g', 'd', 0, '1-2'), ['0-0', [], ['1-2']])
    },

    async XCLAIM(scene) {
      await pending(scene)
      const { redis } = scene
      equal(await redis.xclaim('s', 'g', 'd', 0, '1-1'), [FIRST])
      equal(await redis.xclaim('s', 'g', 'd', 0, ['1-1', '1-2'], { justid: true }), ['1-1', '1-2'])
      equal(await redis.xclaim('s', 'g', 'd', 1e9, '1-1'), [])
      await redis.xclaim('s', 'g', 'd', 0, '1-1', { time: new Date(0), retrycount: 7, lastid: '1-2' })
      const [entry] = await redis.xpending('s', 'g', '-', '+', 1)
      equal([entry.consumer, entry.deliveries], ['d', 7])
      assert.ok(entry.idle > 1e12)
    },

    async XDELEX({ redis }) {
      for (const id of ['1-1', '1-2']) await redis.xadd('s', id, { f: 1 })
      await redis.xgroupCreate('s', 'g', 0)
      equal(await redis.xdelex('s', '1-1', '9-9'), [1, -1])
      equal(await redis.xdelex('s', '1-2', { acked: true }), [2])
    },

    async XDEL({ redis }) {
      await redis.xadd('s', '1-1', { a: 1 })
      equal(await redis.xdel('s', '1-1', '1-2'), 1)
    },

    async 'XGROUP CREATE'({ redis }) {
      await assert.rejects(redis.xgroupCreate('s', 'g', '$'), /requires the key to exist/)
      equal(await redis.xgroupCreate('s', 'g', '$', { mkstream: true, entriesread: 0 }), 'OK')
      await assert.rejects(redis.xgroupCreate('s', 'g', '$'), { code: 'BUSYGROUP' })
    },

    async 'XGROUP CREATECONSUMER'({ redis }) {
      await redis.xgroupCreate('s', 'g', '$', { mkstream: true })
      equal(await redis.xgroupCreateconsumer('s', 'g', 'c'), true)
      equal(await redis.xgroupCreateconsumer('s', 'g', 'c'), false)
    },

    async 'XGROUP DELCONSUMER'(scene) {
      await pending(scene)
      equal(await scene.redis.xgroupDelconsumer('s', 'g', 'c'), 2)
      equal(await scene.redis.xgroupDelconsumer('s', 'g', 'c'), 0)
    },

    async 'XGROUP DESTROY'({ redis }) {
      await redis.xgroupCreate('s', 'g', '$', { mkstream: true })
      equal(await redis.xgroupDestroy('s', 'g'), true)
      equal(await redis.xgroupDestroy('s', 'g'), false)
    },

    async 'XGROUP SETID'(scene) {
      await pending(scene)
      equal(await scene.redis.xgroupSetid('s', 'g', '0', { entriesread: 0 }), 'OK')
      equal((await scene.redis.xinfoGroups('s'))[0]['last-delivered-id'], '0-0')
    },

    async 'XINFO CONSUMERS'(scene) {
      await pending(scene)
      const [consumer] = await scene.redis.xinfoConsumers('s', 'g')
      equal([consumer.name, consumer.pending, typeof consumer.idle], ['c', 2, 'number'])
      equal((await scene.redis.buffers.xinfoConsumers('s', 'g'))[0].name, Buffer.from('c'))
    },

    async 'XINFO GROUPS'(scene) {
      await pending(scene)
      const [group] = await scene.redis.xinfoGroups('s')
      equal(group, {
        name: 'g',
        consumers: 1,
        pending: 2,
        'last-delivered-id': '1-2',
        'entries-read': 2,
        lag: 0,
      })
    },

    async 'XINFO STREAM'(scene) {
      await pending(scene)
      const { redis } = scene
      const info = await redis.xinfoStream('s')
      equal([info.length, info.groups, info['last-generated-id']], [2, 1, '1-2'])
      equal([info['first-entry'], info['last-entry']], [FIRST, SECOND])
      const full = await redis.xinfoStream('s', { full: true, count: 1 })
      equal(full.entries, [FIRST])
      const [group] = full.groups
      equal([group.name, group.lag, group['pel-count']], ['g', 0, 2])
      equal(Object.keys(group.pending[0]), ['id', 'consumer', 'time', 'deliveries'])
      equal([group.pending[0].id, group.pending[0].consumer], ['1-1', 'c'])
      equal(Object.keys(group.consumers[0].pending[0]), ['id', 'time', 'deliveries'])
      await redis.xtrim('s', { maxlen: 0 })
      equal((await redis.xinfoStream('s'))['first-entry'], null)
    },

    async XLEN({ redis }) {
      equal(await redis.xlen('s'), 0)
      await redis.xadd('s', '*', { a: 1 })
      equal(await redis.xlen('s'), 1)
    },

    async XPENDING(scene) {
      await pending(scene)
      const { redis } = scene
      equal(await redis.xpending('s', 'g'), { count: 2, min: '1-1', max: '1-2', consumers: [['c', 2]] })
      const [entry, ...more] = await redis.xpending('s', 'g', '-', '+', 10, 'c', { idle: 0 })
      equal([entry.id, entry.consumer, typeof entry.idle, entry.deliveries], ['1-1', 'c', 'number', 1])
      equal(more.length, 1)
      equal(await redis.xpending('s', 'g', '-', '+', 10, 'none'), [])
      await assert.rejects(
        redis.xpending('s', 'g', undefined, undefined, undefined, 'c'),
        /an argument is missing/,
      )
      await redis.xack('s', 'g', '1-1', '1-2')
      equal(await redis.xpending('s', 'g'), { count: 0, min: null, max: null, consumers: [] })
    },

    async XRANGE(scene) {
      await pending(scene)
      const { redis } = scene
      equal(await redis.xrange('s', '-', '+'), [FIRST, SECOND])
      equal(await redis.xrange('s', '(1-1', '+', { count: 5 }), [SECOND])
      equal(await redis.xrange('none', '-', '+'), [])
      const names = ['__proto__', 'constructor', '10', '9']
      await redis.xadd('s', '2-1', names.map((name) => [name, name])) // prettier-ignore
      const [[, fields]] = await redis.xrange('s', '2', '2')
      equal(new Set(Object.keys(fields)), new Set(names))
      equal(Object.getOwnPropertyDescriptor(fields, '__proto__')?.value, '__proto__')
      await redis.del('s')
      await redis.xadd('s', '3-1', LOSSY)
      equal(await redis.xrange('s', '-', '+', { pairs: true }), [['3-1', LOSSY]])
      equal(await redis.xrevrange('s', '+', '-', { pairs: true, count: 1 }), [['3-1', LOSSY]])
      const bytes = LOSSY.map((pair) => pair.map((text) => Buffer.from(text)))
      equal(await redis.buffers.xrange('s', '-', '+', { pairs: true }), [['3-1', bytes]])
      await assert.rejects(redis.xrange('s', '-', '+', { pairs: 1 }), {
        message: 'XRANGE: the option "pairs" must be a boolean',
      })
    },

    async XREAD(scene) {
      await pending(scene)
      const { redis } = scene
      await redis.xadd('t', '5-5', { x: 'y' })
      equal(await redis.xread({ s: '0', t: '0', none: '0' }), {
        s: [FIRST, SECOND],
        t: [['5-5', { x: 'y' }]],
      })
      equal(await redis.xread([['s', '0']], { count: 1 }), { s: [FIRST] })
      equal(await redis.xread('s', '1-1'), { s: [SECOND] })
      equal(await redis.xread({ s: '1-2' }), null)
      const blocked = redis.xread({ s: '$' }, { block: 5000 })
      while (Number(await redis.info('clients').then((info: any) => info.clients.blocked_clients)) === 0);
      await redis.xadd('s', '3-3', { late: 1 })
      equal(await blocked, { s: [['3-3', { late: '1' }]] })
      equal(await redis.xread({ s: '$' }, { block: 1 }), null)
    },

    async XREADGROUP({ redis }) {
      await checkPairs(redis)
      await redis.flushall()
      await redis.xadd('s', '1-1', { a: 1, b: 2 })
      await redis.xgroupCreate('s', 'g', '0')
      equal(await redis.xreadgroup('g', 'c', { s: '>' }, { count: 1, noack: true }), { s: [FIRST] })
      equal(await redis.xreadgroup('g', 'c', { s: '>' }), null)
      await redis.xadd('s', '1-2', { a: 3 })
      equal(await redis.xreadgroup('g', 'c', { s: '>' }, { block: 1 }), { s: [SECOND] })
      await redis.xdel('s', '1-2')
      equal(await redis.xreadgroup('g', 'c', { s: '0' }), { s: [['1-2', null]] })
    },

    async XREVRANGE(scene) {
      await pending(scene)
      equal(await scene.redis.xrevrange('s', '+', '-', { count: 1 }), [SECOND])
    },

    async XSETID({ redis }) {
      await redis.xadd('s', '1-1', { a: 1 })
      equal(await redis.xsetid('s', '9-9', { entriesadded: 5, maxdeletedid: '2-2' }), 'OK')
      equal((await redis.xinfoStream('s'))['entries-added'], 5)
    },

    async XTRIM({ redis }) {
      for (let at = 1; at <= 5; at++) await redis.xadd('s', `${at}-0`, { at })
      equal(await redis.xtrim('s', { maxlen: 4 }), 1)
      equal(await redis.xtrim('s', { minid: '4' }), 2)
      equal(await redis.xtrim('s', { maxlen: 1, approximate: true, limit: 100 }), 0)
      await assert.rejects(redis.xtrim('s', {}), /one of the options "maxlen" or "minid" must be given/)
    },
  },
  {
    XACKDEL: [
      (redis) => redis.xackdel('s', 'g', ['1-1', '1-2'], { delref: true }),
      ...['s', 'g', 'DELREF', 'IDS', '2', '1-1', '1-2'],
    ],
    XADD: [
      (redis) =>
        redis.xadd('s', '*', { a: 1 }, { keepref: true, idmp: ['p', 'i'], maxlen: 5, approximate: true }),
      ...['s', 'KEEPREF', 'IDMP', 'p', 'i', 'MAXLEN', '~', '5', '*', 'a', '1'],
    ],
    XCFGSET: [
      (redis) => redis.xcfgset('s', { idmpDuration: 60, idmpMaxsize: 10 }),
      ...['s', 'IDMP-DURATION', '60', 'IDMP-MAXSIZE', '10'],
    ],
    XDELEX: [(redis) => redis.xdelex('s', '1-1', { acked: true }), ...['s', 'ACKED', 'IDS', '1', '1-1']],
    XNACK: [
      (redis) => redis.xnack('s', 'g', 'fail', ['1-1', '1-2'], { retrycount: 3, force: true }),
      ...['s', 'g', 'fail', 'IDS', '2', '1-1', '1-2', 'RETRYCOUNT', '3', 'FORCE'],
    ],
    XREAD: [
      (redis) => redis.xread({ s: '0', t: '$' }, { maxcount: 10, maxsize: 1000 }),
      ...['MAXCOUNT', '10', 'MAXSIZE', '1000', 'STREAMS', 's', 't', '0', '$'],
    ],
    XREADGROUP: [
      (redis) => redis.xreadgroup('g', 'c', { s: '>' }, { claim: 100, noack: true }),
      ...['GROUP', 'g', 'c', 'CLAIM', '100', 'NOACK', 'STREAMS', 's', '>'],
    ],
  },
)
