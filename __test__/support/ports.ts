import { Random } from './random'

/**
 * Below the range from which systems take the local ports of outgoing connections (32768 on Linux, 49152 elsewhere). A
 * port that nobody is given by chance stays ours while its server is down, and cannot connect to itself.
 */
const LOWEST_PORT = 20_000
const HIGHEST_PORT = 32_000
const MAX_ATTEMPTS = 50

const random = new Random()

/** A port to try. Only binding tells whether it is free, so whoever asks binds it and asks again when it is taken. */
export function candidatePort(): number {
  return random.integer(LOWEST_PORT, HIGHEST_PORT)
}

/** Calls `bind` with candidates until one of them is not reported as taken (by a rejection with `EADDRINUSE`). */
export async function bindToFreePort<T>(bind: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await bind(candidatePort())
    } catch (error) {
      if (!isAddressInUse(error) || attempt === MAX_ATTEMPTS) throw error
    }
  }
}

export function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}
