/**
 * A deployment on which one scene after another is played before an audience of clients. Owns what happens to the deployment,
 * and the moments at which it did; what that meant to the client is judged elsewhere.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Deployment, MASTER, until } from '../__test__/support/deployment'
import type { RawClient } from '../__test__/support/raw-client'
import type { TestServer } from '../__test__/support/server'
import { Executions, Traffic } from '../__test__/support/traffic'
import { type ClientName, type Follower, openFollower } from './followers'

export const SCENES = ['graceful', 'kill', 'freeze', 'outage'] as const
export type Scene = (typeof SCENES)[number]

/** One scene with all that chance decides. Times in milliseconds. */
export interface Plan {
  readonly scene: Scene
  readonly number: number
  readonly protocol: 2 | 3
  /** From the first good writes to the event. */
  readonly lead: number
  /** How long an outage lasts. */
  readonly dark: number
  /** In which order servers, and sentinels, return from an outage; and the pauses between the sentinels. */
  readonly servers: readonly number[]
  readonly sentinels: readonly number[]
  readonly pauses: readonly number[]
}

/** When what happened, by `Date.now()`. */
export interface Moments {
  readonly event: number
  /** The first `+switch-master` that a sentinel published after the event. */
  readonly switched?: number
  /** Where it said that the master is. Sentinels may choose another one soon after. */
  readonly promoted?: TestServer
  /** So many sentinels answer again that they are a quorum. */
  readonly quorum?: number
}

/** A scene that was played. */
export interface Played {
  readonly plan: Plan
  readonly moments: Moments
  readonly traffic: Traffic
  readonly executions: Executions
  /** Who was the master in the end. */
  readonly master: TestServer
}

/** Good writes before an event, and after it, that are waited for. */
const ENOUGH = 20
/** How long a client may take to write again before it is given up, and its calls to settle. */
const LIMIT_MS = 30_000
/** A failover that the asked sentinel gave up is asked for again. It tells nobody. */
const ASK_AGAIN_MS = 7_000
const QUORUM = 2
/** Sentinels leave a master alone for twice the failover's timeout, and up to a second more, after its last failover. */
const REST_MS = 7_000
const TICK_MS = 5
/** A sentinel that has nothing to announce is silent. */
const SILENCE_MS = 3_600_000

/** A sentinel's announcement of a new master. */
interface Switch {
  readonly moment: number
  readonly to: TestServer
}

export class Stage {
  readonly #switches: Switch[] = []
  readonly #subscriptions = new Map<TestServer, RawClient>()

  private constructor(
    private readonly deployment: Deployment,
    private readonly executions: Executions,
  ) {}

  static async open(): Promise<Stage> {
    const deployment = await Deployment.start({ persistent: true })
    const stage = new Stage(deployment, await Executions.of(deployment))
    for (const sentinel of deployment.sentinels) await stage.#subscribe(sentinel)
    return stage
  }

  async close(): Promise<void> {
    for (const subscription of this.#subscriptions.values()) subscription.close()
    this.executions.close()
    await this.deployment.close()
  }

  /** Plays `plan` while `client` writes and reads. */
  async play(plan: Plan, client: ClientName): Promise<Played> {
    const { deployment, executions } = this
    await this.#prepare()
    const label = `${plan.scene}-${plan.number}`
    const follower = await openFollower(client, {
      name: `${client}-${label}`,
      sentinels: deployment.sentinels.map(({ port }) => ({ host: 'localhost', port })),
      protocol: plan.protocol,
    })
    const traffic = new Traffic(follower, label)
    try {
      await until('writes to succeed', () => traffic.good() >= ENOUGH)
      // Sentinels look around as often as everywhere while it matters.
      await deployment.pace('usual')
      await delay(plan.lead)
      const former = await deployment.settled()
      const moments = await this.#happen(plan, former)
      await holds(() => traffic.good(latest(moments)) > 0)
      await this.#mend(former)
      const mended = Date.now()
      await holds(() => traffic.good(mended) >= ENOUGH)
      await end(traffic, follower)
      return { plan, moments, traffic, executions, master: await deployment.settled() }
    } finally {
      await end(traffic, follower)
    }
  }

  #happen(plan: Plan, master: TestServer): Promise<Moments> {
    switch (plan.scene) {
      case 'graceful':
        return this.#failover()
      case 'kill':
        return this.#switch(() => master.kill())
      case 'freeze':
        return this.#switch(() => master.stop())
      case 'outage':
        return this.#outage(plan)
    }
  }

  async #failover(): Promise<Moments> {
    const again = new AbortController()
    const askAgain = async (): Promise<void> => {
      for (;;) {
        await delay(ASK_AGAIN_MS, undefined, { signal: again.signal })
        await this.deployment.failover()
      }
    }
    try {
      void askAgain().catch(() => {})
      return await this.#switch(() => this.deployment.failover())
    } finally {
      again.abort()
    }
  }

  async #switch(cause: () => Promise<void>): Promise<Moments> {
    const event = Date.now()
    await cause()
    const after = (): Switch | undefined => this.#switches.find(({ moment }) => moment >= event)
    await until('the sentinels to switch', () => after() !== undefined)
    const { moment, to } = after() as Switch
    return { event, switched: moment, promoted: to }
  }

  async #outage({ dark, servers, sentinels, pauses }: Plan): Promise<Moments> {
    const { deployment } = this
    const event = Date.now()
    await Promise.all([...deployment.servers, ...deployment.sentinels].map((one) => one.kill()))
    await delay(dark)
    for (const index of servers) await this.#restart(deployment.servers[index] as TestServer)
    let quorum: number | undefined
    for (const [place, index] of sentinels.entries()) {
      await delay(pauses[place])
      const sentinel = deployment.sentinels[index] as TestServer
      await sentinel.restart({ keepData: true, keepConfiguration: true })
      if (place + 1 === QUORUM) quorum = Date.now()
      await this.#subscribe(sentinel)
    }
    return { event, quorum: quorum as number }
  }

  /** Has the former master return and become a replica, while the client goes on. */
  async #mend(former: TestServer): Promise<void> {
    const { deployment } = this
    if (!former.isRunning) await this.#restart(former)
    former.cont()
    await deployment.pace('brisk')
    // Who is the master may change once more meanwhile.
    await until('all servers but the master to be replicas', async () => {
      const master = await deployment.settled()
      const others = deployment.servers.filter((server) => server !== master)
      const roles = await Promise.all(others.map((server) => server.raw('ROLE').catch(() => [])))
      return roles.every((role) => String((role as Buffer[])[0]) === 'slave')
    })
  }

  /** Everybody runs and knows everybody, and is ready for a failover. */
  async #prepare(): Promise<void> {
    await this.deployment.pace('brisk')
    await this.deployment.complete()
    await delay(Math.max(0, (this.#switches.at(-1)?.moment ?? 0) + REST_MS - Date.now()))
  }

  async #restart(server: TestServer): Promise<void> {
    await server.restart({ keepData: true, keepConfiguration: true })
    await this.executions.listen(server)
  }

  async #subscribe(sentinel: TestServer): Promise<void> {
    this.#subscriptions.get(sentinel)?.close()
    const subscription = await sentinel.client({ timeout: SILENCE_MS })
    this.#subscriptions.set(sentinel, subscription)
    await subscription.call('SUBSCRIBE', '+switch-master')
    const listen = async (): Promise<void> => {
      for (;;) {
        const [, , text] = (await subscription.read()) as Buffer[]
        // Name, former host and port, new host and port.
        const [name, , , , port] = String(text).split(' ')
        if (name !== MASTER) continue
        this.#switches.push({ moment: Date.now(), to: this.deployment.at(Number(port)) })
      }
    }
    // It ends with its sentinel, or with the stage.
    void listen().catch(() => {})
  }
}

/** The last thing that has to happen before a client can write. */
export function latest({ event, switched, quorum }: Moments): number {
  return quorum ?? switched ?? event
}

/** Waits for something that may never be. */
async function holds(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + LIMIT_MS; !condition() && Date.now() < deadline;) await delay(TICK_MS)
}

/** Ends the client when its calls are settled, or will not be. */
async function end(traffic: Traffic, follower: Follower): Promise<void> {
  await Promise.race([traffic.stop(), delay(LIMIT_MS, undefined, { ref: false })])
  follower.end()
}
