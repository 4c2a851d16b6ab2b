import { family } from '../support/family'

family(
  'array',
  {},
  {
    ARCOUNT: [(redis) => redis.arcount('a'), 'a'],
    ARDEL: [(redis) => redis.ardel('a', 1, 2), 'a', '1', '2'],
    ARDELRANGE: [(redis) => redis.ardelrange('a', [[0, 1], [5, 9]]), 'a', '0', '1', '5', '9'], // prettier-ignore
    ARGET: [(redis) => redis.arget('a', 0), 'a', '0'],
    ARGETRANGE: [(redis) => redis.argetrange('a', '-', '+'), 'a', '-', '+'],
    ARGREP: [
      (redis) =>
        redis.argrep('a', 0, '+', { match: ['x', 'y'], glob: 'w*', combine: 'and', nocase: true, limit: 2 }),
      ...['a', '0', '+', 'MATCH', 'x', 'MATCH', 'y', 'GLOB', 'w*', 'AND', 'NOCASE', 'LIMIT', '2'],
    ],
    ARINFO: [(redis) => redis.arinfo('a', { full: true }), 'a', 'FULL'],
    ARINSERT: [(redis) => redis.arinsert('a', 'x', 'y'), 'a', 'x', 'y'],
    ARLASTITEMS: [(redis) => redis.arlastitems('a', 3, { rev: true }), 'a', '3', 'REV'],
    ARLEN: [(redis) => redis.arlen('a'), 'a'],
    ARMGET: [(redis) => redis.armget('a', [1, 2]), 'a', '1', '2'],
    ARMSET: [(redis) => redis.armset('a', { 0: 'x', 5: 'y' }), 'a', '0', 'x', '5', 'y'],
    ARNEXT: [(redis) => redis.arnext('a'), 'a'],
    AROP: [(redis) => redis.arop('a', 0, 9, 'match', 'x'), 'a', '0', '9', 'match', 'x'],
    ARRING: [(redis) => redis.arring('a', 10, 'x', 'y'), 'a', '10', 'x', 'y'],
    ARSCAN: [(redis) => redis.arscan('a', 0, 9, { limit: 5 }), 'a', '0', '9', 'LIMIT', '5'],
    ARSEEK: [(redis) => redis.arseek('a', 7), 'a', '7'],
    ARSET: [(redis) => redis.arset('a', 7, 'x', 'y'), 'a', '7', 'x', 'y'],
  },
)
