import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const load = createRequire(__filename)
const { attach } = load('../../lib/command/attach-commands.js')

/** A row, as the engine describes it to the façade. */
export interface Row {
  name: string
  methods: string[]
  connectionUse: string
  usage: string
  family: string
  parts: { options?: Record<string, unknown> }[]
}

/** The command table as the sources say it; the addon need not be built. */
export const table = JSON.parse(
  execFileSync(
    'cargo',
    ['run', '--quiet', '--package', 'oxidis-engine', '--example', 'generate', '--', '--table'],
    { cwd: resolve(__dirname, '../..'), encoding: 'utf8', maxBuffer: 1 << 24 },
  ),
) as Row[]

/** A receiver that answers what would be sent: the command's name, the words, and the variant where there is one. */
export class Recorder {
  sent(meta: number, args: readonly unknown[]) {
    const variant = meta >> 12
    const words = [table[meta & 0xfff]!.name, ...args]
    return Promise.resolve(variant === 0 ? words : { variant, words })
  }
  _call0(meta: number) {
    return this.sent(meta, [])
  }
  _call1(meta: number, a: unknown) {
    return this.sent(meta, [a])
  }
  _call2(meta: number, a: unknown, b: unknown) {
    return this.sent(meta, [a, b])
  }
  _call3(meta: number, a: unknown, b: unknown, c: unknown) {
    return this.sent(meta, [a, b, c])
  }
  _callMany(meta: number, args: readonly unknown[]) {
    return this.sent(meta, [...args])
  }
  _reject(error: Error) {
    return Promise.reject(error)
  }
}
export class Session extends Recorder {}
attach(Recorder.prototype, table)
attach(Session.prototype, table, { session: true })

export const redis = new Recorder() as any
export const session = new Session() as any

/** Asserts that a call is refused as one with wrong arguments. */
export async function rejects(call: Promise<unknown>, message: RegExp | string) {
  await assert.rejects(call, (error: TypeError & { code: string; command: string }) => {
    assert.ok(error instanceof TypeError)
    assert.equal(error.code, 'INVALID_ARGUMENT')
    assert.ok(error.message.startsWith(`${error.command}: `), error.message)
    if (typeof message === 'string') assert.equal(error.message, message)
    else assert.match(error.message, message)
    return true
  })
}
