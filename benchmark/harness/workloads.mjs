/**
 * What is measured. A workload is data: `closed` keeps `inFlight` calls open, each awaited before the next of its lane;
 * `burst` issues `commands` of them at once and waits for all. `call` makes one call (closed) or one burst; `verify`
 * looks at real replies once.
 */

import * as data from './dataset.mjs'
import { expectBuffer, expectRows, expectString } from './replies.mjs'

/**
 * @typedef {object} Workload
 * @property {string} id name on the command line and in bars.json
 * @property {string} title
 * @property {'closed' | 'burst' | 'delivery'} kind `delivery` has no calls: see delivery.mjs
 * @property {number} inFlight calls open at the same time
 * @property {number} commands Redis commands in one `call`
 * @property {(client: import('../clients/index.mjs').Adapter, index: number) => Promise<unknown>} call
 * @property {(client: import('../clients/index.mjs').Adapter) => Promise<void>} verify
 */

const MASK = data.KEY_COUNT - 1
const BURST = 10_000
const TRANSACTION = 100

const closed = (id, title, inFlight, call, verify) => ({
  id,
  title,
  kind: 'closed',
  inFlight,
  commands: 1,
  call,
  verify,
})
const burst = (id, title, commands, call, verify) => ({
  id,
  title,
  kind: 'burst',
  inFlight: commands,
  commands,
  call,
  verify,
})

/** Listeners for `names`, while the server publishes to `channels` in turn as fast as it can. */
const delivery = (id, title, names, byPattern, channels) => ({
  id,
  title,
  kind: 'delivery',
  names,
  byPattern,
  channels,
})

const get = (client, index) => client.get(data.readKeys[index & MASK])
const set = (client, index) => client.set(data.writeKeys[index & MASK], data.writeValue)
const setWithOptions = (client, index) => client.setWithOptions(data.writeKeys[index & MASK], data.writeValue)

async function verifyGet(client) {
  for (const index of [0, 7, MASK]) expectString(await get(client, index), data.readValues[index])
}

async function verifySet(client) {
  expectString(await client.set(data.writeKeys[0], 'verify'), 'OK')
  expectString(await client.get(data.writeKeys[0]), 'verify')
  expectString(await set(client, 0), 'OK')
  expectString(await client.get(data.writeKeys[0]), data.writeValue)
}

async function verifySetWithOptions(client) {
  expectString(await setWithOptions(client, 0), 'OK')
  expectString(await client.get(data.writeKeys[0]), data.writeValue)
}

function getAll(client) {
  const replies = new Array(BURST)
  for (let index = 0; index < BURST; index++) replies[index] = get(client, index)
  return Promise.all(replies)
}

async function verifyGetAll(client) {
  const replies = await getAll(client)
  replies.forEach((reply, index) => expectString(reply, data.readValues[index & MASK]))
}

const rows = (call, expected, sizes) => async (client) => expectRows(await call(client), expected, sizes)
const reply = (id, title, call, expected, sizes) => closed(id, title, 1, call, rows(call, expected, sizes))

const batch = (client) => client.getBatch(data.batchKeys)
const transactionKeys = data.batchKeys.slice(0, TRANSACTION)
const transaction = (client) => client.getTransaction(transactionKeys)
const getAlone = (client, index) => client.getAlone(data.readKeys[index & MASK])

async function verifyGetAlone(client) {
  for (const index of [0, 7, MASK]) expectString(await getAlone(client, index), data.readValues[index])
}

const mget = (client) => client.mget(data.batchKeys)
const lrange = (client) => client.lrange(data.listKey)
const hgetall = (client) => client.hgetall(data.hashKey)
const zrange = (client) => client.zrange(data.zsetKey)
const xrange = (client) => client.xrange(data.streamKey)
const getLarge = (client) => client.get(data.largeKey)
const getLargeBuffer = (client) => client.getBuffer(data.largeKey)
const setLarge = (client) => client.set(data.largeWriteKey, data.largeValue)

const setBatch = (count, value) => (client) => client.setBatch(data.hugeBatchKeys().slice(0, count), value)
const setMany = (id, title, count, value) =>
  burst(id, title, count, setBatch(count, value), async (client) => {
    await setBatch(count, value)(client)
    for (const key of [data.writeKeys[0], data.writeKeys[MASK]]) expectString(await client.get(key), value)
  })

/** One command with 200 000 elements, or pairs. The key is emptied before, so that each call does the same. */
const many = (name, words) => {
  const call = async (client) => {
    if (name !== 'mset') await client.del(data.hugeWriteKey)
    return client.withMany(name, data.hugeWriteKey, words())
  }
  const answers = {
    mset: 'OK',
    hset: data.HUGE_COUNT,
    rpush: data.HUGE_COUNT,
    sadd: data.HUGE_COUNT,
  }
  return closed(`${name}-200000`, `${name.toUpperCase()} 200 000`, 1, call, async (client) => {
    const answer = await call(client)
    if (name !== 'xadd') expectString(String(answer), String(answers[name]))
  })
}
const lrangeMillion = (client) => client.lrange(data.hugeListKey)

// A RESP2 client may hand out name and value as neighbours in one flat array.
const flatOrPairs = [data.ELEMENT_COUNT, 2 * data.ELEMENT_COUNT]

/** @type {readonly Workload[]} */
export const WORKLOADS = [
  closed('get-1', 'GET, 1 in flight', 1, get, verifyGet),
  closed('get-50', 'GET, 50 in flight', 50, get, verifyGet),
  closed('set-50', 'SET, 50 in flight', 50, set, verifySet),
  closed('get-500', 'GET, 500 in flight', 500, get, verifyGet),
  closed('set-500', 'SET, 500 in flight', 500, set, verifySet),
  closed('set-options-500', 'SET XX KEEPTTL, 500 in flight', 500, setWithOptions, verifySetWithOptions),
  burst('get-10000', 'GET, 10 000 at once', BURST, getAll, verifyGetAll),
  burst('batch-1000', 'batch of 1000 GET', data.ELEMENT_COUNT, batch, rows(batch, data.batchValues)),
  burst(
    'multi-100',
    'MULTI/EXEC of 100 GET',
    TRANSACTION,
    transaction,
    rows(transaction, data.batchValues.slice(0, TRANSACTION)),
  ),
  closed('get-1-alone', 'GET, 1 in flight, own connection', 1, getAlone, verifyGetAlone),
  reply('mget-1000', 'MGET 1000', mget, data.batchValues),
  reply('lrange-1000', 'LRANGE 1000', lrange, data.listElements),
  reply('hgetall-1000', 'HGETALL 1000', hgetall, data.hashFields, flatOrPairs),
  reply('zrange-1000', 'ZRANGE WITHSCORES 1000', zrange, data.zsetMembers, flatOrPairs),
  reply('xrange-1000', 'XRANGE 1000', xrange, data.streamEntries),
  closed('get-1mb', 'GET 1 MB, string', 1, getLarge, async (client) =>
    expectString(await getLarge(client), data.largeValue),
  ),
  closed('get-1mb-buffer', 'GET 1 MB, Buffer', 1, getLargeBuffer, async (client) =>
    expectBuffer(await getLargeBuffer(client), data.largeValue),
  ),
  closed('set-1mb', 'SET 1 MB, string', 1, setLarge, async (client) => {
    expectString(await setLarge(client), 'OK')
    expectString(await client.get(data.largeWriteKey), data.largeValue)
  }),
  setMany('set-batch-10000-1kb', 'batch of 10 000 SET of 1 KB', 10_000, data.kilobyte),
  setMany('set-batch-200000', 'batch of 200 000 SET of 100 bytes', data.HUGE_COUNT, data.hundredBytes),
  many('mset', data.hugePairs),
  many('hset', data.hugePairs),
  many('rpush', data.hugeElements),
  many('sadd', data.hugeElements),
  many('xadd', data.hugePairs),
  closed('lrange-1000000', 'LRANGE 1 000 000', 1, lrangeMillion, async (client) =>
    expectRows(await lrangeMillion(client), data.millionElements()),
  ),
  delivery(
    'deliver',
    'messages to one listener',
    data.channels.slice(0, 1),
    false,
    data.channels.slice(0, 1),
  ),
  delivery('deliver-patterns', 'messages of 1000 channels, 10 patterns', data.patterns, true, data.channels),
]
