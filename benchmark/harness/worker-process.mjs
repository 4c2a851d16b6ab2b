/** The runner's side of a worker process. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { parseAnswer } from './protocol.mjs'

const WORKER = fileURLToPath(new URL('./worker.mjs', import.meta.url))
const START_TIMEOUT_MS = 30_000
const SLACK_MS = 30_000
const STOP_TIMEOUT_MS = 5_000

const running = new Set()
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')))

/** The command line that runs a script under the client's runtime. */
export function runtimeCommand(client, runtimes, script, ...args) {
  if (client.runtime === 'bun') return [runtimes.bun, script, ...args]
  return [runtimes.node, '--expose-gc', script, ...args]
}

/** A started worker. `measure` answers `{ result }` or `{ failed: reason }` and never throws. */
export class WorkerProcess {
  #child
  #answers = []
  #waiting = null
  #ended = null

  /** Starts the client; resolves to `{ worker }`, or to `{ failed: reason }` when it cannot be loaded or connected. */
  static async start(client, runtimes, url) {
    const worker = new WorkerProcess(client, runtimes, url)
    const { failed } = await worker.#next(START_TIMEOUT_MS)
    if (failed === undefined) return { worker }
    await worker.stop()
    return { failed }
  }

  constructor(client, runtimes, url) {
    const [command, ...args] = runtimeCommand(client, runtimes, WORKER, client.id)
    this.#child = spawn(command, args, {
      env: { ...process.env, BENCH_URL: url },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    running.add(this.#child)
    // Writing to a worker that has just died fails on the pipe; the exit event tells the story.
    this.#child.stdin.on('error', () => {})
    this.#child.once('error', (error) => this.#end(error.message))
    this.#child.once('close', (code, signal) => this.#end(`process ended (${signal ?? `exit code ${code}`})`))
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#receive(line))
  }

  get pid() {
    return this.#child.pid
  }

  get alive() {
    return this.#ended === null
  }

  /** Measures one workload for `times`; a worker that does not answer in time is killed. */
  measure(workload, times) {
    this.#child.stdin.write(`${JSON.stringify({ workload: workload.id, times })}\n`)
    return this.#next(times.warmUp + times.measure + times.latency + SLACK_MS)
  }

  /** Lets the client close and the process end; kills it when it does not. */
  async stop() {
    if (!this.alive) return
    const closed = once(this.#child, 'close')
    this.#child.stdin.end()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await closed
    clearTimeout(timer)
  }

  #receive(line) {
    const message = parseAnswer(line)
    if (message === null) {
      process.stderr.write(`${line}\n`)
      return
    }
    this.#answers.push(message)
    this.#waiting?.()
  }

  #end(reason) {
    running.delete(this.#child)
    this.#ended ??= reason
    this.#waiting?.()
  }

  async #next(timeout) {
    if (this.#answers.length === 0 && this.alive) {
      const timer = setTimeout(() => {
        this.#ended = `no answer within ${timeout} ms`
        this.#child.kill('SIGKILL')
        this.#waiting?.()
      }, timeout)
      await new Promise((resolve) => (this.#waiting = resolve))
      clearTimeout(timer)
      this.#waiting = null
    }
    return this.#answers.shift() ?? { failed: this.#ended }
  }
}
