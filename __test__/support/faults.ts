import { Random } from './random'

/** Requests flow from the client to the server, replies (and pushes) from the server to the client. */
export type Direction = 'request' | 'reply'

/**
 * How a connection ends. `fin`: both sockets are closed in an orderly way after what was forwarded before. `rst`: the
 * client's socket is reset. `half-close`: only the receiver of this direction sees the end; the other direction goes on.
 */
export type CutManner = 'fin' | 'rst' | 'half-close'

/** Which frame a fault is for, counted from 1: over all connections, or on the `connection` of that number (from 1). */
export type FramePosition = {
  /** Default: `reply`. */
  direction?: Direction
  connection?: number
} & (
  | {
      /** The n-th frame since the proxy (or the connection) started. */
      frame: number
    }
  | {
      /** The n-th frame to begin from now on. */
      next: number
    }
)

export type Action =
  | {
      readonly kind: 'cut'
      readonly where: 'before' | 'after' | { inside: number }
      readonly manner: CutManner
    }
  | { readonly kind: 'stall' }
  | { readonly kind: 'inject'; readonly where: 'before' | 'after'; readonly bytes: Buffer }
  | { readonly kind: 'replace'; readonly bytes: Buffer }

type Outcome = 'armed' | 'fired' | 'disarmed' | Error

/** A fault waiting for its frame. */
export class Fault {
  #outcome: Outcome = 'armed'
  #waiters: { resolve: () => void; reject: (error: Error) => void }[] = []

  constructor(
    readonly direction: Direction,
    readonly connection: number | undefined,
    readonly frame: number,
    readonly action: Action,
  ) {}

  get isArmed(): boolean {
    return this.#outcome === 'armed'
  }

  /** Resolves when the fault has happened; rejects when it no longer can. */
  fired(): Promise<void> {
    if (this.#outcome === 'fired') return Promise.resolve()
    if (this.#outcome === 'disarmed') return Promise.reject(new Error('the fault was disarmed'))
    if (this.#outcome instanceof Error) return Promise.reject(this.#outcome)
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }))
  }

  /** Takes the fault back, unless its frame has already begun. */
  disarm(): void {
    this.settle('disarmed')
  }

  /** For the proxy: says how it went. */
  settle(outcome: Exclude<Outcome, 'armed'>): void {
    if (!this.isArmed) return
    this.#outcome = outcome
    for (const waiter of this.#waiters) {
      if (outcome === 'fired') waiter.resolve()
      else waiter.reject(outcome instanceof Error ? outcome : new Error('the fault was disarmed'))
    }
    this.#waiters = []
  }
}

export interface Slicing {
  readonly mostBytes: number
  readonly random: Random
}

/** What the test wants to go wrong: shared by the proxy and all its connections. */
export class FaultPlan {
  readonly stalled: Record<Direction, boolean> = { request: false, reply: false }
  readonly slicing: Record<Direction, Slicing | undefined> = { request: undefined, reply: undefined }
  /** Frames begun over all connections. */
  readonly begun: Record<Direction, number> = { request: 0, reply: 0 }
  #armed: Fault[] = []

  arm(fault: Fault): Fault {
    this.#armed.push(fault)
    return fault
  }

  /** Whether bytes of this direction may pass without a look at where frames begin. */
  isQuiet(direction: Direction): boolean {
    if (this.#armed.length === 0) return this.slicing[direction] === undefined
    return (
      this.slicing[direction] === undefined && !this.#armed.some((fault) => fault.direction === direction)
    )
  }

  /** Takes the faults that are meant for the frame beginning now off the plan. */
  take(direction: Direction, connection: number, frameOfConnection: number): Fault[] {
    if (this.#armed.length === 0) return []
    const matching = this.#armed.filter((fault) => {
      if (!fault.isArmed || fault.direction !== direction) return false
      if (fault.connection === undefined) return fault.frame === this.begun[direction]
      return fault.connection === connection && fault.frame === frameOfConnection
    })
    this.#armed = this.#armed.filter((fault) => fault.isArmed && !matching.includes(fault))
    return matching
  }

  /** Gives up every armed fault (of one direction). */
  settle(outcome: 'disarmed' | Error, direction?: Direction): void {
    const given = this.#armed.filter((fault) => direction === undefined || fault.direction === direction)
    this.#armed = this.#armed.filter((fault) => !given.includes(fault))
    for (const fault of given) fault.settle(outcome)
  }
}
