import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

export type ServerKind = 'redis' | 'valkey'

export interface ServerBinary {
  readonly kind: ServerKind
  readonly path: string
  /** Such as `7.0.15`. */
  readonly version: string
}

const INSTALL: Record<ServerKind, string> = {
  redis:
    'Install Redis 7 or newer so that redis-server is on the PATH (Debian: apt-get install redis-server).',
  valkey:
    'Run scripts/install-servers.sh, put valkey-server on the PATH, or name it in the variable OXIDIS_VALKEY_SERVER.',
}

/** Where scripts/install-servers.sh puts a Valkey server that the system does not have. */
const CACHED_VALKEY = resolve(__dirname, '../../node_modules/.cache/oxidis/valkey-server')

const found = new Map<ServerKind, ServerBinary | undefined>()

/** The server program of this kind. Throws, saying what to install, when this machine has none. */
export function serverBinary(kind: ServerKind): ServerBinary {
  const binary = lookUp(kind)
  if (binary === undefined) throw new Error(`No ${kind}-server found. ${INSTALL[kind]}`)
  return binary
}

/** The kinds of servers to test against here: always Redis, and Valkey where it is installed. Throws without Redis. */
export function serverKinds(): ServerKind[] {
  serverBinary('redis')
  return lookUp('valkey') === undefined ? ['redis'] : ['redis', 'valkey']
}

function lookUp(kind: ServerKind): ServerBinary | undefined {
  if (!found.has(kind)) found.set(kind, search(kind))
  return found.get(kind)
}

function search(kind: ServerKind): ServerBinary | undefined {
  const named = kind === 'valkey' ? process.env.OXIDIS_VALKEY_SERVER : undefined
  if (named) {
    if (!isExecutable(named)) throw new Error(`OXIDIS_VALKEY_SERVER names ${named}, which cannot be run`)
    return describe(kind, named)
  }
  const candidates = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, `${kind}-server`))
  if (kind === 'valkey') candidates.push(CACHED_VALKEY)
  const path = candidates.find(isExecutable)
  return path === undefined ? undefined : describe(kind, path)
}

function describe(kind: ServerKind, path: string): ServerBinary {
  const answer = execFileSync(path, ['--version'], { encoding: 'utf8' })
  const version = /\bv=(\d+\.\d+\.\d+)/.exec(answer)?.[1]
  if (version === undefined) throw new Error(`${path} --version gives no version: ${answer.trim()}`)
  return { kind, path, version }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
