/** The addon: is it there, is it newer than its sources, and if not, how it is built. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { npm } from './npm.mjs'

const project = fileURLToPath(new URL('..', import.meta.url))
/** Where cargo leaves the library, by the system's names for such files. */
const LIBRARIES = ['liboxidis.so', 'liboxidis.dylib', 'oxidis.dll']
const SOURCES = ['Cargo.toml', 'Cargo.lock', 'build.rs', 'src', 'engine/Cargo.toml', 'engine/src']

/** The name that the napi CLI gives the addon of this machine. */
export function addonName() {
  const { platform, arch } = process
  const libc = process.report.getReport().header.glibcVersionRuntime === undefined ? '-musl' : '-gnu'
  const abi = { linux: libc, win32: '-msvc' }[platform] ?? ''
  return `oxidis.${platform}-${arch}${abi}.node`
}

/**
 * When the newest file at or below `path` was changed.
 *
 * @param {string} path
 * @returns {number}
 */
function changed(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => changed(join(path, name))))
}

/**
 * Whether the addon in `folder` is there, and no source is newer.
 *
 * @param {string} [folder] the project's
 */
export function isFresh(folder = project) {
  const addon = join(folder, addonName())
  if (!existsSync(addon)) return false
  const built = changed(addon)
  return SOURCES.every((source) => changed(join(folder, source)) <= built)
}

/**
 * Whether the addon in `folder` is what cargo has built in release mode, rather than by `npm run build:quick`.
 *
 * @param {string} [folder] the project's
 */
export function isRelease(folder = project) {
  const addon = join(folder, addonName())
  const target = join(folder, 'target')
  if (!existsSync(addon) || !existsSync(target)) return false
  const content = readFileSync(addon)
  // A build for a named platform has a folder of its own.
  return ['.', ...readdirSync(target)]
    .flatMap((platform) => LIBRARIES.map((library) => join(target, platform, 'release', library)))
    .some((library) => existsSync(library) && readFileSync(library).equals(content))
}

function requireRust() {
  if (spawnSync('cargo', ['--version'], { stdio: 'ignore' }).status === 0) return
  console.error(
    'The addon has to be built, and there is no Rust toolchain: `cargo` is not on the PATH.\n' +
      'Install one from https://rustup.rs, open a new shell and run this again.',
  )
  process.exit(1)
}

/** Builds the addon in release mode; what is built already costs seconds. Ends the process when that fails. */
export function buildRelease() {
  requireRust()
  console.log('Building the addon in release mode; the first time takes a few minutes ...')
  const started = performance.now()
  if (!npm('run', '--silent', 'build')) {
    console.error('The addon could not be built, see above.')
    process.exit(1)
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  console.log(`The addon is built (${seconds} s).\n`)
}
