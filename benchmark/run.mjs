/** `npm run bench`: measures every client against one server and writes results.md, results.json and chart.svg. */

import { OURS } from './clients/index.mjs'
import { withDataset } from './harness/admin.mjs'
import { describeMachine, describeServer } from './harness/machine.mjs'
import { clientVersions, findRuntimes, installPeers } from './harness/peers.mjs'
import { Rounds } from './harness/rounds.mjs'
import { exitOnSignals, startServer } from './harness/server.mjs'
import { STARTUP, USAGE, parseSettings } from './harness/settings.mjs'
import { WORKLOADS } from './harness/workloads.mjs'
import { readBars, writeReport } from './report/files.mjs'
import { markdown } from './report/markdown.mjs'
import { judge, summarize } from './report/summary.mjs'

/** Everything that was measured and what it was measured on. */
function measureAll(settings, server) {
  const runtimes = findRuntimes()
  return withDataset(server.url, async (redis) => ({
    date: new Date().toISOString(),
    command: settings.command,
    machine: { ...describeMachine(), bunBuild: runtimes.bun?.build },
    server: { version: await describeServer(redis), origin: server.origin },
    versions: { ...clientVersions(), bun: runtimes.bun?.version },
    settings: { rounds: settings.rounds, times: settings.times, startupSamples: settings.startupSamples },
    ...(await new Rounds(settings, runtimes, server).run()),
  }))
}

function printBars(verdicts) {
  for (const { workload, bar, limit, measured, verdict } of verdicts) {
    const value = typeof measured === 'number' ? measured.toFixed(2) : ''
    console.log(
      `${verdict.padEnd(12)}  ${workload.padEnd(24)}  ${bar.padEnd(14)}  ${value.padStart(7)}  (${limit})`,
    )
  }
}

async function report(settings, run) {
  const summary = summarize(run, settings.workloads)
  const verdicts = judge(summary, readBars(), WORKLOADS)
  console.log(`\n${markdown(run, summary, verdicts)}`)
  printBars(verdicts)
  const incomplete = settings.partial || run.skipped[OURS] !== undefined
  if (!incomplete || settings.write) {
    console.log(`\nWrote ${(await writeReport(run, summary, verdicts)).join(', ')} in benchmark/`)
  } else {
    console.log('\nNot a full run: results.* and chart.svg are left as they were (--write replaces them)')
  }
  const missed = verdicts.filter(({ verdict }) => verdict === 'FAIL').length
  if (settings.strict && missed > 0) throw new Error(`${missed} bars missed`)
  const broken = run.failures.filter(({ client }) => client === OURS).length
  if (broken > 0) throw new Error(`${broken} measurements of ${OURS} failed`)
}

async function main() {
  const settings = parseSettings(process.argv.slice(2))
  if (settings.help) return console.log(USAGE)
  if (settings.list) return console.log([...WORKLOADS.map(({ id }) => id), STARTUP].join('\n'))
  exitOnSignals()
  installPeers()
  const server = await startServer()
  try {
    await report(settings, await measureAll(settings, server))
  } finally {
    await server.stop()
  }
}

try {
  await main()
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
