/**
 * The demo behind `npm run demo`: finds or starts a server, goes through the tour, and leaves nothing behind, whether the
 * tour comes to its end, fails or is interrupted. Does not install or build anything.
 */
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { Redis } from 'oxidis'
import { TestServer } from '../../__test__/support/server'
import { Keys } from './keys'
import { say } from './stage'
import { tour } from './tour'

/** What a shell reports of a program that an interrupt has ended. */
const INTERRUPTED = 130

/** A server of our own, on a free port; undefined when there is none on this machine and none can be installed. */
async function startServer(): Promise<TestServer | undefined> {
  const script = resolve(__dirname, '../install-servers.sh')
  const { stdout, status, error } = spawnSync('sh', [script, '--any'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) {
    if (error !== undefined) console.error('A Redis or Valkey server is needed: install one.')
    console.error('Or name a running one: REDIS_URL=redis://localhost:6379 npm run demo')
    return undefined
  }
  if (/^redis-server: /m.test(stdout)) return await TestServer.start({ kind: 'redis' })
  process.env['OXIDIS_VALKEY_SERVER'] = /^valkey-server: (.+)$/m.exec(stdout)?.[1]
  return await TestServer.start({ kind: 'valkey' })
}

async function main(): Promise<number> {
  const url = process.env['REDIS_URL'] || undefined
  const server = url === undefined ? await startServer() : undefined
  if (url === undefined && server === undefined) return 1

  const keys = new Keys()
  const redis = Redis.fromUrl(url ?? server!.url)
  // The tour awaits what can fail, and shows the events that it wants seen.
  redis.on('error', () => {})
  const interrupt = new Promise<typeof INTERRUPTED>((settle) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => settle(INTERRUPTED))
  })
  try {
    const code = await Promise.race([tour(redis, keys, server).then(() => 0), interrupt])
    if (code === INTERRUPTED) say('\nInterrupted.')
    return code
  } catch (error) {
    console.error(error)
    return 1
  } finally {
    // Issued without a pause in between, so that nothing that the tour still calls comes after the removal of its keys.
    const removed = server === undefined ? remove(keys, redis) : undefined
    if (server === undefined) await redis.close()
    else redis.destroy()
    await server?.close()
    await removed
  }
}

async function remove(keys: Keys, redis: Redis): Promise<void> {
  try {
    const count = await keys.remove(redis)
    if (count > 0) say(`The ${count} keys of the demo are deleted; nothing else was touched.`)
  } catch (error) {
    console.error(`The keys ${keys.prefix}* could not be deleted; they expire by themselves.`, error)
  }
}

void main().then((code) => process.exit(code))
