#!/usr/bin/env node
/**
 * Whether the addon of this machine loads and does its work. Needs no server: the few commands that it sends are answered
 * here. Run on every platform that has a prebuilt addon.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import process from 'node:process'
import oxidis from '../index.js'

const CALLS = 10_000

/** Takes the first whole command, an array of bulk strings, off `bytes`. */
function command(bytes) {
  let at = 0
  const line = () => {
    const end = bytes.indexOf('\r\n', at)
    if (end < 0) return undefined
    const number = Number(bytes.toString('latin1', at + 1, end))
    at = end + 2
    return number
  }
  const count = line()
  if (count === undefined) return undefined
  const words = []
  while (words.length < count) {
    const length = line()
    if (length === undefined || bytes.length < at + length + 2) return undefined
    words.push(bytes.subarray(at, at + length))
    at += length + 2
  }
  return { words, rest: bytes.subarray(at) }
}

/** A server that knows SET and GET, speaks RESP2, and says OK to the rest. */
function answer(words, data) {
  const [name, key, value] = words
  switch (name.toString().toUpperCase()) {
    case 'HELLO':
      return "-ERR unknown command 'HELLO'\r\n"
    case 'SET':
      data.set(key.toString('hex'), value)
      return '+OK\r\n'
    case 'GET': {
      const found = data.get(key.toString('hex'))
      return found
        ? Buffer.concat([Buffer.from(`$${found.length}\r\n`), found, Buffer.from('\r\n')])
        : '$-1\r\n'
    }
    default:
      return '+OK\r\n'
  }
}

const server = createServer((socket) => {
  const data = new Map()
  let bytes = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk])
    for (let next = command(bytes); next !== undefined; next = command(bytes)) {
      socket.write(answer(next.words, data))
      bytes = next.rest
    }
  })
})
await once(server.listen(0, '127.0.0.1'), 'listening')

const redis = new oxidis.Redis({ host: '127.0.0.1', port: server.address().port })
await redis.connect()
await redis.set('text', 'Grüße, 世界')
assert.equal(await redis.get('text'), 'Grüße, 世界')
await redis.set('bytes', Buffer.from([0, 255, 13, 10]))
assert.deepEqual(await redis.buffers.get('bytes'), Buffer.from([0, 255, 13, 10]))
const replies = await Promise.all(
  Array.from({ length: CALLS }, (_, index) =>
    redis.set(`key:${index}`, index).then(() => redis.get(`key:${index}`)),
  ),
)
assert.deepEqual(
  replies,
  Array.from({ length: CALLS }, (_, index) => String(index)),
)
await redis.close()
server.close()

const nobody = new oxidis.Redis({ host: '127.0.0.1', port: 1, connectTimeout: 10_000 })
await assert.rejects(nobody.connect(), (error) => error instanceof oxidis.ConnectionError)
await nobody.close()
const { versions } = process
const host = ['deno', 'bun', 'node'].find((name) => versions[name] !== undefined)
console.log(`The addon works on ${process.platform}-${process.arch}, ${host} ${versions[host]}.`)
