import { setTimeout as delay } from 'node:timers/promises'
import { certificates } from './certificates'
import { RawClient, type RawReply } from './raw-client'
import { type ServerKind, TestServer } from './server'
import type { Directive } from './server-config'

/** How the sentinels call the master. */
export const MASTER = 'mymaster'

const REPLICAS = 2
const SENTINELS = 3
const QUORUM = 2
const READY_TIMEOUT_MS = 120_000
const LOOK_AGAIN_MS = 20
/** A server that executes nothing has nothing to say. */
const MONITOR_TIMEOUT_MS = 3_600_000

/**
 * Sentinels find each other by messages of this period, in milliseconds. A replica that calls itself a master for four periods,
 * and of whose promotion they have not heard, is made a replica again: too short a period takes back what another one just did.
 */
const PUBLISH_MS = { hasty: 100, brisk: 500, usual: 2000 }
/** They find replicas, and what became of them, by asking in this period; a replica with older news is not promoted. */
const INFO_MS = { hasty: 100, brisk: 500, usual: 10_000 }

/** How often sentinels look around: `hasty` is for deployments without a failover under way. */
type Pace = keyof typeof PUBLISH_MS

/** A pause of a sentinel's own that makes it distrust its clock, and do nothing for half a minute: longer than any test. */
const TILT_TRIGGER_MS = 600_000

export interface DeploymentOptions {
  /** Of servers and sentinels. Default: `redis`. */
  kind?: ServerKind
  /** Servers and sentinels speak TLS among themselves, and announce the ports for it. */
  tls?: boolean
  /** Of the servers. */
  password?: string
  /** Of the sentinels. Without spaces, which Redis 7.0 does not quote when it writes its configuration. */
  sentinelPassword?: string
  /** Servers announce themselves as `localhost`, and sentinels pass that on. */
  hostnames?: boolean
  /** How often sentinels look around once everybody is known. `brisk` saves a test the wait after a failover. Default: brisk. */
  pace?: 'brisk' | 'usual'
  /** Writes every command to a log that survives a kill, so that servers return with their data. */
  persistent?: boolean
}

interface Ending {
  after(action: () => Promise<void>): void
}

/** Starts a deployment that is stopped when the test ends. */
export async function startDeployment(test: Ending, options: DeploymentOptions = {}): Promise<Deployment> {
  const deployment = await Deployment.start(options)
  test.after(() => deployment.close())
  return deployment
}

/** A master, two replicas and three sentinels on free ports. They end like every `TestServer`. */
export class Deployment {
  private constructor(
    readonly servers: readonly TestServer[],
    readonly sentinels: readonly TestServer[],
    readonly options: DeploymentOptions,
  ) {}

  static async start(options: DeploymentOptions = {}): Promise<Deployment> {
    const started: TestServer[] = []
    try {
      const common = {
        ...(options.kind !== undefined && { kind: options.kind }),
        ...(options.tls && { tls: true }),
        ...(options.password !== undefined && { password: options.password }),
      }
      const config = serverConfig(options)
      const master = await TestServer.start({ ...common, config })
      started.push(master)
      const host = options.hostnames ? 'localhost' : master.host
      const port = options.tls ? master.tlsPort : master.port
      const replicaOptions = { ...common, config: { ...config, replicaof: [host, port] } }
      for (let count = 0; count < REPLICAS; count += 1) {
        started.push(await TestServer.start(replicaOptions))
      }
      const sentinels: TestServer[] = []
      for (let count = 0; count < SENTINELS; count += 1) {
        const sentinel = await TestServer.start({
          sentinel: true,
          ...(options.kind !== undefined && { kind: options.kind }),
          ...(options.tls && { tls: true }),
          ...(options.sentinelPassword !== undefined && { password: options.sentinelPassword }),
          config: sentinelConfig(options, host, port),
        })
        started.push(sentinel)
        sentinels.push(sentinel)
      }
      const deployment = new Deployment(started.slice(0, 1 + REPLICAS), sentinels, options)
      await deployment.#meet()
      return deployment
    } catch (error) {
      await Promise.all(started.map((server) => server.close()))
      throw error
    }
  }

  /** The port by which the deployment itself calls a server. */
  portOf(server: TestServer): number {
    return this.options.tls ? server.tlsPort : server.port
  }

  /** What `new Sentinel(...)` takes: the sentinels, and the options of them and of their clients. */
  async client(): Promise<[{ host: string; port: number }[], Record<string, unknown>]> {
    const { tls, password, sentinelPassword } = this.options
    const encryption = tls ? { tls: { ca: (await certificates()).ca.cert } } : {}
    return [
      this.sentinels.map((sentinel) => ({ host: 'localhost', port: this.portOf(sentinel) })),
      {
        sentinel: {
          ...encryption,
          ...(sentinelPassword !== undefined && { password: sentinelPassword }),
        },
        ...encryption,
        ...(password !== undefined && { password }),
      },
    ]
  }

  /** The server behind an announced port. */
  at(port: number): TestServer {
    const found = this.servers.find((server) => this.portOf(server) === port)
    if (found === undefined) throw new Error(`no server of the deployment has the port ${port}`)
    return found
  }

  /** The master that most sentinels name. */
  async master(): Promise<TestServer> {
    const votes = new Map<number, number>()
    for (const sentinel of this.sentinels.filter(({ isRunning }) => isRunning)) {
      const [, port] = (await sentinel.raw('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER)) as Buffer[]
      votes.set(Number(port), (votes.get(Number(port)) ?? 0) + 1)
    }
    const [best] = [...votes].sort(([, one], [, other]) => other - one)
    if (best === undefined) throw new Error('no sentinel runs')
    return this.at(best[0])
  }

  /** Has a replica promoted in good order. Returns when the first sentinel has agreed; again where it gives up on it. */
  async failover(): Promise<void> {
    const former = await this.master()
    await until('a failover', async () => {
      const [sentinel] = this.running()
      if (sentinel === undefined) throw new Error('no sentinel runs')
      // Right after another failover, replicas are not ready for the next one.
      const outcome = await sentinel.raw('SENTINEL', 'FAILOVER', MASTER).catch(String)
      if (!/^OK$|NOGOODSLAVE|INPROG/.test(String(outcome))) throw new Error(String(outcome))
      await until('the failover to end', async () => {
        const master = fields(await sentinel.raw('SENTINEL', 'MASTER', MASTER))
        return !master.get('flags')?.includes('failover_in_progress')
      })
      return (await this.master()) !== former
    })
  }

  /** The sentinels that run. */
  running(): TestServer[] {
    return this.sentinels.filter(({ isRunning }) => isRunning)
  }

  /** Waits until all sentinels name `master`, and it says so itself. */
  async settled(master?: TestServer): Promise<TestServer> {
    let found: TestServer | undefined
    await until('the sentinels to agree', async () => {
      const named = await Promise.all(
        this.running().map((one) => one.raw('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER)),
      )
      const ports = new Set(named.map((address) => Number((address as Buffer[])[1])))
      if (ports.size !== 1) return false
      found = this.at([...ports][0] as number)
      if (master !== undefined && found !== master) return false
      try {
        const role = (await found.raw('ROLE')) as RawReply[]
        return String(role[0]) === 'master'
      } catch {
        // It is gone, or is given its role just now, whereupon sentinels have it hang up on everybody.
        return false
      }
    })
    return found as TestServer
  }

  /** Waits until all sentinels know `replicas` replicas that are well, and each other. */
  async complete(replicas = REPLICAS): Promise<void> {
    const sentinels = this.running()
    for (const sentinel of sentinels) {
      await until('the replicas to be well', async () => {
        const master = fields(await sentinel.raw('SENTINEL', 'MASTER', MASTER))
        if (master.get('flags') !== 'master') return false
        if (Number(master.get('num-other-sentinels')) < sentinels.length - 1) return false
        const known = (await sentinel.raw('SENTINEL', 'REPLICAS', MASTER)) as RawReply[]
        const well = known.map(fields).filter((replica) => {
          return replica.get('flags') === 'slave' && replica.get('master-link-status') === 'ok'
        })
        return well.length >= replicas
      })
    }
  }

  /** Starts every server and sentinel that does not run, with what it had written. */
  async revive(): Promise<void> {
    for (const server of [...this.servers, ...this.sentinels]) {
      if (!server.isRunning) await server.restart({ keepData: true, keepConfiguration: true })
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.servers, ...this.sentinels].map((server) => server.close()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Waits until everybody knows everybody, which the sentinels' own periods would make long. */
  async #meet(): Promise<void> {
    await this.pace('hasty')
    await this.complete()
    await this.pace(this.options.pace ?? 'brisk')
  }

  /** How often the sentinels that run look around from now on. */
  async pace(pace: Pace): Promise<void> {
    for (const sentinel of this.running()) {
      const periods = ['INFO-PERIOD', INFO_MS[pace], 'PUBLISH-PERIOD', PUBLISH_MS[pace]]
      // A busy machine makes such pauses, too.
      await sentinel.raw('SENTINEL', 'DEBUG', ...periods, 'TILT-TRIGGER', TILT_TRIGGER_MS)
    }
  }
}

/** Asks until the answer is yes. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited ${READY_TIMEOUT_MS} ms in vain for ${what}`)
    await delay(LOOK_AGAIN_MS)
  }
}

/**
 * A stream of what a server executes for its clients: one line each, `seconds.micros [db host:port] "COMMAND" ...`. `ended`
 * hears of its end, whoever closed it.
 */
export async function monitor(
  server: TestServer,
  heard: (line: string) => void,
  ended: () => void = () => {},
): Promise<RawClient> {
  const client = await server.client({ timeout: MONITOR_TIMEOUT_MS })
  await client.call('MONITOR')
  const listen = async (): Promise<void> => {
    for (;;) heard(String(await client.read()))
  }
  // It ends with its connection, which is how a monitor is stopped.
  void listen().catch(ended)
  return client
}

function fields(reply: RawReply): Map<string, string> {
  const words = (reply as Buffer[]).map(String)
  const pairs = words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? '']] : []))
  return new Map(pairs as [string, string][])
}

function serverConfig({
  tls,
  password,
  hostnames,
  persistent,
}: DeploymentOptions): Record<string, Directive> {
  return {
    'repl-diskless-sync': 'yes',
    'repl-diskless-sync-delay': 0,
    'repl-ping-replica-period': 1,
    ...(persistent && { appendonly: 'yes', appendfsync: 'no' }),
    ...(tls && { 'tls-replication': 'yes' }),
    ...(password !== undefined && { masterauth: password }),
    ...(hostnames && { 'replica-announce-ip': 'localhost' }),
  }
}

function sentinelConfig(
  { tls, password, sentinelPassword, hostnames }: DeploymentOptions,
  host: string,
  port: number,
): Record<string, Directive> {
  return {
    ...(tls && { 'tls-replication': 'yes' }),
    ...(hostnames && {
      'sentinel resolve-hostnames': 'yes',
      'sentinel announce-hostnames': 'yes',
      'sentinel announce-ip': 'localhost',
    }),
    'sentinel monitor': [MASTER, host, port, QUORUM],
    'sentinel down-after-milliseconds': [MASTER, 1000],
    'sentinel failover-timeout': [MASTER, 3000],
    ...(password !== undefined && { 'sentinel auth-pass': [MASTER, password] }),
    ...(sentinelPassword !== undefined && { 'sentinel sentinel-pass': sentinelPassword }),
  }
}
