import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

/** `redis8` is a Redis that is newer than the one of the system's packages, for the commands which that one lacks. */
export type ServerKind = 'redis' | 'redis8' | 'valkey'

export interface ServerBinary {
  readonly kind: ServerKind
  readonly path: string
  /** Such as `7.0.15`. */
  readonly version: string
}

const INSTALL: Record<ServerKind, string> = {
  redis:
    'Install Redis 7 or newer so that redis-server is on the PATH (Debian: apt-get install redis-server).',
  redis8: 'Run scripts/install-servers.sh, or name a Redis 8 in the variable OXIDIS_REDIS8_SERVER.',
  valkey:
    'Run scripts/install-servers.sh, put valkey-server on the PATH, or name it in the variable OXIDIS_VALKEY_SERVER.',
}

/** Where scripts/install-servers.sh puts servers that the system does not have. */
const CACHE = resolve(__dirname, '../../node_modules/.cache/oxidis')
/** The variables that name servers which need not be on the PATH. */
const VARIABLES: Partial<Record<ServerKind, string>> = {
  redis8: 'OXIDIS_REDIS8_SERVER',
  valkey: 'OXIDIS_VALKEY_SERVER',
}

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

/** The kinds of servers to test commands against: those of `serverKinds`, and a newer Redis where there is one. */
export function commandServers(): ServerKind[] {
  const [redis, ...others] = serverKinds()
  return lookUp('redis8') === undefined ? [redis!, ...others] : [redis!, 'redis8', ...others]
}

function lookUp(kind: ServerKind): ServerBinary | undefined {
  if (!found.has(kind)) found.set(kind, search(kind))
  return found.get(kind)
}

function search(kind: ServerKind): ServerBinary | undefined {
  const variable = VARIABLES[kind]
  const named = variable && process.env[variable]
  if (named) {
    if (!isExecutable(named)) throw new Error(`${variable} names ${named}, which cannot be run`)
    return describe(kind, named)
  }
  const candidates = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, `${kind}-server`))
  if (variable) candidates.push(join(CACHE, `${kind}-server`))
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
