import type { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CutManner, Direction, Fault, FaultPlan } from './faults'
import { FrameSplitter } from './frames'
import { Milestones } from './milestones'

/** What a pump asks of the connection it belongs to. */
export interface PumpOwner {
  readonly number: number
  readonly plan: FaultPlan
  cut(manner: CutManner, direction: Direction): Promise<void>
  frameEnded(direction: Direction): void
  framingLost(direction: Direction, error: Error): void
  failed(error: Error): void
}

/**
 * One direction of one proxied connection. Without an armed fault a chunk is written on as it came, only scanned for the
 * ends of frames; otherwise it goes frame by frame. Never holds more than the chunk it is working on.
 */
export class Pump {
  /** Frames that came in completely, whether or not they were passed on. */
  readonly frames = new Milestones()
  #splitter: FrameSplitter | undefined
  #begun = 0
  #active: Fault[] = []
  #passedOfFrame = 0
  #work: Promise<void> = Promise.resolve()
  #busy = 0
  #isDraining = false
  #isStalled = false
  #isDiscarding = false
  #wakeUp: (() => void) | undefined

  constructor(
    readonly direction: Direction,
    private readonly owner: PumpOwner,
    private readonly source: Socket,
    /** Nobody, when the proxy accepts and never answers. */
    private readonly sink: Socket | undefined,
    frames: boolean,
  ) {
    this.#splitter = frames ? new FrameSplitter() : undefined
    source.on('data', (chunk: Buffer) => this.#take(chunk))
    source.on('end', () => this.#queue(() => this.#end()))
    sink?.on('drain', () => {
      this.#isDraining = false
      this.flow()
    })
    this.flow()
  }

  /** Frames of this connection that have begun. */
  get begun(): number {
    return this.#begun
  }

  stall(): void {
    this.#isStalled = true
    this.flow()
  }

  resume(): void {
    this.#isStalled = false
    this.flow()
  }

  /** From now on reads and forgets. */
  discard(): void {
    this.#isDiscarding = true
    this.flow()
  }

  /** Says that the connection is gone, to all who wait for something to happen on it. */
  close(): void {
    this.discard()
    const reason = new Error(`connection ${this.owner.number} was closed before that`)
    this.frames.end(reason)
    this.#settleActive(reason)
  }

  /** Reads on or stops reading, as the present state asks for. */
  flow(): void {
    const mayRead = this.#isDiscarding || !(this.isStalled || this.#isDraining || this.#busy > 0)
    if (mayRead) this.source.resume()
    else this.source.pause()
    if (!this.isStalled || this.#isDiscarding) {
      this.#wakeUp?.()
      this.#wakeUp = undefined
    }
  }

  private get isStalled(): boolean {
    return this.#isStalled || this.owner.plan.stalled[this.direction]
  }

  /** Resolves when the system has taken over everything that was passed on so far. */
  flush(): Promise<void> {
    const sink = this.sink
    if (sink === undefined || sink.writableLength === 0 || !sink.writable) return Promise.resolve()
    // An error is told by the socket's own event, and there is nothing left to flush then.
    return new Promise((resolve) => sink.write(Buffer.alloc(0), () => resolve()))
  }

  #take(chunk: Buffer): void {
    if (this.#isDiscarding) return
    const isPlain = this.#busy === 0 && !this.isStalled && this.#active.length === 0
    if (!isPlain || !this.owner.plan.isQuiet(this.direction)) {
      this.#queue(() => this.#process(chunk))
      return
    }
    this.#count(chunk)
    if (this.sink?.writable === true && !this.sink.write(chunk)) {
      this.#isDraining = true
      this.flow()
    }
  }

  #count(chunk: Buffer): void {
    const splitter = this.#splitter
    if (splitter === undefined) return
    try {
      for (let at = 0; at !== -1 && at < chunk.length;) {
        if (splitter.atBoundary) this.#countBegun()
        at = splitter.scan(chunk, at)
        if (at !== -1) this.#countEnded()
      }
    } catch (error) {
      this.#framingLost(error as Error)
    }
  }

  #countBegun(): void {
    this.#begun += 1
    this.owner.plan.begun[this.direction] += 1
  }

  #countEnded(): void {
    this.frames.advance()
    this.owner.frameEnded(this.direction)
  }

  #framingLost(error: Error): void {
    this.#splitter = undefined
    this.frames.end(error)
    this.#settleActive(error)
    this.owner.framingLost(this.direction, error)
  }

  #settleActive(error: Error): void {
    for (const fault of this.#active) fault.settle(error)
    this.#active = []
  }

  #queue(task: () => Promise<void>): void {
    this.#busy += 1
    this.flow()
    this.#work = this.#work.then(task).then(
      () => {
        this.#busy -= 1
        this.flow()
      },
      (error: Error) => this.owner.failed(error),
    )
  }

  async #end(): Promise<void> {
    await this.#gate()
    if (!this.#isDiscarding) this.sink?.end()
    // Nobody will answer a client that was only accepted, so that its end is the end of the connection.
    if (this.sink === undefined) this.source.end()
  }

  /** Waits while the direction is stalled. */
  async #gate(): Promise<void> {
    while (this.isStalled && !this.#isDiscarding) {
      await new Promise<void>((resolve) => (this.#wakeUp = resolve))
    }
  }

  async #process(chunk: Buffer): Promise<void> {
    await this.#gate()
    let written = 0
    let at = 0
    // Frames without a fault are not written one by one, but up to where something has to happen.
    const writeUpTo = async (end: number): Promise<void> => {
      const bytes = chunk.subarray(written, end)
      written = end
      await this.#pass(bytes)
    }

    while (at < chunk.length && !this.#isDiscarding) {
      const splitter = this.#splitter
      if (splitter === undefined) break
      if (splitter.atBoundary) {
        this.#countBegun()
        const faults = this.owner.plan.take(this.direction, this.owner.number, this.#begun)
        if (faults.length > 0) {
          await writeUpTo(at)
          await this.#beginFrame(faults)
          if (this.#isDiscarding) return
        }
      }
      let end: number
      try {
        end = splitter.scan(chunk, at)
      } catch (error) {
        this.#framingLost(error as Error)
        break
      }
      at = end === -1 ? chunk.length : end
      if (this.#active.length > 0) await writeUpTo(at)
      if (end !== -1 && !this.#isDiscarding) {
        if (this.#active.length > 0) await this.#endFrame()
        else this.#countEnded()
      }
    }
    if (!this.#isDiscarding) await writeUpTo(chunk.length)
  }

  async #beginFrame(faults: Fault[]): Promise<void> {
    this.#passedOfFrame = 0
    this.#active = faults.filter((fault) => !isDoneBefore(fault))
    for (const fault of faults) {
      const { action } = fault
      if (action.kind === 'inject' && action.where === 'before') {
        await this.write(action.bytes)
        fault.settle('fired')
      } else if (action.kind === 'stall') {
        this.stall()
        fault.settle('fired')
        await this.#gate()
      } else if (action.kind === 'cut' && action.where === 'before') {
        await this.#cut(fault, action.manner)
        return
      }
    }
  }

  /** Passes bytes on, as the faults of the frame under way allow. */
  async #pass(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return
    for (const fault of this.#active) {
      const { action } = fault
      if (action.kind === 'replace') return
      if (action.kind === 'cut' && typeof action.where === 'object') {
        const left = action.where.inside - this.#passedOfFrame
        if (bytes.length > left) {
          await this.write(bytes.subarray(0, left))
          await this.#cut(fault, action.manner)
          return
        }
      }
    }
    this.#passedOfFrame += bytes.length
    await this.write(bytes)
  }

  async #endFrame(): Promise<void> {
    const faults = this.#active
    this.#active = []
    this.#countEnded()
    for (const fault of faults) {
      const { action } = fault
      if (action.kind === 'inject' || action.kind === 'replace') {
        await this.write(action.bytes)
        fault.settle('fired')
      } else if (action.kind === 'cut') {
        if (typeof action.where === 'object') {
          fault.settle(new Error(`the frame has only ${this.#passedOfFrame} bytes, it cannot be cut inside`))
        }
        await this.#cut(fault, action.manner)
      }
    }
  }

  async #cut(fault: Fault, manner: CutManner): Promise<void> {
    this.#active = []
    await this.owner.cut(manner, this.direction)
    fault.settle('fired')
  }

  /** Writes to the receiver, in slices when the test wants them, and waits until the system has taken the bytes. */
  async write(bytes: Buffer): Promise<void> {
    const slicing = this.owner.plan.slicing[this.direction]
    if (slicing === undefined) return this.#writeWhole(bytes)
    for (let from = 0; from < bytes.length && !this.#isDiscarding;) {
      await this.#gate()
      const to = from + slicing.random.integer(1, slicing.mostBytes)
      await this.#writeWhole(bytes.subarray(from, to))
      // Lets the receiver read each slice by itself, as far as the system allows.
      await nextTurn()
      from = to
    }
  }

  #writeWhole(bytes: Buffer): Promise<void> {
    const sink = this.sink
    if (sink === undefined || !sink.writable || bytes.length === 0) return Promise.resolve()
    // A failed write is followed by the socket's own error event, which ends the connection.
    return new Promise((resolve) => sink.write(bytes, () => resolve()))
  }
}

function isDoneBefore({ action }: Fault): boolean {
  return (
    action.kind === 'stall' ||
    ((action.kind === 'inject' || action.kind === 'cut') && action.where === 'before')
  )
}
