/** @valkey/valkey-glide: the other client with a Rust core. */

import { createRequire } from 'node:module'

import { wordsOf } from './index.mjs'

const require = createRequire(import.meta.url)

// The default limit of 1000 rejects the burst of 10 000, and the default timeout of 250 ms is its latency.
const IN_FLIGHT_LIMIT = 1_000_000
const REQUEST_TIMEOUT_MS = 60_000

export function load() {
  return require('@valkey/valkey-glide')
}

function configuration(url, ProtocolVersion) {
  const { hostname, port, username, password, pathname, protocol } = new URL(url)
  return {
    addresses: [{ host: hostname, port: Number(port || 6379) }],
    databaseId: Number(pathname.slice(1) || 0),
    useTLS: protocol === 'rediss:',
    protocol: ProtocolVersion.RESP3,
    requestTimeout: REQUEST_TIMEOUT_MS,
    inflightRequestsLimit: IN_FLIGHT_LIMIT,
    ...(password && {
      credentials: {
        username: decodeURIComponent(username) || undefined,
        password: decodeURIComponent(password),
      },
    }),
  }
}

/** @returns {Promise<import('./index.mjs').Adapter>} */
export async function open(url) {
  const { Batch, Decoder, GlideClient, GlideClientConfiguration, InfBoundary, ProtocolVersion } = load()
  const glide = await GlideClient.createClient(configuration(url, ProtocolVersion))
  const all = { start: 0, end: -1 }
  const bytes = { decoder: Decoder.Bytes }
  return {
    get: (key) => glide.get(key),
    set: (key, value) => glide.set(key, value),
    setWithOptions: (key, value) =>
      glide.set(key, value, {
        conditionalSet: 'onlyIfExists',
        expiry: 'keepExisting',
      }),
    getBuffer: (key) => glide.get(key, bytes),
    getBatch: (keys) => {
      const batch = new Batch(false)
      for (const key of keys) batch.get(key)
      return glide.exec(batch, true)
    },
    getTransaction: (keys) => {
      const batch = new Batch(true)
      for (const key of keys) batch.get(key)
      return glide.exec(batch, true)
    },
    setBatch: (keys, value) => {
      const batch = new Batch(false)
      for (const key of keys) batch.set(key, value)
      return glide.exec(batch, true)
    },
    withMany: (name, key, words) => glide.customCommand([name.toUpperCase(), ...wordsOf(name, key, words)]),
    del: (key) => glide.del([key]),
    getAlone: (key) => glide.get(key),
    mget: (keys) => glide.mget(keys),
    lrange: (key) => glide.lrange(key, 0, -1),
    hgetall: (key) => glide.hgetall(key),
    zrange: (key) => glide.zrangeWithScores(key, all),
    xrange: (key) => glide.xrange(key, InfBoundary.NegativeInfinity, InfBoundary.PositiveInfinity),
    listen: async (names, byPattern, listener) => {
      const { Exact, Pattern } = GlideClientConfiguration.PubSubChannelModes
      const subscriber = await GlideClient.createClient({
        ...configuration(url, ProtocolVersion),
        pubsubSubscriptions: {
          channelsAndPatterns: {
            [byPattern ? Pattern : Exact]: new Set(names),
          },
          callback: ({ message }) => listener(message),
        },
      })
      return () => subscriber.close()
    },
    close: () => glide.close(),
  }
}
