// Compiled, never run: subscribers, their messages, events and consumers.
import {
  type Confirmation,
  type Gap,
  type KeyspaceEvent,
  type KeyspaceEvents,
  type Message,
  type PubSub,
  Redis,
} from '../../index.js'

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
type Expect<T extends true> = T

declare const redis: Redis
declare const signal: AbortSignal

const text = redis.pubsub()
const bytes = redis.buffers.pubsub({
  maxBacklog: { messages: 10, bytes: 1000 },
  overflow: 'drop-oldest',
  signal,
})
const decoded = redis.with({ encoding: 'latin1' }).pubsub({ overflow: 'error' })
const ofBytes = new Redis({ decodeResponses: false }).pubsub({})

export type Subscribers = [
  Expect<Equal<typeof text, PubSub<string>>>,
  Expect<Equal<typeof bytes, PubSub<Buffer>>>,
  Expect<Equal<typeof decoded, PubSub<string>>>,
  Expect<Equal<typeof ofBytes, PubSub<Buffer>>>,
]

export async function subscriptions() {
  await text.subscribe('a')
  await text.subscribe('a', 'b', 3, 4n, Buffer.from('c'))
  await text.subscribe(['a', 'b'] as const)
  await text.subscribe('a', (data, channel) => {
    data satisfies string
    channel satisfies string
  })
  await text.subscribe(['a', 'b'], (data) => data.length)
  await text.psubscribe('a*', async (data, channel, pattern) => [data, channel, pattern])
  await bytes.ssubscribe('a', 'b', (data) => data satisfies Buffer)
  await text.unsubscribe()
  await text.unsubscribe('a', 'b')
  await text.punsubscribe(['a*'])
  await text.sunsubscribe('a', console.log)
  await text.unsubscribe(console.log)
  // @ts-expect-error a name is needed
  await text.subscribe(() => {})
  // @ts-expect-error not a name
  await text.subscribe({})
  // @ts-expect-error channels have no pattern
  await text.subscribe('a', (data: string, channel: string, pattern: string) => [data, channel, pattern])
}

export async function consumers() {
  const plain = await text.getMessage()
  const messages = await text.getMessage({ timeout: 1000, ignoreSubscribeMessages: true })
  const all = await bytes.getMessage({ gaps: true })
  const hurried = await bytes
    .with({ signal, timeout: 5 })
    .getMessage({ ignoreSubscribeMessages: true, signal })
  hurried?.data satisfies Buffer | undefined
  await text
    .with({ timeout: 5 })
    .psubscribe('a*', (data, channel, pattern) => [data.length, channel, pattern])
  // @ts-expect-error a setting that does not matter to a subscriber
  text.with({ retry: false })
  for await (const message of text) message satisfies Message
  const iterator = bytes.messages({ signal, close: false })
  const withGaps = text.messages({ gaps: true })
  for await (const item of withGaps) {
    if (item.type === 'gap') item.lost satisfies number | null
    else item.data satisfies string
  }
  const next = await iterator.next()
  if (!next.done) next.value satisfies Message<Buffer>
  // @ts-expect-error unknown option
  text.messages({ gap: true })
  // @ts-expect-error not a policy
  redis.pubsub({ overflow: 'drop' })
  return { plain, messages, all }
}

export type Taken = Awaited<ReturnType<typeof consumers>>
export type Messages = [
  Expect<Equal<Taken['plain'], Message | Confirmation | null>>,
  Expect<Equal<Taken['messages'], Message | null>>,
  Expect<Equal<Taken['all'], Message<Buffer> | Confirmation<Buffer> | Gap | null>>,
]

text.on('message', (message) => message satisfies Message)
text.once('subscribe', ({ type, channel, data }) => [type, channel.length, data.toFixed()])
text.on('gap', ({ reason, lost, dropped, cause }) => [reason, lost, dropped, cause?.code])
bytes.on('error', (error) => error.channel satisfies Buffer | undefined)
// @ts-expect-error no such event
text.on('messages', () => {})

export async function keyspace() {
  await using events = redis.keyspace({ events: ['set', 'expired'], pattern: 'user:*', db: 1, signal })
  events satisfies KeyspaceEvents
  await events.ready
  for await (const event of events) event satisfies KeyspaceEvent
  for await (const { event, key, db } of redis.buffers.keyspace()) {
    event satisfies string
    key satisfies Buffer
    db satisfies number
  }
  await using ps = redis.pubsub()
  ps.closed satisfies boolean
  ps.channels satisfies string[]
}
