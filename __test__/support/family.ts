import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Client, createClient, forBothProtocols } from './client'
import type { RawArgument, RawReply } from './raw-client'
import { table } from './recorder'
import { commandServers, type ServerKind, TestServer } from './server'
import type { ServerOptions } from './server-config'
import { WordsPeer } from './echo-peer'

/** What a check of a row works with: an empty server and clients of it. */
export interface Scene {
  readonly redis: Client
  readonly server: TestServer
  readonly protocol: 2 | 3
  /** Asks the server past the client. */
  raw(...args: RawArgument[]): Promise<RawReply>
  /** Whether the server is at least of this version; false where it has none of its kind. */
  has(versions: { redis?: string; valkey?: string }): boolean
}

/** Calls the row's method and says what comes. */
export type Check = (scene: Scene) => Promise<void>

/** A call, and the words that it sends. */
export type Encoding = readonly [call: (redis: Client) => Promise<unknown>, ...words: string[]]

/**
 * Declares the tests of a family: each check runs on RESP2 and RESP3 against each server here that has the command, each
 * encoding against a peer that takes down what it receives. Fails for every row without a check; a row that no server here
 * has may have an encoding instead. `options` are those of the servers.
 */
export function family(
  name: string,
  checks: Readonly<Record<string, Check>>,
  encodings: Readonly<Record<string, Encoding>> = {},
  options: Omit<ServerOptions, 'kind'> = {},
): void {
  const servers = new Map<ServerKind, TestServer>()
  const known = new Map<ServerKind, Set<string>>()
  before(async () => {
    for (const kind of commandServers()) {
      const server = await TestServer.start({ ...options, kind })
      servers.set(kind, server)
      known.set(kind, new Set((await listed(server)).map((command) => command.toUpperCase())))
    }
  })
  after(() => Promise.all(Array.from(servers.values(), (server) => server.close())))

  for (const kind of commandServers()) {
    describe(`${name} on ${kind}`, () => {
      forBothProtocols((protocol) => {
        let redis: Client
        before(() => (redis = createClient(servers.get(kind)!.url, { protocol })))
        after(() => redis.destroy())
        for (const [row, check] of Object.entries(checks)) {
          test(row, async (context) => {
            const server = servers.get(kind)!
            if (!known.get(kind)!.has(row))
              return context.skip(`${kind} ${server.version} has no such command`)
            // Sentinels have no data.
            if (!options.sentinel) await server.raw('FLUSHALL')
            await check(scene(redis, server, protocol))
          })
        }
      })
    })
  }

  describe(`${name} by bytes`, () => {
    let peer: WordsPeer
    let redis: Client
    before(async () => {
      peer = await WordsPeer.start()
      redis = createClient(peer.url)
      await redis.connect()
    })
    after(async () => {
      redis.destroy()
      await peer.close()
    })
    for (const [row, [call, ...words]] of Object.entries(encodings)) {
      test(row, async () => {
        await call(redis)
        assert.deepEqual(peer.requests.at(-1), [...row.split(' '), ...words])
      })
    }
  })

  test(`${name}: every row is tested, and every test has a row`, (context) => {
    const rows = table.filter((row) => row.family === name && row.methods.length > 0).map((row) => row.name)
    const nowhere = rows.filter((row) => !Array.from(known.values()).some((commands) => commands.has(row)))
    const tested = new Set(Object.keys(checks))
    for (const row of nowhere) if (row in encodings) tested.add(row)
    assert.deepEqual(
      rows.filter((row) => !tested.has(row)),
      [],
      'rows without a test',
    )
    const surplus = [...Object.keys(checks), ...Object.keys(encodings)].filter((row) => !rows.includes(row))
    assert.deepEqual(surplus, [], 'tests without a row')
    context.diagnostic(`rows that no server here knows: ${nowhere.join(', ') || 'none'}`)
  })
}

function scene(redis: Client, server: TestServer, protocol: 2 | 3): Scene {
  return {
    redis,
    server,
    protocol,
    raw: (...args) => server.raw(...args),
    has: (versions) => {
      const wanted = versions[server.kind === 'valkey' ? 'valkey' : 'redis']
      return wanted !== undefined && compare(server.version, wanted) >= 0
    },
  }
}

function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

/** The names of all commands, those of containers with both words. */
async function listed(server: TestServer): Promise<string[]> {
  const names = (await server.raw('COMMAND', 'LIST')) as Buffer[]
  return names.map((each) => String(each).replace('|', ' '))
}
