/**
 * Failovers of every kind under a client that writes and reads a hundred times a second. Owns the schedule, which the seed decides,
 * and what has to come out of it: the bars, and that no caller is told what is not so.
 */
import assert from 'node:assert/strict'
import { Random } from '../__test__/support/random'
import { assertInstalled, CLIENTS, type ClientName } from './followers'
import { type Figures, judge, missed, table } from './sentinel-figures'
import { type Plan, type Scene, SCENES, Stage } from './sentinel-stage'

export interface SentinelChaos {
  readonly seed: number
  /** How often each scene is played. */
  readonly runs: number
  readonly scenes: readonly Scene[]
  /** Deployments at the same time. */
  readonly stages: number
  /** Hears of each scene when it is over. */
  readonly progress?: (line: string) => void
}

/** The names in `text`, separated by commas; `all` is for all of `known`. */
function chosen<Name extends string>(what: string, text: string, known: readonly Name[]): Name[] {
  const names = text === 'all' ? known : text.split(',')
  return names.map((name) => {
    const found = known.find((one) => one === name)
    if (found === undefined) throw new Error(`--${what}: unknown "${name}"; known are ${known}, and all`)
    return found
  })
}

/** All that chance decides, drawn before anything happens: it is the same for every client. */
export function schedule({ seed, runs, scenes }: SentinelChaos): Plan[] {
  const random = new Random(seed)
  const plans: Plan[] = []
  for (let number = 1; number <= runs; number += 1) {
    for (const scene of SCENES) {
      const plan = {
        ...{ scene, number, protocol: random.integer(2, 3) as 2 | 3 },
        lead: random.integer(100, 800),
        dark: random.integer(500, 6000),
        servers: shuffled(random),
        sentinels: shuffled(random),
        pauses: [0, 0, 0].map(() => random.integer(0, 300)),
      }
      // Drawn in any case, so that a scene alone is the same as among the others.
      if (scenes.includes(scene)) plans.push(plan)
    }
  }
  return plans
}

function shuffled(random: Random): number[] {
  const order = [0, 1, 2]
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = random.integer(0, last)
    ;[order[last], order[other]] = [order[other] as number, order[last] as number]
  }
  return order
}

/** Plays the schedule with one client, and answers what each scene meant to it. */
export async function play(client: ClientName, options: SentinelChaos): Promise<Figures[]> {
  const plans = schedule(options)
  const figures: Figures[] = []
  const perform = async (): Promise<void> => {
    const stage = await Stage.open()
    try {
      for (let plan = plans.shift(); plan !== undefined; plan = plans.shift()) {
        const result = await judge(await stage.play(plan, client))
        figures.push(result)
        options.progress?.(`${client} ${plan.scene} ${plan.number}: ${JSON.stringify(result.values)}`)
      }
    } finally {
      await stage.close()
    }
  }
  await Promise.all(Array.from({ length: Math.min(options.stages, plans.length) }, perform))
  return figures
}

/** The full form. Throws where this client misses a bar, or tells a caller what is not so. */
export async function runSentinel(
  options: Omit<SentinelChaos, 'scenes'> & { client: string; scenes: string },
): Promise<string> {
  const scenes = chosen('scenes', options.scenes, SCENES)
  const clients = chosen('client', options.client, CLIENTS)
  for (const client of clients) assertInstalled(client)
  const results = new Map<ClientName, Figures[]>()
  for (const client of clients) {
    results.set(client, await play(client, { progress: console.error, ...options, scenes }))
  }
  const text = table(results)
  const misses = missed(results.get('oxidis') ?? [])
  assert.ok(misses.length === 0, `${text}\n\nmissed:\n${misses.join('\n')}`)
  return text
}
