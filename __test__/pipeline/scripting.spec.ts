import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import {
  type Client,
  ConnectionError,
  failure,
  forBothProtocols,
  openClient,
  OptionError,
  ReplyError,
} from '../support/client'
import { FaultProxy } from '../support/proxy'
import { startServer, TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

const TAKE = 'return redis.call("incrby", KEYS[1], ARGV[1])'
const LOOK = 'return redis.call("get", KEYS[1])'
const LIBRARY = `#!lua name=stock
redis.register_function('add', function(keys, args) return redis.call('incrby', keys[1], args[1]) end)
redis.register_function{
  function_name = 'look',
  callback = function(keys) return redis.call('get', keys[1]) end,
  flags = { 'no-writes' },
}
`

/** How often the server ran each command since it was last asked. */
async function ran(client: Client): Promise<Record<string, number>> {
  const { commandstats } = await client.info('commandstats')
  await client.configResetstat()
  return Object.fromEntries(
    Object.entries<string>(commandstats).map(([name, text]) => [
      name.replace('cmdstat_', ''),
      Number(/calls=(\d+)/.exec(text)?.[1]),
    ]),
  )
}

forBothProtocols((protocol) => {
  test('a script is sent by its hash, and as a whole where the server does not know it', async (t) => {
    const own = await startServer(t)
    const client = openClient(t, own.url, { protocol, reconnect: { initialDelay: 1 } })
    const take = client.script(TAKE)
    assert.equal(take.sha1, createHash('sha1').update(TAKE).digest('hex'))
    assert.equal(await take(['n'], [5]), 5)
    assert.equal(await take('n', 5), 10)
    await assert.rejects(take(1 as never, 'n'), /EVALSHA: keys are not counted here: give an array/)
    await assert.rejects(client.pipeline().run(take, 1, 'n').execute(), /keys are not counted here/)
    assert.deepEqual(await ran(client).then(({ evalsha, eval: whole }) => [evalsha, whole]), [2, 1])
    await client.scriptFlush()
    assert.equal(await take(['n'], [1]), 11)
    await own.restart()
    assert.equal(await take(['n'], [1]), 1)
    assert.equal(await take(['n'], [1]), 2)
    assert.deepEqual(await ran(client).then(({ evalsha, eval: whole }) => [evalsha, whole]), [2, 1])
  })

  for (const transaction of [true, false]) {
    const what = transaction ? 'a transaction' : 'a plain pipeline'

    test(`${what} runs scripts in their turn, whatever the server knows, and has their text once`, async (t) => {
      const own = await startServer(t)
      const client = openClient(t, own.url, { protocol })
      const take = client.script(TAKE)
      const look = client.script(LOOK)
      for (const flush of [false, true, false]) {
        await client.del('n')
        if (flush) await client.scriptFlush()
        await ran(client)
        const results = await client
          .pipeline({ transaction })
          .run(take, ['n'], [5])
          .get('n')
          .run(take, 'n', 1)
          .run(look, ['n'])
          .incr('n')
          .run(take, ['n'], [1])
          .execute()
        assert.deepEqual(results, [5, '5', 6, '6', 7, 8])
        assert.deepEqual(await ran(client).then(({ evalsha, eval: whole }) => [evalsha, whole]), [2, 2])
      }
    })

    test(`${what} says which script failed`, async (t) => {
      const client = openClient(t, server.url, { protocol })
      const take = client.script(TAKE)
      const error = await failure(
        client.pipeline({ transaction }).run(take, 'r:n', 1).run(take, 'r:n', 'x').execute(),
      )
      assert.ok(error instanceof ReplyError)
      assert.equal(error.index, 1)
    })

    test(`${what} runs the functions of a library that the server does not have`, async (t) => {
      const own = await startServer(t)
      const client = openClient(t, own.url, { protocol })
      const library = client.function(LIBRARY)
      const [add, look] = [library.handle('add'), library.handle('look', { readOnly: true })]
      const pipeline = client.pipeline({ transaction }).run(add, ['n'], [2]).run(look, ['n']).run(add, 'n', 2)
      assert.deepEqual(await pipeline.execute(), [2, '2', 4])
      assert.deepEqual(await client.pipeline({ transaction }).run(look, 'n').execute(), ['4'])
    })
  }

  test('a plain pipeline runs what was forgotten in the midst of it after all', async (t) => {
    const own = await startServer(t)
    const client = openClient(t, own.url, { protocol })
    const take = client.script(TAKE)
    const add = client.function(LIBRARY).handle('add')
    const results = await client
      .pipeline({ transaction: false })
      .run(take, ['n'], [5])
      .run(add, ['m'], [5])
      .scriptFlush()
      .functionFlush()
      .run(take, ['n'], [1])
      .run(add, ['m'], [1])
      .run(take, ['n'], ['x'])
      .get('n')
      .execute({ raiseOnError: false })
    assert.deepEqual(results.slice(0, 6), [5, 5, 'OK', 'OK', 6, 6])
    assert.deepEqual([results[6].code, results[6].index], ['ERR', 6])
    assert.equal(results[7], '5', 'what was not forgotten was not held up')
  })

  test('a transaction tells of a function that was forgotten, and the next one has the library again', async (t) => {
    const own = await startServer(t)
    const client = openClient(t, own.url, { protocol })
    const add = client.function(LIBRARY).handle('add')
    const both = (): Promise<unknown[]> => client.pipeline().incr('before').run(add, ['m'], [1]).execute()
    assert.deepEqual(await both(), [1, 1])
    await client.functionFlush()
    const error = await failure(both())
    assert.ok(error instanceof ReplyError)
    assert.match(error.message, /Function not found/)
    assert.deepEqual([error.index, error.results?.[0]], [1, 2])
    assert.deepEqual(await both(), [3, 2])
  })

  test('what only reads says so to the server, and is sent again after a lost connection', async (t) => {
    await using proxy = await FaultProxy.start({ target: server })
    const client = openClient(t, proxy.url, { protocol, reconnect: { initialDelay: 1 } })
    await client.set('r:n', 7)
    const look = client.script(LOOK, { readOnly: true })
    assert.equal(await look(['r:n']), '7')
    assert.match((await failure(client.script(TAKE, { readOnly: true })('r:n', 1))).message, /Write commands/)
    proxy.cut({ next: 1 })
    assert.equal(await look(['r:n']), '7')
    const take = client.script(TAKE)
    await take('r:n', 1)
    proxy.cut({ next: 1 })
    const error = await failure(take('r:n', 1))
    assert.ok(error instanceof ConnectionError)
    assert.equal(error.maybeExecuted, true)
    assert.equal(await look(['r:n']), '9')
  })

  test('a library is loaded when one of its functions is missing, and replaced when it is told to', async (t) => {
    const own = await startServer(t)
    const client = openClient(t, own.url, { protocol })
    const library = client.function(LIBRARY)
    assert.equal(library.name, 'stock')
    const [add, look] = [library.handle('add'), library.handle('look', { readOnly: true })]
    assert.equal(await add(['n'], [3]), 3)
    assert.equal(await look(['n']), '3')
    await client.functionFlush()
    assert.equal(await look(['n']), '3')
    const newer = client.function(LIBRARY.replace("'incrby'", "'decrby'"))
    assert.equal(await newer.handle('add')('n', 1), 4, 'the server has a function of this name')
    assert.equal(await newer.load(), 'stock')
    assert.equal(await newer.handle('add')('n', 1), 3)
    const refused = await failure(client.function('#!lua name=broken\nthis is no Lua').handle('f')())
    assert.ok(refused instanceof ReplyError)
    assert.match((await failure(newer.handle('other')())).message, /Function not found/)
  })

  test('scripts run over leases, with a prefix, and with the settings of a view', async (t) => {
    const client = openClient(t, server.url, { protocol, keyPrefix: 'r:prefix:' })
    await client.set('n', 7)
    const look = client.script(LOOK)
    assert.equal(await look('n'), '7')
    assert.deepEqual(await client.run(look, 'n'), '7')
    assert.deepEqual(await client.buffers.run(look, ['n']), Buffer.from('7'))
    const buffers = client.buffers.script(LOOK)
    assert.deepEqual(await buffers('n'), Buffer.from('7'))
    await client.client(async (lease: Client) => {
      assert.equal(await lease.run(look, 'n'), '7')
      assert.deepEqual(await lease.pipeline().run(look, 'n').execute(), ['7'])
      assert.equal(await lease.script(LOOK)('n'), '7')
    })
  })
})

test('what is no script, no library and no option is refused', async (t) => {
  const client = openClient(t, server.url)
  assert.throws(() => client.script(5), TypeError)
  assert.throws(() => client.script(LOOK, { readonly: true }), OptionError)
  assert.throws(() => client.script(LOOK, { readOnly: 1 }), OptionError)
  assert.throws(() => client.function('return 1'), /begins with a line such as/)
  assert.throws(() => client.function(LIBRARY).handle(5), TypeError)
  assert.throws(() => client.pipeline().run('return 1'), /what script\(\) or handle\(\) answered/)
  assert.ok((await failure(client.run(() => 1))) instanceof TypeError)
  assert.ok((await failure(client.script(LOOK)([{}]))) instanceof TypeError)
})
