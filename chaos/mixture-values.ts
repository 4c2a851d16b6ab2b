/** What stands in the databases of `mixture`: every value follows from its database and its key, so that a foreign one shows. */
import { type RawArgument } from '../__test__/support/raw-client'
import { Random } from '../__test__/support/random'
import { type TestServer } from '../__test__/support/server'

export const DATABASES = 4
export const KEYS = 64
export const ELEMENTS = 40

const SMALL = 60
const OTHER_LETTERS = ['ä', 'ß', '€', '語', '🙂', 'я']
/** What stands behind the owner's name: characters at least and at most, one in so many of which is not ASCII (0: none). */
const SIZES = [
  [0, SMALL, 0],
  [0, SMALL, 0],
  [0, SMALL, 3],
  [200, 400, 5],
  [200, 5000, 0],
  [15_000, 19_000, 0],
  [20_000, 25_000, 0],
  [20_000, 25_000, 7],
  [60_000, 140_000, 0],
] as const

/** So many of the sizes are small, and how often one of them is meant. */
const SMALL_SIZES = 3
const MOSTLY = 0.93

/** What values are cut from, by how often a character is not ASCII. */
const tails = new Map(
  SIZES.map(([, , others]) => {
    const letters = Array.from({ length: 140_000 }, (_, at) =>
      others > 0 && at % others === 0 ? OTHER_LETTERS[at % OTHER_LETTERS.length]! : 'x',
    )
    return [others, letters.join('')] as const
  }),
)

const anySize = (random: Random): number =>
  random.next() < MOSTLY ? random.integer(0, SMALL_SIZES - 1) : random.integer(SMALL_SIZES, SIZES.length - 1)

/** The number of a key: of a small value mostly. */
export function anyKey(random: Random): number {
  const number = random.integer(0, KEYS - 1)
  return (number - (number % SIZES.length) + anySize(random)) % KEYS
}

export const keyOf = (number: number): string => `mixture:key:${number}`
export const listOf = (number: number): string => `mixture:list:${number}`
export const hashOf = (number: number): string => `mixture:hash:${number}`

/** Text that begins with its owner's name. */
export function text(random: Random, owner: string, size = anySize(random)): string {
  const [least, most, others] = SIZES[size]!
  // Never through the middle of a character of two units.
  const tail = tails
    .get(others)!
    .slice(0, random.integer(least, most))
    .replace(/[\ud800-\udbff]$/, '')
  return `${owner}:${tail}`
}

/** Of each database, the values of the keys. */
const values: readonly (readonly string[])[] = Array.from({ length: DATABASES }, (_, db) =>
  Array.from({ length: KEYS }, (_, number) =>
    text(new Random(number * DATABASES + db), `db${db}-key${number}`, number % SIZES.length),
  ),
)
const bytes = values.map((list) => list.map((value) => Buffer.from(value)))

/** Whether `value` is what stands at key `number` of the database `db`. */
export function isValue(db: number, number: number, value: unknown): boolean {
  if (typeof value === 'string') return value === values[db]![number]
  return Buffer.isBuffer(value) && value.equals(bytes[db]![number]!)
}

export const element = (db: number, number: number, at: number): string => `db${db}-${number}-${at}`

/** Whether `reply` is the list, or the object, of this number in the database `db`. */
export function isWhole(db: number, number: number, reply: unknown): boolean {
  const pairs = Object.entries(reply as object)
  return (
    pairs.length === ELEMENTS &&
    pairs.every(([at, value]) => value === element(db, number, Number(at.replace('field', ''))))
  )
}

/** Fills the databases. */
export async function fill(server: TestServer): Promise<void> {
  for (let db = 0; db < DATABASES; db++) {
    using client = await server.client()
    const call = (...words: RawArgument[]): Promise<unknown> => client.call(...words)
    await call('SELECT', db)
    for (let number = 0; number < KEYS; number++) {
      const places = Array.from({ length: ELEMENTS }, (_, at) => at)
      const elements = places.map((at) => element(db, number, at))
      await call('SET', keyOf(number), values[db]![number]!)
      await call('RPUSH', listOf(number), ...elements)
      await call('HSET', hashOf(number), ...places.flatMap((at) => [`field${at}`, elements[at]!]))
    }
  }
}
