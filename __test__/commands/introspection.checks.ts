import assert, { deepEqual as equal } from 'node:assert/strict'
import type { Check } from '../support/family'

export const introspection: Record<string, Check> = {
  async 'COMMAND COUNT'({ redis }) {
    assert.ok((await redis.commandCount()) > 200)
  },

  async 'COMMAND DOCS'({ redis }) {
    const { get, config, none } = await redis.commandDocs('get', 'config', 'none')
    equal([get.since, get.group, none], ['1.0.0', 'string', undefined])
    equal(get.arguments[0].name, 'key')
    equal(config.subcommands['config|get'].history[0][0], '7.0.0')
    // Arguments within arguments within arguments.
    const { bitfield } = await redis.commandDocs('bitfield')
    const [operation] = bitfield.arguments.filter((argument: any) => argument.type !== 'key')
    equal(operation.arguments[0].token, 'GET')
    equal(
      operation.arguments[0].arguments.map(({ name }: any) => name),
      ['encoding', 'offset'],
    )
    // All of it is the server's own text.
    equal(await redis.buffers.commandDocs(), await redis.commandDocs())
    assert.ok(Object.keys(await redis.commandDocs()).length > 200)
  },

  async 'COMMAND GETKEYS'({ redis }) {
    equal(await redis.commandGetkeys('mset', 'a', 1, 'b', 2), ['a', 'b'])
    equal(await redis.buffers.commandGetkeys('get', ['k']), [Buffer.from('k')])
  },

  async 'COMMAND GETKEYSANDFLAGS'({ redis }) {
    equal(await redis.commandGetkeysandflags('set', 'k', 'v'), [['k', ['OW', 'update']]])
    const moved = await redis.commandGetkeysandflags('lmove', 'a', 'b', 'left', 'left')
    equal(
      moved.map(([key]: [string]) => key),
      ['a', 'b'],
    )
  },

  async 'COMMAND INFO'({ redis }) {
    const [get, none, config] = await redis.commandInfo('get', 'none', 'config')
    equal([get.name, get.arity, get.firstKey, get.lastKey, get.keyStep], ['get', 2, 1, 1, 1])
    assert.ok(get.flags.includes('readonly') && get.aclCategories.includes('@string'))
    equal(get.keySpecifications[0].begin_search, { type: 'index', spec: { index: 1 } })
    equal(get.keySpecifications[0].find_keys.spec, { lastkey: 0, keystep: 1, limit: 0 })
    equal(none, null)
    assert.ok(config.subcommands.some(({ name, arity }: any) => name === 'config|get' && arity === -3))
    assert.ok((await redis.commandInfo()).length > 200)
  },

  async 'COMMAND LIST'({ redis }) {
    assert.ok((await redis.commandList()).includes('config|get'))
    equal(
      (await redis.commandList({ pattern: 'xr*d' })).filter((name: string) => name === 'xread'),
      ['xread'],
    )
    assert.ok((await redis.commandList({ aclcat: 'hyperloglog' })).includes('pfadd'))
    equal(await redis.commandList({ module: 'none' }), [])
    await assert.rejects(redis.commandList({ module: 'a', aclcat: 'b' }), /exclude each other/)
  },
}

export const memory: Record<string, Check> = {
  async 'MEMORY DOCTOR'({ redis }) {
    assert.match(await redis.memoryDoctor(), /Sam/)
  },

  async 'MEMORY MALLOC-STATS'({ redis }) {
    equal(typeof (await redis.memoryMallocStats()), 'string')
    equal(typeof (await redis.buffers.memoryMallocStats()), 'string')
  },

  async 'MEMORY PURGE'({ redis }) {
    equal(await redis.memoryPurge(), 'OK')
  },

  async 'MEMORY STATS'({ redis }) {
    await redis.set('k', 'v')
    const stats = await redis.memoryStats()
    assert.ok(Number.isInteger(stats['total.allocated']) && stats['keys.count'] === 1)
    for (const name of ['dataset.percentage', 'peak.percentage', 'fragmentation'])
      equal(typeof stats[name], 'number', name)
    equal(typeof stats['db.0']['overhead.hashtable.main'], 'number')
  },

  async 'MEMORY USAGE'({ redis }) {
    equal(await redis.memoryUsage('none'), null)
    await redis.rpush('l', 1, 2, 3)
    assert.ok((await redis.memoryUsage('l', { samples: 0 })) > 0)
  },
}
