import assert from 'node:assert/strict'
import { inspect } from 'node:util'

/** Every text that somebody may print, log or send of a value. */
export function printed(value: unknown): string {
  const forms = [String(value), inspect(value), inspect(value, { showHidden: true, depth: Infinity })]
  forms.push(JSON.stringify(value) ?? '')
  for (let error = value; error instanceof Error; error = error.cause) {
    forms.push(error.message, error.stack ?? '', JSON.stringify({ ...error }))
    forms.push(
      JSON.stringify(Object.getOwnPropertyNames(error).map((name) => Reflect.get(error as object, name))),
    )
  }
  return forms.join('\n')
}

/** Fails when one of the `secrets` can be read in `value`, however it is printed. */
export function assertHides(value: unknown, ...secrets: string[]): void {
  const text = printed(value)
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
      assert.ok(!text.includes(form), `${JSON.stringify(form)} is in ${text}`)
    }
  }
}

/** Collects the process warnings that come until the test ends. */
export function collectWarnings(test: { after(action: () => void): void }): Error[] {
  const warnings: Error[] = []
  const collect = (warning: Error) => void warnings.push(warning)
  process.on('warning', collect)
  test.after(() => void process.off('warning', collect))
  return warnings
}
