/**
 * A record of what happens to each slot: opened for which command, settled with what, withdrawn, refused. Owns a bounded ring. The
 * façade knows nothing of it: it is put around `lib/reply/pending-calls.js`, so this module has to be loaded before the client.
 */
import { createRequire } from 'node:module'

const load = createRequire(__filename)

/** Events that are kept; the oldest are written over. */
const MOST = 1 << 17
const PREVIEW = 60
const KIND_SHIFT = 28
const SLOT_MASK = (1 << KIND_SHIFT) - 1

const WHATS = ['opened', 'settled', 'withdrawn', 'not withdrawn', 'refused', 'released'] as const
type What = (typeof WHATS)[number]

const times = new Float64Array(MOST)
const whats = new Uint8Array(MOST)
const slots = new Uint32Array(MOST)
const details: unknown[] = new Array(MOST)
let count = 0

function note(what: What, slot: number, detail: unknown): void {
  const at = count++ % MOST
  times[at] = performance.timeOrigin + performance.now()
  whats[at] = WHATS.indexOf(what)
  slots[at] = slot
  details[at] = typeof detail === 'string' ? detail.slice(0, PREVIEW) : detail
}

/** The functions of the addon and of `lib/reply/pending-calls.js` that are looked at, without types: they are inside of the package. */
type Inside = Record<string, any>

function watchResults(native: Inside): void {
  const setup = native['setup']
  native['setup'] = (settle: (...values: unknown[]) => void, words: Uint32Array, ...rest: unknown[]) => {
    const watched = (...values: unknown[]): void => {
      for (const [at, value] of values.entries()) {
        const word = words[at]!
        const kind = word >>> KIND_SHIFT
        const told = typeof value === 'string' ? value : typeof value
        note('settled', word & SLOT_MASK, kind === 0 ? told : `kind ${kind}: ${told}`)
      }
      settle(...values)
    }
    return setup(watched, words, ...rest)
  }
}

function watchSlots(inside: Inside): void {
  const { open, openUnit, lastSlot, withdrawal, refuse, reject, release } = inside
  const opened = (name: unknown, promise: unknown): unknown => {
    note('opened', lastSlot(), name)
    return promise
  }
  Object.assign(inside, {
    open: (name: unknown) => opened(name, open(name)),
    openUnit: () => opened('batch', openUnit()),
    withdrawal: (native: unknown) => {
      const slot = lastSlot()
      const withdraw = withdrawal(native)
      return () => {
        const withdrawn = withdraw()
        note(withdrawn ? 'withdrawn' : 'not withdrawn', slot, undefined)
        return withdrawn
      }
    },
    refuse: (slot: number, failure: string) => (note('refused', slot, failure), refuse(slot, failure)),
    reject: (slot: number, error: unknown) => (note('refused', slot, 'thrown'), reject(slot, error)),
    release: (slot: number) => (note('released', slot, undefined), release(slot)),
  })
}

const isTooLate = load.resolve('../lib/reply/pending-calls.js') in load.cache
if (!isTooLate) {
  const native: Inside = load('../lib/native.js')
  watchResults(native)
  watchSlots(load('../lib/reply/pending-calls.js'))
}

/**
 * What is kept, one event a line, oldest first, and what the engine knows, where it was built to keep it (`npm run build:quick --
 * --features history`).
 */
export function slotHistory(): string {
  if (isTooLate) return 'the client was loaded before the history of its slots'
  const lines: string[] = []
  for (let index = Math.max(0, count - MOST); index < count; index++) {
    const at = index % MOST
    const time = Math.round(times[at]! * 1000)
    lines.push(`${time} slot ${slots[at]} ${WHATS[whats[at]!]} ${details[at] ?? ''}`)
  }
  const native: Inside = load('../lib/native.js')
  return [...lines, native['history']?.() ?? 'the engine was built without its history'].join('\n')
}
