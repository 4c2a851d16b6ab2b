/** The few order statistics the report needs. */

/** The value below which a share of `sorted` (ascending, not empty) lies; nearest rank. */
export function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]
}

/** The median of the numbers among `values`; null when there is none. */
export function median(values) {
  const sorted = values.filter((value) => typeof value === 'number').sort((a, b) => a - b)
  if (sorted.length === 0) return null
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** How far the numbers lie apart, as a share of their median; null for fewer than two. */
export function spread(values) {
  return values.length < 2 ? null : (Math.max(...values) - Math.min(...values)) / median(values)
}
