import type { Socket } from 'node:net'
import type { CutManner, Direction, FaultPlan } from './faults'
import { Pump, type PumpOwner } from './pump'

export interface ConnectionListener {
  frameEnded(direction: Direction): void
  framingLost(direction: Direction, error: Error): void
  closed(connection: ProxyConnection): void
}

/** One connection through the proxy: the client's socket, the server's, and a pump for each direction. */
export class ProxyConnection implements PumpOwner {
  /** Resolves when both sockets are closed. */
  readonly closed: Promise<void>
  /** Why the connection broke, if it was by an error. */
  error: Error | undefined
  readonly #requests: Pump
  readonly #replies: Pump | undefined
  #openSockets = 0

  constructor(
    /** Counted from 1, in the order of acceptance. */
    readonly number: number,
    readonly plan: FaultPlan,
    private readonly client: Socket,
    /** Nobody, when the proxy accepts and never answers. */
    private readonly server: Socket | undefined,
    private readonly listener: ConnectionListener,
    frames: boolean,
  ) {
    let resolveClosed: () => void
    this.closed = new Promise((resolve) => (resolveClosed = resolve))
    for (const socket of [client, server]) {
      if (socket === undefined) continue
      this.#openSockets += 1
      socket.setNoDelay(true)
      socket.on('error', (error) => this.failed(error))
      socket.on('close', () => {
        this.#openSockets -= 1
        if (this.#openSockets > 0) return
        this.#requests.close()
        this.#replies?.close()
        this.listener.closed(this)
        resolveClosed()
      })
    }
    this.#requests = new Pump('request', this, client, server, frames)
    this.#replies = server === undefined ? undefined : new Pump('reply', this, server, client, frames)
  }

  get isOpen(): boolean {
    return this.#openSockets > 0
  }

  /** Complete request frames that came from the client. */
  get requestCount(): number {
    return this.#requests.frames.count
  }

  /** Complete reply and push frames that came from the server. */
  get replyCount(): number {
    return this.#replies?.frames.count ?? 0
  }

  /** Frames that have begun, complete or not. */
  begun(direction: Direction): number {
    return this.#pump(direction)?.begun ?? 0
  }

  /** Resolves when `count` requests came from the client, forwarded or not. */
  requestFrames(count: number): Promise<void> {
    return this.#requests.frames.reach(count)
  }

  /** Resolves when `count` replies came from the server, forwarded or not. */
  replyFrames(count: number): Promise<void> {
    if (this.#replies === undefined) return Promise.reject(new Error('this connection has no server'))
    return this.#replies.frames.reach(count)
  }

  /** Ends the connection. `direction` matters to `half-close` only: its receiver sees the end. Default: `reply`. */
  async cut(manner: CutManner, direction: Direction = 'reply'): Promise<void> {
    if (manner === 'half-close') {
      this.#pump(direction)?.discard()
      this.#receiver(direction)?.end()
      return
    }
    this.#requests.discard()
    this.#replies?.discard()
    if (manner === 'fin') {
      // What comes in is still read and forgotten: closing with unread bytes would make a reset of it.
      this.client.end()
      this.server?.end()
      return
    }
    // What was forwarded must leave first, since a reset throws away what is still waiting to be sent.
    await Promise.all([this.#replies?.flush(), this.#requests.flush()])
    reset(this.client)
    this.server?.destroy()
  }

  /** Stops forwarding on this connection and holds what comes. */
  stall(direction?: Direction): void {
    for (const pump of this.#pumps(direction)) pump.stall()
  }

  resume(direction?: Direction): void {
    for (const pump of this.#pumps(direction)) pump.resume()
  }

  /** Writes bytes of the test's own to the receiver of `direction`, at once. */
  async inject(direction: Direction, bytes: Buffer | string): Promise<void> {
    const socket = this.#receiver(direction)
    if (socket?.writable !== true) throw new Error(`connection ${this.number} cannot take bytes any more`)
    await new Promise<void>((resolve, reject) =>
      socket.write(bytes, (error) => (error ? reject(error) : resolve())),
    )
  }

  /** For the proxy: lets both directions look at the plan again. */
  planChanged(): void {
    for (const pump of this.#pumps()) pump.flow()
  }

  destroy(): void {
    this.client.destroy()
    this.server?.destroy()
  }

  frameEnded(direction: Direction): void {
    this.listener.frameEnded(direction)
  }

  framingLost(direction: Direction, error: Error): void {
    this.listener.framingLost(direction, error)
  }

  /** An error of one socket is passed on to the peer of the other as a reset. */
  failed(error: Error): void {
    this.error ??= error
    reset(this.client)
    this.server?.destroy()
  }

  #pump(direction: Direction): Pump | undefined {
    return direction === 'request' ? this.#requests : this.#replies
  }

  #pumps(direction?: Direction): Pump[] {
    const pumps = direction === undefined ? [this.#requests, this.#replies] : [this.#pump(direction)]
    return pumps.filter((pump) => pump !== undefined)
  }

  #receiver(direction: Direction): Socket | undefined {
    return direction === 'request' ? this.server : this.client
  }
}

/**
 * Closes with a reset and nothing else: left alone, `resetAndDestroy` ends the socket first, and the peer may see that. While the
 * socket's own end is on its way out, libuv refuses a reset, and Node would never close the socket: it just closes then.
 */
function reset(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) {
    socket.destroy()
    return
  }
  socket.destroySoon = () => {
    socket.destroy()
  }
  socket.resetAndDestroy()
}
