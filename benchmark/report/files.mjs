/** Puts the report's files beside the runner. */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { chart } from './chart.mjs'
import { markdown } from './markdown.mjs'

const pathOf = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))

/** The bars, as written in bars.json. */
export function readBars() {
  return JSON.parse(readFileSync(pathOf('bars.json'), 'utf8'))
}

/** The text as the repository's prettier would leave it; unchanged where the project's tools are not installed. */
async function tidy(path, text) {
  let prettier
  try {
    prettier = await import('prettier')
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return text
    throw error
  }
  return prettier.format(text, { ...(await prettier.resolveConfig(path)), filepath: path })
}

/** Writes results.md, results.json and chart.svg; resolves to their names. */
export async function writeReport(run, summary, verdicts) {
  const note =
    `Longer is better; each group is scaled to its fastest client. ` +
    `${run.machine.cpu}, ${run.machine.cores} cores, ${run.server.version}, ${run.date.slice(0, 10)}`
  const files = {
    'results.md': await tidy(pathOf('results.md'), markdown(run, summary, verdicts)),
    'results.json': await tidy(pathOf('results.json'), JSON.stringify({ ...run, summary, bars: verdicts })),
    ...(summary.workloads.length > 0 && { 'chart.svg': chart(summary, note) }),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(pathOf(name), text)
  return Object.keys(files)
}
