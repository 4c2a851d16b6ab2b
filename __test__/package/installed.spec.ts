import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { TestServer } from '../support/server'

const run = promisify(execFile)
const project = resolve(__dirname, '../..')
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
const QUIET = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']

/** A project that has installed the package as it would be published. */
let consumer: string
let server: TestServer

before(async () => {
  server = await TestServer.start()
  consumer = await mkdtemp(join(tmpdir(), 'oxidis-consumer-'))
  await writeFile(join(consumer, 'package.json'), '{ "name": "consumer", "private": true }')
  const packed = await run(npm, ['pack', ...QUIET, '--json', '--pack-destination', consumer], {
    cwd: project,
  })
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }]
  await run(npm, ['install', ...QUIET, '--omit=optional', `./${filename}`], { cwd: consumer })
  await mkdir(join(consumer, 'node_modules/@types'), { recursive: true })
  await symlink(
    join(project, 'node_modules/@types/node'),
    join(consumer, 'node_modules/@types/node'),
    'junction',
  )
})

after(async () => {
  await rm(consumer, { recursive: true, force: true })
  await server.close()
})

/** The addon comes in packages of its own, one for each platform; here it is the one that is being tested. */
async function addon(): Promise<string> {
  const { platform, arch } = process
  const built = (await readdir(project)).find((name) => name.startsWith(`oxidis.${platform}-${arch}`))
  assert.ok(built !== undefined, 'the addon is not built')
  return join(project, built)
}

async function program(name: string, text: string): Promise<string> {
  await writeFile(join(consumer, name), text)
  const env = { ...process.env, OXIDIS_ADDON: await addon(), REDIS_URL: server.url }
  const { stdout } = await run(process.execPath, [name], { cwd: consumer, env })
  return stdout
}

const BODY = `
const main = async () => {
  const redis = new Redis()
  console.log(await redis.ping(), new RedisError('x') instanceof Error)
  await redis.close()
}
main()
`

test('an installed package is required', async () => {
  assert.equal(
    await program('a.cjs', `const { Redis, RedisError } = require('oxidis')${BODY}`),
    'PONG true\n',
  )
})

test('an installed package is imported', async () => {
  assert.equal(await program('a.mjs', `import { Redis, RedisError } from 'oxidis'${BODY}`), 'PONG true\n')
})

test('the installed package is found out about by its manifest', async () => {
  const text = `console.log(require('oxidis/package.json').name)`
  assert.equal(await program('manifest.cjs', text), 'oxidis\n')
})

test('only what is exported can be imported', async () => {
  await assert.rejects(
    program('inside.cjs', `require('oxidis/lib/redis.js')`),
    /ERR_PACKAGE_PATH_NOT_EXPORTED/,
  )
})

const TYPED = `
import { Redis, TimeoutError, type RedisOptions, type SetOptions } from 'oxidis'
const options: RedisOptions = { db: 1 }
const expiring: SetOptions = { ex: 5 }
export async function main(): Promise<string | null> {
  const redis = new Redis(options)
  const bytes: Buffer | null = await redis.buffers.get('k')
  await redis.set('k', bytes ?? '', expiring).catch((error) => error instanceof TimeoutError && error.phase)
  await redis[Symbol.asyncDispose]()
  return await redis.get('k')
}
`

const RESOLUTIONS: [module: string, moduleResolution: string][] = [
  ['node16', 'node16'],
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
  ['preserve', 'bundler'],
]

for (const [module, moduleResolution] of RESOLUTIONS) {
  test(`the declarations compile for module ${module}, resolution ${moduleResolution}, in both module systems`, async () => {
    const files = ['typed.cts', 'typed.mts', 'typed.ts']
    for (const name of files) await writeFile(join(consumer, name), TYPED)
    const compilerOptions = {
      ...{ target: 'ES2022', lib: ['ES2022'], types: ['node'], module, moduleResolution },
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
      // The strictest that a consumer may ask for.
      ...{ skipLibCheck: false, noEmit: true },
    }
    await writeFile(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
    const { stdout } = await run(process.execPath, [join(project, 'node_modules/typescript/bin/tsc')], {
      cwd: consumer,
    }).catch((error: { stdout: string }) => error)
    assert.equal(stdout, '')
  })
}
