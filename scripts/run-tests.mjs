#!/usr/bin/env node
/**
 * Runs all tests of the built project and closes with a line that says how many passed: the engine's by cargo, the
 * addon's and the façade's by node's test runner under the node that runs this, the types' by tsc.
 *
 *   node scripts/run-tests.mjs             everything
 *   node scripts/run-tests.mjs --js-only   node's part alone, to repeat it under another node
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { add, cargoTotals, closingLine, noTests, tapTotals } from './test-totals.mjs'

const project = fileURLToPath(new URL('..', import.meta.url))
/** For one file: node's limit for a test is its limit for the file that holds it as well. */
const TIME_LIMIT_MS = 15 * 60 * 1000

/** Runs a program in the project's folder, shows what it prints, and resolves with its standard output and exit code. */
async function run(program, args, env = {}) {
  const child = spawn(program, args, {
    cwd: project,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
    process.stdout.write(text)
  })
  try {
    const [code] = await once(child, 'close')
    return { output, succeeded: code === 0 }
  } catch (error) {
    console.log(`${program} could not be run: ${error.message}`)
    return { output, succeeded: false }
  }
}

/** What a step has to add to the total: a step that failed by other than a test counts as one failed test. */
function verdict(what, totals, succeeded) {
  if (totals === undefined || (!succeeded && totals.failed === 0)) {
    console.log(`\n${what} did not come to a good end.`)
    return add(totals ?? noTests(), { ...noTests(), failed: 1 })
  }
  if (totals.passed + totals.failed === 0) {
    console.log(`\n${what}: no test was run.`)
    return { ...totals, failed: 1 }
  }
  return totals
}

function heading(text) {
  console.log(`\n== ${text}`)
}

async function engineTests(env) {
  heading('engine: cargo test')
  const { output, succeeded } = await run('cargo', ['test', '-p', 'oxidis-engine', '--no-fail-fast'], env)
  return verdict('cargo test', cargoTotals(output), succeeded)
}

function specFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return specFiles(path)
      return entry.name.endsWith('.spec.ts') ? [path] : []
    })
    .sort()
}

async function nodeTests(env) {
  heading(`node ${process.version}: node --test`)
  const folder = mkdtempSync(join(tmpdir(), 'oxidis-tap-'))
  const tap = join(folder, 'results.tap')
  try {
    const { succeeded } = await run(
      process.execPath,
      [
        ...['--import', 'tsx', '--test', '--test-concurrency=2', `--test-timeout=${TIME_LIMIT_MS}`],
        ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
        ...['--test-reporter=tap', `--test-reporter-destination=${tap}`],
        ...specFiles(join(project, '__test__')),
      ],
      env,
    )
    return verdict('node --test', tapTotals(readFileSync(tap, 'utf8')), succeeded)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function typeTests() {
  heading('types: tsc')
  const { succeeded } = await run(join(project, 'node_modules/.bin/tsc'), ['--noEmit', '-p', 'tsconfig.json'])
  console.log(succeeded ? 'no type errors' : 'type errors, see above')
  return { ...noTests(), passed: Number(succeeded), failed: Number(!succeeded) }
}

async function main() {
  const jsOnly = process.argv.includes('--js-only')
  heading('servers')
  const servers = await run(join(project, 'scripts/install-servers.sh'), [])
  if (!servers.succeeded) {
    process.exitCode = 1
    return
  }
  const valkey = /^valkey-server: (.+)$/m.exec(servers.output)?.[1]
  const redis8 = /^redis8-server: (.+)$/m.exec(servers.output)?.[1]
  const env = {
    ...(valkey !== undefined && { OXIDIS_VALKEY_SERVER: valkey }),
    ...(redis8 !== undefined && { OXIDIS_REDIS8_SERVER: redis8 }),
  }

  let totals = noTests()
  if (!jsOnly) totals = add(totals, await engineTests(env))
  totals = add(totals, await nodeTests(env))
  if (!jsOnly) totals = add(totals, await typeTests())

  console.log(`\n${closingLine(totals)}`)
  process.exitCode = totals.failed === 0 ? 0 : 1
}

await main()
