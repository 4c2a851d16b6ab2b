import type { Client } from './client'
import type { RawClient } from './raw-client'

/** Publishes with a client that shares nothing with Oxidis; resolves with how many got it. */
export async function publish(
  raw: RawClient,
  channel: string | Buffer,
  data: string | Buffer,
): Promise<number> {
  return Number(await raw.call('PUBLISH', channel, data))
}

/** How many the server says listen to each of these channels. */
export async function numsub(raw: RawClient, ...channels: string[]): Promise<number[]> {
  const reply = (await raw.call('PUBSUB', 'NUMSUB', ...channels)) as (Buffer | number)[]
  return reply.filter((_, index) => index % 2 === 1).map(Number)
}

/** Notes what an emitter emits, as names and values. */
export function record(subscriber: Client, ...events: string[]): [name: string, value: any][] {
  const noted: [string, any][] = []
  for (const name of events) subscriber.on(name, (value: any) => noted.push([name, value]))
  return noted
}

/** A promise for the moment when a listener has been called `count` times, the listener, and what it got. */
export function collector(count: number): {
  got: any[]
  listener: (data: any, channel?: any) => void
  all: Promise<any[]>
} {
  const got: any[] = []
  let done: (got: any[]) => void
  const all = new Promise<any[]>((resolve) => (done = resolve))
  const listener = (data: any): void => {
    got.push(data)
    if (got.length === count) done(got)
  }
  return { got, listener, all }
}

/** The next `count` items of an iteration, which stays open. */
export async function few(iterator: AsyncIterator<any>, count: number): Promise<any[]> {
  const items: any[] = []
  while (items.length < count) {
    const { value, done } = await iterator.next()
    if (done) throw new Error(`the iteration ended after ${items.length} items`)
    items.push(value)
  }
  return items
}
