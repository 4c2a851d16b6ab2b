import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from '../../chaos/pubsub'
import { forBothProtocols } from '../support/client'

forBothProtocols((protocol) => {
  test('messages come once and in order, and each outage is one gap, however often the connection is killed', async () => {
    const outcome = await run({ protocol, seconds: 4, rate: 5000, interval: 200 })
    const { seed, lost, duplicated, kills, gaps } = outcome
    assert.deepEqual({ lost, duplicated, gaps }, { lost: 0, duplicated: 0, gaps: kills }, `seed ${seed}`)
    assert.ok(kills >= 5 && outcome.received > 1000)
  })
})
