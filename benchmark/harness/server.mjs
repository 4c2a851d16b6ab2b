/** The server that is measured against: REDIS_URL's, or an ephemeral one that never outlives this process. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const BINARIES = ['redis-server', 'valkey-server']
const START_TIMEOUT_MS = 10_000
const HOST = '127.0.0.1'

function findBinary() {
  const binary = BINARIES.find((name) => spawnSync(name, ['--version']).status === 0)
  if (binary) return binary
  throw new Error(
    `No server: set REDIS_URL, or put ${BINARIES.join(' or ')} on the PATH (Debian: apt-get install redis-server)`,
  )
}

async function freePort() {
  const server = createServer().listen(0, HOST)
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function accepts(port) {
  const socket = connect(port, HOST)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function untilReady(child, port) {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`The server ended at once (exit code ${child.exitCode})`)
    if (Date.now() > deadline) throw new Error(`The server did not listen within ${START_TIMEOUT_MS} ms`)
    await sleep(20)
  }
}

/**
 * Resolves to the server's URL, where it comes from, its process id where it is ours, and `stop()`. A server started here also ends with this process,
 * however that ends, except for SIGKILL.
 */
export async function startServer() {
  if (process.env.REDIS_URL) {
    return { url: process.env.REDIS_URL, origin: 'REDIS_URL', stop: async () => {} }
  }
  const binary = findBinary()
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'oxidis-bench-'))
  const options = [
    '--port',
    String(port),
    '--bind',
    HOST,
    '--save',
    '',
    '--client-output-buffer-limit',
    'pubsub 0 0 0',
    '--appendonly',
    'no',
    '--dir',
    folder,
  ]
  const child = spawn(binary, options, { stdio: ['ignore', 'ignore', 'inherit'] })
  const stopNow = () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', stopNow)
  const ended = once(child, 'exit')
  await untilReady(child, port)
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    process.off('exit', stopNow)
    stopNow()
  }
  return {
    url: `redis://${HOST}:${port}`,
    origin: `${binary}, started for the run on the same machine`,
    pid: child.pid,
    stop,
  }
}

/** Ends the process on the usual signals by way of its exit handlers, so that children and folders go with it. */
export function exitOnSignals() {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.once(signal, () => process.exit(code))
  }
}
