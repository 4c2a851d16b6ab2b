import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** Looks at resources as Jest's `--detectOpenHandles` does: active are those that have a reference, or cannot say. */
const PROGRAM = `
const { createHook } = require('node:async_hooks')
const seen = []
createHook({
  init(id, type, trigger, resource) {
    if (type === 'oxidis') seen.push(resource)
  },
}).enable()
const { Redis } = require('./index.js')
const active = () => seen.filter((resource) => !('hasRef' in resource) || resource.hasRef()).length > 0
const main = async () => {
  const said = [seen.length > 0, active()]
  const redis = new Redis(process.argv[1])
  said.push(active())
  await redis.connect()
  said.push(active())
  redis.unref()
  said.push(active())
  redis.ref()
  await redis.close()
  said.push(active())
  console.log(JSON.stringify(said))
}
main()
`

test('async hooks see an active handle while an open client keeps the process alive, and at no other time', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', PROGRAM, server.url], {
    cwd: join(__dirname, '../..'),
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  assert.deepEqual(JSON.parse(stdout), [true, false, false, true, false, false])
})
