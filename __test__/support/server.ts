import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type ServerBinary, type ServerKind, serverBinary } from './binaries'
import { bindToFreePort, candidatePort, isAddressInUse } from './ports'
import { type RawArgument, RawClient, type RawClientOptions, type RawReply } from './raw-client'
import { killWithThisProcess, scratchFolder } from './scratch'
import { type Administrator, configuration, type ServerOptions } from './server-config'

export { commandServers, serverBinary, serverKinds, type ServerKind } from './binaries'
export type { ServerOptions, ServerTls } from './server-config'

const START_TIMEOUT_MS = 15_000
const SAME_PORT_TIMEOUT_MS = 5_000
const HOST = '127.0.0.1'

/** What `startServer` needs of a test's context. */
interface Ending {
  after(action: () => Promise<void>): void
}

/** Starts a server that is stopped when the test ends. */
export async function startServer(test: Ending, options: ServerOptions = {}): Promise<TestServer> {
  const server = await TestServer.start(options)
  test.after(() => server.close())
  return server
}

/**
 * A real Redis or Valkey on free ports of 127.0.0.1, with its files in a temporary folder. It ends with `close()`, with
 * the `await using` block, or at the latest with this process, whatever that dies of.
 */
export class TestServer {
  readonly host = HOST
  readonly kind: ServerKind
  readonly version: string
  readonly #binary: ServerBinary
  readonly #folder: string
  readonly #administrator: Administrator | undefined
  #port = 0
  #tlsPort: number | undefined
  #child: ChildProcess | undefined
  #exit: Promise<void> = Promise.resolve()
  #spawnError: Error | undefined

  private constructor(private readonly options: ServerOptions) {
    this.#binary = serverBinary(options.kind ?? 'redis')
    this.kind = this.#binary.kind
    this.version = this.#binary.version
    this.#folder = scratchFolder(this.kind)
    if (options.password !== undefined || options.users !== undefined) {
      this.#administrator = {
        username: 'oxidis-test-administrator',
        password: randomBytes(16).toString('hex'),
      }
    }
  }

  static async start(options: ServerOptions = {}): Promise<TestServer> {
    const server = new TestServer(options)
    try {
      await bindToFreePort((port) => server.#launch(port, options.tls ? candidatePort() : undefined))
    } catch (error) {
      await server.close()
      throw error
    }
    return server
  }

  get port(): number {
    return this.#port
  }

  /** Throws when the server was started without TLS. */
  get tlsPort(): number {
    if (this.#tlsPort === undefined) throw new Error('this server was started without `tls`')
    return this.#tlsPort
  }

  /** Throws when the server was started without a unix socket. */
  get socketPath(): string {
    if (!this.options.unixSocket) throw new Error('this server was started without `unixSocket`')
    return join(this.#folder, 'server.sock')
  }

  /** `redis://`, with the default user's password if there is one. */
  get url(): string {
    return `redis://${this.#credentials}${HOST}:${this.port}`
  }

  /** `rediss://localhost`, with the default user's password if there is one. */
  get tlsUrl(): string {
    return `rediss://${this.#credentials}localhost:${this.tlsPort}`
  }

  /** Of the present process. Throws when none runs. */
  get pid(): number {
    const pid = this.#child?.pid
    if (pid === undefined) throw new Error('the server does not run')
    return pid
  }

  get isRunning(): boolean {
    return this.#child !== undefined
  }

  /** What the server has printed. */
  log(): string {
    return readFileSync(join(this.#folder, 'server.log'), 'utf8')
  }

  /** Sends one command on a connection of its own, which does not outlive the call. An error reply rejects. */
  async raw(...args: RawArgument[]): Promise<RawReply> {
    using client = await this.client()
    return await client.call(...args)
  }

  /** A connection that shares nothing with Oxidis. It gets past passwords, unless `options` name a user. */
  client(options: RawClientOptions = {}): Promise<RawClient> {
    return RawClient.connect({ host: HOST, port: this.port, ...this.#administrator, ...options })
  }

  /** Kills the server without a warning. */
  async kill(): Promise<void> {
    const child = this.#child
    child?.ref()
    child?.kill('SIGKILL')
    await this.#exit
  }

  /** Freezes the server: the system still accepts connections and bytes for it, and nothing answers. */
  async stop(): Promise<void> {
    const { pid } = this
    process.kill(pid, 'SIGSTOP')
    if (process.platform !== 'linux') return
    for (let attempt = 0; !isFrozen(pid); attempt += 1) {
      if (attempt === 1000) throw new Error('the server does not stop')
      await delay(1)
    }
  }

  /** Ends a freeze. */
  cont(): void {
    process.kill(this.pid, 'SIGCONT')
  }

  /**
   * Kills the server, if it runs, and starts it on the same ports. `keepData` saves the data before; when the server was
   * killed already, what its configuration made it write is what there is. Without, the server starts empty.
   * `keepConfiguration` starts it with the file that it has written itself meanwhile (`CONFIG REWRITE`).
   */
  async restart({
    keepData = false,
    keepConfiguration = false,
  }: { keepData?: boolean; keepConfiguration?: boolean } = {}): Promise<void> {
    if (this.isRunning) {
      if (keepData) {
        this.cont()
        await this.raw('SAVE')
      }
      await this.kill()
    }
    if (!keepData) {
      for (const name of ['dump.rdb', 'appendonlydir']) {
        rmSync(join(this.#folder, name), { recursive: true, force: true })
      }
    }
    const deadline = Date.now() + SAME_PORT_TIMEOUT_MS
    for (;;) {
      try {
        return await this.#launch(this.#port, this.#tlsPort, keepConfiguration)
      } catch (error) {
        if (!isAddressInUse(error) || Date.now() > deadline) throw error
        await delay(20)
      }
    }
  }

  /** Ends the server and removes its files. */
  async close(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  get #credentials(): string {
    return this.options.password === undefined ? '' : `:${encodeURIComponent(this.options.password)}@`
  }

  async #launch(port: number, tlsPort: number | undefined, keepConfiguration = false): Promise<void> {
    this.#port = port
    this.#tlsPort = tlsPort
    const file = join(this.#folder, 'server.conf')
    const placement = {
      folder: this.#folder,
      port,
      tlsPort,
      socketPath: this.options.unixSocket ? this.socketPath : undefined,
      administrator: this.#administrator,
    }
    if (!keepConfiguration) {
      writeFileSync(file, await configuration(this.#binary, this.options, placement), { mode: 0o600 })
    }

    const log = openSync(join(this.#folder, 'server.log'), 'w')
    const mode = this.options.sentinel ? ['--sentinel'] : []
    const child = spawn(this.#binary.path, [file, ...mode], {
      cwd: this.#folder,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    killWithThisProcess(child)
    this.#child = child
    this.#spawnError = undefined
    this.#exit = new Promise((resolve) => {
      const ended = (): void => {
        this.#child = undefined
        resolve()
      }
      child.once('exit', ended)
      child.once('error', (error) => {
        this.#spawnError = error
        ended()
      })
    })
    await this.#ready(child)
    child.unref()
  }

  /** Waits until this very process answers: on a taken port it might be somebody else's server that does. */
  async #ready(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS
    let lastError: unknown
    for (let pause = 1; Date.now() < deadline; pause = Math.min(2 * pause, 50)) {
      if (this.#child !== child) throw this.#startError()
      try {
        if (await this.#answersAs(child)) return
      } catch (error) {
        lastError = error
      }
      await Promise.race([this.#exit, delay(pause)])
    }
    await this.kill()
    throw new Error(`${this.#binary.path} did not get ready within ${START_TIMEOUT_MS} ms. ${this.log()}`, {
      cause: lastError,
    })
  }

  async #answersAs(child: ChildProcess): Promise<boolean> {
    using client = await this.client({ timeout: 1000 })
    await client.call('PING')
    return String(await client.call('INFO', 'server')).includes(`\nprocess_id:${child.pid}\r`)
  }

  #startError(): Error {
    if (this.#spawnError !== undefined) return this.#spawnError
    const log = this.log()
    if (log.includes('Address already in use')) {
      return Object.assign(new Error('the port is taken'), { code: 'EADDRINUSE' })
    }
    if (/Failed finding TLS support|Missing implement of connection type tls/.test(log)) {
      return new Error(`${this.#binary.path} was built without TLS`)
    }
    return new Error(`${this.#binary.path} ended while it was starting:\n${log}`)
  }
}

/** Whether the system has halted the process by now: a signal only asks for it. */
function isFrozen(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return stat.charAt(stat.lastIndexOf(')') + 2) === 'T'
}
