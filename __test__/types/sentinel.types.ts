// Compiled, never run: sentinels and the clients that follow them.
import { type Address, type FollowingOptions, Redis, type ReplicaOptions, Sentinel } from '../../index.js'

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
type Expect<T extends true> = T

const sentinel = new Sentinel(['redis://a', new URL('redis://b:1'), { host: 'c', port: 2 }], {
  sentinel: { password: 'p', tls: true },
  addressMap: async (host, port) => ({ host, port: port + 1 }),
  readFrom: 'any',
})

// They are ordinary clients, with the form of replies that was chosen
const master = sentinel.masterFor('m', { db: 1, readFrom: 'replicaPreferred' })
const bytes = sentinel.masterFor('m', { decodeResponses: false })
const replica = sentinel.replicaFor('m', { replicaFallback: false })
const slave = sentinel.slaveFor('m', { decodeResponses: false })

export type Clients = [
  Expect<Equal<typeof master, Redis>>,
  Expect<Equal<typeof bytes, Redis<Buffer>>>,
  Expect<Equal<typeof replica, Redis>>,
  Expect<Equal<typeof slave, Redis<Buffer>>>,
  Expect<Equal<FollowingOptions['readFrom'], 'master' | 'replica' | 'replicaPreferred' | 'any' | undefined>>,
  Expect<Equal<'readFrom' extends keyof ReplicaOptions ? true : false, false>>,
]

// @ts-expect-error no such servers
sentinel.masterFor('m', { readFrom: 'replicas' })
// @ts-expect-error it reads from replicas by its nature
sentinel.replicaFor('m', { readFrom: 'any' })
// @ts-expect-error it has nothing to fall back from
sentinel.masterFor('m', { replicaFallback: false })
// @ts-expect-error sentinels say where it is
sentinel.masterFor('m', { host: 'h' })
// @ts-expect-error it belongs to the Sentinel
sentinel.masterFor('m', { sentinel: {} })

new Redis('redis-sentinel://h/m', { readFrom: 'replica' })

const found = sentinel.discoverMaster('m')
const replicas = sentinel.discoverSlaves('m')
const answer = sentinel.failover('m')

export type Answers = [
  Expect<Equal<Awaited<typeof found>, Address>>,
  Expect<Equal<Awaited<typeof replicas>[number]['port'], number>>,
  Expect<Equal<Awaited<typeof answer>, 'OK'>>,
]

sentinel.on('failover', ({ master, from, to, ms }) => [master, from, to].concat(String(ms)))
sentinel.on('sentinel', ({ state, error }) => (state === 'lost' ? error?.code : undefined))
