import { connect, type Socket } from 'node:net'

/** A client's end of a connection: everything it has received, and how it ended. */
export class Receiver {
  readonly socket: Socket
  readonly chunks: Buffer[] = []
  /** Resolves with the error's code, or `fin`, when the connection has ended for reading. */
  readonly ended: Promise<string>
  #wanted: { bytes: number; resolve: () => void } | undefined

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    this.ended = new Promise((resolve) => {
      this.socket.on('end', () => resolve('fin'))
      this.socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    })
    this.socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk)
      if (this.#wanted !== undefined && this.text.length >= this.#wanted.bytes) this.#wanted.resolve()
    })
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1')
  }

  send(...commands: string[]): this {
    this.socket.write(commands.map((command) => command + '\r\n').join(''))
    return this
  }

  /** Resolves when at least as many bytes have come as `text` has, with all that came. */
  async received(text: string): Promise<string> {
    if (this.text.length < text.length) {
      await new Promise<void>((resolve) => (this.#wanted = { bytes: text.length, resolve }))
    }
    return this.text
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }
}
