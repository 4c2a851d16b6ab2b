import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { killWithThisProcess } from './scratch'

const PROJECT = resolve(__dirname, '../..')
/** Much longer than any of these programs takes: one that runs on has a reason to stay alive that it should not have. */
const PATIENCE_MS = 60_000

export interface Ended {
  /** The exit code, or the signal, or `stayed alive`. */
  end: number | string
  stdout: string
  stderr: string
}

export interface Program {
  /** Resolves when the program has printed `text` (on standard output), rejects if it ends before. */
  printed(text: string): Promise<void>
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<Ended>
}

export interface ProgramOptions {
  /** What the program finds in `process.argv` from 1 on. */
  args?: (string | number)[]
  /** Flags of node. */
  flags?: string[]
  /** A program, with its arguments, that starts the one behind them. Default: none. */
  under?: string[]
  /** How long it may run, in milliseconds. */
  patience?: number
}

/**
 * Starts a Node process that runs `source`, which finds the client's exports as `oxidis`, and `Redis` by itself.
 */
export function startProgram(source: string, options: ProgramOptions = {}): Program {
  const { args = [], flags = [], under = [], patience = PATIENCE_MS } = options
  const prelude = `const oxidis = require('./index.js'); const { Redis } = oxidis;`
  const node = [process.execPath, ...flags, '-e', prelude + source, ...args.map(String)]
  const [command, ...rest] = [...under, ...node] as [string, ...string[]]
  const child = spawn(command, rest, {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  killWithThisProcess(child)
  let stdout = ''
  let stderr = ''
  let hasStayed = false
  const timer = setTimeout(() => {
    hasStayed = true
    child.kill('SIGKILL')
  }, patience)
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = once(child, 'close').then(([code, signal]) => {
    clearTimeout(timer)
    return { end: hasStayed ? 'stayed alive' : ((code ?? signal) as number | string), stdout, stderr }
  })
  const printed = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = () => {
        if (stdout.includes(text)) resolve()
      }
      look()
      child.stdout.on('data', look)
      void ended.then(() => reject(new Error(`the program ended without printing ${text}: ${stderr}`)))
    })
  return { printed, kill: (signal) => void child.kill(signal), ended }
}

/** Runs a program to its end. */
export function runProgram(source: string, options?: ProgramOptions): Promise<Ended> {
  return startProgram(source, options).ended
}
