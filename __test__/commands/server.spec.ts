import { family } from '../support/family'
import { acl } from './acl.checks'
import { introspection, memory } from './introspection.checks'
import { latency } from './latency.checks'
import { server } from './server.checks'

family(
  'server',
  { ...server, ...acl, ...introspection, ...latency, ...memory },
  {},
  {
    config: { 'enable-module-command': 'yes', 'repl-diskless-sync-delay': 0 },
  },
)
