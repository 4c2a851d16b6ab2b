/**
 * Ends a run in which nothing happens any more, and says what everybody waits for. A call that never settles would otherwise be
 * a run that never ends.
 */
export class Watchdog {
  readonly #waits = new Map<number, { what: string; since: number }>()
  #steps = 0

  /** `patience`: milliseconds without any caller's doing anything. */
  constructor(private readonly patience = 120_000) {}

  /** From now on, `caller` waits for `what`. */
  waits(caller: number, what: string): void {
    this.#steps += 1
    this.#waits.set(caller, { what, since: Date.now() })
  }

  /** `work`, as long as anybody does anything. `state`: what else there is to say when nobody does. */
  async over<T>(work: Promise<T>, state: () => Promise<string>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const stalled = new Promise<never>((_, reject) => {
      let before = -1
      timer = setInterval(() => {
        if (this.#steps === before) void this.#report(state).then(reject, reject)
        before = this.#steps
      }, this.patience)
    })
    try {
      return await Promise.race([work, stalled])
    } finally {
      clearInterval(timer)
    }
  }

  async #report(state: () => Promise<string>): Promise<Error> {
    const waits = [...this.#waits].map(([caller, { what, since }]) => {
      return `caller ${caller}: ${what}, for ${Date.now() - since} ms`
    })
    return new Error(['nothing happens any more', ...waits, await state()].join('\n'))
  }
}
