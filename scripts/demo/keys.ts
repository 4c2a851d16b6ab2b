/** The keys of the demo: all under one prefix that nobody else uses, all known, so that they can be deleted again. */
import { randomBytes } from 'node:crypto'
import type { Redis } from 'oxidis'

export class Keys {
  readonly prefix = `oxidis-demo:${randomBytes(6).toString('hex')}:`
  readonly #all = new Set<string>()

  /** The key of this name. */
  of(name: string): string {
    const key = this.prefix + name
    this.#all.add(key)
    return key
  }

  /** Deletes those that were used; answers how many there were. */
  remove(redis: Redis): Promise<number> {
    return this.#all.size === 0 ? Promise.resolve(0) : redis.del([...this.#all])
  }
}
