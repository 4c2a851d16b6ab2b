/** The command line of `npm run bench`. */

import { parseArgs } from 'node:util'

import { CLIENTS } from '../clients/index.mjs'
import { WORKLOADS } from './workloads.mjs'

export const USAGE = `Usage: npm run bench -- [options]

  --only a,b        only these clients: ${CLIENTS.map(({ id }) => id).join(', ')}
  --workload regex  only workloads whose name matches; "startup" is one, too (see --list)
  --rounds n        rounds, each with fresh processes (default 5)
  --duration ms     how long each measurement lasts (default 1000)
  --quick           one short round: shows that all works, its numbers mean little
  --write           write results.* also after a partial or quick run
  --strict          exit with code 1 when a bar is missed
  --list            print the names of the workloads
  --help`

const FULL = { rounds: 5, times: { warmUp: 300, measure: 1000, latency: 250 }, startupSamples: 4 }
const QUICK = { rounds: 1, times: { warmUp: 100, measure: 250, latency: 100 }, startupSamples: 1 }

export const STARTUP = 'startup'

function positiveInteger(name, text, fallback) {
  if (text === undefined) return fallback
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new Error(`--${name} takes a positive whole number, not "${text}"`)
}

function chooseClients(only) {
  if (only === undefined) return CLIENTS
  const wanted = only.split(',')
  const unknown = wanted.find((id) => !CLIENTS.some((client) => client.id === id))
  if (unknown !== undefined) throw new Error(`--only: there is no client "${unknown}"`)
  return CLIENTS.filter(({ id }) => wanted.includes(id))
}

function chooseWorkloads(pattern) {
  if (pattern === undefined) return { workloads: WORKLOADS, startup: true }
  const matcher = new RegExp(pattern)
  const workloads = WORKLOADS.filter(({ id }) => matcher.test(id))
  const startup = matcher.test(STARTUP)
  if (workloads.length === 0 && !startup) throw new Error(`--workload: nothing matches "${pattern}"`)
  return { workloads, startup }
}

/**
 * Parses the arguments. `partial` says that the run leaves something out, so that its results must not replace those
 * of a full one unasked. Throws an Error that names a wrong argument.
 */
export function parseSettings(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      only: { type: 'string' },
      workload: { type: 'string' },
      rounds: { type: 'string' },
      duration: { type: 'string' },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const base = values.quick ? QUICK : FULL
  const rounds = positiveInteger('rounds', values.rounds, base.rounds)
  return {
    ...chooseWorkloads(values.workload),
    clients: chooseClients(values.only),
    rounds,
    times: { ...base.times, measure: positiveInteger('duration', values.duration, base.times.measure) },
    startupSamples: base.startupSamples,
    partial: Boolean(values.only || values.workload || values.quick || rounds < FULL.rounds),
    write: values.write,
    strict: values.strict,
    list: values.list,
    help: values.help,
    command: ['npm run bench', ...(argv.length > 0 ? ['--', ...argv] : [])].join(' '),
  }
}
