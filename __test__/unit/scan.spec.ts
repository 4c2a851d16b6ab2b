import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'

const load = createRequire(__filename)
const { iterator } = load('../../lib/command/scan-iterator.js')

type Page = [cursor: string, items: string[]]
const row = { parts: [{ is: 'one' }, { is: 'options' }] }

/** An iterator over `pages`, by cursor, and the log of what was asked. */
function over(pages: Record<string, Page | Error>) {
  const asked: unknown[][] = []
  const method = (...args: unknown[]) => {
    asked.push(args)
    const page = pages[args[0] as string]!
    return page instanceof Error ? Promise.reject(page) : Promise.resolve(page)
  }
  const iterate = iterator(method, row) as (...args: unknown[]) => AsyncIterableIterator<string>
  return { asked, iterate }
}

const THREE: Record<string, Page> = { '0': ['17', ['a', 'b']], '17': ['5', []], '5': ['0', ['c']] }

test('all pages are visited, empty ones too, with the options of the call', async () => {
  const { asked, iterate } = over(THREE)
  const options = { match: '*' }
  const seen = []
  for await (const item of iterate(options)) seen.push(item)
  assert.deepEqual(seen, ['a', 'b', 'c'])
  assert.deepEqual(asked, [
    ['0', options],
    ['17', options],
    ['5', options],
  ])
})

test('nothing is asked before the first item, and one page is fetched ahead', async () => {
  const { asked, iterate } = over(THREE)
  const items = iterate()
  assert.equal(asked.length, 0)
  assert.deepEqual(await items.next(), { value: 'a', done: false })
  assert.deepEqual(asked, [['0'], ['17']])
  await turn()
  assert.equal(asked.length, 2, 'no further than one page')
})

test('a loop that stops early asks for nothing more, and a failing page on its way troubles nobody', async (t) => {
  const unhandled = t.mock.fn()
  process.on('unhandledRejection', unhandled)
  t.after(() => process.off('unhandledRejection', unhandled))
  const { asked, iterate } = over({ '0': ['17', ['a', 'b']], '17': new Error('lost') })
  for await (const item of iterate()) {
    assert.equal(item, 'a')
    break
  }
  await turn()
  await turn()
  assert.equal(asked.length, 2)
  assert.equal(unhandled.mock.callCount(), 0)
})

test('a failing page is reported when its turn comes, and ends the iteration', async () => {
  const { iterate } = over({ '0': ['17', ['a']], '17': new Error('lost') })
  const items = iterate()
  assert.deepEqual(await items.next(), { value: 'a', done: false })
  await turn()
  await assert.rejects(items.next(), /lost/)
  assert.deepEqual(await items.next(), { value: undefined, done: true })
})

test('the error of a page that failed ahead of its turn leads to the loop that asks for it', async () => {
  const { iterate } = over({ '0': ['17', ['a']], '17': new Error('lost') })
  async function theLoopThatAsks() {
    for await (const item of iterate()) {
      assert.equal(item, 'a')
      await turn()
    }
  }
  const error = await theLoopThatAsks().catch((reason: Error) => reason)
  assert.match(String(error), /lost/)
  assert.match(error?.stack ?? '', /theLoopThatAsks/)
})

test('concurrent calls are served in order', async () => {
  const { iterate } = over(THREE)
  const items = iterate()
  const results = await Promise.all([items.next(), items.next(), items.next(), items.next()])
  assert.deepEqual(
    results.map((result) => result.value),
    ['a', 'b', 'c', undefined],
  )
  assert.equal(results[3]!.done, true)
})

test('an iterator that was returned while a page was on its way stays ended', async () => {
  let deliver: (page: Page) => void = () => {}
  const iterate = iterator(() => new Promise<Page>((resolve) => (deliver = resolve)), row)
  const items = iterate()
  const first = items.next()
  assert.deepEqual(await items.return('x'), { value: 'x', done: true })
  deliver(['17', ['a']])
  assert.deepEqual(await first, { value: undefined, done: true })
  assert.deepEqual(await items.next(), { value: undefined, done: true })
})
