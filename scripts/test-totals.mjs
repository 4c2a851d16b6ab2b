/**
 * Reads the totals that test runners print.
 *
 * @typedef {{ passed: number, failed: number, skipped: number }} Totals
 */

/** @returns {Totals} */
export function noTests() {
  return { passed: 0, failed: 0, skipped: 0 }
}

/**
 * @param {Totals} one
 * @param {Totals} other
 * @returns {Totals}
 */
export function add(one, other) {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  }
}

/**
 * The sum of all `test result:` lines of `cargo test`: one for each test binary.
 *
 * @param {string} output
 * @returns {Totals}
 */
export function cargoTotals(output) {
  let totals = noTests()
  for (const [, passed, failed, ignored] of output.matchAll(
    /^test result: .*?(\d+) passed; (\d+) failed; (\d+) ignored;/gm,
  )) {
    totals = add(totals, { passed: Number(passed), failed: Number(failed), skipped: Number(ignored) })
  }
  return totals
}

/**
 * The totals at the end of what node's TAP reporter writes. A test that was cancelled has failed; one that is a `todo` has
 * shown nothing. Answers undefined when the totals are missing: the run broke off.
 *
 * @param {string} tap
 * @returns {Totals | undefined}
 */
export function tapTotals(tap) {
  const count = (/** @type {string} */ name) => {
    // The last one counts: a test may print lines that look the same.
    const all = [...tap.matchAll(new RegExp(`^# ${name} (\\d+)$`, 'gm'))]
    return all.length === 0 ? undefined : Number(all[all.length - 1]?.[1])
  }
  const [passed, failed, cancelled] = [count('pass'), count('fail'), count('cancelled')]
  const [skipped, todo] = [count('skipped'), count('todo')]
  if (passed === undefined || failed === undefined || cancelled === undefined) return undefined
  return { passed, failed: failed + cancelled, skipped: (skipped ?? 0) + (todo ?? 0) }
}

/**
 * The closing line.
 *
 * @param {Totals} totals
 */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed` + (skipped > 0 ? `, ${skipped} skipped` : '')
}

/**
 * Reads a closing line back.
 *
 * @param {string} line
 * @returns {Totals}
 */
export function readClosingLine(line) {
  const numbers = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(line)
  if (numbers === null) throw new Error(`no closing line: ${line}`)
  const [passed, failed, skipped] = numbers.slice(1).map((number) => Number(number ?? 0))
  return { passed, failed, skipped }
}
