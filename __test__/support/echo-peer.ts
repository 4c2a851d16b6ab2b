import { createServer, type AddressInfo, type Socket } from 'node:net'
import { RawDecoder } from './raw-client'

/**
 * A peer that knows no command: it keeps the words of each request as it came and answers all of them with the same line.
 * What the client says of itself at the beginning is among them.
 */
export class WordsPeer {
  readonly requests: string[][] = []
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer((socket) => this.#serve(socket))

  private constructor() {}

  static async start(): Promise<WordsPeer> {
    const peer = new WordsPeer()
    await new Promise<void>((resolve) => peer.#server.listen(0, '127.0.0.1', resolve))
    return peer
  }

  /** RESP2: the greeting of RESP3 wants an answer that this peer cannot give. */
  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}?protocol=2`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(socket: Socket): void {
    const decoder = new RawDecoder()
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      for (const request of decoder.feed(chunk)) {
        this.requests.push((request as Buffer[]).map(String))
        socket.write('+OK\r\n')
      }
    })
  }
}
