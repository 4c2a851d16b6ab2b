import { before, after, describe, test } from 'node:test'
import { type Client, createClient, forBothProtocols } from './client'
import { TestServer } from './server'

/** A line of the tutorial, in the form that it has here. */
export type Line = (redis: Client) => Promise<void>

/** Declares a test for each line of a section, on both protocols, each on an empty server. */
export function section(name: string, lines: Readonly<Record<string, Line>>): void {
  describe(name, () => {
    let server: TestServer
    before(async () => (server = await TestServer.start()))
    after(() => server.close())

    forBothProtocols((protocol) => {
      let redis: Client
      before(() => (redis = createClient(server.url, { protocol })))
      after(() => redis.destroy())
      for (const [line, run] of Object.entries(lines)) {
        test(line, async () => {
          await server.raw('FLUSHALL')
          await run(redis)
        })
      }
    })
  })
}
