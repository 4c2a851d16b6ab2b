/** Waits until processes have stopped working, so that what one of them left behind does not slow down the next that is measured. */

import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** How long the processes are looked at. */
const WINDOW_MS = 40
/** Idle: less than this share of one core, all of them together. */
const IDLE_SHARE = 0.1
/** Nobody works this long on what is over. */
const PATIENCE_MS = 20_000

const NANOS_PER_MS = 1e6

/** Time on the CPU of all threads of a process, in nanoseconds; 0 of one that has ended, null where the system does not tell. */
function cpuNanos(pid) {
  if (process.platform !== 'linux') return null
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    return threads.reduce((total, thread) => total + threadNanos(pid, thread), 0)
  } catch (error) {
    if (hasEnded(error)) return 0
    throw error
  }
}

function threadNanos(pid, thread) {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ', 1)[0])
  } catch (error) {
    if (hasEnded(error)) return 0
    throw error
  }
}

const hasEnded = (error) => error.code === 'ENOENT' || error.code === 'ESRCH'

/** Resolves to true when all processes idle, and to false when one still works after 20 seconds. */
export async function untilQuiet(pids) {
  const total = () => pids.reduce((sum, pid) => sum + (cpuNanos(pid) ?? 0), 0)
  const deadline = performance.now() + PATIENCE_MS
  while (performance.now() < deadline) {
    const [before, start] = [total(), performance.now()]
    await sleep(WINDOW_MS)
    const share = (total() - before) / NANOS_PER_MS / (performance.now() - start)
    // A thread that ends takes its time with it.
    if (Math.abs(share) < IDLE_SHARE) return true
  }
  return false
}
