import { createServer, connect, type Server, type Socket } from 'node:net'
import { type Action, type CutManner, type Direction, Fault, FaultPlan, type FramePosition } from './faults'
import { Milestones } from './milestones'
import { bindToFreePort } from './ports'
import { type ConnectionListener, ProxyConnection } from './proxy-connection'
import { Random } from './random'

export type { CutManner, Direction, FramePosition } from './faults'
export { Fault } from './faults'
export { ProxyConnection } from './proxy-connection'

export interface ProxyOptions {
  /** Where the server listens. */
  target: { port: number; host?: string } | { path: string }
  /** `false` for bytes that are not RESP, such as TLS: nothing is counted then, and no fault can name a frame. */
  frames?: boolean
}

const HOST = '127.0.0.1'

/** A TCP proxy between a client and a server whose faults the test decides. Passes bytes on until it is told otherwise. */
export class FaultProxy implements ConnectionListener {
  readonly host = HOST
  readonly #plan = new FaultPlan()
  readonly #accepted = new Milestones()
  readonly #requests = new Milestones()
  readonly #replies = new Milestones()
  /** In order of acceptance, closed ones included, so that a number always means the same connection. */
  readonly #connections: ProxyConnection[] = []
  readonly #open = new Set<ProxyConnection>()
  #listener: Server | undefined
  #port = 0
  #isSilent = false

  private constructor(private readonly options: ProxyOptions) {}

  static async start(options: ProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options)
    await bindToFreePort((port) => proxy.#bind(port))
    return proxy
  }

  get port(): number {
    return this.#port
  }

  get url(): string {
    return `redis://${HOST}:${this.#port}`
  }

  /** Connections accepted so far. */
  get connectionCount(): number {
    return this.#accepted.count
  }

  get openConnectionCount(): number {
    return this.#open.size
  }

  /** Complete requests that came from clients, forwarded or not. */
  get requestCount(): number {
    return this.#requests.count
  }

  /** Complete replies and pushes that came from the server, forwarded or not. */
  get replyCount(): number {
    return this.#replies.count
  }

  /** Resolves with the n-th connection (from 1) when it has been accepted. */
  async connection(number: number): Promise<ProxyConnection> {
    await this.#accepted.reach(number)
    const connection = this.#connections[number - 1]
    if (connection === undefined) throw new RangeError('connections are counted from 1')
    return connection
  }

  /** Resolves when `count` requests came in over all connections. */
  requestFrames(count: number): Promise<void> {
    return this.#requests.reach(count)
  }

  /** Resolves when `count` replies (or pushes) came in over all connections. */
  replyFrames(count: number): Promise<void> {
    return this.#replies.reach(count)
  }

  /** Ends the connection before or after the frame, or after `inside` of its bytes. Default: before, with a FIN. */
  cut(
    position: FramePosition,
    how: { where?: 'before' | 'after' | { inside: number }; manner?: CutManner } = {},
  ): Fault {
    return this.#arm(position, { kind: 'cut', where: how.where ?? 'before', manner: how.manner ?? 'fin' })
  }

  /** Swallows the frame. */
  drop(position: FramePosition): Fault {
    return this.replace(position, '')
  }

  /** Sends `bytes` in the frame's place. */
  replace(position: FramePosition, bytes: Buffer | string): Fault {
    return this.#arm(position, { kind: 'replace', bytes: asBuffer(bytes) })
  }

  /** Sends `bytes` directly before or after the frame. */
  inject(position: FramePosition, where: 'before' | 'after', bytes: Buffer | string): Fault {
    return this.#arm(position, { kind: 'inject', where, bytes: asBuffer(bytes) })
  }

  /** Holds the frame, and what follows it on its connection, until `resume()`. */
  stallAt(position: FramePosition): Fault {
    return this.#arm(position, { kind: 'stall' })
  }

  /** Stops forwarding, on every connection that is or comes, and holds the bytes. Default: in both directions. */
  stall(direction?: Direction): void {
    for (const each of directions(direction)) this.#plan.stalled[each] = true
    this.#planChanged()
  }

  /** Ends every stall of the direction (default: of both) and forwards what was held. */
  resume(direction?: Direction): void {
    for (const each of directions(direction)) this.#plan.stalled[each] = false
    for (const connection of this.#open) connection.resume(direction)
  }

  /** Forwards in slices of 1 to `mostBytes` bytes, of sizes that follow from `seed`. Answers the seed. */
  slice(options: { mostBytes: number; seed?: number; direction?: Direction }): number {
    const random = new Random(options.seed)
    for (const each of directions(options.direction)) {
      this.#plan.slicing[each] = { mostBytes: options.mostBytes, random }
    }
    return random.seed
  }

  /** Forwards byte by byte. */
  drip(direction?: Direction): void {
    this.slice({ mostBytes: 1, ...(direction && { direction }) })
  }

  /** Forwards whole chunks again. */
  unslice(direction?: Direction): void {
    for (const each of directions(direction)) this.#plan.slicing[each] = undefined
  }

  /** From now on accepts connections, reads what they send and never answers. Those that exist are not touched. */
  silence(): void {
    this.#isSilent = true
  }

  /** From now on connects new connections with the server again. */
  answer(): void {
    this.#isSilent = false
  }

  /** Stops listening: the system refuses new connections. Those that exist are not touched. */
  refuse(): void {
    this.#listener?.close()
    this.#listener = undefined
  }

  /** Listens again, on the same port. */
  async listen(): Promise<void> {
    if (this.#listener === undefined) await this.#bind(this.#port)
  }

  /** Ends every open connection now, or those that are `chosen`. */
  async cutAll(
    manner: CutManner = 'fin',
    chosen: (connection: ProxyConnection) => boolean = () => true,
  ): Promise<void> {
    await Promise.all([...this.#open].filter(chosen).map((connection) => connection.cut(manner)))
  }

  /** Takes back every fault whose frame has not begun. */
  disarm(): void {
    this.#plan.settle('disarmed')
  }

  async close(): Promise<void> {
    this.refuse()
    const open = [...this.#open]
    for (const connection of open) connection.destroy()
    await Promise.all(open.map((connection) => connection.closed))
    const reason = new Error('the proxy was closed before that')
    this.#plan.settle(reason)
    for (const milestones of [this.#accepted, this.#requests, this.#replies]) milestones.end(reason)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  frameEnded(direction: Direction): void {
    if (direction === 'request') this.#requests.advance()
    else this.#replies.advance()
  }

  framingLost(direction: Direction, error: Error): void {
    const milestones = direction === 'request' ? this.#requests : this.#replies
    milestones.end(error)
    this.#plan.settle(error, direction)
  }

  closed(connection: ProxyConnection): void {
    this.#open.delete(connection)
  }

  #arm(position: FramePosition, action: Action): Fault {
    if (this.options.frames === false) throw new Error('this proxy was started without frames')
    const direction = position.direction ?? 'reply'
    const frame = 'frame' in position ? position.frame : this.#begun(position, direction) + position.next
    if (frame <= this.#begun(position, direction)) throw new RangeError(`frame ${frame} has already begun`)
    return this.#plan.arm(new Fault(direction, position.connection, frame, action))
  }

  #begun(position: FramePosition, direction: Direction): number {
    if (position.connection === undefined) return this.#plan.begun[direction]
    return this.#connections[position.connection - 1]?.begun(direction) ?? 0
  }

  #bind(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const listener = createServer({ allowHalfOpen: true }, (client) => this.#accept(client))
      listener.once('error', reject)
      listener.listen(port, HOST, () => {
        this.#listener = listener
        this.#port = port
        resolve()
      })
    })
  }

  #accept(client: Socket): void {
    const server = this.#isSilent ? undefined : this.#connect()
    const number = this.#connections.length + 1
    const frames = this.options.frames !== false
    const connection = new ProxyConnection(number, this.#plan, client, server, this, frames)
    this.#connections.push(connection)
    this.#open.add(connection)
    this.#accepted.advance()
  }

  #connect(): Socket {
    const { target } = this.options
    // Read field by field: a test server gives its address by getters, which spreading would lose.
    const address =
      'path' in target ? { path: target.path } : { port: target.port, host: target.host ?? HOST }
    return connect({ ...address, allowHalfOpen: true })
  }

  #planChanged(): void {
    for (const connection of this.#open) connection.planChanged()
  }
}

function directions(direction?: Direction): Direction[] {
  return direction === undefined ? ['request', 'reply'] : [direction]
}

function asBuffer(bytes: Buffer | string): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes) : bytes
}
