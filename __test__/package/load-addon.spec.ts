import assert, { deepEqual as equal } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'

const project = resolve(__dirname, '../..')
const load = createRequire(__filename)
const { libraryOf } = load('../../lib/loader/load-addon.js') as {
  libraryOf(readLdd: () => string, report: () => unknown): 'gnu' | 'musl'
}
const { addonName } = load('../../scripts/addon.mjs') as { addonName(): string }

const folders: string[] = []
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** The package without an addon, and the name of the package that this platform's addon would be in. */
function bare(): { folder: string; platform: string } {
  const folder = mkdtempSync(join(tmpdir(), 'oxidis-loader-'))
  folders.push(folder)
  for (const path of ['index.js', 'package.json', 'lib'])
    cpSync(join(project, path), join(folder, path), { recursive: true })
  return { folder, platform: addonName().replace(/^oxidis\.|\.node$/g, '') }
}

interface Ran {
  code?: string
  line: string
  stderr: string
}

/** Requires the package in a process of its own: the error's code and first line, or the version of what was loaded. */
function run(folder: string, flags: string[] = [], prelude = '', env: NodeJS.ProcessEnv = {}): Ran {
  const source = `${prelude}
    try { require('./index.js'); console.log(JSON.stringify({ line: 'loaded' })) }
    catch (error) { console.log(JSON.stringify({ code: error.code, line: error.message.split('\\n')[0], name: error.name, cause: error.cause?.code })) }`
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '-e', source], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, OXIDIS_ADDON: '', ...env },
  })
  assert.notEqual(stdout, '', stderr)
  return { ...(JSON.parse(stdout) as Ran), stderr }
}

/** Gives the package the addon, or something else in its place, as npm would install it. */
function install(folder: string, platform: string, content?: Buffer | string): string {
  const home = join(folder, 'node_modules', `oxidis-${platform}`)
  mkdirSync(home, { recursive: true })
  const file = join(home, addonName())
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: `oxidis-${platform}`, main: addonName() }))
  if (content === undefined) symlinkSync(join(project, addonName()), file)
  else writeFileSync(file, content)
  return file
}

test('an addon beside the package, of a package of its own, or named by a variable is loaded', () => {
  const { folder, platform } = bare()
  equal(run(folder, [], '', { OXIDIS_ADDON: join(project, addonName()) }).line, 'loaded')
  install(folder, platform)
  equal(run(folder).line, 'loaded')
  rmSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(join(project, addonName()), join(folder, addonName()))
  equal(run(folder).line, 'loaded')
})

test('an addon that is not installed is named, with the command that installs it', () => {
  const { folder, platform } = bare()
  const { code, line } = run(folder)
  equal(code, 'ADDON_MISSING')
  const [os, cpu] = platform.split('-')
  assert.ok(line.startsWith(`oxidis: the addon for ${platform} is not installed. `), line)
  assert.ok(line.includes(`npm install --include=optional --os=${os} --cpu=${cpu}`), line)
})

test('an addon that is broken is said to be, with the reason of the system', () => {
  const { folder, platform } = bare()
  const file = install(folder, platform, 'no addon')
  const { code, line } = run(folder)
  equal(code, 'ADDON_BROKEN')
  assert.ok(line.startsWith(`oxidis: the addon for ${platform} cannot be loaded: `), line)
  assert.ok(line.includes(file), line)
  const named = run(folder, [], '', { OXIDIS_ADDON: join(folder, 'nowhere.node') })
  equal(named.code, 'ADDON_BROKEN')
  assert.match(named.line, /^oxidis: OXIDIS_ADDON names an addon that cannot be loaded: /)
})

test('an addon of another version is refused', () => {
  const { folder, platform } = bare()
  install(folder, platform)
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  const { version } = manifest
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, version: '99.0.0' }))
  const { code, line } = run(folder)
  equal(
    [code, line],
    [
      'ADDON_VERSION',
      `oxidis: the addon is of version ${version}, the package of 99.0.0: install the package again, or build it`,
    ],
  )
})

test('where addons are disabled, it says by which flag they are allowed', () => {
  const { folder, platform } = bare()
  install(folder, platform)
  const disabled = run(folder, ['--no-addons'])
  equal(disabled.code, 'ADDON_DISABLED')
  assert.match(disabled.line, /^oxidis: addons are disabled in this process .*--no-addons.*--allow-addons/)
  const major = Number(process.versions.node.split('.')[0])
  const permission = [major < 22 ? '--experimental-permission' : '--permission', '--allow-fs-read=*']
  const kept = run(folder, permission)
  equal(kept.code, 'ADDON_DISABLED')
  assert.match(kept.line, /^oxidis: addons are disabled in this process .*--allow-addons/)
  equal(run(folder, [...permission, '--allow-addons']).line, 'loaded')
})

test('a platform without an addon is named with those that have one', () => {
  const { folder } = bare()
  const freebsd = `Object.defineProperty(process, 'platform', { value: 'freebsd' });`
  const { code, line } = run(folder, [], freebsd)
  equal(code, 'ADDON_UNSUPPORTED')
  assert.match(line, /^oxidis: there is no addon for freebsd-\w+; there are linux-x64-gnu, linux-x64-musl, /)
})

test('the C library is told from ldd, else from a report, else it is glibc', () => {
  const denied = () => {
    throw new Error('denied')
  }
  equal(
    libraryOf(() => '#!/bin/sh\nexec /lib/ld-musl-x86_64.so.1 --list "$@"', denied),
    'musl',
  )
  equal(
    libraryOf(() => '#! /bin/bash\n# Copyright (C) Free Software Foundation, GNU C Library', denied),
    'gnu',
  )
  equal(
    libraryOf(denied, () => ({ header: { glibcVersionRuntime: '2.36' } })),
    'gnu',
  )
  equal(
    libraryOf(denied, () => ({ header: {}, sharedObjects: ['/lib/ld-musl-x86_64.so.1'] })),
    'musl',
  )
  equal(
    libraryOf(denied, () => ({ header: {} })),
    'gnu',
  )
  equal(libraryOf(denied, denied), 'gnu')
})

test('there is an addon for each platform package', () => {
  const { ADDONS } = load('../../lib/loader/addons.js') as { ADDONS: object }
  equal(Object.keys(ADDONS).sort(), readdirSync(join(project, 'npm')).sort())
})
