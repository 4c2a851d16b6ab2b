import { test } from 'node:test'
import { runCommands } from '../../chaos/commands'
import { forBothProtocols } from '../support/client'

forBothProtocols((protocol) => {
  test('200 000 commands through 50 cuts: no foreign reply, no write twice, every call settles', async (t) => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    t.diagnostic(`npm run chaos -- commands --seed ${seed} --commands 200000 --cuts 50`)
    t.diagnostic(await runCommands({ seed, commands: 200_000, cuts: 50, protocol }))
  })
})
