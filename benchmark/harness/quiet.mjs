/** Waits until processes have stopped working, so that what one of them left behind does not slow down the next that is measured. */

import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

import { threadMicros } from './cpu.mjs'

/** How long the processes are looked at. */
const WINDOW_MS = 40
/** Idle: less than this share of one core, all of them together. */
const IDLE_SHARE = 0.1
/** Nobody works this long on what is over. */
const PATIENCE_MS = 20_000

/** What `read` answers, or `nothing` when what it reads of has ended. */
function unlessEnded(read, nothing) {
  try {
    return read()
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return nothing
    throw error
  }
}

/** Time on the CPU of all threads of a process, in microseconds. */
function cpuMicros(pid) {
  const threads = unlessEnded(() => readdirSync(`/proc/${pid}/task`), [])
  return threads.reduce((total, thread) => total + unlessEnded(() => threadMicros(pid, thread), 0), 0)
}

/** Resolves to true when all processes idle, or the system does not tell; to false when one still works after 20 seconds. */
export async function untilQuiet(pids) {
  if (process.platform !== 'linux') return true
  const total = () => pids.reduce((sum, pid) => sum + cpuMicros(pid), 0)
  const deadline = performance.now() + PATIENCE_MS
  while (performance.now() < deadline) {
    const [before, start] = [total(), performance.now()]
    await sleep(WINDOW_MS)
    const share = (total() - before) / 1000 / (performance.now() - start)
    // A thread that ends takes its time with it.
    if (Math.abs(share) < IDLE_SHARE) return true
  }
  return false
}
