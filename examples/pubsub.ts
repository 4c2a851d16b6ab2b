/**
 * A subscriber and a publisher. The publisher waits until somebody listens, says three things and then the word to stop; the
 * subscriber reads until it hears that.
 *
 *   npx tsx examples/pubsub.ts
 */
import { Redis } from 'oxidis'

const CHANNEL = 'example:channel:1'
const STOP = 'STOP'

async function subscribe(): Promise<void> {
  await using redis = new Redis()
  await using subscriber = redis.pubsub() // left without a subscription behind, whatever happens below
  subscriber.on('gap', ({ reason, lost }) =>
    console.log(`(Reader) may have missed something: ${reason}, ${lost} ms`),
  )
  await subscriber.subscribe(CHANNEL) // resolves when the server has acknowledged it
  for await (const { data } of subscriber) {
    console.log(`(Reader) Message Received: ${data}`)
    if (data === STOP) break
  }
}

async function publish(): Promise<void> {
  await using redis = new Redis()
  for (;;) {
    const subscribers = await redis.pubsubNumsub(CHANNEL)
    if (subscribers[CHANNEL] === 1) break
  }
  for (const message of ['one', 'two', 'three', STOP]) {
    console.log(`(Publisher) Publishing Message: ${message}`)
    await redis.publish(CHANNEL, message)
  }
}

void Promise.all([subscribe(), publish()])
