import { Random } from './random'

/** What forms are written with, typed for the compiler. */
export const PRELUDE = `
interface Named { a: string; b: number }
interface Scored { a: number; b: bigint }
const bytes = new Uint8Array([1, 255])
const strings: readonly string[] = ['a', 'b', 'c', 'd', 'e', 'f']
const named: Named = { a: 'x', b: 2 }
const scored: Scored = { a: 1, b: 2n }
const values: ReadonlyMap<string, number> = new Map([['a', 1]])
const when = new Date(5000)
`

/** The same at run time. */
export const SCOPE: Record<string, unknown> = {
  bytes: new Uint8Array([1, 255]),
  strings: ['a', 'b', 'c', 'd', 'e', 'f'],
  named: { a: 'x', b: 2 },
  scored: { a: 1, b: 2n },
  values: new Map([['a', 1]]),
  when: new Date(5000),
}

export interface Option {
  is: string
  groups?: number
  pieces?: { option?: string }[]
  words?: string[]
}

export interface Part {
  is: string
  min?: number
  bits?: number
  counted?: string
  layout?: string
  names?: string[]
  required?: boolean
  needs?: number
  options?: Record<string, Option>
}

/** A row as `generate --table` prints it. */
export interface FormRow {
  name: string
  methods: string[]
  connectionUse: string
  usage: string
  parts: Part[]
  types: Record<string, string>[]
}

/** A call, as the source of its arguments. */
export interface Form {
  method: string
  leased: boolean
  args: string[]
  /** Why neither tsc nor the run time takes it, where they do not. */
  wrong?: string
}

/** What a part is in a call. */
interface Slot {
  part: Part
  types: Record<string, string>
}

const LISTS = new Set(['many', 'pairs', 'weighted', 'rows'])
const NOTHING = new Set(['word', 'count', 'lifted', 'early', 'options'])

/** Writes the forms of one row: those that its usage documents, and those that it forbids. */
export class CallForms {
  readonly #row: FormRow
  readonly #random: Random
  readonly #slots: Slot[]
  readonly #alone: boolean
  readonly #options: Slot | undefined

  constructor(row: FormRow, random: Random) {
    this.#row = row
    this.#random = random
    const all = row.parts.map((part, at) => ({ part, types: row.types[at] as Record<string, string> }))
    this.#slots = all.filter(({ part }) => !NOTHING.has(part.is))
    this.#options = all.find(({ part }) => part.is === 'options')
    const lists = this.#slots.filter(({ part }) => LISTS.has(part.is))
    this.#alone = lists.length === 1 && !this.#slots.some(({ part }) => part.is === 'maybe')
  }

  /** The smallest, the fullest, and as many random ones. */
  valid(random: number): Form[] {
    const forms = [this.#form('least'), this.#form('most')]
    if (this.#slots.some(({ part }) => LISTS.has(part.is))) {
      for (const list of ['whole', 'one by one', 'spread']) {
        forms.push(this.#form('least', list), this.#form('most', list))
      }
    }
    for (let count = 0; count < random; count++) forms.push(this.#form('random'))
    return forms.filter((form) => form !== undefined)
  }

  invalid(): Form[] {
    const forms: Form[] = []
    const add = (wrong: string, args: string[]) => forms.push({ ...this.#call(args), wrong })
    const least = this.#values('least', 'one by one')
    const options = this.#required()
    const behind = options === undefined ? [] : [options]
    const last = this.#slots.at(-1)
    if (last && last.part.is !== 'maybe' && last.part.min !== 0)
      add('an argument is missing', [...least.slice(0, -1), ...behind])
    const gap = this.#slots.findIndex(({ part }) => part.is === 'maybe')
    if (gap >= 0 && this.#slots[gap + 1]?.part.is === 'maybe') {
      const { types } = this.#slots[gap + 1] as Slot
      add('an argument in between is missing', [...least, 'undefined', this.#of(types)])
    }
    if (!this.#slots.some(({ part }) => LISTS.has(part.is))) {
      const most = this.#values('most', 'whole')
      const last = this.#options === undefined ? [] : [options ?? 'undefined']
      add('an argument too many', [...most, ...last, `'extra'`])
    }
    for (const [wrong, source] of this.#wrongOptions())
      add(wrong, [...this.#values('least', 'whole'), source])
    if (this.#options?.part.required) {
      add('the options are missing', least)
      add('no option is given', [...least, '{}'])
    }
    return forms
  }

  /** Options that must not be given like this. */
  *#wrongOptions(): Generator<[wrong: string, source: string]> {
    if (this.#options === undefined) return
    const { part } = this.#options
    const known = part.options as Record<string, Option>
    const names = Object.keys(known)
    const least = this.#chosen('least')
    yield ['an unknown option', this.#object([...least], `nonsense: 1`)]
    for (const [at, one] of names.entries()) {
      for (const other of names.slice(at + 1)) {
        if (((known[one]?.groups ?? 0) & (known[other]?.groups ?? 0)) === 0) continue
        const others = least.filter((name) => name !== one && name !== other)
        yield [`${one} beside ${other}`, this.#object([one, other, ...others])]
      }
    }
    for (const name of names) {
      if (known[name]?.is !== 'companion') continue
      const without = least.filter((each) => !this.#takes(each, name))
      yield [`${name} by itself`, this.#object([...without, name])]
    }
  }

  #form(size: 'least' | 'most' | 'random', list = this.#pick(['whole', 'one by one', 'spread'])): Form {
    const args = this.#values(size, list)
    const wanted = size === 'most' || (size === 'random' && this.#random.integer(0, 2) > 0)
    if (this.#options?.part.required || (this.#options && wanted && this.#mayFollow(args)))
      args.push(this.#object(this.#chosen(size)))
    else if (this.#options && size === 'random' && this.#mayFollow(args)) args.push('undefined')
    return this.#call(args)
  }

  /** Options stand behind all optional arguments. */
  #mayFollow(args: string[]): boolean {
    const optional = this.#slots.filter(({ part }) => part.is === 'maybe').length
    return optional === 0 || (args.length === this.#slots.length && args.at(-1) !== 'undefined')
  }

  #call(args: string[]): Form {
    const leased = this.#row.connectionUse === 'session' || this.#row.connectionUse === 'pinned'
    return { method: this.#pick(this.#row.methods), leased, args }
  }

  /** The arguments in front of the options. */
  #values(size: 'least' | 'most' | 'random', list: string): string[] {
    const values: string[] = []
    let given = this.#optional(size)
    for (const slot of this.#slots) {
      const { part, types } = slot
      if (part.is === 'maybe') {
        if (given-- > 0) values.push(this.#of(types))
        else if (given === -1 && size === 'random' && !part.bits) values.push('undefined')
      } else if (LISTS.has(part.is)) {
        values.push(...this.#list(slot, list, size))
      } else if (part.is === 'steps') {
        values.push(this.#steps(slot))
      } else if (part.is === 'oneOrMany') {
        values.push(list === 'whole' ? `['a', 'b']` : `'a'`)
      } else {
        values.push(this.#of(types))
      }
    }
    return values
  }

  /** How many optional arguments are given. Those that set the same bit belong together. */
  #optional(size: 'least' | 'most' | 'random'): number {
    const optional = this.#slots.filter(({ part }) => part.is === 'maybe').map(({ part }) => part.bits ?? 0)
    if (size !== 'random') return size === 'least' ? 0 : optional.length
    const given = this.#random.integer(0, optional.length)
    const last = optional[given - 1] ?? 0
    return last !== 0 && optional[given] === last ? optional.lastIndexOf(last) + 1 : given
  }

  #steps({ part, types }: Slot): string {
    const step = () => {
      const name = this.#pick(Object.keys(part.options ?? {}))
      return `{ ${name}: ${this.#sample(types[name] ?? 'Arg')} }`
    }
    return this.#random.integer(0, 1) === 0 ? step() : `[${step()}, ${step()}]`
  }

  /** A list of one entry at least, in one of its forms. */
  #list(slot: Slot, form: string, size: string): string[] {
    const { part, types } = slot
    const empty = part.is === 'many' && part.min === 0
    const entries = size === 'least' ? 1 : this.#random.integer(1, 3)
    if (empty && size === 'least' && form !== 'whole') return this.#alone ? [] : ['undefined']
    const columns = Object.keys(types)
    const entry = () =>
      part.is === 'weighted'
        ? [this.#plain(types['keys'] as string)]
        : columns.map((name) => this.#plain(types[name] as string))
    const isText = /^(Arg|Text)$/.test(types[columns[0] ?? ''] ?? '')
    const text = (values: string[]) =>
      part.counted === undefined || !isText ? values : [`'n${values.length}'`, ...values.slice(1)]
    const single = part.is === 'pairs' && part.layout === 'columns'
    if (form === 'spread' && this.#alone && !single && isText) {
      return [this.#pick([`...strings`, `'first', ...strings`].slice(0, columns.length === 1 ? 2 : 1))]
    }
    if (form === 'one by one' && this.#alone) {
      const count = single ? 1 : entries
      return Array.from({ length: count }, () => text(entry())).flat()
    }
    return [this.#whole(slot, entries, entry)]
  }

  #whole({ part }: Slot, entries: number, entry: () => string[]): string {
    const array = () => `[${Array.from({ length: entries }, () => `[${entry().join(', ')}]`).join(', ')}]`
    const scores = part.layout === 'valued' || part.is === 'weighted'
    switch (part.is) {
      case 'pairs': {
        const pairs = scores ? `[['a', 1], [bytes, 2n]]` : array()
        return this.#pick([
          scores ? 'scored' : 'named',
          'values',
          pairs,
          scores ? '{ a: 1, b: 2n }' : `{ a: 'x' }`,
        ])
      }
      case 'weighted':
        return this.#pick(['scored', 'values', `['a', ['b', 2]]`, `['a', 1]`, `{ a: 2 }`])
      case 'rows': {
        const [row] = [entry()]
        const object = `{ ${(part.names ?? []).map((name, at) => `${name}: ${row?.[at]}`).join(', ')} }`
        return this.#pick([array(), object, `[${object}, ${object}]`])
      }
      default:
        return `[${Array.from({ length: entries }, () => entry()[0]).join(', ')}]`
    }
  }

  /** The options that must be given, as an object; none where none must. */
  #required(): string | undefined {
    return this.#options?.part.required ? this.#object(this.#chosen('least')) : undefined
  }

  /** Names of options that go together. */
  #chosen(size: 'least' | 'most' | 'random'): string[] {
    const { part } = this.#options as Slot
    const known = part.options as Record<string, Option>
    const names = this.#shuffled(Object.keys(known))
    const chosen: string[] = []
    let groups = 0
    const take = (name: string) => {
      const option = known[name] as Option
      if (chosen.includes(name) || (groups & (option.groups ?? 0)) !== 0) return
      groups |= option.groups ?? 0
      chosen.push(name)
    }
    const needs = part.needs ?? 0
    for (const bit of [1, 2, 4, 8, 16, 32, 64, 128].filter((each) => (needs & each) !== 0)) {
      if ((groups & bit) !== 0) continue
      const free = names.filter((name) => {
        const own = known[name]?.groups ?? 0
        return (own & bit) !== 0 && (own & groups) === 0
      })
      if (free[0] !== undefined) take(free[0])
    }
    const own = names.filter((name) => known[name]?.is !== 'companion' && known[name]?.is !== 'exclude')
    if (part.required && chosen.length === 0) take(own[0] as string)
    if (size === 'least') return chosen
    for (const name of own) if (size === 'most' || this.#random.integer(0, 1) === 0) take(name)
    for (const name of names) {
      if (known[name]?.is === 'exclude') take(name)
      if (known[name]?.is === 'companion' && chosen.some((phrase) => this.#takes(phrase, name))) take(name)
    }
    return chosen
  }

  #takes(phrase: string, companion: string): boolean {
    return this.#options?.part.options?.[phrase]?.pieces?.some(({ option }) => option === companion) ?? false
  }

  #object(names: string[], more?: string): string {
    const { types } = this.#options as Slot
    const properties = names.map((name) => `${name}: ${this.#sample(types[name] ?? 'Arg')}`)
    return `{ ${[...properties, ...(more === undefined ? [] : [more])].join(', ')} }`
  }

  #of(types: Record<string, string>): string {
    return this.#sample(Object.values(types)[0] ?? 'Arg')
  }

  /** A value of an argument, never one that could be taken for a count. */
  #plain(type: string): string {
    return type === 'Arg' ? this.#pick([`'a'`, `'b'`, 'bytes']) : this.#sample(type)
  }

  /** The source of a value of this type. */
  #sample(type: string): string {
    const words = [...type.matchAll(/'([^']*)'/g)].map(([word]) => word)
    if (type === 'boolean') return 'true'
    if (type === 'Vector') return this.#pick(['[1, 2.5]', 'new Float32Array([1, 2])'])
    if (type === 'Arg') return this.#pick([`'a'`, '1', '2n', 'bytes'])
    if (type === 'Text') return this.#pick([`'a'`, 'bytes'])
    if (type === 'Num') return this.#pick(['1', `'1'`, '2n'])
    if (type === 'number | bigint') return this.#pick(['1', '2n'])
    if (type === 'Time') return this.#pick(['5', 'when'])
    if (type === 'Pairs') return `{ a: 1 }`
    if (type.startsWith('readonly [')) return this.#tuple(type)
    if (type.startsWith('readonly (readonly ['))
      return `[${this.#tuple(type)}, ${this.#tuple(type)}, ${this.#tuple(type)}]`
    const list = /^(.*) \| readonly (.*)\[\]$/.exec(type)
    if (list) {
      const one = () => this.#sample((list[2] as string).replace(/^\((.*)\)$/, '$1'))
      return this.#random.integer(0, 1) === 0 ? one() : `[${one()}, ${one()}]`
    }
    if (words.length > 0) return this.#pick(words)
    throw new Error(`no value of type ${type} is known`)
  }

  #tuple(type: string): string {
    const inner = /readonly \[([^\]]*)\]/.exec(type)?.[1] ?? ''
    const members = inner.split(', ').map((member) => this.#sample(member.replace(/^\w+: /, '')))
    return `[${members.join(', ')}]`
  }

  #pick<V>(values: readonly V[]): V {
    return values[this.#random.integer(0, values.length - 1)] as V
  }

  #shuffled<V>(values: V[]): V[] {
    const keyed = values.map((value) => ({ value, key: this.#random.next() }))
    return keyed.sort((one, other) => one.key - other.key).map(({ value }) => value)
  }
}
