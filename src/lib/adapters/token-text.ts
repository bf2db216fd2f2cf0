import type { TokenEntry } from '../state/store.ts'

/**
 * An entry as shared stores keep it: JSON, because processes of the version before parse what they
 * find and look for its `idToken`. They find none, and sign out without it.
 */
export function textOf({ version, sealed }: TokenEntry): string {
  return JSON.stringify({ version, sealed })
}

/** The entry in a text. What the version before wrote is an entry as a whole, of version 0. */
export function entryIn(text: string): TokenEntry {
  const { version, sealed } = JSON.parse(text) as Partial<TokenEntry>
  if (version === undefined || sealed === undefined) return { version: 0, sealed: text }
  return { version, sealed }
}
