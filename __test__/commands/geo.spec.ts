import assert, { deepEqual as equal } from 'node:assert/strict'
import { family, type Scene } from '../support/family'

const PALERMO = [13.361389, 38.115556, 'Palermo']
const CATANIA = [15.087269, 37.502669, 'Catania']

async function sicily({ redis }: Scene): Promise<void> {
  await redis.geoadd('g', [PALERMO, CATANIA])
}

/** About the same place: the server keeps 52 bits of it. */
function near(position: readonly number[], [longitude, latitude]: readonly unknown[]): boolean {
  return (
    position.length === 2 &&
    Math.abs(position[0]! - Number(longitude)) < 1e-5 &&
    Math.abs(position[1]! - Number(latitude)) < 1e-5
  )
}

/** What every search answers that starts from Palermo, with each combination of what a match comes with. */
async function everyForm(search: (options: object) => Promise<any[]>): Promise<void> {
  equal(await search({}), ['Palermo', 'Catania'])
  for (let bits = 1; bits < 8; bits++) {
    const wanted = { withdist: (bits & 1) > 0, withhash: (bits & 2) > 0, withcoord: (bits & 4) > 0 }
    const [first, second] = await search({ ...wanted })
    const names = ['member', 'distance', 'hash', 'coordinates']
    const given = [true, wanted.withdist, wanted.withhash, wanted.withcoord]
    equal(
      Object.keys(first),
      names.filter((_, at) => given[at]),
    )
    equal([first.member, second.member], ['Palermo', 'Catania'])
    if (wanted.withdist) equal([Math.floor(first.distance), Math.floor(second.distance)], [0, 166])
    if (wanted.withhash) equal(first.hash, 3479099956230698)
    if (wanted.withcoord) assert.ok(near(first.coordinates, PALERMO))
  }
}

family('geo', {
  async GEOADD({ redis }) {
    equal(await redis.geoadd('g', [PALERMO, CATANIA]), 2)
    equal(await redis.geoadd('g', 13, 38, 'Palermo'), 0)
    equal(await redis.geoadd('g', [PALERMO], { ch: true }), 1)
    equal(await redis.geoadd('g', { longitude: 1, latitude: 2, member: 'x' }, { nx: true }), 1)
    equal(await redis.geoadd('g', [[1, 2, 'y']], { xx: true }), 0)
    await assert.rejects(redis.geoadd('g', [[1, 2]]), /each row must be \[longitude, latitude, member\]/)
  },

  async GEODIST(scene) {
    await sicily(scene)
    equal(await scene.redis.geodist('g', 'Palermo', 'Catania'), 166274.1516)
    equal(await scene.redis.geodist('g', 'Palermo', 'Catania', 'km'), 166.2742)
    equal(await scene.redis.geodist('g', 'Palermo', 'none'), null)
  },

  async GEOHASH(scene) {
    await sicily(scene)
    equal(await scene.redis.geohash('g', 'Palermo', 'none'), ['sqc8b49rny0', null])
    equal(await scene.redis.buffers.geohash('g', ['Palermo']), ['sqc8b49rny0'])
  },

  async GEOPOS(scene) {
    await sicily(scene)
    const [palermo, none] = await scene.redis.geopos('g', 'Palermo', 'none')
    assert.ok(near(palermo, PALERMO))
    equal(none, null)
  },

  async GEORADIUS(scene) {
    await sicily(scene)
    const { redis } = scene
    const order = { order: 'asc' }
    await everyForm((options) =>
      redis.georadius('g', 13.361389, 38.115556, 400, 'km', { ...options, ...order }),
    )
    equal(await redis.georadius('g', 15, 37, 100, 'km', { store: 'stored' }), 1)
    equal(await redis.georadius('g', 15, 37, 1000, 'km', { storedist: 'far', count: 2, any: true }), 2)
    equal(await redis.zrange('stored', 0, -1), ['Catania'])
  },

  async GEORADIUSBYMEMBER(scene) {
    await sicily(scene)
    const { redis } = scene
    await everyForm((options) =>
      redis.georadiusbymember('g', 'Palermo', 400, 'km', { ...options, order: 'asc' }),
    )
    equal(await redis.georadiusbymember('g', 'Palermo', 400, 'km', { store: 'stored' }), 2)
  },

  async GEORADIUSBYMEMBER_RO(scene) {
    await sicily(scene)
    const search = (options: object) =>
      scene.redis.georadiusbymember_ro('g', 'Palermo', 400, 'km', { ...options, order: 'asc' })
    await everyForm(search)
  },

  async GEORADIUS_RO(scene) {
    await sicily(scene)
    const search = (options: object) =>
      scene.redis.georadius_ro('g', 13.361389, 38.115556, 400, 'km', { ...options, order: 'asc' })
    await everyForm(search)
  },

  async GEOSEARCH(scene) {
    await sicily(scene)
    const { redis } = scene
    const around = { frommember: 'Palermo', byradius: [400, 'km'], order: 'asc' }
    await everyForm((options) => redis.geosearch('g', { ...around, ...options }))
    equal(await redis.geosearch('g', { ...around, order: 'desc', count: 1 }), ['Catania'])
    equal(await redis.geosearch('g', { fromlonlat: [15, 37], bybox: [200, 200, 'km'] }), ['Catania'])
    equal(await redis.geosearch('none', around), [])
    const center = /GEOSEARCH: one of the options "frommember" or "fromlonlat" or "bypolygon" must be given/
    await assert.rejects(redis.geosearch('g', { byradius: [1, 'm'] }), center)
    await assert.rejects(redis.geosearch('g', { ...around, bybox: [1, 1, 'm'] }), /exclude each other/)
    if (scene.has({ valkey: '9.0.0' })) {
      const bypolygon = [[14, 36], [14, 39], [16, 39], [16, 36]] // prettier-ignore
      equal(await redis.geosearch('g', { bypolygon }), ['Catania'])
      equal((await redis.geosearch('g', { bypolygon, withcoord: true })).length, 1)
    }
  },

  async GEOSEARCHSTORE(scene) {
    await sicily(scene)
    const { redis } = scene
    const around = { frommember: 'Palermo', byradius: [400, 'km'] }
    equal(await redis.geosearchstore('near', 'g', { ...around, storedist: true }), 2)
    equal(Math.floor(await redis.zscore('near', 'Catania')), 166)
  },
})
