/** The peers' packages: installed into benchmark/node_modules when missing, never into the project. */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { CLIENTS } from '../clients/index.mjs'

const FOLDER = fileURLToPath(new URL('..', import.meta.url))
const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
const MODULES = join(FOLDER, 'node_modules')

const readPackage = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

function installedVersion(name) {
  return existsSync(join(MODULES, name)) ? readPackage(join(MODULES, name)).version : null
}

/** Installs what package.json lists unless it is there in exactly these versions. */
export function installPeers() {
  const { dependencies } = readPackage(FOLDER)
  if (Object.entries(dependencies).every(([name, version]) => installedVersion(name) === version)) return
  console.error('Installing the clients to compare with (benchmark/package.json)')
  // Bun's install script only links and, where its optional package is missing, downloads; the binary is called directly.
  const options = ['--prefix', FOLDER, '--ignore-scripts', '--no-audit', '--no-fund']
  const { status, error } = spawnSync('npm', ['ci', ...options], {
    cwd: FOLDER,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`npm ci failed in ${FOLDER}: ${error?.message ?? `exit code ${status}`}`)
}

/** The first of Bun's platform packages whose binary runs on this machine (musl and baseline builds may not). */
function findBun() {
  const scope = join(MODULES, '@oven')
  const packages = existsSync(scope) ? readdirSync(scope).sort() : []
  const binary = process.platform === 'win32' ? 'bun.exe' : 'bun'
  for (const name of packages) {
    const path = join(scope, name, 'bin', binary)
    const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
    if (status === 0) return { path, version: stdout.trim(), build: `@oven/${name}` }
  }
  return null
}

/** Where Node and Bun are, and the version of Bun; `bun` is null when none of its builds runs here. */
export function findRuntimes() {
  return { node: process.execPath, bun: findBun() }
}

/** Client id to version. */
export function clientVersions() {
  const versionOf = ({ package: name }) => (name ? installedVersion(name) : readPackage(PROJECT).version)
  return Object.fromEntries(CLIENTS.map((client) => [client.id, versionOf(client)]))
}
