import assert from 'node:assert/strict'
import type { EventEmitter } from 'node:events'
import { type Client, Sentinel } from './client'
import { type Deployment, MASTER } from './deployment'
import type { TestServer } from './server'

/** Long enough for every scenario, so that what takes longer is told from what fails. */
export const PATIENCE_MS = 120_000

interface Ending {
  after(action: () => void): void
}

/** The sentinels of a deployment. Ends with the test. */
export async function openSentinel(test: Ending, deployment: Deployment): Promise<Client> {
  const sentinel: Client = new (Sentinel as Client)(...(await deployment.client()))
  sentinel.on('error', () => {})
  test.after(() => sentinel.destroy())
  return sentinel
}

/** A client of the master that waits for it. Ends with the test. */
export function follow(test: Ending, sentinel: Client, options: object = {}): Client {
  const client = sentinel.masterFor(MASTER, { commandTimeout: PATIENCE_MS, ...options })
  client.on('error', () => {})
  test.after(() => client.destroy())
  return client
}

/** Asks a server whose role may be changed just now, whereupon sentinels have it hang up on everybody. */
export async function ask(server: TestServer, ...words: string[]): Promise<unknown> {
  for (;;) {
    try {
      return await server.raw(...words)
    } catch (error) {
      if (!/ECONNRESET|closed the connection/.test(String(error))) throw error
    }
  }
}

/** What an event brings, the next time that it happens. An `error` meanwhile is nothing to it, as it is to `once`. */
export function next(emitter: EventEmitter, event: string): Promise<any[]> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`waited ${PATIENCE_MS} ms in vain for the event ${event}`))
    const timer = setTimeout(late, PATIENCE_MS)
    timer.unref()
    emitter.once(event, (...values) => {
      clearTimeout(timer)
      resolve(values)
    })
  })
}

/**
 * A failover, begun by `cause`. Answers the moment at which `sentinel` told of it, after which nothing goes to the former master
 * any more.
 */
export async function failover(
  deployment: Deployment,
  sentinel: Client,
  clients: readonly Client[],
  cause: () => Promise<unknown> = () => deployment.failover(),
): Promise<number> {
  const former = await deployment.settled()
  const left = clients.map((client) => next(client, 'close'))
  const told = next(sentinel, 'failover').then(() => Date.now())
  await cause()
  const moment = await told
  await Promise.all(left)
  assert.notEqual(await deployment.settled(), former)
  return moment
}
