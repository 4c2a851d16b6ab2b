/** What the runner and its worker processes agree on. */

/** Starts every line of standard output that is meant for the runner; libraries print there, too. */
const MARK = '@oxidis-bench '

/** Writes one message to the runner; resolves when it is out, after which the process may end. */
export function answer(message) {
  return new Promise((resolve) => process.stdout.write(`${MARK}${JSON.stringify(message)}\n`, resolve))
}

/** The message in a line of standard output; null when the line is some library's own. */
export function parseAnswer(line) {
  return line.startsWith(MARK) ? JSON.parse(line.slice(MARK.length)) : null
}
