/**
 * Runs a workload under faults: `npm run chaos -- commands`. Prints its seed, which `--seed` runs again.
 *
 *   npm run chaos -- mixture [--seed N] [--runs N] [--protocol 2|3] [--server redis|valkey] [--calls N]
 *   npm run chaos -- [commands] [--seed N] [--runs N] [--protocol 2|3] [--server redis|valkey] [--commands N] [--cuts N]
 *   npm run chaos -- cancel [--seed N] [--runs N] [--protocol 2|3] [--server redis|valkey] [--calls N] [--cancellations N]
 *   npm run chaos -- pool [--seed N] [--runs N] [--protocol 2|3] [--server redis|valkey] [--tls true|false] [--actions N] [--cuts N]
 *   npm run chaos -- pubsub [--seed N] [--runs N] [--protocol 2|3] [--server redis|valkey] [--seconds N] [--rate N]
 *   npm run chaos -- sentinel [--seed N] [--client oxidis,ioredis,redis|all] [--scenes graceful,kill,freeze,outage|all]
 *                             [--runs N] [--stages N]
 */
import { parseArgs } from 'node:util'
import { type ServerKind, serverKinds } from '../__test__/support/server'

interface Scale {
  readonly seed: number
  readonly protocol: 2 | 3
  readonly server: ServerKind
  readonly tls: boolean
  readonly commands: number
  readonly cuts: number
  /** Commands of callers who change their minds, and how often they do. */
  readonly calls: number
  readonly cancellations: number
  /** Leases, blocking commands and others. */
  readonly actions: number
  /** How long messages are published, and how many a second. */
  readonly seconds: number
  readonly rate: number
  /** Who follows the master, and through what: names, separated by commas. */
  readonly client: string
  readonly scenes: string
  /** How often each scene is played, and on how many deployments at a time. */
  readonly runs: number
  readonly stages: number
}

interface Workload {
  readonly run: (scale: Scale) => Promise<string>
  /** What it makes of the scale. */
  readonly flags: readonly Flag[]
}

/** How often a scene is played where nobody says it. */
const SCENE_RUNS = 30

type Flag = Exclude<keyof Scale, 'seed'>

/** Each is loaded when it is run: `mixture` looks at the client from before its first call. */
const WORKLOADS: Readonly<Record<string, Workload>> = {
  mixture: {
    run: async (scale) => (await import('./mixture.js')).runMixture(scale),
    flags: ['protocol', 'server', 'calls'],
  },
  commands: {
    run: async (scale) => (await import('./commands.js')).runCommands(scale),
    flags: ['protocol', 'server', 'commands', 'cuts'],
  },
  cancel: {
    run: async (scale) => (await import('./cancel.js')).runCancel({ ...scale, commands: scale.calls }),
    flags: ['protocol', 'server', 'calls', 'cancellations'],
  },
  pool: {
    run: async (scale) => (await import('./pool.js')).runPool(scale),
    flags: ['protocol', 'server', 'tls', 'actions', 'cuts'],
  },
  pubsub: {
    run: async (scale) => (await import('./pubsub.js')).runPubSub(scale),
    flags: ['protocol', 'server', 'seconds', 'rate'],
  },
  sentinel: {
    run: async (scale) => (await import('./sentinel.js')).runSentinel(scale),
    flags: ['client', 'scenes', 'runs', 'stages'],
  },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    runs: { type: 'string' },
    protocol: { type: 'string', default: '3' },
    server: { type: 'string', default: 'redis' },
    tls: { type: 'string', default: 'false' },
    commands: { type: 'string', default: '2000000' },
    cuts: { type: 'string', default: '500' },
    calls: { type: 'string', default: '5000000' },
    cancellations: { type: 'string', default: '500000' },
    actions: { type: 'string', default: '200000' },
    seconds: { type: 'string', default: '120' },
    rate: { type: 'string', default: '50000' },
    client: { type: 'string', default: 'oxidis' },
    scenes: { type: 'string', default: 'all' },
    stages: { type: 'string', default: '3' },
  },
})

function scale(seed: number): Scale {
  const server = serverKinds().find((kind) => kind === values.server)
  if (server === undefined) throw new Error(`--server: "${values.server}" is not here, but ${serverKinds()}`)
  if (values.protocol !== '2' && values.protocol !== '3') throw new Error('--protocol: 2 or 3')
  if (values.tls !== 'true' && values.tls !== 'false') throw new Error('--tls: true or false')
  const tls = values.tls === 'true'
  const [commands, cuts, actions] = [Number(values.commands), Number(values.cuts), Number(values.actions)]
  const [calls, cancellations] = [Number(values.calls), Number(values.cancellations)]
  const [seconds, rate] = [Number(values.seconds), Number(values.rate)]
  const protocol = values.protocol === '2' ? 2 : 3
  const { client, scenes } = values
  const [runs, stages] = [Number(values.runs ?? SCENE_RUNS), Number(values.stages)]
  return {
    ...{ seed, protocol, server, tls, commands, cuts, calls, cancellations, actions, seconds, rate },
    ...{ client, scenes, runs, stages },
  }
}

async function main(): Promise<void> {
  for (const name of positionals.length > 0 ? positionals : Object.keys(WORKLOADS)) {
    const workload = WORKLOADS[name]
    if (workload === undefined)
      throw new Error(`unknown workload "${name}"; known are ${Object.keys(WORKLOADS)}`)
    // What counts its runs itself is run once.
    const rounds = workload.flags.includes('runs') ? 1 : Number(values.runs ?? 1)
    for (let round = 0; round < rounds; round++) {
      const seed =
        values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed) + round
      const flags = workload.flags.map((flag) => `--${flag} ${scale(seed)[flag]}`)
      console.log(`${name}: --seed ${seed} ${flags.join(' ')}`)
      console.log(await workload.run(scale(seed)))
    }
  }
}

void main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
