// Compiled, never run: leases and pools.
import {
  ConnectionPool,
  type Lease,
  type LeaseView,
  type PooledOptions,
  type PoolStats,
  Redis,
  type Reply,
} from '../../index.js'

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
type Expect<T extends true> = T

declare const url: string
declare const pooled: PooledOptions

const redis = new Redis(url)
const bytes = new Redis(url, { decodeResponses: false })

// A lease has its client's form of replies
const lease = redis.client()
const byteLease = bytes.client()
const viewLease = redis.buffers.client()
const result = redis.client(async (conn) => conn.get('k'))
const plain = redis.client(() => 7)

export type Leases = [
  Expect<Equal<Awaited<typeof lease>, Lease>>,
  Expect<Equal<Awaited<typeof byteLease>, Lease<Buffer>>>,
  Expect<Equal<Awaited<typeof viewLease>, Lease<Buffer>>>,
  Expect<Equal<Awaited<typeof result>, string | null>>,
  Expect<Equal<Awaited<typeof plain>, number>>,
]

// It has the commands of its connection, and so have its views
declare const conn: Lease
const selected = conn.select(1)
const watched = conn.buffers.watch('k')
const waited = conn.wait(1, 100)
const raw = conn.executeCommand('MULTI')
const other = conn.with({ decodeResponses: false })

export async function scopes(): Promise<void> {
  await using scoped = await redis.client()
  using disposed = await redis.client()
  await scoped.ping()
  disposed.release()
}

export type Session = [
  Expect<Equal<Awaited<typeof selected>, 'OK'>>,
  Expect<Equal<Awaited<typeof watched>, 'OK'>>,
  Expect<Equal<Awaited<typeof waited>, number>>,
  Expect<Equal<Awaited<typeof raw>, Reply>>,
  Expect<Equal<typeof other, LeaseView<Buffer>>>,
]

// @ts-expect-error a lease cannot lease
void conn.client()
// @ts-expect-error commands of one connection need a lease
void redis.select(1)

// Clients on a pool
const pool = ConnectionPool.fromUrl(url, { maxConnections: 10, minConnections: 2 })
const byOptions = new ConnectionPool({ host: 'localhost' })
const onPool = new Redis({ connectionPool: pool })
const bytesOnPool = new Redis({ connectionPool: byOptions, decodeResponses: false, keyPrefix: 'p:' })
const stats = pool.stats()
void new Redis(pooled)
void [pool.bufferedBytes + redis.bufferedBytes, pool.drained(), pool.connect(), pool.close()]
pool.on('ready', () => pool.unref())

export type Pools = [
  Expect<Equal<typeof onPool, Redis>>,
  Expect<Equal<typeof bytesOnPool, Redis<Buffer>>>,
  Expect<Equal<typeof stats, PoolStats>>,
  Expect<Equal<typeof stats.waiting, number>>,
]

// @ts-expect-error where to connect is the pool's business
void new Redis({ connectionPool: pool, db: 1 })
// @ts-expect-error a pool has no commands
void pool.get('k')
