import { test } from 'node:test'
import { runCancel } from '../../chaos/cancel'
import { forBothProtocols } from '../support/client'

forBothProtocols((protocol) => {
  test('200 000 commands, 20 000 given up at any moment: no foreign reply, no slot, listener or connection lost', async (t) => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    t.diagnostic(
      `npm run chaos -- cancel --seed ${seed} --calls 200000 --cancellations 20000 --protocol ${protocol}`,
    )
    t.diagnostic(await runCancel({ seed, commands: 200_000, cancellations: 20_000, protocol }))
  })
})
