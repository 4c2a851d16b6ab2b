import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { describe, test } from 'node:test'

const ENTRY = resolve(__dirname, '../../index.js')

/** Runs `program` in a process of its own, where nothing else keeps the event loop going. */
async function run(program: string): Promise<{ output: string; code: number | null }> {
  const source = `const { Redis } = require(${JSON.stringify(ENTRY)});(async () => { ${program} })()`
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { output, code }
}

describe('a process', () => {
  test('lives until an awaited close() of a client that never connected is done', async () => {
    const { output, code } = await run(`
      const redis = new Redis({ port: 1 })
      await redis.close()
      await redis.close()
      console.log('closed twice')`)
    assert.deepEqual({ output, code }, { output: 'closed twice\n', code: 0 })
  })

  test('lives until an awaited connect() that fails has failed, and until close() after that', async () => {
    const { output } = await run(`
      const redis = new Redis({ host: '127.0.0.1', port: 1 })
      await redis.connect().catch((error) => console.log(error.code))
      await redis.close()
      console.log('closed')`)
    assert.equal(output, 'CONNECTION_REFUSED\nclosed\n')
  })

  test('does not wait for a client that is not connected', async () => {
    const { output, code } = await run(`new Redis({ port: 1 }); console.log('end')`)
    assert.deepEqual({ output, code }, { output: 'end\n', code: 0 })
  })
})
