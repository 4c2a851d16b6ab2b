import { type Encoding, family } from '../support/family'
import { acl } from './acl.checks'
import { introspection, memory } from './introspection.checks'
import { latency } from './latency.checks'
import { server } from './server.checks'

/** What only Redis 8 has. */
const unknownHere: Record<string, Encoding> = {
  'BACKUP ABORT': [(redis) => redis.backupAbort()],
  'BACKUP CLEANUP': [(redis) => redis.backupCleanup()],
  'BACKUP LIST': [(redis) => redis.backupList()],
  'BACKUP SEAL': [(redis) => redis.backupSeal()],
  'BACKUP START': [(redis) => redis.backupStart()],
  'BACKUP STATUS': [(redis) => redis.backupStatus()],
  'HOTKEYS GET': [(redis) => redis.hotkeysGet()],
  'HOTKEYS RESET': [(redis) => redis.hotkeysReset()],
  'HOTKEYS START': [
    (redis) => redis.hotkeysStart(['cpu', 'net'], { count: 10, duration: 60, sample: 5, slots: [1, 2] }),
    ...['METRICS', '2', 'cpu', 'net', 'COUNT', '10', 'DURATION', '60', 'SAMPLE', '5', 'SLOTS', '2', '1', '2'],
  ],
  'HOTKEYS STOP': [(redis) => redis.hotkeysStop()],
}

family('server', { ...server, ...acl, ...introspection, ...latency, ...memory }, unknownHere, {
  config: { 'enable-module-command': 'yes', 'repl-diskless-sync-delay': 0 },
})
