import assert, { deepEqual as equal } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { compileFunction, createContext, runInContext } from 'node:vm'
import { type Client, forBothProtocols } from '../support/client'
import { TestServer } from '../support/server'

/**
 * Test runners such as Jest run each file, and the package with it, in a realm of its own, while addons make their objects in
 * the process' first one: there `instanceof Error` and prototypes say nothing of what the addon made.
 */

const PROJECT = resolve(__dirname, '../..')

/** The package as it is loaded inside of another realm, with the addon from outside, and that realm's globals. */
function loadInside(): { oxidis: any; realm: any } {
  const context = createContext({ process, Buffer, setImmediate, queueMicrotask, URL, AbortSignal })
  const modules = new Map<string, { exports: any }>()
  const load = (path: string): any => {
    const known = modules.get(path)
    if (known !== undefined) return known.exports
    const module: { exports: any } = { exports: {} }
    modules.set(path, module)
    const outside = createRequire(path)
    const inside = (name: string) => {
      const found = outside.resolve(name)
      return found.startsWith(PROJECT) && found.endsWith('.js') ? load(found) : outside(name)
    }
    const source = readFileSync(path, 'utf8')
    const parameters = ['module', 'exports', 'require']
    compileFunction(source, parameters, { parsingContext: context, filename: path })(
      module,
      module.exports,
      inside,
    )
    return module.exports
  }
  const realm = runInContext('({ Error, TypeError, Map, Object, Uint8Array })', context)
  return { oxidis: load(resolve(PROJECT, 'index.js')), realm }
}

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

forBothProtocols((protocol) => {
  test('the package works in a realm of its own', async () => {
    const { oxidis, realm } = loadInside()
    assert.notEqual(realm.Error, Error)
    const redis: Client = new oxidis.Redis(server.url, { protocol })
    try {
      equal(await redis.mset(new realm.Map([['realm:a', 1]])), 'OK')
      equal(await redis.set('realm:b', new realm.Uint8Array([0x62]), realm.Object({ ex: 60 })), 'OK')
      equal([...(await redis.mget('realm:a', 'realm:b'))], ['1', 'b'])
      equal(await redis.hset('realm:h', { f: 1 }), 1)
      equal({ ...(await redis.hgetall('realm:h')) }, { f: '1' })
      assert.ok(Buffer.isBuffer(await redis.buffers.get('realm:a')))

      const wrong = await redis.incr('realm:h').catch((error: unknown) => error)
      assert.ok(wrong instanceof oxidis.ReplyError && wrong instanceof realm.Error)
      const refused = await redis.get(undefined).catch((error: unknown) => error)
      assert.ok(refused instanceof realm.TypeError)

      const nested = await redis.eval('return {1, {{err = "MY own"}}}')
      assert.ok(nested[1][0] instanceof oxidis.ReplyError)
      equal([nested[1][0].code, nested[1][0].message], ['MY', 'MY own'])
      for (const transaction of [true, false]) {
        const results = await redis
          .pipeline({ transaction })
          .incr('realm:h')
          .get('realm:a')
          .eval('return {{err = "MY own"}}')
          .execute({ raiseOnError: false })
        assert.ok(results[0] instanceof oxidis.ReplyError)
        equal([results[0].code, results[0].index, results[1]], ['WRONGTYPE', 0, '1'])
        assert.ok(results[2][0] instanceof oxidis.ReplyError)
      }
    } finally {
      await redis.del('realm:a', 'realm:b', 'realm:h')
      await redis.close()
    }
  })
})

test('two copies of the package share an addon and hear only their own replies', async () => {
  const copies = [loadInside(), loadInside()].map(({ oxidis }) => new oxidis.Redis(server.url) as Client)
  const rounds = Array.from({ length: 100 }, (_, round) =>
    Promise.all(copies.map((redis, copy) => redis.echo(`${copy}:${round}`))),
  )
  equal(
    await Promise.all(rounds),
    rounds.map((_, round) => [`0:${round}`, `1:${round}`]),
  )
  await Promise.all(copies.map((redis) => redis.close()))
})
