/** How the demo shows what it does. */
import assert from 'node:assert/strict'
import { inspect } from 'node:util'

const WIDTH = 58

export function say(text: string): void {
  console.log(text)
}

export function heading(text: string): void {
  say(`\n${text}\n${'-'.repeat(text.length)}`)
}

/** Shows a call and what it answered, which must be `expected`. */
export async function show<T>(code: string, answer: Promise<T>, expected: T): Promise<T> {
  const value = await answer
  say(`  ${code.padEnd(WIDTH)} // ${inspect(value, { breakLength: Infinity })}`)
  assert.deepEqual(value, expected)
  return value
}

/** Shows a call that fails, and its error. */
export async function showFailure(code: string, call: () => Promise<unknown>): Promise<void> {
  const error = await call().then(
    () => assert.fail(`${code} was expected to fail`),
    (reason: Error & { code?: string; command?: string }) => reason,
  )
  assert.ok(error.code !== undefined && error.message !== '', 'an error has a code and a message')
  say(`  ${code}`)
  say(`    ${error.name}: ${error.message}`)
  say(`    code: ${error.code}${error.command === undefined ? '' : `, command: ${error.command}`}`)
}
