import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * What a test process leaves behind is cleared by a shell that outlives it: its standard input is a pipe from here, which
 * the system closes whatever this process dies of. Told the servers that run, it kills those that are left at that moment
 * and removes the folder of the session.
 */
const WATCHMAN = `
trap '' HUP INT TERM
folder=$1
pids=' '
while read -r verb pid; do
  case $verb in
    watch) pids="$pids$pid " ;;
    forget) case $pids in *" $pid "*) pids="\${pids%% $pid *} \${pids#* $pid }" ;; esac ;;
  esac
done
for pid in $pids; do kill -KILL "$pid"; done
tries=50
until rm -rf "$folder" || [ $tries -eq 0 ]; do tries=$((tries - 1)); sleep 0.1; done
`

interface Session {
  readonly folder: string
  readonly orders: Socket
}

let session: Session | undefined
const children = new Set<ChildProcess>()

function openSession(): Session {
  if (session !== undefined) return session
  const folder = mkdtempSync(join(tmpdir(), 'oxidis-test-'))
  // Its own process group keeps it alive when a terminal interrupts the group of the tests.
  const watchman = spawn('/bin/sh', ['-c', WATCHMAN, 'oxidis-watchman', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watchman.unref()
  const orders = watchman.stdin as unknown as Socket
  orders.unref()
  process.once('exit', () => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  session = { folder, orders }
  return session
}

/** A new folder that is gone after this process, however that ends. */
export function scratchFolder(name: string): string {
  return mkdtempSync(join(openSession().folder, `${name}-`))
}

/** Has a child process killed when this process ends, however that happens. */
export function killWithThisProcess(child: ChildProcess): void {
  const { orders } = openSession()
  const { pid } = child
  if (pid === undefined) return
  children.add(child)
  orders.write(`watch ${pid}\n`)
  child.once('exit', () => {
    children.delete(child)
    orders.write(`forget ${pid}\n`)
  })
}
