/** ioredis with `enableAutoPipelining`: commands of one event loop turn leave in one write. */

import { openWith } from './ioredis.mjs'

export { load } from './ioredis.mjs'

/** @returns {Promise<import('./index.mjs').Adapter>} */
export function open(url) {
  return openWith(url, { enableAutoPipelining: true })
}
