/** From single measurements to medians, ratios and verdicts. */

import { CLIENTS, OURS, RIVALS } from '../clients/index.mjs'
import { median, spread } from '../harness/statistics.mjs'

const MEASURES = ['opsPerSecond', 'cpuMicros', 'jsThreadMicros', 'p50Ms', 'p99Ms']
const STARTUP_MEASURES = ['loadMs', 'replyMs', 'aboveEmptyMs', 'emptyMs']

function medians(samples, measures) {
  return Object.fromEntries(measures.map((name) => [name, median(samples.map((sample) => sample[name]))]))
}

/** Client id to the median of each measure, for the clients that have samples. */
function byClient(samples, measures) {
  const groups = CLIENTS.map(({ id }) => [id, samples.filter((sample) => sample.client === id)])
  return Object.fromEntries(
    groups.filter(([, own]) => own.length > 0).map(([id, own]) => [id, medians(own, measures)]),
  )
}

/** The best op/s of a family's modes; null when none was measured. */
function bestOf(family, clients) {
  const rates = CLIENTS.filter((client) => client.family === family && clients[client.id])
  return rates.length === 0 ? null : Math.max(...rates.map(({ id }) => clients[id].opsPerSecond))
}

/** Family to (our op/s / its best op/s), for every family that was measured. */
function ratiosOf(clients) {
  const ours = clients[OURS]?.opsPerSecond
  if (ours === undefined) return {}
  const pairs = RIVALS.map(({ family }) => [family, bestOf(family, clients)])
  return Object.fromEntries(
    pairs.filter(([, best]) => best !== null).map(([family, best]) => [family, ours / best]),
  )
}

/** How far the rounds of one client and workload lie apart: the median over all such pairs. */
function typicalSpread(results) {
  const groups = new Map()
  for (const { workload, client, opsPerSecond } of results) {
    const name = `${workload} ${client}`
    groups.set(name, [...(groups.get(name) ?? []), opsPerSecond])
  }
  return median([...groups.values()].map(spread))
}

/** Medians and ratios per workload, in the given order; workloads that nobody finished are left out. */
export function summarize({ results, startup }, workloads) {
  const rows = workloads.map(({ id, title }) => {
    const clients = byClient(
      results.filter(({ workload }) => workload === id),
      MEASURES,
    )
    return { id, title, clients, ratios: ratiosOf(clients) }
  })
  return {
    workloads: rows.filter(({ clients }) => Object.keys(clients).length > 0),
    startup: byClient(startup, STARTUP_MEASURES),
    spread: typicalSpread(results),
  }
}

const verdict = (measured, passes) =>
  measured === undefined || measured === null ? 'not measured' : passes ? 'pass' : 'FAIL'

/**
 * Holds the summary against bars.json: a bar per rival is the least ratio of op/s, `jsThreadMicros` the most CPU time.
 * Throws when bars.json names a workload or a measure that does not exist, because such a bar could never fail.
 */
export function judge(summary, bars, knownWorkloads) {
  return Object.entries(bars).flatMap(([id, limits]) => {
    const known = knownWorkloads.find((workload) => workload.id === id)
    if (!known) throw new Error(`bars.json: there is no workload "${id}"`)
    const row = summary.workloads.find((workload) => workload.id === id)
    return Object.entries(limits).map(([name, limit]) =>
      name.startsWith(OWN_BAR)
        ? judgeOwn(summary, knownWorkloads, known, name.slice(OWN_BAR.length), limit)
        : judgeOne(known.title, row, name, limit),
    )
  })
}

/** Names a bar on our op/s as a share of our own in another workload. */
const OWN_BAR = 'own:'

function judgeOwn(summary, knownWorkloads, { id, title }, otherId, limit) {
  const other = knownWorkloads.find((workload) => workload.id === otherId)
  if (!other) throw new Error(`bars.json: "${OWN_BAR}${otherId}" names no workload`)
  const rateOf = (wanted) => summary.workloads.find((row) => row.id === wanted)?.clients[OURS]?.opsPerSecond
  const [own, base] = [rateOf(id), rateOf(otherId)]
  const measured = own === undefined || base === undefined ? undefined : own / base
  return {
    workload: title,
    bar: `vs ${other.title}`,
    limit,
    measured,
    verdict: verdict(measured, measured >= limit),
  }
}

/** Names a bar on our process CPU as a share of a rival's: the most, not the least. */
const CPU_BAR = 'cpu:'

function judgeCpu(title, row, family, limit) {
  const rival = RIVALS.find((candidate) => candidate.family === family)
  if (!rival) throw new Error(`bars.json: "${CPU_BAR}${family}" names no client`)
  const of = (id) => row?.clients[id]?.cpuMicros
  const theirs = CLIENTS.filter((client) => client.family === family).map(({ id }) => of(id) ?? Infinity)
  const share = of(OURS) === undefined ? undefined : of(OURS) / Math.min(...theirs)
  // Without the rival the share is 0, which would pass.
  const measured = share === 0 ? undefined : share
  const bar = `CPU vs ${rival.label}`
  return { workload: title, bar, limit, measured, verdict: verdict(measured, measured <= limit) }
}

function judgeOne(title, row, name, limit) {
  if (name === 'jsThreadMicros') {
    const measured = row?.clients[OURS]?.jsThreadMicros
    return {
      workload: title,
      bar: 'JS thread, µs',
      limit,
      measured,
      verdict: verdict(measured, measured <= limit),
    }
  }
  if (name.startsWith(CPU_BAR)) return judgeCpu(title, row, name.slice(CPU_BAR.length), limit)
  const rival = RIVALS.find(({ family }) => family === name)
  if (!rival) throw new Error(`bars.json: "${name}" is neither a client nor a measure`)
  const measured = row?.ratios[name]
  return {
    workload: title,
    bar: `vs ${rival.label}`,
    limit,
    measured,
    verdict: verdict(measured, measured >= limit),
  }
}
