/** Runs npm. */
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/**
 * Runs npm in the project's folder and shows what it prints. Answers whether it succeeded.
 *
 * @param {string[]} args
 */
export function npm(...args) {
  const options = {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: /** @type {const} */ (['ignore', 'inherit', 'inherit']),
  }
  // The npm that runs this script, where one does: on Windows `npm` is no program that can be started by its name.
  const running = process.env.npm_execpath
  const { status, error } = running
    ? spawnSync(process.execPath, [running, ...args], options)
    : spawnSync('npm', args, options)
  if (error) console.error(`npm could not be run: ${error.message}`)
  return status === 0
}
