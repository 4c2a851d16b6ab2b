import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FrameSplitter } from '../frames'
import { Milestones } from '../milestones'
import { Random } from '../random'

const FRAMES = [
  '+OK\r\n',
  '-ERR no\r\n',
  ':-42\r\n',
  '_\r\n',
  '#t\r\n',
  ',1.5e3\r\n',
  '(3492890328409238509324850943850943825024385\r\n',
  '$5\r\nhello\r\n',
  '$0\r\n\r\n',
  '$-1\r\n',
  '$4\r\n\r\n\r\n\r\n',
  '!9\r\nERR wrong\r\n',
  '=7\r\ntxt:abc\r\n',
  '*-1\r\n',
  '*0\r\n',
  '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n',
  '*3\r\n*0\r\n*1\r\n*1\r\n:1\r\n+x\r\n',
  '~2\r\n+a\r\n+b\r\n',
  '%2\r\n+a\r\n*1\r\n:1\r\n+b\r\n%1\r\n+c\r\n_\r\n',
  '>3\r\n+message\r\n$1\r\nc\r\n$2\r\nhi\r\n',
  '|1\r\n+ttl\r\n:3\r\n$1\r\nv\r\n',
  '*2\r\n|1\r\n+a\r\n+b\r\n:1\r\n:2\r\n',
  '|1\r\n+a\r\n*0\r\n|0\r\n+twice\r\n',
  '$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n',
  '*2\r\n$?\r\n;2\r\nab\r\n;0\r\n:1\r\n',
  '*?\r\n:1\r\n*?\r\n.\r\n:2\r\n.\r\n',
  '%?\r\n+a\r\n:1\r\n.\r\n',
  '*1\r\n'.repeat(5000) + ':1\r\n',
  'PING\r\n',
]

/** The ends that the splitter finds when the bytes come in the given chunks. */
function endsOf(chunks: Buffer[]): number[] {
  const splitter = new FrameSplitter()
  const ends: number[] = []
  let before = 0
  for (const chunk of chunks) {
    for (let at = 0; at !== -1 && at < chunk.length;) {
      at = splitter.scan(chunk, at)
      if (at !== -1) ends.push(before + at)
    }
    before += chunk.length
  }
  return ends
}

function ends(frames: string[]): number[] {
  let end = 0
  return frames.map((frame) => (end += frame.length))
}

describe('the frame splitter', () => {
  test('finds the end of every kind of frame of RESP2 and RESP3', () => {
    assert.deepEqual(endsOf([Buffer.from(FRAMES.join(''))]), ends(FRAMES))
  })

  test('finds the same ends when the bytes come one by one', () => {
    const bytes = Buffer.from(FRAMES.join(''))
    const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))
    assert.deepEqual(endsOf(single), ends(FRAMES))
  })

  test('finds the same ends at every two-way split', () => {
    const short = FRAMES.filter((frame) => frame.length < 100)
    const bytes = Buffer.from(short.join(''))
    for (let cut = 1; cut < bytes.length; cut += 1) {
      assert.deepEqual(endsOf([bytes.subarray(0, cut), bytes.subarray(cut)]), ends(short), `cut at ${cut}`)
    }
  })

  test('knows whether it stands between two frames', () => {
    const splitter = new FrameSplitter()
    const bytes = Buffer.from('*2\r\n:1\r\n$?\r\n;1\r\na\r\n;0\r\n')
    for (let at = 0; at < bytes.length; at += 1) {
      assert.equal(splitter.atBoundary, at === 0, `before byte ${at}`)
      splitter.scan(bytes.subarray(at, at + 1), 0)
    }
    assert.equal(splitter.atBoundary, true)
  })

  for (const [what, bytes] of [
    ['a TLS record', '\x16\x03\x01\x02'],
    ['a length that is no number', '$abc\r\n'],
    ['a negative length other than -1', '*-2\r\n'],
    ['a header without its carriage return', '$5\nhello\r\n'],
    ['an endless header', '$' + '1'.repeat(100)],
    ['an end marker outside of a stream', '.\r\n'],
    ['a part of a string outside of a stream', ';1\r\na\r\n'],
  ] as const) {
    test(`refuses ${what}`, () => {
      assert.throws(() => new FrameSplitter().scan(Buffer.from(bytes, 'latin1'), 0), /not RESP/)
    })
  }
})

describe('milestones', () => {
  test('resolve when the count reaches them, also when it has done so before', async () => {
    const milestones = new Milestones()
    const second = milestones.reach(2)
    milestones.advance()
    await milestones.reach(1)
    milestones.advance()
    await second
    assert.equal(milestones.count, 2)
  })

  test('that can no longer be reached reject with the reason, the others stay reached', async () => {
    const milestones = new Milestones()
    milestones.advance()
    const waiting = milestones.reach(2)
    milestones.end(new Error('over'))
    await assert.rejects(waiting, /over/)
    await assert.rejects(milestones.reach(3), /over/)
    await milestones.reach(1)
  })
})

describe('the random generator', () => {
  test('repeats itself with the same seed and differs with another', () => {
    const draw = (seed: number): number[] => {
      const random = new Random(seed)
      return Array.from({ length: 20 }, () => random.integer(1, 1000))
    }
    assert.deepEqual(draw(7), draw(7))
    assert.notDeepEqual(draw(7), draw(8))
  })

  test('stays within its bounds and reaches both', () => {
    const random = new Random(1)
    const drawn = new Set(Array.from({ length: 1000 }, () => random.integer(1, 3)))
    assert.deepEqual([...drawn].sort(), [1, 2, 3])
  })
})
