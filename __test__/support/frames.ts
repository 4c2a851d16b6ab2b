/**
 * Finds where RESP frames end, in requests and replies of RESP2 and RESP3, without keeping their bytes: a value of any
 * size is skipped by arithmetic. Written independently of the engine's decoder, so that neither hides the other's faults.
 */
const CR = 0x0d
const LF = 0x0a
/** A header holds a type and a length; 32 bytes hold every valid one. */
const MAX_HEADER_BYTES = 32
const UNTIL_END_MARKER = -1

type Phase = 'type' | 'header' | 'line' | 'payload'

export class FrameSplitter {
  /** The first byte of the frame under way, or of the last one: its type. */
  frameType = 0
  #phase: Phase = 'type'
  #type = 0
  #header = ''
  #sawCr = false
  #payloadLeft = 0
  /** How many values each open aggregate still waits for, the outermost first. */
  #open: number[] = []
  #inStreamedString = false

  /** Whether the next byte begins a frame. */
  get atBoundary(): boolean {
    return this.#phase === 'type' && this.#open.length === 0 && !this.#inStreamedString
  }

  /**
   * Takes the bytes of `chunk` from `from` on. Answers the index just after the end of the frame, or -1 when the chunk
   * ended first (then all of it is taken). Throws when the bytes cannot be RESP.
   */
  scan(chunk: Buffer, from: number): number {
    let at = from
    while (at < chunk.length) {
      switch (this.#phase) {
        case 'type':
          this.#begin(chunk[at] as number)
          at += 1
          break
        case 'line': {
          const end = this.#endOfLine(chunk, at)
          if (end === -1) return -1
          at = end
          this.#phase = 'type'
          if (this.#valueEnded()) return at
          break
        }
        case 'header': {
          const byte = chunk[at] as number
          at += 1
          if (byte !== LF) {
            if (this.#header.length === MAX_HEADER_BYTES) throw new Error(`not RESP: header ${this.#shown()}`)
            this.#header += String.fromCharCode(byte)
          } else if (this.#headerEnded()) {
            return at
          }
          break
        }
        case 'payload': {
          const taken = Math.min(this.#payloadLeft, chunk.length - at)
          this.#payloadLeft -= taken
          at += taken
          if (this.#payloadLeft > 0) return -1
          this.#phase = 'type'
          if (!this.#inStreamedString && this.#valueEnded()) return at
          break
        }
      }
    }
    return -1
  }

  #begin(type: number): void {
    if (this.#open.length === 0 && !this.#inStreamedString) this.frameType = type
    this.#type = type
    switch (String.fromCharCode(type)) {
      case '$':
      case '!':
      case '=':
      case '*':
      case '~':
      case '>':
      case '%':
      case '|':
      case ';':
      case '.':
        this.#phase = 'header'
        this.#header = ''
        break
      default:
        // Everything else is one line: `+ - : , # _ (`, and an inline request such as `PING`.
        this.#phase = 'line'
        this.#sawCr = false
        if (type < 0x20 || type > 0x7e) throw new Error(`not RESP: type byte 0x${type.toString(16)}`)
    }
  }

  /** The index after this line's CR LF, or -1. A CR may be the last byte of one chunk and its LF the first of the next. */
  #endOfLine(chunk: Buffer, from: number): number {
    let at = from
    for (;;) {
      const lf = chunk.indexOf(LF, at)
      if (lf === -1) {
        this.#sawCr = chunk[chunk.length - 1] === CR
        return -1
      }
      const afterCr = lf === from ? this.#sawCr : chunk[lf - 1] === CR
      if (afterCr) return lf + 1
      at = lf + 1
    }
  }

  /** Acts on a complete header; says whether the frame ended with it. */
  #headerEnded(): boolean {
    if (!this.#header.endsWith('\r')) throw new Error(`not RESP: header ${this.#shown()}`)
    const text = this.#header.slice(0, -1)
    const type = String.fromCharCode(this.#type)
    this.#phase = 'type'

    if (type === '.') return this.#endMarker(text)
    if (text === '?') return this.#beginStreamed(type)
    if (!/^(-1|\d+)$/.test(text)) throw new Error(`not RESP: header ${this.#shown()}`)
    const length = Number(text)

    if (type === ';') return this.#streamedPart(length)
    if (length === -1) return this.#valueEnded()
    if (type === '$' || type === '!' || type === '=') {
      this.#payloadLeft = length + 2
      this.#phase = 'payload'
      return false
    }
    // Attributes are no value of their own: they belong to the value that follows them, so that one is counted in.
    const values = type === '%' ? 2 * length : type === '|' ? 2 * length + 1 : length
    if (values === 0) return this.#valueEnded()
    this.#open.push(values)
    return false
  }

  #beginStreamed(type: string): boolean {
    if (type === '$') this.#inStreamedString = true
    else if (type === '*' || type === '~' || type === '%' || type === '>') this.#open.push(UNTIL_END_MARKER)
    else throw new Error(`not RESP: header ${this.#shown()}`)
    return false
  }

  #streamedPart(length: number): boolean {
    if (!this.#inStreamedString) throw new Error('not RESP: a part of a string that was not begun')
    if (length > 0) {
      this.#payloadLeft = length + 2
      this.#phase = 'payload'
      return false
    }
    this.#inStreamedString = false
    return this.#valueEnded()
  }

  #endMarker(text: string): boolean {
    if (text !== '' || this.#open.at(-1) !== UNTIL_END_MARKER) throw new Error('not RESP: stray end marker')
    this.#open.pop()
    return this.#valueEnded()
  }

  /** Counts a complete value into the aggregates around it; says whether the outermost one is complete with it. */
  #valueEnded(): boolean {
    for (;;) {
      const depth = this.#open.length - 1
      const missing = this.#open[depth]
      if (missing === undefined) return true
      if (missing === UNTIL_END_MARKER) return false
      if (missing > 1) {
        this.#open[depth] = missing - 1
        return false
      }
      this.#open.pop()
    }
  }

  #shown(): string {
    return JSON.stringify(String.fromCharCode(this.#type) + this.#header)
  }
}
