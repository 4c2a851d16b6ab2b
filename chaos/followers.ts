/** Clients that follow a master by sentinels: this one, and others for comparison, each as its documentation says for sentinels. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Client, Sentinel } from '../__test__/support/client'
import { MASTER } from '../__test__/support/deployment'
import type { Caller } from '../__test__/support/traffic'

export interface Follower extends Caller {
  /** Ends at once, whatever is in flight. */
  end(): void
}

interface Setting {
  readonly name: string
  readonly sentinels: readonly { host: string; port: number }[]
  readonly protocol: 2 | 3
}

/** Longest time from call to reply that each client is told to allow, in milliseconds. */
export const COMMAND_TIMEOUT = 5000

/** The other clients are installed there, never as dependencies of the package. */
const PEERS = join(__dirname, '../benchmark')

async function oxidis({ name, sentinels, protocol }: Setting): Promise<Follower> {
  const sentinel: Client = new (Sentinel as Client)(sentinels)
  const redis: Client = sentinel.masterFor(MASTER, { protocol, commandTimeout: COMMAND_TIMEOUT })
  for (const emitter of [sentinel, redis]) emitter.on('error', () => {})
  await redis.connect()
  return {
    name,
    append: (list, value) => redis.rpush(list, value),
    read: (list) => redis.llen(list),
    end: () => {
      redis.destroy()
      sentinel.destroy()
    },
  }
}

/** With its detector of failovers, which is off by default. */
async function ioredis({ name, sentinels, protocol }: Setting): Promise<Follower> {
  const { Redis } = peer('ioredis')
  const redis = new Redis({
    ...{ sentinels, name: MASTER, failoverDetector: true, protocol, lazyConnect: true },
    commandTimeout: COMMAND_TIMEOUT,
  })
  redis.on('error', () => {})
  await redis.connect()
  return {
    name,
    append: (list, value) => redis.rpush(list, value),
    read: (list) => redis.llen(list),
    end: () => redis.disconnect(),
  }
}

async function redis({ name, sentinels, protocol }: Setting): Promise<Follower> {
  const client = peer('redis').createSentinel({
    ...{ name: MASTER, sentinelRootNodes: sentinels, RESP: protocol },
    commandOptions: { timeout: COMMAND_TIMEOUT },
  })
  client.on('error', () => {})
  await client.connect()
  return {
    name,
    append: (list, value) => client.rPush(list, value),
    read: (list) => client.lLen(list),
    end: () => void client.destroy().catch(() => {}),
  }
}

function peer(name: string): any {
  const load = createRequire(join(PEERS, 'package.json'))
  try {
    return load(name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    throw new Error(`${name} is not installed: run "npm ci --prefix benchmark" first`)
  }
}

const OPEN = { oxidis, ioredis, redis }

export type ClientName = keyof typeof OPEN

export const CLIENTS = Object.keys(OPEN) as ClientName[]

/** Fails, saying how to install it, where the client is not there. */
export function assertInstalled(client: ClientName): void {
  if (client !== 'oxidis') peer(client)
}

export function openFollower(client: ClientName, setting: Setting): Promise<Follower> {
  return OPEN[client](setting)
}
