import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openClient } from '../support/client'
import { startServer } from '../support/server'

type Reply = Record<string, string> | string[]

/** Objects of more members than this come another way (see lib/reply/assemble.js). */
const WIDE = 128

/** More elements than the addon hands to JavaScript in one call, and a part of another call. */
const SEVERAL_CALLS = 10_001

for (const protocol of [2, 3] as const) {
  describe(`arrays of many elements, RESP${protocol}`, () => {
    test('hold every element in its place, however many', async (t) => {
      const server = await startServer(t)
      const client = openClient(t, server.url, { protocol })
      for (const count of [23, 24, 25, 4096, 4097, SEVERAL_CALLS]) {
        const keys = Array.from({ length: count }, (_, index) => `key:${index}`)
        // Every third is missing; texts are empty, ASCII, of other scripts and long.
        const expected = keys.map((_, index) =>
          index % 3 === 0
            ? null
            : (['', `v${index}`, 'ключ', `😀${'x'.repeat(index % 400)}`][index % 4] ?? ''),
        )
        await client.flushall()
        await client.mset(
          Object.fromEntries(
            keys.flatMap((key, index) => (expected[index] == null ? [] : [[key, expected[index]]])),
          ),
        )
        assert.deepEqual(await client.mget(keys), expected)
        assert.deepEqual(
          await client.buffers.mget(keys),
          expected.map((text) => (text === null ? null : Buffer.from(text))),
        )
      }
    })

    test('hold numbers as they are', async (t) => {
      const server = await startServer(t)
      const client = openClient(t, server.url, { protocol })
      const script = `redis.setresp(3); local t = {} for i = 1, 5000 do t[i] = i * 1000003 end return t`
      const expected = Array.from({ length: 5000 }, (_, index) => (index + 1) * 1_000_003)
      assert.deepEqual(await client.executeCommand('EVAL', script, 0), expected)
      await client.set('big', Buffer.from('0020000000000001', 'hex'))
      const reads = Array.from({ length: 30 }, () => ['GET', 'i64', 0]).flat()
      assert.deepEqual(
        await client.executeCommand('BITFIELD', ['big', ...reads]),
        Array.from({ length: 30 }, () => 9007199254740993n),
      )
    })

    test('of bytes that are no text keep them in the buffers view', async (t) => {
      const server = await startServer(t)
      const client = openClient(t, server.url, { protocol })
      const values = Array.from({ length: 300 }, (_, index) => Buffer.from([index & 255, 0xff, 0, 13, 10]))
      await client.executeCommand('RPUSH', ['list', ...values])
      assert.deepEqual(await client.buffers.executeCommand('LRANGE', 'list', 0, -1), values)
    })

    test('with an error among them have it in its place', async (t) => {
      const server = await startServer(t)
      const client = openClient(t, server.url, { protocol })
      const script = `local t = {} for i = 1, 99 do t[i] = i end t[100] = redis.error_reply('MINE is here') return t`
      const reply: unknown[] = await client.executeCommand('EVAL', script, 0)
      assert.equal(reply.length, 100)
      assert.equal(reply[98], 99)
      assert.ok(reply[99] instanceof Error)
      assert.equal((reply[99] as Error & { code?: string }).code, 'MINE')
    })
  })

  describe(`members with scores and entries of streams, RESP${protocol}`, () => {
    test('pairs keep their members and scores', async (t) => {
      const server = await startServer(t)
      const client = openClient(t, server.url, { protocol })
      const scores = [0, -0.5, 1e300, 1.5e-7, Infinity, 9007199254740993, 0.1, 123456.789012345]
      for (const count of [11, 12, 13, 5000]) {
        const members = Array.from({ length: count }, (_, index) => `ü${index}`)
        const expected = members.map((member, index) => [member, scores[index % scores.length]])
        await client.del('zset')
        await client.executeCommand('ZADD', [
          'zset',
          ...expected.flatMap(([member, score]) => [score, member]),
        ])
        const reply: [string, number][] = await client.zrange('zset', 0, -1, { withscores: true })
        assert.deepEqual(new Map(reply), new Map(expected as [string, number][]))
        assert.equal(reply.length, count)
        const bytes: [Buffer, number][] = await client.buffers.zrange('zset', 0, -1, { withscores: true })
        assert.deepEqual(
          bytes.map(([member, score]) => [member.toString(), score]),
          reply,
        )
      }
    })

    test('entries keep their ids and fields, whatever these are called', async (t) => {
      const server = await startServer(t)
      const client = openClient(t, server.url, { protocol })
      const fieldsOf = (index: number): [string, string][] => [
        ['same', `${index}`],
        ['__proto__', 'not the prototype'],
        ...(index % 3 === 0 ? ([['ключ', 'ü']] as [string, string][]) : []),
        [`${index % 5}`, 'x'.repeat(index % 50)],
      ]
      for (const count of [5, 6, 7, 3000]) {
        await client.del('stream')
        const calls = []
        for (let index = 0; index < count; index += 1) {
          const id = `${index + 1}-0`
          calls.push(client.executeCommand('XADD', ['stream', id, ...fieldsOf(index).flat()]))
        }
        await Promise.all(calls)
        const entries: [string, Record<string, string>][] = await client.xrange('stream', '-', '+')
        assert.equal(entries.length, count)
        for (const [index, [id, fields]] of entries.entries()) {
          assert.equal(id, `${index + 1}-0`)
          assert.deepEqual(new Map(Object.entries(fields)), new Map(fieldsOf(index)))
          assert.equal(Object.getPrototypeOf(fields), Object.prototype)
        }
      }
    })
  })

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
