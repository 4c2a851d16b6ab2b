import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { before, describe, test, type TestContext } from 'node:test'

type Addon = typeof import('../../scripts/addon.mjs', { with: { 'resolution-mode': 'import' } })
type Dependencies = typeof import('../../scripts/dependencies.mjs', { with: { 'resolution-mode': 'import' } })

let addon: Addon
let dependencies: Dependencies
before(async () => {
  addon = await import('../../scripts/addon.mjs')
  dependencies = await import('../../scripts/dependencies.mjs')
})

describe('installed packages', () => {
  const wanted = {
    packages: {
      '': { version: '1.0.0' },
      'node_modules/a': { version: '1.2.3' },
      'node_modules/b': { version: '2.0.0', optional: true },
    },
  }

  test('are complete without the optional ones of other platforms', () => {
    const installed = { packages: { 'node_modules/a': { version: '1.2.3' } } }
    assert.deepEqual(dependencies.missing(wanted, installed), [])
  })

  test('are incomplete when one is absent or has another version, optional or not', () => {
    assert.deepEqual(dependencies.missing(wanted, {}), ['node_modules/a'])
    const old = {
      packages: { 'node_modules/a': { version: '1.2.2' }, 'node_modules/b': { version: '1.0.0' } },
    }
    assert.deepEqual(dependencies.missing(wanted, old), ['node_modules/a', 'node_modules/b'])
  })
})

describe('the addon', () => {
  /** A project whose sources are from 1000 s, as `isFresh` sees it. */
  function project(test: TestContext): string {
    const folder = mkdtempSync(join(tmpdir(), 'oxidis-project-'))
    test.after(() => rmSync(folder, { recursive: true }))
    for (const path of [
      'Cargo.toml',
      'Cargo.lock',
      'build.rs',
      'src/lib.rs',
      'engine/Cargo.toml',
      'engine/src/net/mod.rs',
    ]) {
      put(folder, path, 1000)
    }
    for (const path of ['engine/src/net', 'engine/src', 'engine', 'src'])
      utimesSync(join(folder, path), 1000, 1000)
    return folder
  }

  function put(folder: string, path: string, time: number): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), '')
    utimesSync(join(folder, path), time, time)
  }

  test('is to be built when it is missing', (test) => {
    const folder = project(test)
    assert.equal(addon.isFresh(folder), false)
    put(folder, addon.addonName(), 2000)
    assert.equal(addon.isFresh(folder), true)
  })

  test('is to be built when a source anywhere is newer', (test) => {
    const folder = project(test)
    put(folder, addon.addonName(), 2000)
    put(folder, 'engine/src/net/mod.rs', 3000)
    assert.equal(addon.isFresh(folder), false)
  })

  test('is a release when it is what cargo has built in release mode, for a named platform or not', (test) => {
    const folder = project(test)
    const [built, own] = [
      join(folder, 'target/release/liboxidis.so'),
      join(folder, 'target/any/release/liboxidis.so'),
    ]
    assert.equal(addon.isRelease(folder), false)
    put(folder, addon.addonName(), 2000)
    for (const library of [built, own]) put(folder, library.slice(folder.length), 2000)
    writeFileSync(join(folder, addon.addonName()), 'quick')
    assert.equal(addon.isRelease(folder), false)
    writeFileSync(own, 'quick')
    assert.equal(addon.isRelease(folder), true)
    writeFileSync(own, 'new')
    writeFileSync(built, 'quick')
    assert.equal(addon.isRelease(folder), true)
  })

  test('has the name that the loader looks for', () => {
    // Loading it by this name gives what the loader gives.
    const direct = require(join('../..', addon.addonName())) as { version: () => string }
    const loaded = require('../../lib/native.js') as { version: () => string }
    assert.equal(direct.version(), loaded.version())
  })

  test('passes the smoke test of the release', () => {
    const script = join(__dirname, '../../scripts/smoke.mjs')
    const { stdout, stderr, status } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    assert.match(stdout, /works on/)
  })
})

describe('the total of several runs', () => {
  const script = join(__dirname, '../../scripts/total.mjs')
  const total = (input: string) => spawnSync(process.execPath, [script], { input, encoding: 'utf8' })

  test('is the sum of their closing lines', () => {
    const { stdout, status } = total(
      '12 passed, 0 failed\n0 passed, 1 failed\n3 passed, 0 failed, 2 skipped\n',
    )
    assert.deepEqual([stdout, status], ['15 passed, 1 failed, 2 skipped\n', 0])
  })

  test('is refused where a line is none', () => {
    assert.notEqual(total('all good\n').status, 0)
  })
})
