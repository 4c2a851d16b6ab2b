// @ts-check
'use strict'

/**
 * Finds the addon of this platform: in a clone beside the package, installed in a package of its own. Owns the detection of the C
 * library, and what is said when there is no addon or it cannot be loaded.
 */

const { readFileSync } = require('node:fs')

const { ADDONS } = require('./addons.js')
const { RedisError } = require('../errors.js')

/** Names a file that is loaded instead of what is looked for. */
const VARIABLE = 'OXIDIS_ADDON'

/**
 * What a Linux system's C library is called in the names of addons.
 * @param {() => string} readLdd
 * @param {() => any} report
 * @returns {'gnu' | 'musl'}
 */
function libraryOf(readLdd, report) {
  try {
    // A script on both, which says whose it is. Reading it costs far less than a report.
    return readLdd().includes('musl') ? 'musl' : 'gnu'
  } catch {
    // There is none in small images, and none may be read under the permission model.
  }
  try {
    const { header, sharedObjects = [] } = report()
    if (header?.glibcVersionRuntime) return 'gnu'
    return sharedObjects.some((/** @type {string} */ file) => /ld-musl-|libc\.musl-/.test(file))
      ? 'musl'
      : 'gnu'
  } catch {
    // Hosts without reports are built for glibc.
    return 'gnu'
  }
}

/** The end of the name of this platform's addon. */
function platformName() {
  const { platform, arch } = process
  if (platform === 'win32') return `${platform}-${arch}-msvc`
  if (platform !== 'linux') return `${platform}-${arch}`
  const report = () => {
    /** @type {any} */
    const reporter = process.report
    // Without it, a report looks the names of all network addresses up.
    reporter.excludeNetwork = true
    return reporter.getReport()
  }
  return `${platform}-${arch}-${libraryOf(() => readFileSync('/usr/bin/ldd', 'latin1'), report)}`
}

/**
 * @param {string} code
 * @param {string} message
 * @param {unknown} [cause]
 * @returns {never}
 */
function fail(code, message, cause) {
  throw new RedisError(`oxidis: ${message}`, { code, ...(cause !== undefined && { cause }) })
}

/** What npm is asked for, so that it installs the addon of `name`. @param {string} name */
function installation(name) {
  const [os, cpu, libc] = name.split('-')
  const library = os === 'linux' ? ` --libc=${libc === 'gnu' ? 'glibc' : libc}` : ''
  return `npm install --include=optional --os=${os} --cpu=${cpu}${library}`
}

/** What a failure says, in one line. @param {any} failure */
function reasonOf(failure) {
  return String(failure?.message ?? failure).replace(/\n.*/s, '')
}

/** @param {any} failure */
function isMissing(failure) {
  // Bun and bundlers have codes and errors of their own for it.
  return (
    failure?.code === 'MODULE_NOT_FOUND' ||
    /^(Cannot find (module|package)|Could not resolve)/.test(reasonOf(failure))
  )
}

/**
 * Throws what there is to say of the failures.
 * @param {string} name
 * @param {readonly any[]} failures
 * @returns {never}
 */
function explain(name, failures) {
  const failure = failures.find((each) => !isMissing(each))
  if (failure === undefined) {
    return fail(
      'ADDON_MISSING',
      `the addon for ${name} is not installed. Install it where the program runs, or for that platform: ` +
        `\`${installation(name)}\`; in a clone, run \`npm run build\`. Bundlers have to leave the package external.`,
      failures.at(-1),
    )
  }
  const reason = reasonOf(failure)
  if (failure.code === 'ERR_DLOPEN_DISABLED') {
    const advice = 'start Node without --no-addons; with --permission, add --allow-addons'
    return fail('ADDON_DISABLED', `addons are disabled in this process (${reason}): ${advice}`, failure)
  }
  if (failure.code === 'ERR_ACCESS_DENIED') {
    const advice = 'add --allow-fs-read for the package and --allow-addons'
    return fail(
      'ADDON_DISABLED',
      `the permission model keeps the addon from being read (${reason}): ${advice}`,
      failure,
    )
  }
  const advice = /GLIBC/.test(reason)
    ? "this system's C library is older than the addon needs"
    : `install the package again for ${name} (\`${installation(name)}\`)`
  return fail('ADDON_BROKEN', `the addon for ${name} cannot be loaded: ${reason}: ${advice}`, failure)
}

/**
 * The addon.
 * @param {string} version the package's
 * @returns {any}
 */
function loadAddon(version) {
  const file = process.env[VARIABLE]
  const name = file ? file : platformName()
  /** @type {{ exports?: any, failures: any[] }} */
  const found = { failures: [] }
  if (file) {
    try {
      found.exports = require(file)
    } catch (failure) {
      fail('ADDON_BROKEN', `${VARIABLE} names an addon that cannot be loaded: ${reasonOf(failure)}`, failure)
    }
  } else {
    const load = Object.hasOwn(ADDONS, name) ? ADDONS[name] : undefined
    if (load === undefined) {
      const known = Object.keys(ADDONS).join(', ')
      fail('ADDON_UNSUPPORTED', `there is no addon for ${name}; there are ${known}`)
    }
    load(found)
  }
  const { exports, failures } = found
  if (exports === undefined) explain(name, failures)
  const built = exports.version()
  if (built !== version) {
    const advice = file ? `${VARIABLE} names another one` : 'install the package again, or build it'
    fail('ADDON_VERSION', `the addon is of version ${built}, the package of ${version}: ${advice}`)
  }
  return exports
}

module.exports = { libraryOf, loadAddon }
