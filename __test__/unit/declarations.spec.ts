import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../support/scratch'

const PROJECT = dirname(dirname(__dirname))

/** All declarations together; editors read them at every start. */
const MOST_BYTES = 300_000

/**
 * What a file that uses the client may make the compiler do beyond an empty one. On two cores of 2026, so many types and
 * instantiations take well below a second; counts, unlike times, are the same on every machine.
 */
const MOST_TYPES = 40_000
const MOST_INSTANTIATIONS = 40_000

const USING = `
import { Redis } from '${join(PROJECT, 'index')}'
const redis = new Redis({ port: 6379, keyPrefix: 'app:' })
export async function use(): Promise<string | null> {
  await redis.set('k', 'v', { ex: 60, nx: true })
  await redis.zadd('z', [['a', 1]], { gt: true })
  for await (const key of redis.scanIter({ match: 'user:*' })) await redis.del(key)
  const scored: [string, number][] = await redis.zrange('z', 0, -1, { withscores: true })
  return redis.buffers.get('k').then((value) => value && \`\${value.length} \${scored.length}\`)
}
`

interface Cost {
  types: number
  instantiations: number
  seconds: number
}

/** What compiling a program of this one file costs. */
function compile(name: string, source: string): Cost {
  const folder = join(scratchFolder('declarations'), name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'program.ts'), source)
  const compilerOptions = { types: ['node'], typeRoots: [join(PROJECT, 'node_modules/@types')] }
  const config = { extends: join(PROJECT, 'tsconfig.json'), include: ['program.ts'], compilerOptions }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const { stdout: output, status } = spawnSync(
    join(PROJECT, 'node_modules/.bin/tsc'),
    ['--noEmit', '--extendedDiagnostics', '-p', folder],
    { encoding: 'utf8' },
  )
  assert.equal(status, 0, output)
  const figure = (label: string): number => {
    const found = new RegExp(`^${label}:\\s+([\\d.]+)`, 'm').exec(output)
    assert.ok(found, `tsc says nothing about ${label}:\n${output}`)
    return Number(found[1])
  }
  return {
    types: figure('Types'),
    instantiations: figure('Instantiations'),
    seconds: figure('Total time'),
  }
}

test('the declarations are small', () => {
  const inTypes = readdirSync(join(PROJECT, 'types')).map((name) => `types/${name}`)
  const files = [...readdirSync(PROJECT), ...inTypes].filter(
    (name) => /\.d\.m?ts$/.test(name) && name !== 'binding.d.ts',
  )
  assert.ok(files.includes('types/commands.d.ts') && files.includes('index.d.ts'))
  const bytes = files.reduce((sum, name) => sum + statSync(join(PROJECT, name)).size, 0)
  assert.ok(bytes < MOST_BYTES, `${bytes} bytes`)
})

test('every option accepts undefined, for exactOptionalPropertyTypes', () => {
  let options = 0
  for (const name of [
    'index.d.ts',
    'types/pool.d.ts',
    'types/pubsub.d.ts',
    'types/sentinel.d.ts',
    'types/commands.d.ts',
  ]) {
    const text = readFileSync(join(PROJECT, name), 'utf8')
    const interfaces = text.matchAll(
      /^export interface (\w*(?:Options|OptionsBase|Settings|Credentials|Address|Details))\b[^{]*\{\n(.*?)^\}/gms,
    )
    for (const [, type, body] of interfaces) {
      for (const [, option, rest] of (body as string).matchAll(/^  (\w+)\?:(.*(?:\n    .*|\n  [}|].*)*)/gm)) {
        assert.match(rest as string, /\| undefined$/, `${name}: ${type}.${option}`)
        options++
      }
    }
  }
  assert.ok(options > 250, `${options}`)
})

test('the compiler has little to do for a file that uses the client', (context) => {
  const empty = compile('empty', 'export {}\n')
  const using = compile('using', USING)
  const types = using.types - empty.types
  const instantiations = using.instantiations - empty.instantiations
  const seconds = (using.seconds - empty.seconds).toFixed(2)
  context.diagnostic(`${types} types, ${instantiations} instantiations, ${seconds} s more than an empty file`)
  assert.ok(types > 0 && types < MOST_TYPES, `${types} types`)
  assert.ok(instantiations < MOST_INSTANTIATIONS, `${instantiations} instantiations`)
})
