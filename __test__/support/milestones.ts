interface Waiter {
  readonly goal: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** A count that only grows, and promises for the moments when it reaches a goal: what tests await instead of sleeping. */
export class Milestones {
  #count = 0
  #failure: Error | undefined
  #waiters: Waiter[] = []

  get count(): number {
    return this.#count
  }

  advance(): void {
    this.#count += 1
    if (this.#waiters.length === 0) return
    const reached = this.#waiters.filter((waiter) => waiter.goal <= this.#count)
    if (reached.length === 0) return
    this.#waiters = this.#waiters.filter((waiter) => waiter.goal > this.#count)
    for (const waiter of reached) waiter.resolve()
  }

  /** Resolves once the count is at least `goal`; rejects when that can no longer happen. */
  reach(goal: number): Promise<void> {
    if (goal <= this.#count) return Promise.resolve()
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => this.#waiters.push({ goal, resolve, reject }))
  }

  /** Says that the count will not grow any more: rejects everybody who still waits, and who waits later. */
  end(reason: Error): void {
    this.#failure ??= reason
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) waiter.reject(this.#failure)
  }
}
