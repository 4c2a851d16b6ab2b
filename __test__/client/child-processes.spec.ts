import assert from 'node:assert/strict'
import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Client, forBothProtocols, openClient } from '../support/client'
import { scratchFolder } from '../support/scratch'
import { startServer } from '../support/server'

const FOLDER = '/proc/self/fd'
/** Enough single calls for their replies to be read on JavaScript's thread, which has a handle of its own to the socket then. */
const LONELY = 64
const LIST = `for each in ${FOLDER}/*; do readlink $each; done; true`

/** What the descriptors of this process are, by their numbers. */
function descriptors(): Map<number, string> {
  const found = new Map<number, string>()
  for (const name of readdirSync(FOLDER)) {
    try {
      found.set(Number(name), readlinkSync(`${FOLDER}/${name}`))
    } catch {
      // That of the folder itself is closed by now.
    }
  }
  return found
}

const sockets = (): [number, string][] => [...descriptors()].filter(([, what]) => what.startsWith('socket:'))

async function use(client: Client): Promise<void> {
  for (let call = 0; call < LONELY; call++) await client.ping()
  const lease = await client.client()
  for (let call = 0; call < LONELY; call++) await lease.ping()
  await client.pubsub().subscribe('inherited')
}

forBothProtocols((protocol) => {
  test(
    'a child process inherits no socket of a client: not by spawn, not by fork',
    { skip: process.platform !== 'linux' && 'descriptors are listed on Linux alone' },
    async (t) => {
      const server = await startServer(t, { unixSocket: true })
      const before = new Set(sockets().map(([, what]) => what))
      await use(openClient(t, server.url, { protocol }))
      await use(openClient(t, { path: server.socketPath, protocol }))
      const ours = sockets().filter(([, what]) => !before.has(what))
      assert.ok(new Set(ours.map(([, what]) => what)).size >= 6, 'each client has three connections')
      const inherits = (list: readonly string[]): boolean => ours.some(([, what]) => list.includes(what))

      const spawned = (...handed: number[]): string[] => {
        const stdio = ['ignore', 'pipe', 'inherit', ...handed] as const
        return spawnSync('sh', ['-c', LIST], { stdio: [...stdio], encoding: 'utf8' }).stdout.split('\n')
      }
      assert.ok(!inherits(spawned()), 'a spawned process has a socket of the client')
      assert.ok(inherits(spawned(ours[0]![0])), 'it would have been seen')

      const program = join(scratchFolder('inherited'), 'child.js')
      const list = `require('node:fs').readdirSync('${FOLDER}').map((name) => { try { return require('node:fs').readlinkSync('${FOLDER}/' + name) } catch { return '' } })`
      writeFileSync(program, `process.send(${list})`)
      const child = fork(program, { execArgv: [] })
      const [found] = (await once(child, 'message')) as [string[]]
      assert.ok(found.length > 3)
      assert.ok(!inherits(found), 'a forked process has a socket of the client')
      child.disconnect()
      await once(child, 'exit')
    },
  )
})
