#!/usr/bin/env node
/** `npm run demo`: everything from a bare clone to a client at work. */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { buildRelease, isFresh, isRelease } from './addon.mjs'
import { installDependencies } from './dependencies.mjs'

installDependencies()
if (!isFresh() || !isRelease()) buildRelease()

const demo = spawn(
  process.execPath,
  ['--import', 'tsx', fileURLToPath(new URL('demo/main.ts', import.meta.url))],
  { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: ['ignore', 'inherit', 'inherit'] },
)
// A terminal interrupts both; the demo then tidies up, and this process waits for it. Other senders mean this one only.
process.on('SIGINT', () => {})
for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) process.on(signal, () => demo.kill(signal))
demo.on('exit', (code) => process.exit(code ?? 1))
