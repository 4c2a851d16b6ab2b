// First: it looks at the client from before its first call.
import { runMixture } from '../../chaos/mixture'
import { test } from 'node:test'
import { forBothProtocols } from '../support/client'

forBothProtocols((protocol) => {
  test('150 000 calls of every kind, thousands of them given up, through cuts: every value is its own, every write as said', async (t) => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    t.diagnostic(`npm run chaos -- mixture --seed ${seed} --calls 150000 --protocol ${protocol}`)
    t.diagnostic(await runMixture({ seed, calls: 150_000, protocol }))
  })
})
