import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { after, before, test } from 'node:test'
import {
  AbortError,
  type Client,
  ConnectionError,
  failure,
  forBothProtocols,
  openClient,
  OptionError,
  ReplyError,
  WatchError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** Adds one to `key`, by reading and writing. */
async function increment(tx: Client, key: string): Promise<Client> {
  const value = Number(await tx.get(key))
  return tx.pipeline().set(key, value + 1)
}

forBothProtocols((protocol) => {
  test('fifty increments at once by reading and writing make fifty', async (t) => {
    const client = openClient(t, server.url, { protocol })
    await client.del('t:n')
    const calls = Array.from({ length: 50 }, () =>
      client.transaction((tx: Client) => increment(tx, 't:n'), { watch: ['t:n'] }),
    )
    for (const results of await Promise.all(calls)) assert.deepEqual(results, ['OK'])
    assert.equal(await client.get('t:n'), '50')
  })

  test('a transaction answers what its pipeline does, and watches what its function says', async (t) => {
    const client = openClient(t, server.url, { protocol })
    await client.mset({ 't:a': 1, 't:b': 2 })
    const results = await client.transaction(async (tx: Client) => {
      await tx.watch('t:a', 't:b')
      const [a, b] = await tx.mget('t:a', 't:b')
      return tx
        .pipeline()
        .set('t:a', Number(a) + Number(b))
        .get('t:a')
        .incr('t:b')
    })
    assert.deepEqual(results, ['OK', '3', 3])
  })

  test('what watches stands before the transaction, and not in it', async (t) => {
    const client = openClient(t, server.url, { protocol })
    await client.del('t:w')
    await client.client(async (conn: Client) => {
      const misplaced = await failure(conn.pipeline().set('t:w', 1).executeCommand('WATCH', 't:w').execute())
      assert.deepEqual(
        [misplaced.code, misplaced.index, misplaced.maybeExecuted],
        ['MISPLACED_COMMAND', 1, false],
      )
      assert.equal(await conn.exists('t:w'), 0)
      const plain = conn.pipeline({ transaction: false }).executeCommand('WATCH', 't:w').get('t:w')
      assert.deepEqual(await plain.execute(), ['OK', null])
      await client.set('t:w', 'changed')
      assert.ok((await failure(conn.pipeline().set('t:w', 2).execute())) instanceof WatchError)
    })
  })

  test('a change of a watched key begins it anew, until the attempts are used up', async (t) => {
    const client = openClient(t, server.url, { protocol })
    await client.set('t:n', 0)
    let attempts = 0
    const disturbed = async (tx: Client): Promise<Client> => {
      attempts += 1
      const pipeline = await increment(tx, 't:n')
      if (attempts <= 3) await client.incrby('t:n', 100)
      return pipeline
    }
    await client.transaction(disturbed, { watch: 't:n' })
    assert.equal(attempts, 4)
    assert.equal(await client.get('t:n'), '301')

    attempts = 0
    const seen: number[] = []
    const backoff = (attempt: number): number => seen.push(attempt) * 0
    const error = await failure(client.transaction(disturbed, { watch: 't:n', attempts: 3, backoff }))
    assert.ok(error instanceof WatchError)
    assert.deepEqual([error.code, error.maybeExecuted], ['WATCH_FAILED', false])
    assert.equal(attempts, 3)
    assert.deepEqual(seen, [1, 2])
    assert.equal(await client.get('t:n'), '601')
  })

  test('a function that returns nothing gives up; one that throws is not called again', async (t) => {
    const client = openClient(t, server.url, { protocol })
    await client.set('t:n', 1)
    assert.equal(await client.transaction(() => undefined, { watch: ['t:n'] }), undefined)
    let calls = 0
    const thrown = new Error('no')
    const throwing = (): never => {
      calls += 1
      throw thrown
    }
    assert.equal(await failure(client.transaction(throwing)), thrown)
    const wrong = await failure(
      client.transaction((tx: Client) => {
        calls += 1
        return tx.pipeline().lpush('t:n', 'x').incr('t:n')
      }),
    )
    assert.ok(wrong instanceof ReplyError)
    assert.deepEqual([wrong.code, wrong.index, wrong.results?.[1], calls], ['WRONGTYPE', 0, 2, 2])
    assert.equal(await client.transaction((tx: Client) => tx.get('t:n').then(() => undefined)), undefined)
  })

  test('what it left on the connection is gone when the next one has it', async (t) => {
    const client = openClient(t, server.url, { protocol, maxConnections: 2 })
    await client.set('t:n', 1)
    await client.transaction(() => undefined, { watch: ['t:n'] })
    await client.incr('t:n')
    const results = await client.transaction((tx: Client) => tx.pipeline().incr('t:n'))
    assert.deepEqual(results, [3])
  })

  test('a lost connection loses its watches: EXEC fails on the lease, and a transaction begins anew', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, reconnect: { initialDelay: 1 } })
    await client.set('t:n', 5)
    const lease = await client.client()
    await lease.watch('t:n')
    await proxy.cutAll()
    await failure(lease.get('t:n'))
    const error = await failure(lease.pipeline().incr('t:n').execute())
    assert.ok(error instanceof WatchError, String(error))
    assert.equal(error.maybeExecuted, false)
    const unwatched = await failure(lease.pipeline().incr('t:n').execute())
    assert.ok(unwatched instanceof ConnectionError, String(unwatched))
    lease.release()

    let attempts = 0
    const results = await client.transaction(
      async (tx: Client) => {
        attempts += 1
        const pipeline = await increment(tx, 't:n')
        if (attempts === 1) {
          await proxy.cutAll()
          await failure(tx.ping())
        }
        return pipeline
      },
      { watch: ['t:n'] },
    )
    assert.deepEqual([results, attempts], [['OK'], 2])
    assert.equal(await client.get('t:n'), '6')
  })

  test('a transaction whose EXEC was sent before the connection was lost is not run again', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, reconnect: { initialDelay: 1 } })
    await client.set('t:n', 5)
    let attempts = 0
    const error = await failure(
      client.transaction(
        async (tx: Client) => {
          attempts += 1
          const pipeline = await increment(tx, 't:n')
          // The replies to MULTI and SET come, that to EXEC does not.
          proxy.cut({ next: 3 })
          return pipeline
        },
        { watch: ['t:n'] },
      ),
    )
    assert.ok(error instanceof ConnectionError, String(error))
    assert.deepEqual([error.code, error.maybeExecuted, attempts], ['CONNECTION_LOST', true, 1])
    assert.equal(await client.get('t:n'), '6')
  })

  test('a signal ends it wherever it is, and nothing listens any more', async (t) => {
    const client = openClient(t, server.url, { protocol })
    await client.set('t:n', 1)
    const controller = new AbortController()
    const { signal } = controller
    const resting = client.transaction(
      async (tx: Client) => {
        const pipeline = await increment(tx, 't:n')
        await client.incr('t:n')
        setImmediate(() => controller.abort(new Error('enough')))
        return pipeline
      },
      { watch: ['t:n'], signal, backoff: 1_000_000 },
    )
    const error = await failure(resting)
    assert.ok(error instanceof AbortError, String(error))
    assert.equal((error.cause as Error).message, 'enough')
    assert.equal(getEventListeners(signal, 'abort').length, 0)
    const late = await failure(client.with({ signal }).transaction((tx: Client) => increment(tx, 't:n')))
    assert.ok(late instanceof AbortError)
    assert.equal(await client.get('t:n'), '2')
  })
})

test('what a transaction does not take is refused by its name', async (t) => {
  const client = openClient(t, server.url)
  const options: [unknown, RegExp][] = [
    [{ tries: 3 }, /unknown option "tries".*watch, attempts, backoff, signal/],
    [{ attempts: 0 }, /"attempts"/],
    [{ attempts: '3' }, /"attempts"/],
    [{ backoff: -1 }, /"backoff"/],
    [{ signal: {} }, /"signal"/],
    [null, /must be an object/],
  ]
  for (const [option, message] of options) {
    const error = await failure(client.transaction(() => undefined, option))
    assert.ok(error instanceof OptionError, String(error))
    assert.match(error.message, message)
  }
  const works: [unknown, RegExp][] = [
    [undefined, /takes a function/],
    [() => 5, /must return a pipeline/],
    [() => client.pipeline().get('k'), /begun by tx\.pipeline/],
    [(tx: Client) => tx.pipeline({ transaction: false }).get('k'), /must be a transaction/],
  ]
  for (const [work, message] of works) {
    const error = await failure(client.transaction(work))
    assert.ok(error instanceof TypeError, String(error))
    assert.match(error.message, message)
  }
  const unread = await failure(client.transaction(() => undefined, { watch: [{}] }))
  assert.ok(unread instanceof TypeError)
})
