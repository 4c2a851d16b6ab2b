import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { CallForms, type Form, type FormRow, PRELUDE, SCOPE } from '../support/call-forms'
import { type Client, createClient, outcome } from '../support/client'
import { Random } from '../support/random'
import { table } from '../support/recorder'
import { scratchFolder } from '../support/scratch'
import { WordsPeer } from '../support/echo-peer'

const PROJECT = dirname(dirname(__dirname))
const RANDOM_FORMS = 4

/** The rows that have a method, with every form of a call of it. */
const random = new Random()
const rows = (table as unknown as FormRow[]).filter((row) => row.methods.length > 0)
const forms: Form[] = rows.flatMap((row) => {
  const all = new CallForms(row, random)
  return [...all.valid(RANDOM_FORMS), ...all.invalid()]
})

const source = ({ method, leased, args }: Form) =>
  `${leased ? 'lease' : 'redis'}.${method}(${args.join(', ')})`

/** What tsc says about a program of these calls, by the number of the call. */
function compile(name: string, options: Record<string, unknown>): Map<number, string> {
  const folder = join(scratchFolder('call-forms'), name)
  mkdirSync(folder)
  const head = `import type { Redis, Lease } from '${join(PROJECT, 'index')}'
declare const redis: Redis
declare const lease: Lease
${PRELUDE}`
  const calls = forms.map((form) => `void ${source(form)}`)
  writeFileSync(join(folder, 'program.ts'), `${head}${calls.join('\n')}\n`)
  const compilerOptions = { types: ['node'], typeRoots: [join(PROJECT, 'node_modules/@types')], ...options }
  const config = { extends: join(PROJECT, 'tsconfig.json'), include: ['program.ts'], compilerOptions }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const { stdout } = spawnSync(join(PROJECT, 'node_modules/.bin/tsc'), ['--noEmit', '-p', folder], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  const first = head.split('\n').length
  const errors = new Map<number, string>()
  for (const line of stdout.split('\n')) {
    const found = /^.*program\.ts\((\d+),\d+\): (.*)$/.exec(line)
    if (found) errors.set(Number(found[1]) - first, found[2] as string)
    else assert.ok(!line.includes('error TS'), line)
  }
  return errors
}

test('tsc names the options about an unknown option, not what else an object could be', () => {
  const calls = {
    [`redis.set('k', 'v', { exx: 1 })`]: /'SetOptions'/,
    [`redis.zadd('z', 1, 'a', { nxx: true })`]: /'ZaddOptions'/,
    [`redis.zadd('z', { a: 1 }, { nxx: true })`]: /'ZaddOptions'/,
    [`redis.hexpire('h', 1, 'f', { nxx: true })`]: /'HexpireOptions'/,
    [`redis.xread('s', '0', { cuont: 1 })`]: /'XreadOptions'/,
    [`redis.with({ timeot: 1 })`]: /'CallSettings'/,
    [`new Redis({ hots: 'x' })`]: /'RedisOptions<true>'/,
    [`Redis.fromUrl('redis://h', { hots: 'x' })`]: /'RedisOptions<true>'/,
  }
  const folder = join(scratchFolder('call-forms'), 'texts')
  mkdirSync(folder)
  const head = `import { Redis } from '${join(PROJECT, 'index')}'\ndeclare const redis: Redis\n`
  writeFileSync(join(folder, 'program.ts'), `${head}${Object.keys(calls).join('\n')}\n`)
  const compilerOptions = { types: ['node'], typeRoots: [join(PROJECT, 'node_modules/@types')] }
  const config = { extends: join(PROJECT, 'tsconfig.json'), include: ['program.ts'], compilerOptions }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(PROJECT, 'node_modules/.bin/tsc')
  const { stdout } = spawnSync(tsc, ['--noEmit', '-p', folder], { encoding: 'utf8' })
  const texts = stdout.split(/^.*program\.ts\(\d+,\d+\): /m).slice(1)
  assert.equal(texts.length, Object.keys(calls).length, stdout)
  for (const [at, [call, named]] of Object.entries(calls).entries()) {
    assert.match(texts[at] as string, named, call)
    assert.doesNotMatch(texts[at] as string, /Uint8Array|URL/, call)
  }
})

let peer: WordsPeer
let redis: Client
before(async () => {
  peer = await WordsPeer.start()
  redis = createClient(peer.url)
})
after(async () => {
  redis.destroy()
  await peer.close()
})

test('every signature of docs/commands.md belongs to a row, and its forms are written', () => {
  const text = readFileSync(join(PROJECT, 'docs/commands.md'), 'utf8')
  const usages = [...text.matchAll(/^\| `([a-zA-Z_]+\([^`]*\))`/gm)].map((found) => found[1])
  assert.deepEqual([...usages].sort(), rows.map((row) => row.usage).sort())
  for (const row of rows) {
    const own = forms.filter((form) => row.methods.includes(form.method) && form.wrong === undefined)
    assert.ok(own.length >= 2 + RANDOM_FORMS, row.usage)
  }
})

for (const [name, options] of [
  ['strict', {}],
  ['exact', { exactOptionalPropertyTypes: true }],
] as const) {
  test(`tsc takes what is documented and refuses what is not (${name}; seed ${random.seed})`, () => {
    const errors = compile(name, options)
    const refused = forms.flatMap((form, at) =>
      form.wrong === undefined && errors.has(at) ? [`${source(form)}: ${errors.get(at)}`] : [],
    )
    assert.deepEqual(refused, [])
    const taken = forms.flatMap((form, at) =>
      form.wrong !== undefined && !errors.has(at) ? [`${source(form)}: ${form.wrong}`] : [],
    )
    assert.deepEqual(taken, [])
  })
}

test(`the run time takes the same calls and refuses the same (seed ${random.seed})`, async () => {
  const lease = await redis.client()
  const names = Object.keys(SCOPE)
  const wrong: string[] = []
  for (const form of forms) {
    const call = new Function('redis', 'lease', ...names, `return ${source(form)}`)
    const { error } = await outcome(call(redis, lease, ...names.map((name) => SCOPE[name])))
    if (form.wrong === undefined ? error !== undefined : error?.code !== 'INVALID_ARGUMENT')
      wrong.push(`${source(form)}: ${form.wrong ?? ''} ${error?.message ?? 'taken'}`)
  }
  assert.deepEqual(wrong, [])
  lease.release()
})
