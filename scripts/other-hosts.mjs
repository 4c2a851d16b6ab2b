#!/usr/bin/env node
/**
 * Whether the package works under Deno and Bun: the smoke test, and a program that only imports it, both of which have to end by
 * themselves and well. The npm packages `deno` and `bun` carry the programs; they go to node_modules/.cache/oxidis/hosts and are no
 * dependencies of the project. The last line is the total. Where npm cannot install them, those that are there are used; without any
 * it is an error.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { cachePackages } from './cached-packages.mjs'

/** Much longer than either program takes. */
const PATIENCE_MS = 60_000

const project = fileURLToPath(new URL('..', import.meta.url))
const { folder, isNewest } = cachePackages('hosts', ['deno', 'bun'])
if (!isNewest) console.error('NOTICE: npm could not look for newer versions of deno and bun.')

/** The first of these files that is there: the packages differ by the C library. */
const first = (...paths) => paths.map((path) => join(folder, 'node_modules', path)).find(existsSync)
const { platform, arch } = process
const hosts = [
  {
    name: 'Deno',
    program: first(`@deno/${platform}-${arch}-glibc/deno`, `@deno/${platform}-${arch}/deno`),
    script: ['run', '-A'],
    code: ['eval'],
  },
  {
    name: 'Bun',
    program: first(`@oven/bun-${platform}-${arch}/bin/bun`, `@oven/bun-${platform}-${arch}-baseline/bin/bun`),
    script: [],
    code: ['-e'],
  },
]

const smoke = join(project, 'scripts/smoke.mjs')
const imports = `import ${JSON.stringify(new URL('../index.mjs', import.meta.url).href)}`

let passed = 0
let failed = 0
for (const { name, program, script, code } of hosts) {
  const programs = [
    ['the smoke test', ...script, smoke],
    ['a mere import', ...code, imports],
  ]
  for (const [what, ...args] of programs) {
    const options = { cwd: project, stdio: ['ignore', 'inherit', 'inherit'], timeout: PATIENCE_MS }
    const { status, signal, error } =
      program === undefined
        ? { error: new Error('the npm package has no program for this machine, or is not installed') }
        : spawnSync(program, args, options)
    if (status === 0) {
      passed++
      continue
    }
    failed++
    console.error(`${name}, ${what}: ${error?.message ?? `ended by ${signal ?? `status ${status}`}`}`)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
