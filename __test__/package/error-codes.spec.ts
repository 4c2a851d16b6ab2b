import { deepEqual as equal } from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const project = join(__dirname, '../..')
const read = (path: string) => readFileSync(join(project, path), 'utf8')
const files = (folder: string, end: string) =>
  readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => read(join(folder, name)))

/** What the patterns find, each once. */
function found(texts: string[], ...patterns: RegExp[]): string[] {
  const all = texts.flatMap((text) =>
    patterns.flatMap((pattern) => Array.from(text.matchAll(pattern), ([, code]) => code as string)),
  )
  return [...new Set(all)].sort()
}

/** Codes that are a word of the server's own, or the default of a class that nobody throws by itself. */
const OF_SERVERS = ['ERR', 'NOAUTH', 'OOM', 'WRONGTYPE']

test('every code that an error may have is documented, and no other', () => {
  const engine = read('engine/src/error/mod.rs')
  const codes = engine.slice(engine.indexOf('pub fn code('))
  const emitted = [
    // One line of `Error::code` for each kind.
    ...found([codes.slice(0, codes.indexOf('\n    }\n'))], /=> "([A-Z_]+)"/g),
    ...found(files('src', '.rs'), /"code": "([A-Z_]+)"/g),
    ...found(files('lib', '.js'), /code: '([A-Z_]+)'/g, /fail\(\s*'([A-Z_]+)'/g),
  ]
  const readme = read('README.md')
  const table = readme.slice(readme.indexOf('\n## Errors'), readme.indexOf('\n## Coming from'))
  const cells = table.split('\n').flatMap((line) => /^\| `\w+` +\|(.*?)\|/.exec(line)?.[1] ?? [])
  const documented = found(cells, /`([A-Z_]+)`/g).filter((code) => !OF_SERVERS.includes(code))
  equal(documented, [...new Set(emitted)].sort())
})
