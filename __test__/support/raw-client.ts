import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'

/** An error reply. */
export class RawError extends Error {
  override name = 'RawError'

  /** The server's own code: the first word of the message. */
  get code(): string {
    return this.message.split(' ', 1)[0] as string
  }
}

/**
 * A RESP2 reply: bulk strings as Buffers, simple strings as strings, integers as numbers (bigints where a number would
 * round), errors as values.
 */
export type RawReply = Buffer | string | number | bigint | null | RawError | RawReply[]

export interface RawClientOptions {
  port?: number
  host?: string
  /** A unix socket, instead of port and host. */
  path?: string
  tls?: ConnectionOptions
  username?: string
  password?: string
  /** How long connecting, or one reply, may take, in milliseconds. Default: 10 000. */
  timeout?: number
}

interface Waiting {
  readonly resolve: (reply: RawReply) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/**
 * A RESP2 client of a few lines that shares no code with Oxidis: tests set servers up with it, and look at a server
 * without the client under test. Replies belong to calls by their order alone.
 */
export class RawClient {
  readonly #decoder = new RawDecoder()
  readonly #waiting: Waiting[] = []
  readonly #unclaimed: RawReply[] = []
  #failure: Error | undefined

  private constructor(
    readonly socket: Socket,
    private readonly timeout: number,
  ) {
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the server closed the connection')))
  }

  static async connect(options: RawClientOptions): Promise<RawClient> {
    const timeout = options.timeout ?? 10_000
    const client = new RawClient(await openSocket(options, timeout), timeout)
    if (options.password !== undefined) {
      const credentials = options.username === undefined ? [] : [options.username]
      try {
        await client.call('AUTH', ...credentials, options.password)
      } catch (error) {
        client.close()
        throw error
      }
    }
    return client
  }

  /** Sends one command and resolves with its reply. An error reply rejects; inside of an array it stays a value. */
  async call(...args: RawArgument[]): Promise<RawReply> {
    this.write(encode(args))
    const reply = await this.read()
    if (reply instanceof RawError) throw reply
    return reply
  }

  /** Sends bytes as they are, expecting nothing. */
  write(bytes: Buffer | string): void {
    this.socket.write(bytes)
  }

  /** The next reply that nobody has read yet, errors as values. */
  read(): Promise<RawReply> {
    if (this.#unclaimed.length > 0) return Promise.resolve(this.#unclaimed.shift() as RawReply)
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.socket.destroy(new Error(`no reply within ${this.timeout} ms`))
      }, this.timeout)
      this.#waiting.push({ resolve, reject, timer })
    })
  }

  close(): void {
    this.socket.destroy()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #take(chunk: Buffer): void {
    try {
      for (const reply of this.#decoder.feed(chunk)) {
        const waiting = this.#waiting.shift()
        if (waiting === undefined) {
          this.#unclaimed.push(reply)
        } else {
          clearTimeout(waiting.timer)
          waiting.resolve(reply)
        }
      }
    } catch (error) {
      this.socket.destroy(error as Error)
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const waiting of this.#waiting.splice(0)) {
      clearTimeout(waiting.timer)
      waiting.reject(this.#failure)
    }
  }
}

export type RawArgument = string | number | bigint | Uint8Array

/** A request: an array of bulk strings. */
export function encode(args: RawArgument[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from(`*${args.length}\r\n`)]
  for (const arg of args) {
    const bytes = arg instanceof Uint8Array ? arg : Buffer.from(String(arg))
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'))
  }
  return Buffer.concat(parts)
}

function openSocket(options: RawClientOptions, timeout: number): Promise<Socket> {
  const { port, host = '127.0.0.1', path, tls } = options
  const address = path === undefined ? { port: port as number, host } : { path }
  const socket = tls === undefined ? connectTcp(address) : connectTls({ ...address, ...tls })
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy(new Error(`not connected within ${timeout} ms`))
    }, timeout)
    const refused = (error: Error): void => {
      clearTimeout(timer)
      reject(error)
    }
    socket.once('error', refused)
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      clearTimeout(timer)
      socket.off('error', refused)
      resolve(socket)
    })
  })
}

const CRLF = Buffer.from('\r\n')

interface OpenArray {
  readonly items: RawReply[]
  readonly length: number
}

/** An incremental RESP2 decoder. */
export class RawDecoder {
  #chunks: Buffer[] = []
  #held = 0
  /** There is no point in looking again before that many bytes are held. */
  #wanted = 1
  readonly #open: OpenArray[] = []

  feed(chunk: Buffer): RawReply[] {
    this.#chunks.push(chunk)
    this.#held += chunk.length
    if (this.#held < this.#wanted) return []

    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    const replies: RawReply[] = []
    let at = 0
    this.#wanted = 1
    for (;;) {
      const token = this.#token(bytes, at)
      if (token === undefined) break
      at = token.end
      const reply = this.#place(token.value)
      if (reply !== undefined) replies.push(reply)
    }
    this.#chunks = at === bytes.length ? [] : [bytes.subarray(at)]
    this.#held = bytes.length - at
    return replies
  }

  /** One line, bulk string or array header at `at`; undefined when it is not complete yet. */
  #token(bytes: Buffer, at: number): { value: RawReply | OpenArray; end: number } | undefined {
    const lineEnd = bytes.indexOf(CRLF, at)
    if (lineEnd === -1) {
      this.#wanted = bytes.length - at + 1
      return undefined
    }
    const text = bytes.toString('utf8', at + 1, lineEnd)
    const end = lineEnd + 2
    switch (String.fromCharCode(bytes[at] as number)) {
      case '+':
        return { value: text, end }
      case '-':
        return { value: new RawError(text), end }
      case ':':
        return { value: Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text), end }
      case '$': {
        const length = Number(text)
        if (length === -1) return { value: null, end }
        this.#wanted = end - at + length + 2
        if (bytes.length - at < this.#wanted) return undefined
        this.#wanted = 1
        return { value: Buffer.from(bytes.subarray(end, end + length)), end: end + length + 2 }
      }
      case '*': {
        const length = Number(text)
        return { value: length === -1 ? null : { items: [], length }, end }
      }
      default:
        throw new Error(
          `not a RESP2 reply: ${JSON.stringify(bytes.toString('latin1', at, Math.min(end, at + 40)))}`,
        )
    }
  }

  /** Puts a value where it belongs; answers the reply that is complete with it, if one is. */
  #place(value: RawReply | OpenArray): RawReply | undefined {
    let complete: RawReply
    if (isOpenArray(value)) {
      if (value.length > 0) {
        this.#open.push(value)
        return undefined
      }
      complete = value.items
    } else {
      complete = value
    }
    for (;;) {
      const around = this.#open.at(-1)
      if (around === undefined) return complete
      around.items.push(complete)
      if (around.items.length < around.length) return undefined
      this.#open.pop()
      complete = around.items
    }
  }
}

function isOpenArray(value: RawReply | OpenArray): value is OpenArray {
  return typeof value === 'object' && value !== null && 'items' in value
}
