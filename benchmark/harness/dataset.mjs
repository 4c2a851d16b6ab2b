/** What the server holds while it is measured, and what every reply must therefore contain. */

export const KEY_COUNT = 1024
export const ELEMENT_COUNT = 1000
export const VALUE_BYTES = 64
export const LARGE_BYTES = 1024 * 1024

const PREFIX = 'oxidis-bench:'

const numbers = (count) => Array.from({ length: count }, (_, index) => index)

/** 64 ASCII bytes, different for every `kind` and index, so that a reply in the wrong place is noticed. */
const valueOf = (kind, index) =>
  `${kind}:${index}:`.padEnd(VALUE_BYTES, 'abcdefghijklmnopqrstuvwxyz0123456789')

export const readKeys = numbers(KEY_COUNT).map((index) => `${PREFIX}read:${index}`)
export const readValues = numbers(KEY_COUNT).map((index) => valueOf('value', index))
export const writeKeys = numbers(KEY_COUNT).map((index) => `${PREFIX}write:${index}`)
export const writeValue = valueOf('written', 0)

export const batchKeys = readKeys.slice(0, ELEMENT_COUNT)
export const batchValues = readValues.slice(0, ELEMENT_COUNT)

export const listKey = `${PREFIX}list`
export const listElements = numbers(ELEMENT_COUNT).map((index) => valueOf('element', index))

export const hashKey = `${PREFIX}hash`
export const hashFields = numbers(ELEMENT_COUNT).map((index) => [`field:${index}`, valueOf('field', index)])

export const zsetKey = `${PREFIX}zset`
export const zsetMembers = numbers(ELEMENT_COUNT).map((index) => [index + 0.5, valueOf('member', index)])

export const streamKey = `${PREFIX}stream`
export const streamEntries = numbers(ELEMENT_COUNT).map((index) => [
  `${index + 1}-0`,
  'name',
  valueOf('entry', index),
])

export const channels = numbers(ELEMENT_COUNT).map((index) => `${PREFIX}channel:${index}`)
/** Each of them matches a tenth of the channels. */
export const patterns = numbers(10).map((digit) => `${PREFIX}channel:*${digit}`)

export const largeKey = `${PREFIX}large`
export const largeWriteKey = `${PREFIX}large-write`
// Decoded from bytes, because a repeated string is a rope that the first client to touch it would have to flatten.
export const largeValue = Buffer.alloc(LARGE_BYTES, 'The quick brown fox jumps over the lazy dog. ').toString(
  'latin1',
)

/** Commands in a very long batch, and arguments of one very long command. */
export const HUGE_COUNT = 200_000
/** Elements of a very long reply. */
export const MILLION = 1_000_000
export const hugeListKey = `${PREFIX}million`
export const hugeWriteKey = `${PREFIX}huge-write`
export const kilobyte = valueOf('kilobyte', 0).repeat(1024 / VALUE_BYTES)
export const hundredBytes = valueOf('hundred', 0).padEnd(100, 'x')

/** What only a few workloads need is made when the first of them runs. */
const once = (make) => {
  let made
  return () => (made ??= make())
}
export const hugeElements = once(() => numbers(HUGE_COUNT).map((index) => `element:${index}`))
/** Names and values in turn; the names are few enough keys to be removed again. */
export const hugePairs = once(() =>
  numbers(HUGE_COUNT).flatMap((index) => [`${PREFIX}pair:${index}`, hundredBytes]),
)
export const hugeBatchKeys = once(() => numbers(HUGE_COUNT).map((index) => writeKeys[index % KEY_COUNT]))
export const millionElements = once(() => numbers(MILLION).map((index) => `element:${index}`))

/** Elements that are written by one command. */
const SLICE = 10_000

const allKeys = [
  ...readKeys,
  ...writeKeys,
  listKey,
  hashKey,
  zsetKey,
  streamKey,
  largeKey,
  largeWriteKey,
  hugeListKey,
  hugeWriteKey,
]

/** Writes the data set through an ioredis connection, replacing what an interrupted run may have left. */
export async function writeDataset(redis) {
  await redis.del(...allKeys)
  const pipeline = redis.pipeline()
  readKeys.forEach((key, index) => pipeline.set(key, readValues[index]))
  writeKeys.forEach((key) => pipeline.set(key, writeValue))
  pipeline.rpush(listKey, ...listElements)
  pipeline.hset(hashKey, ...hashFields.flat())
  pipeline.zadd(zsetKey, ...zsetMembers.flat())
  streamEntries.forEach((entry) => pipeline.xadd(streamKey, ...entry))
  pipeline.set(largeKey, largeValue)
  for (let at = 0; at < MILLION; at += SLICE) {
    pipeline.rpush(hugeListKey, millionElements().slice(at, at + SLICE))
  }
  for (const [error] of await pipeline.exec()) if (error) throw error
}

/** Removes exactly the keys that `writeDataset` and the workloads wrote. */
export async function removeDataset(redis) {
  await redis.del(...allKeys)
  for (let at = 0; at < HUGE_COUNT; at += SLICE) {
    await redis.del(numbers(SLICE).map((index) => `${PREFIX}pair:${at + index}`))
  }
}
