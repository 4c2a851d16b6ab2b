/** The npm packages that the project's own scripts need: are they there, and if not, in they come. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { npm } from './npm.mjs'

const project = fileURLToPath(new URL('..', import.meta.url))
const LEAST_NODE = 20

/** @typedef {{ packages?: Record<string, { version?: string, optional?: boolean }> }} Lockfile */

/**
 * The packages that `wanted` names and `installed` lacks or has in another version. What is optional may be missing: it is
 * for other platforms.
 *
 * @param {Lockfile} wanted package-lock.json
 * @param {Lockfile} installed what npm wrote down about node_modules
 */
export function missing(wanted, installed) {
  const here = installed.packages ?? {}
  return Object.entries(wanted.packages ?? {})
    .filter(([path, { version, optional }]) => {
      if (path === '') return false
      const found = here[path]
      return found === undefined ? !optional : found.version !== version
    })
    .map(([path]) => path)
}

/**
 * @param {string} path
 * @returns {Lockfile}
 */
function read(path) {
  return JSON.parse(readFileSync(join(project, path), 'utf8'))
}

/** Whether node_modules holds what package-lock.json says. */
function areInstalled() {
  try {
    return missing(read('package-lock.json'), read('node_modules/.package-lock.json')).length === 0
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return false
    throw error
  }
}

/** Runs `npm ci` unless everything is there. Ends the process when that is impossible. */
export function installDependencies() {
  if (Number.parseInt(process.versions.node, 10) < LEAST_NODE) {
    console.error(`Node ${LEAST_NODE} or newer is needed; this is ${process.version}.`)
    process.exit(1)
  }
  if (areInstalled()) return
  console.log('Installing the development dependencies (npm ci) ...')
  if (npm('ci', '--no-audit', '--no-fund', '--loglevel=error')) return
  console.error('npm ci failed, see above. It needs the npm registry.')
  process.exit(1)
}
