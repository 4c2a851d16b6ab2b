import assert, { deepEqual as equal } from 'node:assert/strict'
import type { Check, Scene } from '../support/family'

/** Slower than the server may be without being noted, in the unit of each setting. */
async function slow({ redis }: Scene): Promise<void> {
  await redis.latencyReset()
  await redis.configSet('latency-monitor-threshold', 1)
  await redis.debug('SLEEP', '0.005')
  await redis.configSet('latency-monitor-threshold', 0)
}

/** One entry in the slow log: a command that names itself. */
async function logged({ redis }: Scene): Promise<void> {
  await redis.slowlogReset()
  await redis.configSet('slowlog-log-slower-than', 0)
  await redis.echo(Buffer.from([0x61, 0xff]))
  await redis.configSet('slowlog-log-slower-than', 1_000_000)
}

const LOGS = ['slow', 'large-request', 'large-reply'] as const

export const latency: Record<string, Check> = {
  async 'COMMANDLOG GET'(scene) {
    await logged(scene)
    const { redis } = scene
    const entry = (await redis.buffers.commandlogGet(-1, 'slow')).find(({ args }: any) => String(args[0]) === 'echo' || String(args[0]) === 'ECHO') // prettier-ignore
    equal(Object.keys(entry), ['id', 'timestamp', 'value', 'args', 'clientAddress', 'clientName'])
    equal(entry.args[1], Buffer.from([0x61, 0xff]))
    for (const log of LOGS) assert.ok(Array.isArray(await redis.commandlogGet(10, log)))
  },

  async 'COMMANDLOG LEN'(scene) {
    await logged(scene)
    assert.ok((await scene.redis.commandlogLen('slow')) > 0)
    equal(typeof (await scene.redis.commandlogLen('large-reply')), 'number')
  },

  async 'COMMANDLOG RESET'(scene) {
    await logged(scene)
    for (const log of LOGS) equal(await scene.redis.commandlogReset(log), 'OK')
    equal(await scene.redis.commandlogLen('slow'), 0)
  },

  async 'LATENCY DOCTOR'({ redis }) {
    assert.match(await redis.latencyDoctor(), /Dave/)
    equal(typeof (await redis.buffers.latencyDoctor()), 'string')
  },

  async 'LATENCY GRAPH'(scene) {
    await slow(scene)
    assert.match(await scene.redis.latencyGraph('command'), /command - high/)
  },

  async 'LATENCY HISTOGRAM'({ redis }) {
    await redis.configResetstat()
    equal(await redis.latencyHistogram('get'), {})
    await redis.get('k')
    const { get } = await redis.latencyHistogram('get')
    equal(get.calls, 1)
    assert.ok(Object.values(get.histogram_usec).every((count) => typeof count === 'number'))
    assert.ok('config|resetstat' in (await redis.latencyHistogram()))
  },

  async 'LATENCY HISTORY'(scene) {
    await slow(scene)
    const [sample, ...more] = await scene.redis.latencyHistory('command')
    equal([Object.keys(sample), more.length], [['timestamp', 'latency'], 0])
    assert.ok(sample.latency >= 5)
    equal(await scene.redis.latencyHistory('none'), [])
  },

  async 'LATENCY LATEST'(scene) {
    await slow(scene)
    const [peak] = await scene.redis.latencyLatest()
    equal(peak.event, 'command')
    assert.ok(peak.latest >= 5 && peak.max >= peak.latest && peak.timestamp > 1e9)
  },

  async 'LATENCY RESET'(scene) {
    await slow(scene)
    equal(await scene.redis.latencyReset('command', 'none'), 1)
    equal(await scene.redis.latencyReset(), 0)
  },

  async 'SLOWLOG GET'(scene) {
    await logged(scene)
    const { redis } = scene
    const entries = await redis.buffers.slowlogGet(128)
    const entry = entries.find(({ args }: any) => String(args[0]).toLowerCase() === 'echo')
    equal(Object.keys(entry), ['id', 'timestamp', 'duration', 'args', 'clientAddress', 'clientName'])
    equal(entry.args[1], Buffer.from([0x61, 0xff]))
    assert.match(entry.clientAddress, /^127\.0\.0\.1:\d+$/)
    equal((await redis.slowlogGet(1)).length, 1)
    assert.ok((await redis.slowlogGet()).length > 0)
  },

  async 'SLOWLOG LEN'(scene) {
    await logged(scene)
    assert.ok((await scene.redis.slowlogLen()) > 0)
  },

  async 'SLOWLOG RESET'(scene) {
    await logged(scene)
    equal(await scene.redis.slowlogReset(), 'OK')
    equal(await scene.redis.slowlogLen(), 0)
  },
}
