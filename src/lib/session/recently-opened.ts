import { copyOf } from '../ground/bytes.ts'
import { generations } from './generations.ts'

/** At most twice this number of sessions is remembered. */
const maxOpened = 2500
/** Enough for browsers that send an outdated cookie with every request. */
const maxRefused = 250

/**
 * Caches the results of `open` for recent values. Refusals are cached apart, so that an attacker
 * cannot displace valid values with forged ones.
 */
export function recentlyOpened<Value>(
  open: (sealed: string) => Value | undefined,
): (sealed: string) => Value | undefined {
  const opened = generations<Value>(maxOpened)
  const refused = generations<true>(maxRefused)
  return function openOnce(sealed) {
    const known = opened.get(sealed)
    if (known !== undefined) return known
    if (refused.get(sealed)) return undefined
    const value = open(sealed)
    if (value === undefined) refused.keep(copyOf(sealed), true)
    else opened.keep(copyOf(sealed), value)
    return value
  }
}
