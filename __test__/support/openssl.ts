import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { scratchFolder } from './scratch'

/** A certificate with its key, as PEM texts. */
export interface Pair {
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
}

/** How to make a key. */
export type KeyKind = 'rsa:2048' | 'rsa:1024' | 'P-256' | 'P-521' | 'RSA-PSS'

const KEYS: Record<KeyKind, string[]> = {
  'rsa:2048': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'rsa:1024': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'],
  'P-256': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'P-521': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-521'],
  'RSA-PSS': ['-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'],
}

/** Makes certificates as people do: by openssl. */
export class OpenSsl {
  readonly folder = scratchFolder('openssl')
  #files = 0

  run(...args: string[]): void {
    execFileSync('openssl', args, { stdio: 'pipe' })
  }

  file(ending: string): string {
    this.#files += 1
    return join(this.folder, `${this.#files}.${ending}`)
  }

  #pair(certFile: string, keyFile: string): Pair {
    return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8'), certFile, keyFile }
  }

  #key(kind: KeyKind): string {
    const keyFile = this.file('key')
    this.run('genpkey', ...KEYS[kind], '-out', keyFile)
    return keyFile
  }

  /** `openssl req -x509`: an authority, or a certificate that is signed by nobody else. */
  authority(kind: KeyKind = 'rsa:2048', ...more: string[]): Pair {
    const [keyFile, certFile] = [this.#key(kind), this.file('crt')]
    this.run(
      'req',
      '-x509',
      '-new',
      '-key',
      keyFile,
      '-subj',
      '/CN=ca',
      '-days',
      '30',
      '-out',
      certFile,
      ...more,
    )
    return this.#pair(certFile, keyFile)
  }

  /** `openssl x509 -req`: without `extensions` of version 1. */
  leaf(ca: Pair, kind: KeyKind, extensions: string[], name = 'localhost', ...more: string[]): Pair {
    const [keyFile, certFile, request] = [this.#key(kind), this.file('crt'), this.file('csr')]
    this.run('req', '-new', '-key', keyFile, '-subj', `/CN=${name}`, '-out', request)
    const extra: string[] = []
    if (extensions.length > 0) {
      const file = this.file('ext')
      writeFileSync(file, extensions.join('\n'))
      extra.push('-extfile', file)
    }
    const signed = [
      '-CA',
      ca.certFile,
      '-CAkey',
      ca.keyFile,
      '-set_serial',
      String(this.#files),
      '-days',
      '20',
    ]
    this.run('x509', '-req', '-in', request, ...signed, '-out', certFile, ...extra, ...more)
    return this.#pair(certFile, keyFile)
  }
}

/** Whether there is an openssl to make certificates by. */
export function hasOpenSsl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}
