import { type AddressInfo, createServer, type Socket } from 'node:net'
import { RawDecoder } from './raw-client'

/** What a peer does with a request: sends these bytes, or hangs up. */
export type Reaction = string | 'hang up'

/** A peer whose replies a test writes. */
export class ScriptedPeer {
  readonly requests: string[][] = []
  /** Connections so far. */
  connections = 0
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer((socket) => this.#serve(socket))

  private constructor(private readonly react: (words: string[]) => Reaction) {}

  static async start(react: (words: string[]) => Reaction): Promise<ScriptedPeer> {
    const peer = new ScriptedPeer(react)
    await new Promise<void>((resolve) => peer.#server.listen(0, '127.0.0.1', resolve))
    return peer
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** Ends every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(socket: Socket): void {
    this.connections++
    const decoder = new RawDecoder()
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      for (const request of decoder.feed(chunk)) {
        if (socket.destroyed) return
        const words = (request as Buffer[]).map(String)
        this.requests.push(words)
        const reaction = this.react(words)
        if (reaction === 'hang up') socket.destroy()
        else socket.write(reaction)
      }
    })
  }
}
