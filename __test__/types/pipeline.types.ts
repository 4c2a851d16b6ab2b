// Compiled, never run: what pipelines answer.
import type { Pipeline, Redis, RedisError, ReplyError } from '../..'

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
type Expect<T extends true> = T

declare const redis: Redis
declare const bytes: Redis<Buffer>
declare const keys: string[]

export async function tuples() {
  const replies = await redis
    .pipeline()
    .set('a', 1)
    .incr('a')
    .get('a')
    .set('a', 'b', { nx: true })
    .hgetall('h')
    .persist('a')
    .executeCommand<number>('strlen', 'a')
    .wait(1, 100)
    .execute()
  const [ok, count, value, maybe] = replies
  const buffers = await bytes.pipeline({ transaction: false }).get('a').mget(keys).dump('a').execute()
  const viewed = await redis.with({ timeout: 5 }).buffers.pipeline().get('a').execute({ raiseOnError: true })
  const errors = await redis.pipeline().get('a').incr('a').execute({ raiseOnError: false })
  const none = await redis.pipeline().get('a').discard().get('b').incr('n').execute()

  const loop = redis.pipeline()
  for (const key of keys) loop.get(key)
  const unknown = await loop.execute()
  const known = await loop.execute<string | null>()
  const either = await loop.execute<string | null>({ raiseOnError: false })

  const generic = <T extends string | Buffer>(client: Redis<T>) => client.pipeline().get('a')
  const kept: Pipeline<string, [string | null]> = redis.pipeline().get('a')

  type Checks = [
    Expect<
      Equal<
        typeof replies,
        ['OK', number, string | null, 'OK' | null, Record<string, string>, boolean, number, number]
      >
    >,
    Expect<Equal<typeof ok, 'OK'>>,
    Expect<Equal<typeof count, number>>,
    Expect<Equal<typeof value, string | null>>,
    Expect<Equal<typeof maybe, 'OK' | null>>,
    Expect<Equal<typeof buffers, [Buffer | null, (Buffer | null)[], Buffer | null]>>,
    Expect<Equal<typeof viewed, [Buffer | null]>>,
    Expect<Equal<typeof errors, [string | RedisError | null, number | RedisError]>>,
    Expect<Equal<typeof none, [string | null, number]>>,
    Expect<Equal<typeof unknown, unknown[]>>,
    Expect<Equal<typeof known, (string | null)[]>>,
    Expect<Equal<typeof either, (string | RedisError | null)[]>>,
    Expect<Equal<ReturnType<typeof generic<Buffer>>, Pipeline<Buffer, [Buffer | null]>>>,
    Expect<Equal<typeof kept, Pipeline<string, [string | null]>>>,
  ]
  return null as unknown as Checks
}

export async function transactions() {
  const always = await redis.transaction(async (tx) => {
    const value: string | null = await tx.get('n')
    return tx.pipeline().set('n', Number(value)).incr('m')
  })
  const perhaps = await bytes.transaction(
    async (tx) => {
      const value: Buffer | null = await tx.get('n')
      return value === null ? undefined : tx.pipeline().getdel('n')
    },
    { watch: ['n'], attempts: 3, backoff: (attempt) => attempt },
  )
  type Checks = [
    Expect<Equal<typeof always, ['OK', number]>>,
    Expect<Equal<typeof perhaps, [Buffer | null] | undefined>>,
  ]
  return null as unknown as Checks
}

export async function routines() {
  const take = redis.script<number>('return 1')
  // @ts-expect-error keys are not counted
  void take(1, 'k')
  const look = redis.function('#!lua name=l').handle<string | null>('look', { readOnly: true })
  const taken = await take(['k'], [1, 'x', 2n])
  const looked = await redis.run(look, 'k')
  const both = await redis.pipeline().run(take, ['k'], 5).run(look).get('k').execute()
  const sha1: string = take.sha1
  type Checks = [
    Expect<Equal<typeof taken, number>>,
    Expect<Equal<typeof looked, string | null>>,
    Expect<Equal<typeof both, [number, string | null, string | null]>>,
  ]
  return [sha1, null as unknown as Checks]
}

export async function refused() {
  // @ts-expect-error an unknown option
  redis.pipeline({ transactional: true })
  // @ts-expect-error an unknown option
  await redis.pipeline().execute({ raise: true })
  // @ts-expect-error iterators send commands of their own
  redis.pipeline().scanIter()
  // @ts-expect-error the shared connections count no writes
  await redis.wait(1, 100)
  // @ts-expect-error a transaction executes its pipeline
  await redis.transaction(async (tx) => tx.get('n'))
  // @ts-expect-error only what script() and handle() answer is run
  await redis.run('return 1')
  // @ts-expect-error no result of the pipeline is a promise
  await redis.pipeline().get('a').then()
}

export function errors(error: RedisError) {
  const index: number | undefined = error.index
  const results: readonly unknown[] | undefined = error.results
  return { index, results }
}

export function aborted(error: import('../..').ExecAbortError): readonly ReplyError[] {
  return error.errors
}
