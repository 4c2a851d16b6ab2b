import { deepEqual as equal } from 'node:assert/strict'
import { family } from '../support/family'

family('hyperloglog', {
  async PFADD({ redis }) {
    equal(await redis.pfadd('h', 'a', 'b'), true)
    equal(await redis.pfadd('h', ['a', 'b']), false)
    equal(await redis.pfadd('empty'), true)
    equal(await redis.pfadd('empty'), false)
  },

  async PFCOUNT({ redis }) {
    await redis.pfadd('h', 'a', 'b')
    await redis.pfadd('i', 'b', 'c')
    equal(await redis.pfcount('h'), 2)
    equal(await redis.pfcount('h', 'i', 'none'), 3)
  },

  async PFDEBUG({ redis }) {
    await redis.pfadd('h', 'a')
    equal(await redis.pfdebug('encoding', 'h'), 'sparse')
  },

  async PFMERGE({ redis }) {
    await redis.pfadd('h', 'a')
    await redis.pfadd('i', 'b')
    equal(await redis.pfmerge('all', 'h', 'i'), 'OK')
    equal(await redis.pfmerge('all'), 'OK')
    equal(await redis.pfcount('all'), 2)
  },

  async PFSELFTEST({ redis }) {
    equal(await redis.with({ timeout: 60_000 }).pfselftest(), 'OK')
  },
})
