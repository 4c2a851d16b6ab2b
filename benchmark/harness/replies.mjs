/**
 * Checks replies once, before anything is timed. Clients shape the same reply differently (maps, tuples, objects,
 * `[error, value]` pairs), and converting it to one shape would be measured as theirs; so only the content is compared.
 */

function collect(reply, into) {
  if (reply === null || reply === undefined) return
  if (Buffer.isBuffer(reply)) into.add(reply.toString('latin1'))
  else if (Array.isArray(reply)) for (const item of reply) collect(item, into)
  else if (reply instanceof Map) for (const pair of reply) collect(pair, into)
  else if (typeof reply === 'object') for (const pair of Object.entries(reply)) collect(pair, into)
  else into.add(String(reply))
}

function sizeOf(reply) {
  if (Array.isArray(reply)) return reply.length
  return reply instanceof Map ? reply.size : Object.keys(reply).length
}

const excerpt = (value) => (String(value).length > 80 ? `${String(value).slice(0, 80)}...` : String(value))

/** Throws unless `reply` is exactly the string `expected`. */
export function expectString(reply, expected) {
  if (reply !== expected) throw new Error(`wrong reply: expected ${excerpt(expected)}, got ${excerpt(reply)}`)
}

/** Throws unless `reply` is a Buffer with the bytes of the ASCII string `expected`. */
export function expectBuffer(reply, expected) {
  if (!(reply instanceof Uint8Array)) throw new Error(`wrong reply: expected bytes, got ${typeof reply}`)
  expectString(Buffer.from(reply.buffer, reply.byteOffset, reply.length).toString('latin1'), expected)
}

/** Throws unless every part of every expected row occurs in `reply`, which has one of `sizes` items. */
export function expectRows(reply, rows, sizes = [rows.length]) {
  if (reply === null || typeof reply !== 'object') throw new Error(`wrong reply: ${excerpt(reply)}`)
  const size = sizeOf(reply)
  if (!sizes.includes(size)) throw new Error(`wrong reply: ${size} items instead of ${sizes.join(' or ')}`)
  const found = new Set()
  collect(reply, found)
  for (const part of rows.flat()) {
    if (!found.has(String(part))) throw new Error(`wrong reply: ${excerpt(part)} is missing`)
  }
}
