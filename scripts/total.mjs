#!/usr/bin/env node
/** Adds up the closing lines of test runs, one a line on standard input, and prints their total in the same form. */
import { readFileSync } from 'node:fs'
import { add, closingLine, noTests, readClosingLine } from './test-totals.mjs'

const lines = readFileSync(0, 'utf8').split('\n').filter(Boolean)
console.log(closingLine(lines.map(readClosingLine).reduce(add, noTests())))
