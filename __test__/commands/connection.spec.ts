import assert, { deepEqual as equal } from 'node:assert/strict'
import type { Client } from '../support/client'
import { family, type Scene } from '../support/family'

/** Does `work` with a leased connection. */
async function leased({ redis }: Scene, work: (conn: Client) => Promise<void>): Promise<void> {
  const conn = await redis.client()
  try {
    await work(conn)
  } finally {
    conn.release()
  }
}

family('connection', {
  async AUTH(scene) {
    await leased(scene, async (conn) => {
      await assert.rejects(conn.auth('password'), /without any password configured/)
      await scene.raw('ACL', 'SETUSER', 'ann', 'on', '>secret', '+@all')
      equal(await conn.auth('ann', 'secret'), 'OK')
      equal(await conn.aclWhoami(), 'ann')
      await assert.rejects(conn.auth('ann', 'wrong'), { code: 'WRONGPASS' })
    })
  },

  async 'CLIENT CACHING'(scene) {
    await leased(scene, async (conn) => {
      await conn.clientTracking(true, { optin: true, redirect: await scene.redis.clientId() })
      equal(await conn.clientCaching(true), 'OK')
      await conn.clientTracking(false)
    })
  },

  async 'CLIENT CAPA'(scene) {
    await leased(scene, async (conn) => equal(await conn.clientCapa('redirect'), 'OK'))
  },

  async 'CLIENT GETNAME'(scene) {
    await leased(scene, async (conn) => {
      equal(await conn.clientGetname(), null)
      await conn.clientSetname('ann')
      equal(await conn.buffers.clientGetname(), 'ann')
    })
  },

  async 'CLIENT GETREDIR'({ redis }) {
    equal(await redis.clientGetredir(), -1)
  },

  async 'CLIENT ID'({ redis }) {
    assert.ok((await redis.clientId()) > 0)
  },

  async 'CLIENT IMPORT-SOURCE'(scene) {
    await leased(scene, async (conn) => {
      await assert.rejects(conn.clientImportSource(true), /import mode/)
      equal(await conn.clientImportSource(false), 'OK')
    })
  },

  async 'CLIENT INFO'({ redis, protocol, has }) {
    const info = await redis.clientInfo()
    equal([info.id, info.db, info.user], [`${await redis.clientId()}`, '0', 'default'])
    if (has({ redis: '7.0.0', valkey: '7.2.0' })) equal(info.resp, `${protocol}`)
  },

  async 'CLIENT KILL'({ redis, server }) {
    using other = await server.client()
    const id = await other.call('CLIENT', 'ID')
    equal(await redis.clientKill({ id: Number(id), skipme: true }), 1)
    await assert.rejects(other.call('PING'))
    equal(await redis.clientKill({ addr: '127.0.0.1:1', type: 'pubsub' }), 0)
    await assert.rejects(redis.clientKill({}), /at least one option must be given/)
  },

  async 'CLIENT LIST'({ redis, has }) {
    const id = await redis.clientId()
    const [own, ...others] = await redis.clientList({ id })
    equal([own.id, own.cmd, others.length], [`${id}`, 'client|list', 0])
    assert.ok((await redis.clientList()).length >= 1)
    equal((await redis.clientList({ id: [id, 999_999] })).length, 1)
    equal(await redis.clientList({ type: 'pubsub' }), [])
    if (has({ valkey: '9.0.0' })) equal((await redis.clientList({ id, notUser: 'ann', db: 0 })).length, 1)
    equal((await redis.buffers.clientList({ id }))[0].id, `${id}`)
  },

  async 'CLIENT NO-EVICT'(scene) {
    await leased(scene, async (conn) => equal(await conn.clientNoEvict(true), 'OK'))
  },

  async 'CLIENT NO-TOUCH'(scene) {
    await leased(scene, async (conn) => equal(await conn.clientNoTouch(true), 'OK'))
  },

  async 'CLIENT PAUSE'({ redis }) {
    equal(await redis.clientPause(60_000, 'write'), 'OK')
    equal(await redis.get('k'), null)
    equal(await redis.clientUnpause(), 'OK')
  },

  async 'CLIENT SETINFO'(scene) {
    await leased(scene, async (conn) => {
      equal(await conn.clientSetinfo('lib-name', 'test'), 'OK')
      equal((await conn.clientInfo())['lib-name'], 'test')
    })
  },

  async 'CLIENT SETNAME'(scene) {
    await leased(scene, async (conn) => {
      equal(await conn.clientSetname('ann'), 'OK')
      equal((await conn.clientInfo()).name, 'ann')
    })
  },

  async 'CLIENT TRACKING'(scene) {
    await leased(scene, async (conn) => {
      const redirect = await scene.redis.clientId()
      equal(
        await conn.clientTracking(true, { bcast: true, prefix: ['a:', 'b:'], noloop: true, redirect }),
        'OK',
      )
      const info = await conn.clientTrackinginfo()
      equal(info.redirect, redirect)
      equal(info.prefixes.sort(), ['a:', 'b:'])
      equal(info.flags.sort(), ['bcast', 'noloop', 'on'])
      equal(await conn.clientTracking(false), 'OK')
    })
  },

  async 'CLIENT TRACKINGINFO'({ redis }) {
    equal(await redis.clientTrackinginfo(), { flags: ['off'], redirect: -1, prefixes: [] })
  },

  async 'CLIENT UNBLOCK'({ redis, server }) {
    using other = await server.client()
    const id = Number(await other.call('CLIENT', 'ID'))
    equal(await redis.clientUnblock(id), false)
    const blocked = other.call('BLPOP', 'none', '0')
    while (!(await redis.clientUnblock(id, 'timeout')));
    equal(await blocked, null)
  },

  async 'CLIENT UNPAUSE'({ redis }) {
    equal(await redis.clientUnpause(), 'OK')
  },

  async ECHO({ redis }) {
    equal(await redis.echo('message'), 'message')
    equal(await redis.buffers.echo(Buffer.from([0xff])), Buffer.from([0xff]))
  },

  async PING({ redis }) {
    equal(await redis.ping(), 'PONG')
    equal(await redis.ping('message'), 'message')
    equal([await redis.buffers.ping(), await redis.buffers.ping('m')], ['PONG', Buffer.from('m')])
  },

  async SELECT(scene) {
    await leased(scene, async (conn) => {
      equal(await conn.select(1), 'OK')
      await conn.set('elsewhere', 1)
      equal(await scene.redis.exists('elsewhere'), 0)
    })
  },
})
