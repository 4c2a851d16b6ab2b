import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { runProgram, startProgram } from '../support/program'
import { FaultProxy } from '../support/proxy'
import { TestServer } from '../support/server'

/**
 * What calls cost. Each runs in a process of its own, where nothing else makes garbage, and says what is kept after a
 * collection or how far the process ever grew, never what it happens to hold in between.
 */

const MIB = 1024 * 1024
const GC = '--expose-gc'
/** Much longer than a million rejected promises take anywhere, in milliseconds. */
const PATIENCE = 600_000
/** What the server announces and does not send. */
const LENGTHS = [
  '*67108864\r\n',
  '%33554432\r\n',
  '$536870912\r\nabc',
  '*4294967295\r\n',
  '$99999999999999\r\nabc',
]

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

/** What the program prints at its end. */
async function report(source: string, ...args: (string | number)[]): Promise<Record<string, any>> {
  const { end, stdout, stderr } = await runProgram(source, { args, flags: [GC], patience: PATIENCE })
  assert.equal(end, 0, stderr)
  return JSON.parse(stdout) as Record<string, any>
}

test('a million calls while offline are refused at once past the limit, and leave nothing behind', async () => {
  await using proxy = await FaultProxy.start({ target: server })
  proxy.silence()
  const source = `
    const [, url] = process.argv
    const redis = new Redis(url, { connectTimeout: ${PATIENCE}, commandTimeout: ${PATIENCE} })
    const codes = {}
    let last
    const count = (error) => {
      codes[error.code] = (codes[error.code] ?? 0) + 1
      last = error
    }
    const late = []
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    async function calls(amount) {
      for (let called = 0; called < amount; called += 1000) {
        const refused = codes.QUEUE_FULL ?? 0
        for (let call = 0; call < 1000; call += 1) redis.set('key', 'a value of some bytes').catch(count)
        await turn()
        if ((codes.QUEUE_FULL ?? 0) !== refused + 1000) late.push(called)
      }
    }
    function kept() {
      gc()
      const { rss, heapTotal, heapUsed } = process.memoryUsage()
      return { heap: heapUsed, native: rss - heapTotal }
    }
    ;(async () => {
      for (let call = 0; call < 10_000; call += 1) redis.set('key', 'a value of some bytes').catch(count)
      await calls(90_000)
      const before = kept()
      await calls(900_000)
      const after = kept()
      const { name, command, maybeExecuted, message } = last
      redis.destroy()
      await redis.close()
      await turn()
      const heap = after.heap - before.heap
      const native = after.native - before.native
      const peak = process.resourceUsage().maxRSS * 1024
      console.log(JSON.stringify({ codes, late, name, command, maybeExecuted, message, heap, native, peak }))
    })()`
  const { codes, late, heap, native, peak, ...refusal } = await report(source, proxy.url)
  assert.deepEqual(codes, { QUEUE_FULL: 990_000, CLIENT_CLOSED: 10_000 })
  assert.deepEqual(late, [], 'rounds whose refusals were not heard in the next turn')
  assert.deepEqual([refusal.name, refusal.command, refusal.maybeExecuted], ['QueueFullError', 'SET', false])
  assert.match(refusal.message, /offlineQueue\.maxCommands \(10000\)/)
  // A few bytes for each call would be many times this.
  assert.ok(heap < 2 * MIB, `900 000 refused calls keep ${heap} bytes of the heap`)
  assert.ok(native < 24 * MIB, `900 000 refused calls keep ${native} bytes beside the heap`)
  assert.ok(peak < 512 * MIB, `the process took ${peak} bytes`)
})

for (const protocol of [2, 3]) {
  test(`a reply that is too large is read and dropped without its memory (RESP${protocol})`, async () => {
    await server.raw('SETRANGE', 'huge', 256 * MIB, 'end')
    const source = `
      const [, url, protocol] = process.argv
      const redis = new Redis(url, { protocol: Number(protocol), limits: { maxReplyBytes: ${MIB} }, commandTimeout: 60_000 })
      const most = () => process.resourceUsage().maxRSS * 1024
      ;(async () => {
        await redis.echo('connected')
        const before = most()
        const error = await redis.buffers.get('huge').catch((error) => error)
        console.log(JSON.stringify({ code: error.code, grown: most() - before, echo: await redis.echo('next') }))
        await redis.close()
      })()`
    const { code, grown, echo } = await report(source, server.url, protocol)
    assert.deepEqual([code, echo], ['REPLY_LIMIT', 'next'])
    assert.ok(grown < 64 * MIB, `${grown} bytes for a reply of 256 MiB`)
    await server.raw('FLUSHALL')
  })

  test(`a length that nothing follows costs no memory (RESP${protocol})`, async () => {
    const source = `
      const [, url, protocol] = process.argv
      const redis = new Redis(url, { protocol: Number(protocol), commandTimeout: 0 })
      const most = () => process.resourceUsage().maxRSS * 1024
      ;(async () => {
        await redis.echo('connected')
        const before = most()
        process.once('SIGUSR2', async () => {
          const { code } = await redis.with({ timeout: 100, retry: false }).executeCommand('PING').catch((error) => error)
          console.log(JSON.stringify({ code, grown: most() - before }))
          redis.destroy()
        })
        console.log('READY')
      })()`
    for (const bytes of LENGTHS) {
      await using proxy = await FaultProxy.start({ target: server })
      const program = startProgram(source, { args: [proxy.url, protocol] })
      await program.printed('READY')
      proxy.replace({ next: 1 }, bytes)
      program.kill('SIGUSR2')
      const { end, stdout, stderr } = await program.ended
      assert.equal(end, 0, stderr)
      const { code, grown } = JSON.parse(stdout.replace('READY', ''))
      // It waits for the rest, until its caller does not want to wait any longer.
      assert.equal(code, 'COMMAND_TIMEOUT', bytes)
      assert.ok(grown < 64 * MIB, `${grown} bytes for ${JSON.stringify(bytes)}`)
    }
  })
}
