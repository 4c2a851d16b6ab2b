/**
 * Runs a workload under faults: `npm run chaos -- commands`. Prints its seed, which `--seed` runs again.
 *
 *   npm run chaos -- [commands] [--seed N] [--runs N] [--commands N] [--cuts N]
 */
import { parseArgs } from 'node:util'
import { runCommands } from './commands'

interface Scale {
  readonly seed: number
  readonly commands: number
  readonly cuts: number
}

const WORKLOADS: Readonly<Record<string, (scale: Scale) => Promise<string>>> = { commands: runCommands }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    runs: { type: 'string', default: '1' },
    commands: { type: 'string', default: '2000000' },
    cuts: { type: 'string', default: '500' },
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
      console.log(`${name}: --seed ${seed} --commands ${values.commands} --cuts ${values.cuts}`)
      console.log(await workload({ seed, commands: Number(values.commands), cuts: Number(values.cuts) }))
    }
  }
}

void main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
