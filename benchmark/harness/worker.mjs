/**
 * One client in a process of its own, under Node or Bun. Takes one JSON order per line on standard input and answers
 * each with one marked JSON line on standard output; anything else a library prints is passed through unmarked.
 * The first answer says whether the client could be loaded and connected.
 *
 * Arguments: the client's id. Environment: BENCH_URL.
 */

import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { measureDelivery } from './delivery.mjs'
import { measure } from './measure.mjs'
import { answer } from './protocol.mjs'
import { WORKLOADS } from './workloads.mjs'

const [id] = process.argv.slice(2)
const url = process.env.BENCH_URL
const project = fileURLToPath(new URL('../../', import.meta.url))

/** The first line of what went wrong. It may end up in results.json: without credentials and without our folders. */
function reasonOf(error) {
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n', 1)
  return line.replaceAll(url, 'the URL').replaceAll(project, '')
}

async function obey(order, client) {
  const workload = WORKLOADS.find((candidate) => candidate.id === order.workload)
  try {
    const how = workload.kind === 'delivery' ? measureDelivery : measure
    await answer({ result: await how(workload, client, order.times) })
  } catch (error) {
    await answer({ failed: reasonOf(error) })
  }
}

async function main() {
  let client
  try {
    const adapter = await import(`../clients/${id}.mjs`)
    adapter.load()
    client = await adapter.open(url)
  } catch (error) {
    await answer({ failed: reasonOf(error) })
    return
  }
  await answer({ ready: true })
  for await (const line of createInterface({ input: process.stdin })) await obey(JSON.parse(line), client)
  await client.close()
}

await main()
process.exit(0)
