import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { describe, test } from 'node:test'

const PROJECT = dirname(dirname(__dirname))

interface Manifest {
  name: string
  version: string
  main: string
  files: string[]
  os?: string[]
  cpu?: string[]
  scripts?: Record<string, string>
  dependencies?: Record<string, string>
  engines: { node: string }
  exports: { '.': Record<'import' | 'require', { types: string; default: string }> }
  napi: { targets: string[] }
}

function read(path: string): string {
  return readFileSync(join(PROJECT, path), 'utf8')
}

function manifest(path: string): Manifest {
  return JSON.parse(read(path)) as Manifest
}

const main = manifest('package.json')
const platforms = readdirSync(join(PROJECT, 'npm')).map((folder) => ({
  folder,
  ...manifest(`npm/${folder}/package.json`),
}))

/** What `npm publish` would upload. */
function packed(): string[] {
  // The npm that runs the tests, where one does: on Windows `npm` is no program that can be started by its name.
  const npm = process.env['npm_execpath']
  const [program, first] = npm ? [process.execPath, [npm]] : ['npm', []]
  const output = execFileSync(program, [...first, 'pack', '--dry-run', '--json', '--loglevel=silent'], {
    cwd: PROJECT,
    encoding: 'utf8',
  })
  const [{ files }] = JSON.parse(output) as [{ files: { path: string }[] }]
  return files.map(({ path }) => path)
}

describe('the package', () => {
  const files = packed()

  test('holds the façade, its types and its papers, and nothing else', () => {
    const lib = readdirSync(join(PROJECT, 'lib'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js'))
      .map((name) => `lib/${name}`)
    // The addon's own declarations say nothing to users.
    const inTypes = readdirSync(join(PROJECT, 'types')).map((name) => `types/${name}`)
    const types = [...readdirSync(PROJECT), ...inTypes].filter(
      (name) => name.endsWith('.d.ts') && name !== 'binding.d.ts',
    )
    assert.ok(types.includes('index.d.ts') && types.includes('types/commands.d.ts'))
    const entries = ['index.js', 'index.mjs', 'index.d.mts', ...types]
    assert.deepEqual([...files].sort(), [...lib, ...entries, 'package.json', 'README.md', 'LICENSE'].sort())
  })

  test('has what its entries name', () => {
    for (const { types, default: code } of Object.values(main.exports['.'])) {
      for (const path of [types, code]) assert.ok(files.includes(posix.normalize(path)), path)
    }
  })

  test('needs nothing that it does not hold but Node and its platform packages', () => {
    const own = new Set([...files, ...files.map((path) => path.replace(/\.(js|d\.ts)$/, ''))])
    const packages = new Set(platforms.map(({ name }) => name))
    for (const path of files.filter((name) => /^(lib\/|index).*\.(js|mjs|ts|mts)$/.test(name))) {
      for (const [, wanted] of read(path).matchAll(/(?:from|require\(|import\()\s*'([^']+)'/g)) {
        assert.ok(wanted !== undefined)
        if (wanted.endsWith('.node')) continue // that of a clone
        if (wanted.startsWith('.')) {
          assert.ok(own.has(posix.join(posix.dirname(path), wanted)), `${path} needs ${wanted}`)
        } else {
          const builtin = builtinModules.includes(wanted.replace(/^node:/, ''))
          assert.ok(builtin || packages.has(wanted), `${path} needs ${wanted}`)
        }
      }
    }
  })

  test('has no runtime dependencies and runs nothing at installation', () => {
    assert.equal(main.dependencies, undefined)
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) {
      assert.equal(main.scripts?.[name], undefined, name)
    }
  })
})

describe('the platform packages', () => {
  test('are one for each target, under the names that the loader requires', () => {
    assert.equal(platforms.length, main.napi.targets.length)
    const loader = read('lib/loader/addons.js')
    for (const { folder, name, main: addon, files } of platforms) {
      assert.equal(name, `oxidis-${folder}`)
      assert.equal(addon, `oxidis.${folder}.node`)
      assert.deepEqual(files, [addon])
      assert.ok(loader.includes(`require('${name}')`), name)
      assert.ok(loader.includes(`require('../../${addon}')`), addon)
    }
  })

  test('are for one system and one processor each, with a README', () => {
    for (const { folder, os, cpu } of platforms) {
      assert.deepEqual([os, cpu], [[folder.split('-')[0]], [folder.split('-')[1]]])
      assert.ok(existsSync(join(PROJECT, 'npm', folder, 'README.md')))
    }
  })

  test('have the version of the main package, as the addon and the crates do', () => {
    const { version } = require('../../lib/native.js') as { version: () => string }
    assert.equal(version(), main.version)
    for (const platform of platforms) assert.equal(platform.version, main.version, platform.name)
    for (const path of ['Cargo.toml', 'engine/Cargo.toml']) {
      assert.equal(/^version = "(.+)"$/m.exec(read(path))?.[1], main.version, path)
    }
  })

  test('run on the Node versions of the main package', () => {
    for (const platform of platforms) assert.deepEqual(platform.engines, main.engines)
  })
})
