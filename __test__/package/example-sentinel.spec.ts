import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { RawClient } from '../support/raw-client'
import { scratchFolder } from '../support/scratch'

test('the sentinel example shows a recovery, and leaves no server and no file behind', async () => {
  const folder = scratchFolder('example')
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/sentinel.ts'], {
    cwd: resolve(__dirname, '../..'),
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = (await once(child, 'close')) as [number | null]
  assert.equal(code, 0, output)

  const found = (line: RegExp): string[] => {
    const match = line.exec(output)
    assert.ok(match, `${line} is missing in ${output}`)
    return match.slice(1)
  }
  const [before] = found(/the master is 127\.0\.0\.1:(\d+), say the sentinels/)
  const [killed] = found(/write 5: [^]*kill -9 of the master, 127\.0\.0\.1:(\d+)/)
  const [from, to] = found(/kill -9 [^]*the master moved from 127\.0\.0\.1:(\d+) to 127\.0\.0\.1:(\d+)/)
  const [after] = found(/the master moved [^]*: done after [^]*the master is 127\.0\.0\.1:(\d+) now/)
  assert.deepEqual([before, from], [killed, killed])
  assert.equal(after, to)
  assert.notEqual(after, before)

  await assert.rejects(RawClient.connect({ host: '127.0.0.1', port: Number(after) }), {
    code: 'ECONNREFUSED',
  })
  assert.deepEqual(
    readdirSync(folder).filter((name) => !name.startsWith('tsx-')),
    [],
  )
})
