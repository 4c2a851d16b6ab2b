import { deepEqual as equal } from 'node:assert/strict'
import { section } from '../support/tutorial'

section('Transactions', {
  async 'pipeline(transaction=True).set(...).set(...).execute()'(redis) {
    const [ok1, ok2] = await redis
      .pipeline({ transaction: true })
      .set('foo', 'hello')
      .set('bar', 'world')
      .execute()
    equal([ok1, ok2], ['OK', 'OK'])
    equal(await redis.mget('foo', 'bar'), ['hello', 'world'])
  },

  async 'delete("foo", "bar"); pipeline(transaction=True).incr("foo").incr("bar").execute()'(redis) {
    await redis.mset({ foo: 5, bar: 5 })
    await redis.delete('foo', 'bar')
    equal(await redis.pipeline({ transaction: true }).incr('foo').incr('bar').execute(), [1, 1])
  },

  async 'each command returns the pipeline: p.set(...).set(...).mget(...)'(redis) {
    const pipeline = redis.pipeline()
    equal(pipeline.set('foo', 1) === pipeline, true)
    equal(await pipeline.set('bar', 2).mget('foo', 'bar').execute(), ['OK', 'OK', ['1', '2']])
  },

  async 'pipeline(transaction=False): a batch without MULTI and EXEC'(redis) {
    const results = await redis.pipeline({ transaction: false }).set('foo', 1).incr('foo').execute()
    equal(results, ['OK', 2])
  },

  async 'the commands are buffered until execute()'(redis) {
    const pipeline = redis.pipeline().set('foo', 'later')
    equal([pipeline.length, await redis.get('foo')], [1, null])
    await pipeline.execute()
    equal([pipeline.length, await redis.get('foo')], [0, 'later'])
  },

  async 'async with redis.pipeline(transaction=True) as pipe: what is not executed is dropped'(redis) {
    {
      await using pipe = redis.pipeline({ transaction: true })
      equal(await pipe.set('foo', 'hello').execute(), ['OK'])
      pipe.set('foo', 'dropped')
    }
    equal(await redis.get('foo'), 'hello')
  },
})
