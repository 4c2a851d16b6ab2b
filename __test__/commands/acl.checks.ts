import assert, { deepEqual as equal } from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '../support/client'
import type { Check, Scene } from '../support/family'
import { scratchFolder } from '../support/scratch'
import { TestServer } from '../support/server'

/** Does `work` at a server of its own that keeps its users in a file. */
async function withFile(
  { server, protocol }: Scene,
  work: (redis: any, file: string) => Promise<void>,
): Promise<void> {
  const file = join(scratchFolder('acl'), 'users.acl')
  writeFileSync(file, 'user default on nopass ~* &* +@all\n')
  await using own = await TestServer.start({ kind: server.kind, config: { aclfile: file } })
  const redis = createClient(own.url, { protocol })
  try {
    await work(redis, file)
  } finally {
    redis.destroy()
  }
}

export const acl: Record<string, Check> = {
  async 'ACL CAT'({ redis }) {
    assert.ok((await redis.aclCat()).includes('keyspace'))
    assert.ok((await redis.aclCat('hash')).includes('hgetall'))
  },

  async 'ACL DELUSER'({ redis }) {
    await redis.aclSetuser('ann')
    equal(await redis.aclDeluser('ann', 'nobody'), 1)
    equal(await redis.aclDeluser(['ann']), 0)
  },

  async 'ACL DRYRUN'({ redis }) {
    await redis.aclSetuser('ann', 'on', '+get', '~a*')
    equal(await redis.aclDryrun('ann', 'get', 'abc'), 'OK')
    assert.match(await redis.aclDryrun('ann', 'get', 'xyz'), /no permissions/i)
    assert.match(await redis.aclDryrun('ann', 'set', 'a', 'b'), /no permissions/i)
    await redis.aclDeluser('ann')
  },

  async 'ACL GENPASS'({ redis }) {
    assert.match(await redis.aclGenpass(), /^[0-9a-f]{64}$/)
    assert.match(await redis.aclGenpass(20), /^[0-9a-f]{5}$/)
  },

  async 'ACL GETUSER'({ redis }) {
    equal(await redis.aclGetuser('nobody'), null)
    await redis.aclSetuser('ann', 'reset', 'on', '>secret', '~a:*', '&news', '+get', '(+set ~b:*)')
    const user = await redis.aclGetuser('ann')
    equal([user.commands, user.keys, user.channels], ['-@all +get', '~a:*', '&news'])
    assert.ok(user.flags.includes('on'))
    assert.match(user.passwords[0], /^[0-9a-f]{64}$/)
    equal([user.selectors[0].commands, user.selectors[0].keys], ['-@all +set', '~b:*'])
    // All of it is the server's own text.
    equal(await redis.buffers.aclGetuser('ann'), user)
    await redis.aclDeluser('ann')
  },

  async 'ACL LIST'({ redis }) {
    const [user] = await redis.aclList()
    assert.match(user, /^user default on nopass/)
  },

  async 'ACL LOAD'(scene) {
    await assert.rejects(scene.redis.aclLoad(), /not configured to use an ACL file/)
    await withFile(scene, async (redis, file) => {
      writeFileSync(file, 'user default on nopass ~* &* +@all\nuser ann on nopass +get ~*\n')
      equal(await redis.aclLoad(), 'OK')
      equal((await redis.aclUsers()).sort(), ['ann', 'default'])
    })
  },

  async 'ACL LOG'({ redis, server }) {
    equal(await redis.aclLog({ reset: true }), 'OK')
    equal(await redis.aclLog(), [])
    using other = await server.client()
    await assert.rejects(other.call('AUTH', 'nobody', 'wrong'))
    const [denial, ...more] = await redis.aclLog({ count: 5 })
    equal(more, [])
    equal([denial.count, denial.reason, denial.username, denial.object], [1, 'auth', 'nobody', 'AUTH'])
    equal(typeof denial['age-seconds'], 'number')
    equal(denial['client-info'].cmd, 'auth')
    await assert.rejects(redis.aclLog({ count: 5, reset: true }), /exclude each other/)
  },

  async 'ACL SAVE'(scene) {
    await withFile(scene, async (redis) => {
      await redis.aclSetuser('ann', 'on')
      equal(await redis.aclSave(), 'OK')
      await redis.aclDeluser('ann')
      await redis.aclLoad()
      equal((await redis.aclUsers()).sort(), ['ann', 'default'])
    })
  },

  async 'ACL SETUSER'({ redis }) {
    equal(await redis.aclSetuser('ann'), 'OK')
    equal(await redis.aclSetuser('ann', ['on', '+get']), 'OK')
    await assert.rejects(redis.aclSetuser('ann', 'nonsense'), /Error in ACL SETUSER/)
    await redis.aclDeluser('ann')
  },

  async 'ACL USERS'({ redis }) {
    equal(await redis.aclUsers(), ['default'])
  },

  async 'ACL WHOAMI'({ redis }) {
    equal([await redis.aclWhoami(), await redis.buffers.aclWhoami()], ['default', 'default'])
  },
}
