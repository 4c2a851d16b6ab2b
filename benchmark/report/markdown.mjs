/** Writes the report people read. */

import { CLIENTS, OURS, RIVALS } from '../clients/index.mjs'

const NOTHING = '–'

const integer = (value) => Math.round(value).toLocaleString('en').replaceAll(',', ' ')
const isNumber = (value) => typeof value === 'number'
const show = (value, format) => (isNumber(value) ? format(value) : NOTHING)

/** Three significant digits without an exponent. */
function short(value) {
  return value >= 100 ? integer(value) : String(Number(value.toPrecision(3)))
}

const ratio = (value) => value.toFixed(2)

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'))
  return [head, rule, ...rows].map(line).join('\n')
}

/** The clients that were measured at all, in the order of the columns. */
function measuredClients({ workloads, startup }) {
  return CLIENTS.filter(({ id }) => startup[id] || workloads.some(({ clients }) => clients[id]))
}

function throughputTable(summary, clients) {
  const rivals = summary.workloads.some(({ ratios }) => Object.keys(ratios).length > 0) ? RIVALS : []
  const head = ['workload', ...clients.map(({ label }) => label), ...rivals.map(({ label }) => `vs ${label}`)]
  const rows = summary.workloads.map(({ title, clients: medians, ratios }) => [
    title,
    ...clients.map(({ id }) => show(medians[id]?.opsPerSecond, integer)),
    ...rivals.map(({ family }) => show(ratios[family], ratio)),
  ])
  return table(head, rows)
}

/** A table with two measures of each client in one cell. */
function pairTable(summary, clients, first, second) {
  const cell = (medians) =>
    medians && isNumber(medians[first])
      ? `${short(medians[first])} / ${show(medians[second], short)}`
      : NOTHING
  const rows = summary.workloads
    .filter(({ clients: medians }) => Object.values(medians).some((own) => isNumber(own[first])))
    .map(({ title, clients: medians }) => [title, ...clients.map(({ id }) => cell(medians[id]))])
  return table(['workload', ...clients.map(({ label }) => label)], rows)
}

function startupTable(startup, clients) {
  const measures = [
    ['loadMs', 'require'],
    ['replyMs', 'require + connect + first reply'],
    ['aboveEmptyMs', 'process that only requires, above an empty one'],
    ['emptyMs', 'empty process'],
  ]
  const started = clients.filter(({ id }) => startup[id])
  const rows = measures.map(([name, title]) => [
    title,
    ...started.map(({ id }) => show(startup[id][name], (value) => value.toFixed(1))),
  ])
  return table(['ms', ...started.map(({ label }) => label)], rows)
}

function barsTable(verdicts) {
  return table(
    ['workload', 'bar', 'limit', 'measured', ''],
    verdicts.map(({ workload, bar, limit, measured, verdict }) => [
      workload,
      bar,
      String(limit),
      show(measured, ratio),
      verdict,
    ]),
  )
}

function facts({ machine, server, versions, date, command, settings }, clients) {
  const { rounds, times, startupSamples } = settings
  const names = clients
    .filter(({ id }) => id !== 'ioredis-auto')
    .map(({ id, label }) => `${label} ${versions[id]}`)
    .join(', ')
  return [
    `- Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB; ${machine.system}`,
    `- Runtimes: Node ${machine.node}; Bun ${versions.bun ?? NOTHING} (${machine.bunBuild ?? 'no build runs here'})`,
    `- Server: ${server.version} (${server.origin})`,
    `- Clients: ${names}`,
    `- Command: \`${command}\`, ${date}`,
    `- Rounds, each with fresh processes: ${rounds}; ${times.measure} ms per measurement after ${times.warmUp} ms of warm-up; ` +
      `start-ups per client: ${rounds * startupSamples}; the tables show medians`,
    `- Batches: ${clients.map(({ label, batch }) => `${label}: ${batch}`).join('; ')}`,
  ].join('\n')
}

function problems({ skipped, failures }) {
  const labelOf = (id) => CLIENTS.find((client) => client.id === id).label
  const lines = [
    ...Object.entries(skipped).map(([id, reason]) => `- ${labelOf(id)} was skipped: ${reason}`),
    ...failures.map(
      ({ round, workload, client, reason }) =>
        `- round ${round + 1}, ${workload}, ${labelOf(client)}: ${reason}`,
    ),
  ]
  return lines.length === 0 ? [] : ['## Not measured', lines.join('\n')]
}

function spreadNote(spread) {
  if (spread === null) return ''
  return ` The slowest and the fastest round of one number typically lie ${Math.round(spread * 100)} % apart.`
}

/** The whole report as Markdown; a section without numbers is left out. */
export function markdown(run, summary, verdicts) {
  const clients = measuredClients(summary)
  const sections = ['# Benchmark results', facts(run, clients)]
  if (summary.workloads.length > 0) {
    sections.push(
      '## Throughput',
      `Commands per second; values of 64 bytes unless said. The columns on the right are Oxidis divided by the other ` +
        `client.${spreadNote(summary.spread)}`,
      throughputTable(summary, clients),
      '## CPU',
      'Microseconds of CPU per command: all threads of the client process / its JavaScript thread.',
      pairTable(summary, clients, 'cpuMicros', 'jsThreadMicros'),
      '## Latency',
      'Milliseconds per awaited call: p50 / p99, sampled in a pass of its own.',
      pairTable(summary, clients, 'p50Ms', 'p99Ms'),
    )
  }
  if (Object.keys(summary.startup).length > 0) {
    sections.push(
      '## Start-up',
      'Milliseconds, each in a fresh process.',
      startupTable(summary.startup, clients),
    )
  }
  if (summary.workloads.some(({ clients: medians }) => medians[OURS]))
    sections.push('## Bars', barsTable(verdicts))
  return `${[...sections, ...problems(run)].join('\n\n')}\n`
}
