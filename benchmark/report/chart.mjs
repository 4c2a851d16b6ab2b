/** Draws the throughput table as an SVG: one group of bars per workload, each group scaled to its fastest client. */

import { CLIENTS, OURS } from '../clients/index.mjs'

const WIDTH = 880
const LABEL_WIDTH = 200
const BAR_WIDTH = 560
const BAR_HEIGHT = 11
const BAR_STEP = 13
const GROUP_GAP = 14
const TOP = 84
const MARGIN = 20

// Hues that stay apart on white and on near-black, also for the common kinds of colour blindness.
const COLOURS = {
  [OURS]: '#e4572e',
  ioredis: '#7d8ca3',
  'ioredis-auto': '#4d6a94',
  redis: '#2a9d8f',
  glide: '#8e6bbf',
  bun: '#d9a21b',
}

// Plain rules instead of custom properties: several converters do not know var().
const STYLE = `
  text { font: 12px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .note, .rate { fill: #59636e; }
  .rate { font-size: 10px; }
  .ours { font-weight: 600; fill: #1f2328; }
  .page { fill: #ffffff; stroke: #d1d9e0; }
  .axis { stroke: #d1d9e0; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .note, .rate { fill: #9198a1; }
    .ours { fill: #f0f6fc; }
    .page { fill: #0d1117; stroke: #3d444d; }
    .axis { stroke: #3d444d; }
  }`

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function rate(value) {
  return new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 }).format(value)
}

function text(x, y, content, attributes = '') {
  return `<text x="${x}" y="${y}" ${attributes}>${escape(content)}</text>`
}

function legend(clients) {
  let x = MARGIN
  return clients.map(({ id, label }) => {
    const entry =
      `<rect x="${x}" y="54" width="11" height="11" rx="2" fill="${COLOURS[id]}"/>` + text(x + 16, 64, label)
    // No font metrics here: an average advance of a 12 px sans-serif is close enough to keep entries apart.
    x += 16 + label.length * 6.5 + 18
    return entry
  })
}

function bar(id, opsPerSecond, fastest, y) {
  const width = Math.max(1, (BAR_WIDTH * opsPerSecond) / fastest).toFixed(1)
  return (
    `<rect x="${LABEL_WIDTH}" y="${y}" width="${width}" height="${BAR_HEIGHT}" rx="2" fill="${COLOURS[id]}"/>` +
    text(
      LABEL_WIDTH + Number(width) + 6,
      y + 9,
      rate(opsPerSecond),
      `class="rate${id === OURS ? ' ours' : ''}"`,
    )
  )
}

function group({ title, clients: medians }, clients, top) {
  const measured = clients.filter(({ id }) => medians[id])
  const fastest = Math.max(...measured.map(({ id }) => medians[id].opsPerSecond))
  const height = measured.length * BAR_STEP
  const middle = top + height / 2 + 3
  return {
    height,
    parts: [
      text(LABEL_WIDTH - 10, middle, title, 'text-anchor="end"'),
      ...measured.map(({ id }, index) => bar(id, medians[id].opsPerSecond, fastest, top + index * BAR_STEP)),
    ],
  }
}

/** The chart as SVG text. `note` says on what it was measured. */
export function chart(summary, note) {
  const clients = CLIENTS.filter(({ id }) => summary.workloads.some((workload) => workload.clients[id]))
  const parts = []
  let y = TOP
  for (const workload of summary.workloads) {
    const { height, parts: drawn } = group(workload, clients, y)
    parts.push(...drawn)
    y += height + GROUP_GAP
  }
  const height = y - GROUP_GAP + MARGIN
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    '<title>Commands per second by workload and client</title>',
    `<style>${STYLE}\n</style>`,
    `<rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>`,
    text(MARGIN, 28, 'Commands per second', 'class="title"'),
    text(MARGIN, 45, note, 'class="note"'),
    ...legend(clients),
    `<line class="axis" x1="${LABEL_WIDTH}" y1="${TOP - 6}" x2="${LABEL_WIDTH}" y2="${height - MARGIN + 6}"/>`,
    ...parts,
    '</svg>',
  ].join('\n')}\n`
}
