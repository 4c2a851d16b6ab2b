import { deepEqual as equal } from 'node:assert/strict'
import { family } from '../support/family'

family('transactions', {
  async UNWATCH({ redis }) {
    const conn = await redis.client()
    try {
      await conn.watch('k')
      equal(await conn.unwatch(), 'OK')
      await redis.set('k', 'changed')
      equal(await conn.executeCommand('MULTI'), 'OK')
      equal(await conn.executeCommand('EXEC'), [])
    } finally {
      conn.release()
    }
  },

  async WATCH({ redis }) {
    const conn = await redis.client()
    try {
      equal(await conn.watch('a', 'b'), 'OK')
      await redis.set('b', 'changed')
      equal(await conn.executeCommand('MULTI'), 'OK')
      equal(await conn.executeCommand('EXEC'), null)
    } finally {
      conn.release()
    }
  },
})
