#!/usr/bin/env node
/** `npm test`: everything from a bare clone to the total of all tests. An addon that is newer than its sources is kept. */
import { buildRelease, isFresh } from './addon.mjs'
import { installDependencies } from './dependencies.mjs'

installDependencies()
if (!isFresh()) buildRelease()
await import('./run-tests.mjs')
