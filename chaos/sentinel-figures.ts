/** What a scene meant to its client, in figures; the bars that these are held against; and the table of several clients. */
import { type Call, verdict } from '../__test__/support/traffic'
import { type ClientName, COMMAND_TIMEOUT } from './followers'
import { latest, type Played, SCENES, type Scene } from './sentinel-stage'

/** Of one scene. Times in milliseconds, `Infinity` where it never happened. */
export interface Figures {
  readonly scene: Scene
  /** What callers were told that is not so. */
  readonly wrong: readonly string[]
  readonly values: Readonly<Record<Measure, number | undefined>>
}

type Measure = 'toSwitch' | 'afterSwitch' | 'afterEvent' | 'afterQuorum' | 'gap' | Count
type Count = 'readonly' | 'failed' | 'failedYetKept' | 'lost' | 'twice' | 'unsettled'

/** In which order figures are combined: a middle, nearly the worst, the worst; or all of them together. */
const RANKS = { p50: 0.5, p99: 0.99, max: 1 }

interface Row {
  readonly scene: Scene
  readonly measure: Measure
  readonly text: string
  /** Must not be exceeded. */
  readonly bar?: { readonly rank: keyof typeof RANKS; readonly most: number }
}

const SWITCH_BAR = { rank: 'p99', most: 200 } as const

const TIMES: readonly Row[] = [
  {
    ...{ scene: 'graceful', measure: 'afterSwitch', bar: SWITCH_BAR },
    text: 'SENTINEL FAILOVER: +switch-master to the first good write',
  },
  {
    ...{ scene: 'graceful', measure: 'gap', bar: { rank: 'max', most: 500 } },
    text: 'SENTINEL FAILOVER: longest time with calls and no good write',
  },
  {
    ...{ scene: 'kill', measure: 'afterSwitch', bar: SWITCH_BAR },
    text: 'kill -9: +switch-master to the first good write',
  },
  { scene: 'kill', measure: 'toSwitch', text: 'kill -9 to +switch-master (no client has a say in it)' },
  {
    ...{ scene: 'kill', measure: 'afterEvent', bar: { rank: 'max', most: 3500 } },
    text: 'kill -9 to the first good write',
  },
  {
    ...{ scene: 'freeze', measure: 'afterSwitch', bar: SWITCH_BAR },
    text: 'SIGSTOP: +switch-master to the first good write',
  },
  { scene: 'freeze', measure: 'afterEvent', text: 'SIGSTOP to the first good write' },
  {
    ...{ scene: 'outage', measure: 'afterQuorum', bar: { rank: 'max', most: 2000 } },
    text: 'full outage: the quorum is back to the first good write',
  },
]

const COUNTS: readonly { measure: Count; text: string; barred?: Scene }[] = [
  { measure: 'readonly', text: 'READONLY errors that callers saw', barred: 'graceful' },
  { measure: 'failed', text: 'writes that failed' },
  { measure: 'failedYetKept', text: '  of these, kept by the last master all the same' },
  { measure: 'lost', text: 'acknowledged writes that the last master had not heard of' },
  { measure: 'twice', text: 'writes that were executed twice' },
  { measure: 'unsettled', text: 'calls that never settled' },
]

/** Compares what the client's callers were told with what the servers did. */
export async function judge(played: Played): Promise<Figures> {
  const { plan, moments, traffic, executions, master } = played
  // Clocks of milliseconds may call one that waited to the end a millisecond shorter.
  const patience = COMMAND_TIMEOUT - 1
  const { wrong, lost, twice, kept } = await verdict(traffic, executions, master, { patience })
  const { event, switched, quorum, promoted } = moments
  const good = traffic.writes.filter(({ settled, error }) => settled !== undefined && error === undefined)
  // After a failover in good order the former master goes on answering for a while: what it takes then is lost, and does not count.
  const onNew = good.filter(({ value }) => {
    const ran = executions.of(value)
    return ran.length === 0 ? kept.has(value) : ran.every((server) => server === (promoted ?? server))
  })
  const from = latest(moments)
  const first = Math.min(...onNew.map(({ settled }) => settled as number).filter((moment) => moment > from))
  const failed = traffic.writes.filter(({ error }) => error !== undefined)
  const every = [...traffic.writes, ...traffic.reads]
  return {
    scene: plan.scene,
    wrong: wrong.map((line) => `${plan.scene} ${plan.number}: ${line}`),
    values: {
      toSwitch: switched === undefined ? undefined : switched - event,
      afterSwitch: switched === undefined ? undefined : first - switched,
      afterEvent: first - event,
      afterQuorum: quorum === undefined ? undefined : first - quorum,
      gap: longestGap(traffic.writes),
      readonly: every.filter(({ error }) => /READONLY/.test(error?.message ?? '')).length,
      failed: failed.length,
      failedYetKept: failed.filter(({ value }) => kept.has(value)).length,
      lost: lost.length,
      twice: twice.length,
      unsettled: every.filter(({ settled }) => settled === undefined).length,
    },
  }
}

/**
 * The longest time in which there were calls and no write succeeded. It begins with a call: a program that the system does not let
 * run calls nothing, and that is not the client's doing.
 */
export function longestGap(writes: readonly Call[]): number {
  const calls = writes.map(({ begun }) => begun).sort(ascending)
  const good = writes.flatMap(({ settled, error }) => {
    return settled === undefined || error !== undefined ? [] : [settled]
  })
  const end = calls.at(-1) ?? 0
  let [longest, before, next] = [0, 0, 0]
  for (const moment of [...good.sort(ascending), end]) {
    while ((calls[next] ?? Infinity) < before) next += 1
    longest = Math.max(longest, moment - (calls[next] ?? moment))
    before = moment
  }
  return longest
}

function ascending(one: number, other: number): number {
  return one - other
}

/** The smallest figure that this share of all does not exceed. */
function ranked(figures: readonly number[], share: number): number {
  const ordered = [...figures].sort(ascending)
  return ordered[Math.max(0, Math.ceil(ordered.length * share) - 1)] as number
}

function of(figures: readonly Figures[], { scene, measure }: Row): number[] {
  return figures
    .filter((one) => one.scene === scene)
    .map(({ values }) => values[measure])
    .filter((value) => value !== undefined)
}

function total(figures: readonly Figures[], measure: Count, scene?: Scene): number {
  const chosen = figures.filter((one) => scene === undefined || one.scene === scene)
  return chosen.reduce((sum, { values }) => sum + (values[measure] ?? 0), 0)
}

/** The bars that `figures` miss, in words. */
export function missed(figures: readonly Figures[]): string[] {
  const lines = figures.flatMap(({ wrong }) => wrong)
  for (const row of TIMES) {
    const values = of(figures, row)
    if (row.bar === undefined || values.length === 0) continue
    const { rank, most } = row.bar
    const value = ranked(values, RANKS[rank])
    if (value > most) lines.push(`${row.text}: ${rank} ${value} ms, more than ${most} ms`)
  }
  for (const { measure, text, barred } of COUNTS) {
    if (barred === undefined) continue
    const count = total(figures, measure, barred)
    if (count > 0) lines.push(`${barred}: ${text}: ${count}`)
  }
  return lines
}

/** Everybody's figures beside each other. */
export function table(results: ReadonlyMap<ClientName, readonly Figures[]>): string {
  const clients = [...results]
  const shown = (value: number): string => (value === Infinity ? 'never' : String(value))
  const head = ['milliseconds: p50 / p99 / max', ...clients.map(([name]) => name), 'bar']
  const lines = [head]
  for (const row of TIMES) {
    if (clients.every(([, figures]) => of(figures, row).length === 0)) continue
    const cells = clients.map(([, figures]) => {
      const values = of(figures, row)
      return Object.values(RANKS)
        .map((share) => shown(ranked(values, share)))
        .join(' / ')
    })
    lines.push([row.text, ...cells, row.bar === undefined ? '' : `${row.bar.rank} ${row.bar.most}`])
  }
  for (const { measure, text, barred } of COUNTS) {
    const cells = clients.map(([, figures]) => String(total(figures, measure)))
    lines.push([text, ...cells, barred === undefined ? '' : `0 (${barred})`])
  }
  const runs = clients.map(([, figures]) => {
    return SCENES.map((scene) => figures.filter((one) => one.scene === scene).length).join(' / ')
  })
  lines.push([`runs: ${SCENES.join(' / ')}`, ...runs, ''])
  return aligned(lines)
}

function aligned(lines: readonly string[][]): string {
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const rows = lines.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join(' | ')} |`,
  )
  const rule = `|${widths?.map((width) => '-'.repeat(width + 2)).join('|')}|`
  return [rows[0], rule, ...rows.slice(1)].join('\n')
}
