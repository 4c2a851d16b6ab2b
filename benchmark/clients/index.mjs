/**
 * The clients that are measured, in the order of the report's columns. An adapter file exports `load()`, which
 * requires the library and nothing else (start-up is timed around it), and `open(url)`, which returns an `Adapter`.
 * Nothing here imports an adapter: Bun's only loads under Bun.
 *
 * @typedef {object} Adapter
 * @property {(key: string) => Promise<unknown>} get
 * @property {(key: string, value: string) => Promise<unknown>} set
 * @property {(key: string, value: string) => Promise<unknown>} setWithOptions SET key value XX KEEPTTL
 * @property {(key: string) => Promise<unknown>} getBuffer
 * @property {(keys: string[]) => Promise<unknown>} getBatch the client's own way to send many GETs as one batch
 * @property {(keys: string[]) => Promise<unknown>} getTransaction the same between MULTI and EXEC
 * @property {(key: string) => Promise<unknown>} getAlone GET on a connection of its own, where the client knows the difference
 * @property {(keys: string[]) => Promise<unknown>} mget
 * @property {(key: string) => Promise<unknown>} lrange LRANGE key 0 -1
 * @property {(key: string) => Promise<unknown>} hgetall
 * @property {(key: string) => Promise<unknown>} zrange ZRANGE key 0 -1 WITHSCORES
 * @property {(key: string) => Promise<unknown>} xrange XRANGE key - +
 * @property {(names: string[], byPattern: boolean, listener: (data: string) => void) => Promise<() => unknown>} listen
 *   subscribes the client's own way; answers how to end it
 * @property {(keys: string[], value: string) => Promise<unknown>} setBatch the same as `getBatch` with SETs
 * @property {(name: string, key: string, words: string[]) => Promise<unknown>} withMany MSET, HSET, RPUSH, SADD or XADD (id `*`) with
 *   many words; MSET without the key
 * @property {(key: string) => Promise<unknown>} del
 * @property {() => unknown} close
 *
 * @typedef {object} Client
 * @property {string} id name on the command line, of the adapter file and in results.json
 * @property {string} label name in the report
 * @property {string} family clients of one family are modes of the same library; the best one counts for ratios
 * @property {'node' | 'bun'} runtime
 * @property {string} [package] npm package; absent for the repository's own client
 * @property {string} batch how `getBatch` does it
 */

/**
 * The words of a command as the server wants them.
 * @param {string} name
 * @param {string} key
 * @param {string[]} words
 */
export function wordsOf(name, key, words) {
  if (name === 'mset') return words
  return name === 'xadd' ? [key, '*', ...words] : [key, ...words]
}

/** The client of this repository. */
export const OURS = 'oxidis'

/** @type {readonly Client[]} */
export const CLIENTS = [
  {
    id: OURS,
    label: 'Oxidis',
    family: OURS,
    runtime: 'node',
    batch: 'pipeline() where it exists, else Promise.all of one tick',
  },
  {
    id: 'ioredis',
    label: 'ioredis',
    family: 'ioredis',
    runtime: 'node',
    package: 'ioredis',
    batch: 'pipeline()',
  },
  {
    id: 'ioredis-auto',
    label: 'ioredis auto-pipelining',
    family: 'ioredis',
    runtime: 'node',
    package: 'ioredis',
    batch: 'pipeline()',
  },
  {
    id: 'redis',
    label: 'redis',
    family: 'redis',
    runtime: 'node',
    package: 'redis',
    batch: 'multi().execAsPipeline()',
  },
  {
    id: 'glide',
    label: 'glide',
    family: 'glide',
    runtime: 'node',
    package: '@valkey/valkey-glide',
    batch: 'Batch(false)',
  },
  {
    id: 'bun',
    label: 'Bun built-in',
    family: 'bun',
    runtime: 'bun',
    package: 'bun',
    batch: 'Promise.all of one tick',
  },
]

/** The families Oxidis is compared with, and how the ratio columns name them. */
export const RIVALS = [
  { family: 'ioredis', label: 'best ioredis' },
  { family: 'bun', label: 'Bun' },
  { family: 'redis', label: 'redis' },
  { family: 'glide', label: 'glide' },
]
