/** What a number needs beside it: the machine, the kernel and every version. */

import { arch, cpus, release, totalmem, type } from 'node:os'

/** Describes the machine without naming it. */
export function describeMachine() {
  const processors = cpus()
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
    node: process.version,
  }
}

/** The server's name and version, read from INFO through an ioredis connection. */
export async function describeServer(redis) {
  const info = await redis.info('server')
  const field = (name) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
  const valkey = field('valkey_version')
  return valkey ? `Valkey ${valkey}` : `Redis ${field('redis_version')}`
}
