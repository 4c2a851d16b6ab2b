import { connect, createServer, type Server, type Socket } from 'node:net'
import { bindToFreePort } from './ports'

const HOST = '127.0.0.1'

/** A name that leads to one server now and to another one later. Connections that were made stay where they are. */
export class MovingName {
  /** Connections made through the name so far. */
  connections = 0
  readonly #sockets = new Set<Socket>()
  #listener: Server | undefined
  #port = 0

  private constructor(private target: { port: number }) {}

  static async start(target: { port: number }): Promise<MovingName> {
    const name = new MovingName(target)
    await bindToFreePort(async (port) => {
      name.#listener = createServer((socket) => name.#accept(socket))
      await new Promise<void>((resolve, reject) => {
        name.#listener?.once('error', reject).listen(port, HOST, resolve)
      })
      name.#port = port
    })
    return name
  }

  get url(): string {
    return `redis://${HOST}:${this.#port}`
  }

  /** From now on the name leads to `target`. */
  move(target: { port: number }): void {
    this.target = target
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#listener?.close(resolve))
  }

  #accept(socket: Socket): void {
    this.connections++
    const server = connect(this.target.port, HOST)
    for (const [one, other] of [
      [socket, server],
      [server, socket],
    ] as const) {
      this.#sockets.add(one)
      one.setNoDelay(true)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        this.#sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  }
}
