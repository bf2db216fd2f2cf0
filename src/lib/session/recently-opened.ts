import { generations } from './generations.ts'

/** At most twice as many sessions are remembered. */
const maxOpened = 2500
/** Enough for browsers that bring an outdated cookie with every request. */
const maxRefused = 250

/**
 * Remembers what `open` made of the values seen lately. Refusals are kept apart, so that nobody can
 * push the good ones out by sending forged ones.
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
    if (value === undefined) refused.keep(sealed, true)
    else opened.keep(sealed, value)
    return value
  }
}
