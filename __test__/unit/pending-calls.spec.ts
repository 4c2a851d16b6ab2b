import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { test } from 'node:test'

interface Slots {
  open(name: string): Promise<unknown>
  lastSlot(): number
  slotsInUse(): number
  settle(...results: unknown[]): void
  readonly words: Uint32Array
}

const slots: Slots = createRequire(__filename)('../../lib/reply/pending-calls.js')
const KIND_SHIFT = 28
const KINDS = { value: 0, json: 1, error: 2, withErrors: 4 }

function call(): { promise: Promise<unknown>; slot: number } {
  const promise = slots.open('TEST')
  return { promise, slot: slots.lastSlot() }
}

for (const [name, kind] of Object.entries(KINDS)) {
  test(`a second result (${name}) for one call reaches nobody, and those behind it reach their callers`, async () => {
    const before = slots.slotsInUse()
    const [first, second] = [call(), call()]
    slots.words.set([first.slot, (first.slot | (kind << KIND_SHIFT)) >>> 0, second.slot])
    // Of several at once, one is told.
    const warned = name === 'value' ? once(process, 'warning') : undefined
    slots.settle('first', '{"surplus":true}', 'second')
    assert.deepEqual(await Promise.all([first.promise, second.promise]), ['first', 'second'])
    assert.equal(slots.slotsInUse(), before)
    const next = [call(), call(), call()]
    assert.equal(new Set(next.map(({ slot }) => slot)).size, 3, 'no slot is given to two calls')
    next.forEach(({ slot }, index) => void (slots.words[index] = slot))
    slots.settle('a', 'b', 'c')
    assert.deepEqual(await Promise.all(next.map(({ promise }) => promise)), ['a', 'b', 'c'])
    const [warning] = (await warned) ?? []
    if (warned !== undefined) assert.match(String(warning), /OxidisWarning.*slot \d+, and reached nobody/)
  })
}
