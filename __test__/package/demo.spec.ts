import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { FaultProxy } from '../support/proxy'
import { RawClient } from '../support/raw-client'
import { scratchFolder } from '../support/scratch'
import { startServer } from '../support/server'

const DEMO = join(__dirname, '../../scripts/demo/main.ts')

interface Run {
  readonly child: ChildProcess
  /** The temporary folder of the run alone. */
  readonly folder: string
  /** Resolves when the demo has printed this. */
  printed(text: string): Promise<void>
  end(): Promise<{ output: string; code: number | null }>
}

function start(url: string | undefined): Run {
  const folder = scratchFolder('demo')
  const env: NodeJS.ProcessEnv = { ...process.env, TMPDIR: folder, REDIS_URL: url }
  if (url === undefined) delete env['REDIS_URL']
  const child = spawn(process.execPath, ['--import', 'tsx', DEMO], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text))
  const closed = once(child, 'close') as Promise<[number | null]>
  return {
    child,
    folder,
    async printed(text) {
      while (!output.includes(text)) {
        const more = await Promise.race([once(child.stdout!, 'data'), closed.then(() => undefined)])
        if (more === undefined && !output.includes(text))
          assert.fail(`the demo ended without ${text}: ${output}`)
      }
    },
    async end() {
      const [code] = await closed
      return { output, code }
    },
  }
}

/** What the demo has left in its temporary folder, but for the cache of the TypeScript loader. */
function leftovers(folder: string): string[] {
  return readdirSync(folder).filter((name) => !name.startsWith('tsx-'))
}

describe('the demo', () => {
  test('shows everything with a server of its own, and leaves nothing behind', async () => {
    const run = start(undefined)
    const { output, code } = await run.end()
    assert.equal(code, 0, output)
    const steps = [
      'Connect',
      'Typed commands',
      'Binary values',
      'A burst',
      'A lost server',
      'Readable errors',
    ]
    for (const step of [
      ...steps,
      'per second',
      'the server is killed',
      "event 'reconnecting'",
      'code: ERR',
    ]) {
      assert.ok(output.includes(step), `${step} is missing in ${output}`)
    }
    assert.deepEqual(leftovers(run.folder), [])
  })

  test('does not kill a server that is not its own, and deletes its keys there', async (context) => {
    const server = await startServer(context)
    await server.raw('SET', 'mine', 'kept')
    const { pid } = server
    const { output, code } = await start(server.url).end()
    assert.equal(code, 0, output)
    assert.match(output, /A lost server\n-+\n {2}Skipped/)
    assert.equal(server.pid, pid)
    assert.equal(await server.raw('DBSIZE'), 1)
    assert.equal(String(await server.raw('GET', 'mine')), 'kept')
  })

  test('says why when the server cannot be reached, and fails', async () => {
    const { output, code } = await start('redis://127.0.0.1:1').end()
    assert.equal(code, 1, output)
  })

  test('deletes its keys when it is interrupted in the middle of its burst', async (context) => {
    const server = await startServer(context)
    const proxy = await FaultProxy.start({ target: server })
    context.after(() => proxy.close())
    const fault = proxy.stallAt({ frame: 5000 })
    const run = start(proxy.url)
    await fault.fired()
    run.child.kill('SIGINT')
    await run.printed('Interrupted.')
    proxy.resume()
    const { output, code } = await run.end()
    assert.equal(code, 130, output)
    assert.match(output, /The 10\d\d keys of the demo are deleted/)
    assert.equal(await server.raw('DBSIZE'), 0)
    assert.deepEqual(leftovers(run.folder), [])
  })

  test('leaves no server and no file behind when it is interrupted with a server of its own', async () => {
    const run = start(undefined)
    await run.printed('an ephemeral server')
    run.child.kill('SIGINT')
    const { output } = await run.end()
    const port = Number(/an ephemeral server, port (\d+)/.exec(output)?.[1])
    await assert.rejects(RawClient.connect({ host: '127.0.0.1', port }), { code: 'ECONNREFUSED' })
    assert.deepEqual(leftovers(run.folder), [])
  })
})
