import { test } from 'node:test'
import { runPool } from '../../chaos/pool'
import { forBothProtocols } from '../support/client'

forBothProtocols((protocol) => {
  test('leases and blocking commands through 40 cuts: nothing foreign, nothing left behind, every call settles', async (t) => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    t.diagnostic(`npm run chaos -- pool --seed ${seed} --protocol ${protocol} --actions 10000 --cuts 40`)
    t.diagnostic(await runPool({ seed, actions: 10_000, cuts: 40, protocol }))
  })
})
