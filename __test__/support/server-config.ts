import type { ServerBinary, ServerKind } from './binaries'
import { type Certificates, certificates } from './certificates'

export interface ServerTls {
  /** What the server shows. Default: `server`, a good one for localhost. */
  certificate?: Exclude<keyof Certificates, 'ca' | 'client'>
  /** Whether clients must show a certificate of the test authority. Default: `no`. */
  clientCertificate?: 'no' | 'optional' | 'required'
}

export type Directive = string | number | (string | number)[]

export interface ServerOptions {
  /** Default: `redis`. */
  kind?: ServerKind
  /** Of the default user. */
  password?: string
  /** More users: name to ACL rules, such as `{ ann: 'on >secret ~* &* +@all' }`. */
  users?: Record<string, string>
  /** Serves TLS too, on a port of its own. */
  tls?: boolean | ServerTls
  /** Listens on a unix socket too. */
  unixSocket?: boolean
  databases?: number
  /** Runs it as a sentinel, which knows no data and needs what it watches in `config`. */
  sentinel?: boolean
  /** More configuration directives; an array gives several arguments. They win over those set here. */
  config?: Record<string, Directive>
}

/** The user by which the tests' own client gets in where there is a password, or where there are users. */
export interface Administrator {
  readonly username: string
  readonly password: string
}

export interface Placement {
  readonly folder: string
  readonly port: number
  readonly tlsPort: number | undefined
  readonly socketPath: string | undefined
  readonly administrator: Administrator | undefined
}

/** The text of a configuration file. */
export async function configuration(
  binary: ServerBinary,
  options: ServerOptions,
  at: Placement,
): Promise<string> {
  const directives: Record<string, Directive> = {
    bind: ['127.0.0.1', '-::1'],
    port: at.port,
    dir: at.folder,
    daemonize: 'no',
    ...(!options.sentinel && {
      save: '',
      appendonly: 'no',
      ...(Number.parseInt(binary.version, 10) >= 7 && { 'enable-debug-command': 'yes' }),
    }),
    ...(options.databases !== undefined && { databases: options.databases }),
    ...(options.password !== undefined && { requirepass: options.password }),
    ...(at.socketPath !== undefined && { unixsocket: at.socketPath }),
    ...(at.tlsPort !== undefined && (await tlsDirectives(options.tls, at.tlsPort))),
    ...options.config,
  }
  const lines = Object.entries(directives).map(([name, value]) => line(name, value))

  const users = { ...options.users }
  if (at.administrator !== undefined) {
    users[at.administrator.username] = `on >${at.administrator.password} ~* &* +@all`
  }
  for (const [name, rules] of Object.entries(users)) lines.push(line('user', [name, ...rules.split(' ')]))
  return lines.join('\n') + '\n'
}

async function tlsDirectives(tls: ServerOptions['tls'], port: number): Promise<Record<string, Directive>> {
  const { certificate = 'server', clientCertificate = 'no' } = typeof tls === 'object' ? tls : {}
  const all = await certificates()
  return {
    'tls-port': port,
    'tls-cert-file': all[certificate].certFile,
    'tls-key-file': all[certificate].keyFile,
    'tls-ca-cert-file': all.ca.certFile,
    'tls-auth-clients': clientCertificate === 'required' ? 'yes' : clientCertificate,
  }
}

function line(name: string, value: Directive): string {
  const args = Array.isArray(value) ? value : [value]
  return [name, ...args.map(quote)].join(' ')
}

/** The file's own quoting: what is not printable ASCII is written as `\xhh`. */
function quote(value: string | number): string {
  const escaped = [...Buffer.from(String(value))].map((byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`
    if (byte < 0x20 || byte > 0x7e) return `\\x${byte.toString(16).padStart(2, '0')}`
    return String.fromCharCode(byte)
  })
  return `"${escaped.join('')}"`
}
