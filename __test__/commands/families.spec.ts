import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { table } from '../support/recorder'

test('every family has the tests that ask for one of every row', () => {
  const families = new Set(table.filter((row) => row.methods.length > 0).map((row) => row.family))
  const tested = readdirSync(__dirname)
    .map((file) => /^(.*)\.spec\.ts$/.exec(file)?.[1])
    .filter((name) => name !== undefined && name !== 'families')
  assert.deepEqual([...families].sort(), tested.sort())
})
