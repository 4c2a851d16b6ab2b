/**
 * Runs a workload under faults: `npm run chaos -- commands`. Prints its seed, which `--seed` runs again.
 *
 *   npm run chaos -- [commands] [--seed N] [--runs N] [--commands N] [--cuts N]
 *   npm run chaos -- pubsub [--seed N] [--runs N] [--seconds N] [--rate N]
 */
import { parseArgs } from 'node:util'
import { runCommands } from './commands'
import { runPubSub } from './pubsub'

interface Scale {
  readonly seed: number
  readonly commands: number
  readonly cuts: number
  /** How long messages are published, and how many a second. */
  readonly seconds: number
  readonly rate: number
}

const WORKLOADS: Readonly<Record<string, (scale: Scale) => Promise<string>>> = {
  commands: runCommands,
  pubsub: runPubSub,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    runs: { type: 'string', default: '1' },
    commands: { type: 'string', default: '2000000' },
    cuts: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '120' },
    rate: { type: 'string', default: '50000' },
  },
})

async function main(): Promise<void> {
  for (const name of positionals.length > 0 ? positionals : Object.keys(WORKLOADS)) {
    const workload = WORKLOADS[name]
    if (workload === undefined)
      throw new Error(`unknown workload "${name}"; known are ${Object.keys(WORKLOADS)}`)
    for (let round = 0; round < Number(values.runs); round++) {
      const seed =
        values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed) + round
      const { commands, cuts, seconds, rate } = values
      const scale = name === 'pubsub' ? { seconds, rate } : { commands, cuts }
      const flags = Object.entries(scale).map(([flag, value]) => `--${flag} ${value}`)
      console.log(`${name}: --seed ${seed} ${flags.join(' ')}`)
      const numbers = { commands: Number(commands), cuts: Number(cuts) }
      console.log(await workload({ seed, ...numbers, seconds: Number(seconds), rate: Number(rate) }))
    }
  }
}

void main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
