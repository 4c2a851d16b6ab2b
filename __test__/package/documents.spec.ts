import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { startServer } from '../support/server'

const PROJECT = dirname(dirname(__dirname))
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'docs/ARCHITECTURE.md']

function read(path: string): string {
  return readFileSync(join(PROJECT, path), 'utf8')
}

describe('the documents', () => {
  test('link to files that exist', () => {
    for (const document of DOCUMENTS) {
      for (const [, target] of read(document).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)) {
        assert.ok(existsSync(join(PROJECT, dirname(document), target!)), `${document} links to ${target}`)
      }
    }
  })

  test('name tests that exist', () => {
    const named = [...read('docs/ARCHITECTURE.md').matchAll(/`((?:__test__|engine\/tests)\/[^`]+)`/g)]
    assert.ok(named.length > 10)
    for (const [, path] of named) assert.ok(existsSync(join(PROJECT, path!)), path)
  })

  test('show the example that is tested', () => {
    const shown = /<!-- example: (\S+) -->\n\n```ts\n([^]*?)```/.exec(read('README.md'))
    assert.equal(shown?.[2], read(shown?.[1] ?? ''))
  })

  test('walk through a row that is in the table', () => {
    const shown = /<!-- row: (\S+) -->\n\n```rust\n([^]*?)```/.exec(read('CONTRIBUTING.md'))
    assert.ok(read(shown?.[1] ?? '').includes(shown?.[2] ?? ''))
  })

  test('name every error class, and every code of the engine', () => {
    const readme = read('README.md')
    const classes = Object.keys(require('../../index.js') as object).filter((name) => name.endsWith('Error'))
    assert.ok(classes.length > 5)
    const codes = [...read('engine/src/error/mod.rs').matchAll(/=> "([A-Z_]+)",/g)].map(([, code]) => code!)
    assert.ok(codes.length > 5)
    for (const name of [...classes, ...codes]) assert.ok(readme.includes(`\`${name}\``), name)
  })

  test('name every dependency', () => {
    const text = read('docs/ARCHITECTURE.md')
    const crates = ['Cargo.toml', 'engine/Cargo.toml'].flatMap((path) =>
      [
        ...read(path).matchAll(/^\[(?:workspace\.|build-|dev-)?dependencies\]\n([^]*?)(?=\n\[|$(?![^]))/gm),
      ].flatMap(([, section]) =>
        [...section!.matchAll(/^([a-z][\w-]*)(?:\.workspace)? = /gm)].map(([, name]) => name!),
      ),
    )
    assert.ok(crates.includes('tokio') && crates.includes('rcgen') && crates.includes('napi-build'))
    const { devDependencies } = JSON.parse(read('package.json')) as {
      devDependencies: Record<string, string>
    }
    const others = [...new Set(crates), ...Object.keys(devDependencies)].filter(
      (name) => name !== 'oxidis-engine',
    )
    for (const name of others) assert.ok(text.includes(`\`${name}\``), name)
  })
})

describe('every example', () => {
  const examples = readdirSync(join(PROJECT, 'examples')).filter((name) => /\.m?ts$/.test(name))

  for (const example of examples) {
    test(`runs and leaves no key behind: ${example}`, async (context) => {
      const server = await startServer(context)
      const child = spawn(process.execPath, ['--import', 'tsx', join('examples', example)], {
        cwd: PROJECT,
        env: { ...process.env, REDIS_URL: server.url },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let output = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
      const [code] = (await once(child, 'close')) as [number | null]
      assert.equal(code, 0)
      assert.notEqual(output, '')
      assert.equal(await server.raw('DBSIZE'), 0)
    })
  }
})
