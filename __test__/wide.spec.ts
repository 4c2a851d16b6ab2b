import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openClient } from './support/client'
import { startServer } from './support/server'

type Reply = Record<string, string> | string[]

/** Objects of more members than this come another way (see lib/wide.js). */
const WIDE = 128

for (const protocol of [2, 3] as const) {
  describe(`objects of many members, RESP${protocol}`, () => {
    test('are those that few members make', async (t) => {
      const server = await startServer(t)
      const client = openClient(t, server.url, { protocol })
      const special: [string, string][] = [
        ['__proto__', 'not the prototype'],
        ['constructor', 'not the constructor'],
        ['7', 'an index'],
        ['"quoted"\n\\', 'ü€😀'],
        ['ключ', ''],
        ['', 'no name'],
      ]
      for (const count of [WIDE - 1, WIDE, WIDE + 1, 1000]) {
        const fields = [...special]
        while (fields.length < count) fields.push([`field ${fields.length}`, `value ${fields.length}`])
        const key = `wide:${count}`
        await client.executeCommand('HSET', [key, ...fields.flat()])
        const expected = Object.fromEntries(fields)
        Object.defineProperty(expected, '__proto__', {
          value: 'not the prototype',
          writable: true,
          enumerable: true,
          configurable: true,
        })
        // Twice: the names of the second reply are known from the first.
        for (let time = 0; time < 2; time++) {
          const reply: Reply = await client.executeCommand('HGETALL', key)
          const pairs = Array.isArray(reply) ? paired(reply) : Object.entries(reply)
          assert.deepEqual(new Map(pairs), new Map(Object.entries(expected)))
          if (Array.isArray(reply)) continue
          assert.equal(Object.getPrototypeOf(reply), Object.prototype)
          assert.ok(Object.hasOwn(reply, '__proto__'))
        }
        await client.executeCommand('HSET', key, 'field 100', 'another value')
        const changed: Reply = await client.executeCommand('HGETALL', key)
        const value = Array.isArray(changed)
          ? new Map(paired(changed)).get('field 100')
          : changed['field 100']
        assert.equal(value, 'another value')
      }
    })

    test('with values that JSON cannot say are made all the same', async (t) => {
      const server = await startServer(t)
      const client = openClient(t, server.url, { protocol })
      const script = `redis.setresp(3); local m = {} for i = 1, 300 do m['f' .. i] = {double = 1 / 0} end return {map = m}`
      const reply: object = await client.executeCommand('EVAL', script, 0)
      const pairs = Array.isArray(reply) ? paired(reply) : Object.entries(reply)
      assert.equal(pairs.length, 300)
      for (const [, value] of pairs) assert.ok(value === Infinity || value === 'inf')
    })
  })
}

function paired<T>(flat: readonly T[]): [T, T][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index]!, flat[2 * index + 1]!])
}
