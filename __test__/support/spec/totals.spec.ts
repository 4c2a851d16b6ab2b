import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'

let totals: typeof import('../../../scripts/test-totals.mjs', { with: { 'resolution-mode': 'import' } })
before(async () => (totals = await import('../../../scripts/test-totals.mjs')))

describe('the totals of a test run', () => {
  test('are the sum of what every test binary of cargo says', () => {
    const output = `
running 3 tests
test resp::a ... ok
test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s

test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 4 filtered out; finished in 1.20s
`
    assert.deepEqual(totals.cargoTotals(output), { passed: 12, failed: 2, skipped: 1 })
    assert.deepEqual(totals.cargoTotals('error: could not compile'), totals.noTests())
  })

  test('are what node really reports of passed, failed, cancelled, skipped and todo tests', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oxidis-totals-'))
    try {
      const spec = join(folder, 'sample.spec.cjs')
      writeFileSync(
        spec,
        `const { describe, test } = require('node:test')
         console.log('# pass 99')
         describe('a suite is no test', () => {
           test('one', () => {})
           test('two', () => { throw new Error('no') })
           test('three', { skip: true }, () => {})
           test('four', { todo: true }, () => {})
           test('five', { timeout: 10 }, () => new Promise((resolve) => setTimeout(resolve, 1000)))
         })
         test('six', () => {})`,
      )
      const tap = join(folder, 'results.tap')
      const args = ['--test', '--test-reporter=tap', `--test-reporter-destination=${tap}`, spec]
      // Under a test runner's own variable node would take itself for a part of that run.
      const env = { ...process.env, NODE_TEST_CONTEXT: undefined }
      const [code] = (await once(spawn(process.execPath, args, { stdio: 'ignore', env }), 'exit')) as [number]
      assert.equal(code, 1)
      assert.deepEqual(totals.tapTotals(readFileSync(tap, 'utf8')), { passed: 2, failed: 2, skipped: 2 })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('are missing when a run broke off', () => {
    assert.equal(totals.tapTotals('TAP version 13\nok 1 - a\n'), undefined)
  })

  test('close with a line that leaves out skipped tests when there are none', () => {
    assert.equal(totals.closingLine({ passed: 3, failed: 0, skipped: 0 }), '3 passed, 0 failed')
    const sum = totals.add({ passed: 3, failed: 0, skipped: 1 }, { passed: 1, failed: 2, skipped: 0 })
    assert.equal(totals.closingLine(sum), '4 passed, 2 failed, 1 skipped')
  })
})
