/** The runner's own connection, for the data set; an ioredis one, because that peer is always installed. */

import { createRequire } from 'node:module'

import { removeDataset, writeDataset } from './dataset.mjs'

const require = createRequire(import.meta.url)

/**
 * Runs `work` with the connection while the server holds the data set, and removes the data set afterwards, also when
 * `work` fails: the server may be somebody's own.
 */
export async function withDataset(url, work) {
  // Required late: when this module is loaded the peers may not be installed yet.
  const { Redis } = require('ioredis')
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 })
  redis.on('error', (error) => console.error(`The runner's connection: ${error.message}`))
  try {
    await redis.connect()
    await writeDataset(redis)
    try {
      return await work(redis)
    } finally {
      await removeDataset(redis)
    }
  } finally {
    redis.disconnect()
  }
}
