import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { scratchFolder } from './scratch'

/** A certificate with its key, as PEM texts and as the names of files that hold them. */
export interface Certificate {
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
}

export interface Certificates {
  /** The authority that signed all the others but `selfSigned`. */
  readonly ca: Certificate
  /** For localhost, 127.0.0.1 and ::1. */
  readonly server: Certificate
  /** For another.example only. */
  readonly otherHost: Certificate
  /** For localhost, but its time is over. */
  readonly expired: Certificate
  /** For localhost, but signed by nobody else. */
  readonly selfSigned: Certificate
  /** For a client. */
  readonly client: Certificate
}

const DAY = 24 * 60 * 60 * 1000
const LOCALHOST = ['localhost', '127.0.0.1', '::1']

interface Request {
  readonly name: string
  readonly hosts?: string[]
  readonly signedBy?: Certificate
  readonly purpose: 'authority' | 'server' | 'client'
  /** Days from now. Default: 10 years. */
  readonly validUntil?: number
}

let made: Promise<Certificates> | undefined

/** The test certificates of this process: made once, removed with its other temporary files. */
export function certificates(): Promise<Certificates> {
  made ??= makeAll()
  return made
}

async function makeAll(): Promise<Certificates> {
  const folder = scratchFolder('certificates')
  const ca = await make(folder, { name: 'Oxidis test authority', purpose: 'authority' })
  const localhost = { name: 'localhost', hosts: LOCALHOST, purpose: 'server' } as const
  const [server, otherHost, expired, selfSigned, client] = await Promise.all([
    make(folder, { ...localhost, signedBy: ca }),
    make(folder, { name: 'another.example', hosts: ['another.example'], purpose: 'server', signedBy: ca }),
    make(folder, { ...localhost, signedBy: ca, validUntil: -1 }),
    make(folder, localhost),
    make(folder, { name: 'oxidis-test-client', purpose: 'client', signedBy: ca }),
  ])
  return { ca, server, otherHost, expired, selfSigned, client }
}

let filesWritten = 0

async function make(folder: string, request: Request): Promise<Certificate> {
  const isAuthority = request.purpose === 'authority'
  const made = await generate([{ name: 'commonName', value: request.name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 30 * DAY),
    notAfterDate: new Date(Date.now() + (request.validUntil ?? 3650) * DAY),
    ...(request.signedBy && { ca: request.signedBy }),
    extensions: [
      { name: 'basicConstraints', cA: isAuthority, critical: true },
      isAuthority
        ? { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true }
        : { name: 'keyUsage', digitalSignature: true, critical: true },
      ...(isAuthority
        ? []
        : [
            {
              name: 'extKeyUsage' as const,
              serverAuth: request.purpose === 'server',
              clientAuth: request.purpose === 'client',
            },
          ]),
      ...(request.hosts ? [{ name: 'subjectAltName' as const, altNames: request.hosts.map(altName) }] : []),
    ],
  })
  filesWritten += 1
  const certFile = join(folder, `${filesWritten}.crt`)
  const keyFile = join(folder, `${filesWritten}.key`)
  writeFileSync(certFile, made.cert)
  writeFileSync(keyFile, made.private, { mode: 0o600 })
  return { cert: made.cert, key: made.private, certFile, keyFile }
}

function altName(host: string): { type: 2; value: string } | { type: 7; ip: string } {
  const isAddress = host.includes(':') || /^[\d.]+$/.test(host)
  return isAddress ? { type: 7, ip: host } : { type: 2, value: host }
}
