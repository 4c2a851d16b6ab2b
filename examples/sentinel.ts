/**
 * A client that follows its master. Starts a deployment of its own (a master, two replicas, three sentinels), writes ten times a
 * second, kills the master by `kill -9`, and goes on until the new one has taken a few writes. Nothing is left behind.
 *
 *   npx tsx examples/sentinel.ts
 */
import { setTimeout as delay } from 'node:timers/promises'
import { RedisError, Sentinel } from 'oxidis'
import { Deployment, MASTER } from '../__test__/support/deployment'

const KEY = 'example:writes'
const PAUSE_MS = 100
/** Good writes before the master dies, and on the new one. */
const ENOUGH = 5

const begun = performance.now()

function say(line: string): void {
  console.log(`${(performance.now() - begun).toFixed(0).padStart(6)} ms  ${line}`)
}

async function main(): Promise<void> {
  say('starting a master, two replicas and three sentinels')
  await using deployment = await Deployment.start()
  const sentinels = deployment.sentinels.map(({ host, port }) => `redis://${host}:${port}`)

  await using sentinel = new Sentinel(sentinels)
  let followed = false
  sentinel.on('failover', ({ from, to, ms }) => {
    followed = true
    say(`the master moved from ${from} to ${to}, ${ms} ms after the trouble was noticed`)
  })

  await using redis = sentinel.masterFor(MASTER, { commandTimeout: 10_000 }) // how long a call may wait for the new master
  redis.on('close', (reason) => say(`connection lost: ${reason.message}`))
  redis.on('ready', () => say('connected'))
  redis.on('error', (error) => say(`no connection: ${error.message}`))

  const { host, port } = await sentinel.discoverMaster(MASTER)
  say(`the master is ${host}:${port}, say the sentinels`)

  let good = 0
  async function write(number: number): Promise<void> {
    const called = performance.now()
    try {
      const length = await redis.rpush(KEY, number)
      good += 1
      const took = (performance.now() - called).toFixed(0)
      say(`write ${number}: done after ${took} ms, the list has ${length} entries`)
    } catch (error) {
      if (!(error instanceof RedisError)) throw error
      say(`write ${number}: ${error.message} (maybe executed: ${error.maybeExecuted})`)
    }
  }

  let number = 0
  while (good < ENOUGH) {
    await write((number += 1))
    await delay(PAUSE_MS)
  }
  say(`kill -9 of the master, ${host}:${port}`)
  await deployment.at(port).kill()
  good = 0
  while (!followed || good < ENOUGH) {
    await write((number += 1)) // waits in line until there is a master again
    await delay(PAUSE_MS)
  }

  await using replica = sentinel.replicaFor(MASTER)
  say(`read from what is a ${(await replica.role()).role}: ${await replica.llen(KEY)} entries`)
  const now = await sentinel.discoverMaster(MASTER)
  say(`the master is ${now.host}:${now.port} now; everything is stopped`)
}

void main()
