/** CPU time of this process and of its JavaScript thread, in microseconds. */

import { readFileSync } from 'node:fs'

/** Time on the CPU of a process's thread, in microseconds. Throws ENOENT where the system does not tell (anything but Linux) or it has ended. */
export function threadMicros(pid, thread) {
  const stat = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1')
  return Number(stat.split(' ', 1)[0]) / 1000
}

/** Time on the CPU of the JavaScript thread; null where the system does not tell (anything but Linux). */
function jsThreadMicros() {
  try {
    // Under Node and Bun JavaScript runs on the process's first thread, whose id on Linux is the process id.
    return threadMicros('self', process.pid)
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
