import assert from 'node:assert/strict'
import { test } from 'node:test'
import { play, schedule } from '../../chaos/sentinel'
import { type Figures, longestGap, missed } from '../../chaos/sentinel-figures'
import { SCENES } from '../../chaos/sentinel-stage'

test('failovers, a freeze and a full outage: every caller is told the truth, and writes succeed again', async (t) => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  t.diagnostic(`npm run chaos -- sentinel --seed ${seed} --runs 1`)
  const figures = await play('oxidis', { seed, runs: 1, scenes: SCENES, stages: 2 })
  assert.deepEqual(figures.map(({ scene }) => scene).sort(), [...SCENES].sort())
  for (const { scene, wrong, values } of figures) {
    assert.deepEqual(wrong, [])
    const { afterEvent, readonly, twice, unsettled } = values
    assert.deepEqual({ readonly, twice, unsettled }, { readonly: 0, twice: 0, unsettled: 0 })
    assert.ok(Number.isFinite(afterEvent), `${scene}: no write succeeded on the new master`)
  }
})

test('a seed decides what happens, also to a scene alone', () => {
  const options = { seed: 7, runs: 3, scenes: SCENES, stages: 1 }
  const plans = schedule(options)
  assert.equal(plans.length, 3 * SCENES.length)
  assert.deepEqual(schedule(options), plans)
  assert.deepEqual(
    schedule({ ...options, scenes: ['kill'] }),
    plans.filter(({ scene }) => scene === 'kill'),
  )
  assert.notDeepEqual(schedule({ ...options, seed: 8 }), plans)
})

test('bars that are missed are named, and so is an untruth', () => {
  const good = { toSwitch: 2000, afterSwitch: 10, afterEvent: 2010, afterQuorum: undefined, gap: 2010 }
  const counts = { readonly: 0, failed: 0, failedYetKept: 0, lost: 0, twice: 0, unsettled: 0 }
  const values = { ...good, ...counts }
  const kill: Figures = { scene: 'kill', wrong: [], values }
  assert.deepEqual(missed([kill, kill]), [])
  const late = { ...kill, values: { ...values, afterEvent: 3501 } }
  assert.deepEqual(missed([kill, late]), ['kill -9 to the first good write: max 3501 ms, more than 3500 ms'])
  const never = { ...kill, values: { ...values, afterSwitch: Infinity, afterEvent: Infinity } }
  assert.equal(missed([never]).length, 2)
  const graceful: Figures = { scene: 'graceful', wrong: [], values: { ...values, gap: 20, readonly: 1 } }
  assert.deepEqual(missed([graceful]), ['graceful: READONLY errors that callers saw: 1'])
  assert.deepEqual(missed([{ ...kill, wrong: ['kill 1: x was executed twice'] }]), [
    'kill 1: x was executed twice',
  ])
})

test('the cost of a failover is counted from a call on, and to the end where no write succeeds again', () => {
  const good = (begun: number, settled: number) => ({ value: '', begun, settled })
  const bad = (begun: number, settled: number) => ({ ...good(begun, settled), error: new Error('lost') })
  // Nothing was called between 12 and 300.
  assert.equal(longestGap([good(0, 1), good(10, 12), good(300, 302), good(310, 312)]), 2)
  assert.equal(longestGap([good(0, 1), bad(10, 11), bad(20, 25), good(30, 90), good(40, 91)]), 80)
  assert.equal(longestGap([good(0, 1), bad(10, 11), bad(20, 25), bad(500, 501)]), 490)
})
