import assert, { deepEqual as equal } from 'node:assert/strict'
import { family, type Scene } from '../support/family'

const SCRIPT = 'return {KEYS[1], ARGV[1], tonumber(ARGV[2])}'
const LIBRARY = `#!lua name=lib
redis.register_function('write', function(keys, args) return redis.call('SET', keys[1], args[1]) end)
redis.register_function{function_name='read', callback=function(keys) return redis.call('GET', keys[1]) end, flags={'no-writes'}}
`
/** No script has this name. */
const UNKNOWN = '0'.repeat(40)

async function library({ redis }: Scene): Promise<void> {
  await redis.functionLoad(LIBRARY, { replace: true })
}

/** What it says to a server that runs nothing. */
const nothingRuns = { code: 'NOTBUSY' }

family('scripting', {
  async EVAL({ redis }) {
    equal(await redis.eval(SCRIPT, ['k'], ['a', 5]), ['k', 'a', 5])
    equal(await redis.eval(SCRIPT, 'k', [Buffer.from('a'), 5n]), ['k', 'a', 5])
    equal(await redis.eval('return #KEYS + #ARGV'), 0)
    equal(await redis.eval('return #ARGV', [], Array.from({ length: 5000 }, String)), 5000)
    equal(await redis.buffers.eval('return ARGV[1]', [], ['a']), Buffer.from('a'))
    await assert.rejects(redis.eval('return redis.error_reply("MINE own")'), { code: 'MINE' })
  },

  async EVALSHA({ redis }) {
    const sha = await redis.scriptLoad(SCRIPT)
    equal(await redis.evalsha(sha, ['k'], ['a', 5]), ['k', 'a', 5])
    await assert.rejects(redis.evalsha(UNKNOWN), { code: 'NOSCRIPT' })
  },

  async EVALSHA_RO({ redis }) {
    const sha = await redis.scriptLoad("return redis.call('GET', KEYS[1])")
    await redis.set('k', 'v')
    equal(await redis.evalsha_ro(sha, ['k']), 'v')
  },

  async EVAL_RO({ redis }) {
    await redis.set('k', 'v')
    equal(await redis.eval_ro("return redis.call('GET', KEYS[1])", ['k']), 'v')
    await assert.rejects(
      redis.eval_ro("return redis.call('DEL', KEYS[1])", ['k']),
      /not allowed from read-only/,
    )
  },

  async FCALL(scene) {
    await library(scene)
    equal(await scene.redis.fcall('write', ['k'], ['v']), 'OK')
    equal(await scene.redis.get('k'), 'v')
  },

  async FCALL_RO(scene) {
    await library(scene)
    await scene.redis.set('k', 'v')
    equal(await scene.redis.fcall_ro('read', 'k'), 'v')
  },

  async 'FUNCTION DELETE'(scene) {
    await library(scene)
    equal(await scene.redis.functionDelete('lib'), 'OK')
    equal(await scene.redis.functionList(), [])
  },

  async 'FUNCTION DUMP'(scene) {
    await library(scene)
    const dumped = await scene.redis.functionDump()
    assert.ok(Buffer.isBuffer(dumped) && dumped.length > 0)
  },

  async 'FUNCTION FLUSH'(scene) {
    await library(scene)
    equal(await scene.redis.functionFlush('sync'), 'OK')
    equal(await scene.redis.functionFlush(), 'OK')
    equal(await scene.redis.functionList(), [])
  },

  async 'FUNCTION KILL'({ redis }) {
    await assert.rejects(redis.functionKill(), nothingRuns)
  },

  async 'FUNCTION LIST'(scene) {
    await library(scene)
    const [found] = await scene.redis.functionList({ libraryname: 'l*', withcode: true })
    equal([found.library_name, found.engine, found.library_code], ['lib', 'LUA', LIBRARY])
    const functions = found.functions.sort((a: any, b: any) => a.name.localeCompare(b.name))
    equal(functions, [
      { name: 'read', description: null, flags: ['no-writes'] },
      { name: 'write', description: null, flags: [] },
    ])
    equal('library_code' in (await scene.redis.functionList())[0], false)
    const [bytes] = await scene.redis.buffers.functionList({ withcode: true })
    equal([bytes.library_name, bytes.library_code], ['lib', Buffer.from(LIBRARY)])
    equal(await scene.redis.functionList({ libraryname: 'none' }), [])
  },

  async 'FUNCTION LOAD'({ redis }) {
    await redis.functionFlush()
    equal(await redis.functionLoad(LIBRARY), 'lib')
    await assert.rejects(redis.functionLoad(LIBRARY), /already exists/)
    equal(await redis.functionLoad(LIBRARY, { replace: true }), 'lib')
  },

  async 'FUNCTION RESTORE'(scene) {
    await library(scene)
    const dumped = await scene.redis.functionDump()
    await scene.redis.functionFlush()
    equal(await scene.redis.functionRestore(dumped), 'OK')
    equal(await scene.redis.functionRestore(dumped, 'replace'), 'OK')
    equal((await scene.redis.functionList()).length, 1)
  },

  async 'FUNCTION STATS'(scene) {
    await library(scene)
    equal(await scene.redis.functionStats(), {
      running_script: null,
      engines: { LUA: { libraries_count: 1, functions_count: 2 } },
    })
  },

  async 'SCRIPT EXISTS'({ redis }) {
    const sha = await redis.scriptLoad(SCRIPT)
    equal(await redis.scriptExists(sha, UNKNOWN), [true, false])
  },

  async 'SCRIPT FLUSH'({ redis }) {
    const sha = await redis.scriptLoad(SCRIPT)
    equal(await redis.scriptFlush(), 'OK')
    equal(await redis.scriptFlush('async'), 'OK')
    equal(await redis.scriptExists(sha), [false])
  },

  async 'SCRIPT KILL'({ redis }) {
    await assert.rejects(redis.scriptKill(), nothingRuns)
  },

  async 'SCRIPT LOAD'({ redis }) {
    assert.match(await redis.scriptLoad(SCRIPT), /^[0-9a-f]{40}$/)
    assert.equal(typeof (await redis.buffers.scriptLoad(SCRIPT)), 'string')
  },

  async 'SCRIPT SHOW'({ redis }) {
    equal(await redis.scriptShow(await redis.scriptLoad(SCRIPT)), SCRIPT)
    await assert.rejects(redis.scriptShow(UNKNOWN), { code: 'NOSCRIPT' })
  },
})
