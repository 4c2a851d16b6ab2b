/** CPU time of this process and of its JavaScript thread, in microseconds. */

import { readFileSync } from 'node:fs'

// Under Node and Bun JavaScript runs on the process's first thread, whose id on Linux is the process id.
const SCHEDSTAT = `/proc/self/task/${process.pid}/schedstat`

/** Time on the CPU of the JavaScript thread; null where the system does not tell (anything but Linux). */
function jsThreadMicros() {
  try {
    return Number(readFileSync(SCHEDSTAT, 'latin1').split(' ', 1)[0]) / 1000
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}

/** A reading to pass to `cpuSince`. */
export function cpuNow() {
  return { process: process.cpuUsage(), jsThread: jsThreadMicros() }
}

/** Microseconds of CPU used since `start`: all threads together, and the JavaScript thread alone. */
export function cpuSince(start) {
  const { user, system } = process.cpuUsage(start.process)
  const jsThread = jsThreadMicros()
  return { process: user + system, jsThread: jsThread === null ? null : jsThread - start.jsThread }
}
