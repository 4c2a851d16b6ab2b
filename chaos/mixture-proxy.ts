/**
 * The network of `mixture`, in a process of its own: a proxy that cuts, slices and holds up connections at random. Each order of its
 * parent makes another one in the place of the last; it ends with its parent.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { FaultProxy } from '../__test__/support/proxy'
import { Random } from '../__test__/support/random'

export interface Order {
  /** Where the server is. */
  readonly port: number
  readonly seed: number
}

const MANNERS = ['fin', 'rst'] as const
/** Milliseconds between two faults, and how long one lasts. */
const LONGEST_PEACE = 40
const LONGEST_SLICING = 30
const LONGEST_STALL = 8
/** The longest slices, in bytes. */
const SLICES = [1, 7, 100, 3000]

let present: FaultProxy | undefined

async function disturb(proxy: FaultProxy, random: Random): Promise<void> {
  while (proxy === present) {
    await pause(random.integer(1, LONGEST_PEACE))
    const kind = random.integer(0, 9)
    if (kind < 5) {
      const share = random.next()
      await proxy.cutAll(MANNERS[random.integer(0, 1)], () => random.next() < share * share)
    } else if (kind < 8) {
      proxy.slice({ mostBytes: SLICES[random.integer(0, 3)]!, seed: random.integer(0, 1 << 30) })
      await pause(random.integer(1, LONGEST_SLICING))
      proxy.unslice()
    } else {
      proxy.stall(kind === 8 ? 'reply' : 'request')
      await pause(random.integer(1, LONGEST_STALL))
      proxy.resume()
    }
  }
}

async function obey({ port, seed }: Order): Promise<void> {
  const last = present
  const proxy = await FaultProxy.start({ target: { port }, frames: false })
  present = proxy
  process.send?.(proxy.port)
  void disturb(proxy, new Random(seed))
  await last?.close()
}

process.on('message', (order: Order) => void obey(order))
process.once('disconnect', () => process.exit())
