/** The order of the run: rounds, in each the workloads, in each the clients one after the other. */

import { OURS } from '../clients/index.mjs'
import { Flood } from './delivery.mjs'
import { untilQuiet } from './quiet.mjs'
import { measureStartup } from './startup.mjs'
import { WorkerProcess } from './worker-process.mjs'

const log = (text) => console.error(text)

/** `items` starting at another one for every `by`, and every other time backwards: nobody always runs first or behind the same one. */
function rotate(items, by) {
  const start = by % items.length
  const rotated = [...items.slice(start), ...items.slice(0, start)]
  return by % 2 === 0 ? rotated : rotated.reverse()
}

const compact = (value) =>
  new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 }).format(value)

/** Collects what the rounds measure. Runs one client at a time; the others' processes sit idle meanwhile. */
export class Rounds {
  #settings
  #runtimes
  #url
  #serverPid
  #skipped = new Map()
  #results = []
  #startup = []
  #failures = []

  /** `server` is what `startServer` answered. */
  constructor(settings, runtimes, server) {
    this.#settings = settings
    this.#runtimes = { node: runtimes.node, bun: runtimes.bun?.path }
    this.#url = server.url
    this.#serverPid = server.pid
    if (!runtimes.bun) this.#skipClients('bun', 'no build of the bun package runs on this machine')
  }

  /** Runs everything and resolves to `{ results, startup, skipped, failures }`; all of it plain data. */
  async run() {
    for (let round = 0; round < this.#settings.rounds; round++) await this.#round(round)
    return {
      results: this.#results,
      startup: this.#startup,
      skipped: Object.fromEntries(this.#skipped),
      failures: this.#failures,
    }
  }

  get #clients() {
    return this.#settings.clients.filter(({ id }) => !this.#skipped.has(id))
  }

  #skipClients(runtime, reason) {
    for (const { id, label, runtime: needed } of this.#settings.clients) {
      if (needed === runtime) this.#skip(id, label, reason)
    }
  }

  #skip(id, label, reason) {
    this.#skipped.set(id, reason)
    log(`SKIPPED ${label}: ${reason}`)
    if (id === OURS)
      log('  (build the addon with `npm run build`; the other clients are measured all the same)')
  }

  async #round(round) {
    const workers = await this.#startWorkers(round)
    try {
      for (const [index, workload] of this.#settings.workloads.entries()) {
        await this.#workload(round, workload, rotate(this.#clients, round + index), workers)
      }
    } finally {
      await Promise.all([...workers.values()].map((worker) => worker.stop()))
    }
    if (this.#settings.startup) this.#startupSamples(round)
  }

  async #startWorkers(round) {
    const workers = new Map()
    for (const client of rotate(this.#clients, round)) {
      const { worker, failed } = await WorkerProcess.start(client, this.#runtimes, this.#url)
      if (worker) workers.set(client.id, worker)
      else this.#skip(client.id, client.label, failed)
    }
    return workers
  }

  async #workload(round, workload, clients, workers) {
    const cells = []
    for (const client of clients) {
      const worker = workers.get(client.id)
      if (!worker.alive) continue
      await this.#othersRest(workers)
      const flood = workload.kind === 'delivery' ? await Flood.start(this.#url, workload.channels) : undefined
      const { result, failed } = await worker.measure(workload, this.#settings.times)
      flood?.stop()
      if (result) {
        this.#results.push({ round, workload: workload.id, client: client.id, ...result })
        cells.push(`${client.id} ${compact(result.opsPerSecond)}`)
      } else {
        this.#failures.push({ round, workload: workload.id, client: client.id, reason: failed })
        cells.push(`${client.id} FAILED (${failed})`)
      }
    }
    log(`round ${round + 1}/${this.#settings.rounds}  ${workload.title.padEnd(24)}  ${cells.join('  ')}`)
  }

  /** Some clients and the server still work on messages when their measurement is over. */
  async #othersRest(workers) {
    const pids = [...workers.values()].filter((worker) => worker.alive).map((worker) => worker.pid)
    if (this.#serverPid !== undefined) pids.push(this.#serverPid)
    if (!(await untilQuiet(pids)))
      log('A client or the server does not come to rest; what follows is slower for it')
  }

  #startupSamples(round) {
    for (let sample = 0; sample < this.#settings.startupSamples; sample++) {
      for (const client of rotate(this.#clients, round + sample)) {
        try {
          this.#startup.push({
            round,
            client: client.id,
            ...measureStartup(client, this.#runtimes, this.#url),
          })
        } catch (error) {
          this.#failures.push({ round, workload: 'startup', client: client.id, reason: error.message })
          log(error.message)
        }
      }
    }
    log(`round ${round + 1}/${this.#settings.rounds}  start-up`)
  }
}
